"""Where a name is declared, and every place that names the same thing: over included files, revisions, tools, cases and project files."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import field, replace
from pathlib import Path

from engine.interface.editor.mentions import Mention
from engine.interface.editor.open_text import Stretch
from engine.interface.editor.workspace import OpenLayer, Site, Workspace, real
from equations.records import record

#: Kinds whose names in a spec begin with the prefix of the tool and an underscore; those of others with a point.
_IN_FORMULAS = ("quantity", "matrix", "choice", "relation", "index_set", "member", "choice_value", "letter")


@record(frozen=True)
class NamedThing:
    """One thing.

    Attributes
    ----------
    main
        The first file of the spec that declares it.
    kind, id, of
        What kind of thing, its id there, and of what it is a part.
    declared
        Whether a declaration was found.
    written
        How its id is written where it was looked up: behind the prefix of a tool; empty where a revision gave it another name.
    """

    main: Path
    kind: str
    id: str
    of: str = ""
    declared: bool = field(default=False, compare=False)
    written: str = field(default="", compare=False)


@record(frozen=True)
class Location:
    """A part of a line of a file."""

    path: Path
    stretch: Stretch


class PlacesOfNames:
    """Looks names up.

    Parameters
    ----------
    space
        The files.
    """

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self._declared: dict[Path, frozenset[tuple[str, str, str]]] = {}

    def identity(self, path: Path, mention: Mention) -> NamedThing | None:
        """Return what a mention names."""
        site = self.space.site(path)
        if site is None:
            return None
        if mention.kind in ("old_quantity", "old_matrix"):
            return self.look_up(Site(site.main, site.level + 1), replace(mention, kind=mention.kind.removeprefix("old_")))
        if mention.kind == "bound":
            return self.bound(site, mention)
        return self.look_up(site, mention)

    def bound(self, site: Site, mention: Mention) -> NamedThing | None:
        """Return what a key under ``bind:`` or ``settle:`` names in the tool."""
        tool = next((main for layer in self.space.chain(site.main) for prefix, main in layer.tools if prefix == mention.of), None)
        for kind in ("quantity", "index_set", "choice", "ruling", "matrix") if tool is not None else ():
            found = self.look_up(Site(tool), replace(mention, kind=kind, of="")) if tool is not None else None
            if found is not None and found.declared:
                return found
        return None

    def look_up(self, site: Site, mention: Mention) -> NamedThing:
        """Return what a name means at a place: of the layers of the spec the newest that declares it, or one of its tools."""
        kind, id_, of = mention.kind, mention.id, mention.of
        chain = self.space.chain(site.main)[site.level :]
        for layer in chain:
            if (kind, id_, of) in self.declared(layer):
                return NamedThing(layer.main, kind, id_, of, declared=True, written=id_ if id_ == mention.id else "")
            id_ = dict(layer.old).get((kind, id_), id_)
        for layer in chain:
            for prefix, main in layer.tools:
                sign = prefix + ("_" if kind in _IN_FORMULAS else ".")
                owner = of.removeprefix(sign) if kind in ("member", "choice_value") else of.removeprefix(prefix + ".")
                inner = id_ if kind in ("member", "choice_value", "reading", "letter") else id_.removeprefix(sign)
                if inner == id_ and owner == of:
                    continue
                found = self.look_up(Site(main), replace(mention, id=inner, of=owner))
                if found.declared:
                    return replace(found, written=mention.id if found.written else "")
        return NamedThing(chain[0].main if chain else site.main, kind, mention.id, of)

    def declared(self, layer: OpenLayer) -> frozenset[tuple[str, str, str]]:
        """Return what a layer declares, as kind, id and that of which it is a part."""
        found = self._declared.get(layer.main)
        if found is None:
            site = Site(layer.main)
            mentions = (m for path in layer.files for m in self.space.mentions(path, site))
            found = frozenset((m.kind, m.id, m.of) for m in mentions if m.defines)
            self._declared[layer.main] = found
        return found

    def definitions(self, path: Path, line: int, column: int) -> list[Location]:
        """Return where what stands at a position is declared; of a letter its index set, of a file that is included or used its first line."""
        mention = self.space.mention_at(path, line, column)
        if mention is None:
            return self.named_file(path, line, column)
        if mention.kind == "letter":
            mention = replace(mention, kind="index_set", id=mention.of, of="")
        if mention.kind == "tool":
            site = self.space.site(path)
            tools = [main for layer in self.space.chain(site.main) for prefix, main in layer.tools if prefix == mention.id] if site else []
            return [Location(main, Stretch(0, 0, 0)) for main in tools[:1]]
        wanted = self.identity(path, mention)
        if wanted is None:
            return []
        found = list(self.of_layer(wanted))
        if not found and mention.kind == "unit":
            found = list(self.of_layer(self.substance(path, mention)))
        return found or [place for place, m in self.mentions_of(wanted) if m.defines]

    def substance(self, path: Path, mention: Mention) -> NamedThing:
        """Return the substance of which a word of a unit is a mass: ``urea`` of ``t_urea``."""
        site = self.space.site(path)
        assert site is not None, "a mention stands in a file of a spec"
        return self.look_up(site, replace(mention, kind="substance", id=mention.id.partition("_")[2]))

    def named_file(self, path: Path, line: int, column: int) -> list[Location]:
        """Return the file that a text names: one that is included, the version that is edited, a tool, a project of a case."""
        spot = self.space.spot_at(path, line, column)
        if spot is None or spot.is_key:
            return []
        if (spot.kind, spot.field) in (("spec", "include"), ("case", "project")):
            found: Path | None = path.parent / spot.node.text
        elif (spot.kind, spot.field) in (("spec", "based_on"), ("tool_use", "spec"), ("project", "methodology"), ("spec", "uses")):
            found = self.space.spec_named(spot.node.text, path.parent)
        else:
            found = path.parent / spot.node.text if spot.field == "file" else None
        return [Location(real(found), Stretch(0, 0, 0))] if found is not None and self.space.file(found) is not None else []

    def of_layer(self, wanted: NamedThing) -> Iterator[Location]:
        """Yield where the spec that declares something declares it."""
        layer = self.space.chain(wanted.main)[0]
        for path in layer.files:
            for m in self.space.mentions(path, Site(wanted.main)):
                if m.defines and (m.kind, m.id, m.of) == (wanted.kind, wanted.id, wanted.of):
                    yield Location(path, m.stretch)

    def mentions_of(self, wanted: NamedThing) -> Iterator[tuple[Location, Mention]]:
        """Yield every place of the open folders, and of the spec itself, that names something."""
        own = {path: None for layer in self.space.chain(wanted.main) for path in layer.files}
        for path in {**own, **dict.fromkeys(self.space.candidates(wanted.id))}:
            site = self.space.site(path)
            others = {new for layer in self.space.chain(site.main) for (_, new), _ in layer.old} if site is not None else set()
            for m in self.space.mentions(path, site) if site is not None else ():
                if _may_be(m, wanted, others) and self.identity(path, m) == wanted:
                    yield Location(path, m.stretch), m

    def references(self, path: Path, line: int, column: int, *, declaration: bool = True) -> list[Location]:
        """Return every place that names what stands at a position."""
        mention = self.space.mention_at(path, line, column)
        wanted = self.identity(path, mention) if mention is not None else None
        if wanted is None:
            return []
        return [place for place, m in self.mentions_of(wanted) if declaration or not m.defines]


def _may_be(mention: Mention, wanted: NamedThing, others: Set[str]) -> bool:
    """Whether a mention can name something, before its spec is looked at: a tool's names end alike, and ``others`` are names of revisions."""
    kind = mention.kind.removeprefix("old_")
    return kind in (wanted.kind, "bound") and (mention.id.endswith(wanted.id) or mention.id in others)
