"""What is shown in the words of its command: checks of a submission, documents beside a run, files that were written or carried over."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audit.desk.desk import Desk
from engine.audit.desk.desk_text import desk_text
from engine.audit.ready import Readiness, ready_text
from engine.audit.receipts.verification import Verification, verification_text
from engine.commands.documents import Written
from engine.commands.export import Exported
from engine.commands.versions import migration_text
from engine.comparison.migrate import Migration
from engine.documents.model import Badge, Block, Fold, Listing, Paragraph, Strong
from engine.interface.notebook.display import Display
from engine.output.marks import plain


class ReadinessDisplay(Display[Readiness]):
    """A completeness check."""

    def blocks(self) -> Iterator[Block]:
        found = self.shown
        answer = Badge("ready", "good") if found.is_ready else Badge("not ready", "error")
        yield Paragraph((Strong((found.project,)), f" under {found.methodology.reference} ", answer))
        yield Listing(plain(ready_text(found)))


class VerificationDisplay(Display[Verification]):
    """A run that was made again."""

    def blocks(self) -> Iterator[Block]:
        yield Paragraph((Badge("verified", "good") if self.shown.holds else Badge("not verified", "error"),))
        yield Listing(plain(verification_text(self.shown)))


class DeskDisplay(Display[Desk]):
    """What documents state beside a run; slips are looked for when somebody asks, and not for being shown."""

    def blocks(self) -> Iterator[Block]:
        desk = self.shown
        yield Paragraph((Strong((desk.run.project.name,)), f": {len(desk.stated.statements):,} numbers are stated in documents"))
        if "diagnoses" in vars(desk):
            yield Listing(plain(desk_text(desk)))
        else:
            yield Paragraph(("They are set beside the recomputation when ", Strong(("compared",)), " or ", Strong(("diagnoses",)), " is asked for."))


class MigrationDisplay(Display[Migration]):
    """A project file that was carried over."""

    def blocks(self) -> Iterator[Block]:
        yield Listing(plain(migration_text(self.shown)))
        yield Fold(("the new project file",), (Listing(self.shown.text, "yaml"),))


class WrittenDisplay(Display[Written | Exported]):
    """Files that were written."""

    def blocks(self) -> Iterator[Block]:
        yield Listing(plain(self.shown.text))
