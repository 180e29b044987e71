"""Workbooks of runs, made once, and the same recalculated by LibreOffice: all of them by one start of it."""

import functools
import shutil
import subprocess
from pathlib import Path

import everything
import pytest

from engine.audit.report import AuditReport
from engine.audit.rulings_table import RulingsTable
from engine.commands.session import open_session
from engine.documents.workbook.workbook import Wanted, run_workbook

EXAMPLES = Path(__file__).parents[2] / "methodology_specs/KH_AM004/examples"
#: LibreOffice takes stored values of files of other programs as they are, unless it is told to recalculate always.
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


@pytest.fixture(scope="session")
def every_construct(tmp_path_factory):
    """The spec and the project with every construct."""
    folder = tmp_path_factory.mktemp("every")
    (folder / "spec.yaml").write_text(everything.spec_text(), encoding="utf-8")
    (folder / "project.yaml").write_text(everything.project_text(), encoding="utf-8")
    return str(folder / "spec.yaml"), folder / "project.yaml"


@pytest.fixture(scope="session")
def made(every_construct):
    """Return the run and the workbook of a project, by its name."""
    projects = {"option1": ("KH_AM004@1.1", EXAMPLES / "option1.yaml"), "option2": ("KH_AM004@1.1", EXAMPLES / "option2.yaml"),
                "every": every_construct}  # fmt: skip

    @functools.cache
    def of(name, wanted=None):
        spec, project = projects[name]
        session = open_session(spec)
        run = session.run(project)
        # audits are made elsewhere, and take longer than workbooks
        report = AuditReport(run, (), RulingsTable(run.methodology.result, "", run.total, (), ()))
        return run, run_workbook(report, session.read_unit, "0.1.0", wanted or Wanted())

    return of


@pytest.fixture(scope="session")
def recalculate(tmp_path_factory):
    """Return what recalculates workbooks, name -> bytes, all at once."""
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice on this machine: `python .ci/get_office.py`, or Debian's package `libreoffice-calc-nogui`")
    root = tmp_path_factory.mktemp("office")
    (root / "profile/user").mkdir(parents=True)
    (root / "profile/user/registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")

    def done(books):
        for folder in ("in", "out"):
            (root / folder).mkdir(exist_ok=True)
        for name, data in books.items():
            (root / "in" / f"{name}.xlsx").write_bytes(data)
        command = ["soffice", f"-env:UserInstallation=file://{root / 'profile'}", "--headless", "--convert-to", "xlsx", "--outdir", str(root / "out")]
        subprocess.run([*command, *(str(root / "in" / f"{name}.xlsx") for name in books)], check=True, capture_output=True, timeout=300)
        return {name: (root / "out" / f"{name}.xlsx").read_bytes() for name in books}

    return done
