"""What can be written on the command line: every command with its arguments, and the groups in which help shows them, as two tables.

The functions behind the commands stand in :mod:`engine.cli`, what reads a command line by this table in :mod:`engine.commands.parser`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.output.destination import OUTPUTS
from equations.records import record

#: One argument: its names, and what argparse is told about it.
Argument = tuple[tuple[str, ...], Mapping[str, Any]]


@record(frozen=True)
class CommandLine:
    """One command: what it answers, whether it takes SPEC, PROJECT and switches (choices and readings), and its own arguments."""

    text: str
    arguments: tuple[Argument, ...] = ()
    spec: bool = True
    project: bool = False
    switches: bool = False


def _argument(*names: str, **options: Any) -> Argument:
    return names, options


def _format(command: str, **options: Any) -> Argument:
    """Return the argument by which the format is named of what a command writes."""
    return _argument("--format", choices=OUTPUTS[command]["output"], **options)


SWITCHES = (
    _argument("--choose", action="append", metavar="CHOICE=VALUE", help="a choice, before that of the project file"),
    _argument("--reading", action="append", metavar="RULING=READING", help="a reading other than the default"),
)
_SET = _argument(
    "--set", action="append", dest="set_numbers", metavar="NUMBER=VALUE",
    help="a number in place of the project's, as 'A[E]=50000 ha', A[*]=..., or A=dataset:ID",
)  # fmt: skip
DATA = _argument(
    "--data-folder", action="append", metavar="DIR", help="a folder beside the project's own from which `file:` may read"
)
_SCHEDULER = _argument(
    "--scheduler", metavar="ADDRESS", help="a Dask cluster: tcp://host:port, or local:N for N processes; moves no bit of the result"
)

COMMANDS: dict[str, CommandLine] = {
    "list": CommandLine(
        "methodologies and versions in the library",
        spec=False,
    ),
    "check": CommandLine(
        "everything the spec alone can show wrong; exit 1 on any error",
        (_argument("--verbose", action="store_true", help="also the editor's equations and notes"),),
    ),
    "needs": CommandLine(
        "inputs that the target needs, grouped by kind",
        (
            _argument("--target", action="append", metavar="Q", help="quantity that is asked for (the results)"),
            _argument("--dataset", action="append", metavar="ID", help="dataset that the project will use"),
            _argument("--template", action="store_true", help="write a project file that lacks only the numbers"),
            _argument("--overwrite", action="store_true", help="with the template, also in place of a file that holds numbers"),
            _argument("--start", metavar="DATE", default="", help="first day, for the template (2024-01-01)"),
            _argument("--end", metavar="DATE", default="", help="last day, for the template (2025-12-31)"),
            _argument("--members", action="append", metavar="SET=A,B", help="members of a set, for the template"),
            _argument("--with", action="append", metavar="PARTS", help="what other documents state, for the template: claims, design"),
            _argument("--output", "-o", metavar="FILE"),
        ),
        switches=True,
    ),
    "run": CommandLine(
        "evaluate a project",
        (
            _format("run"),
            _argument("--output", "-o", metavar="FILE", help="write to a file; .txt, .json, .csv or .md says the format"),
            _argument("--target", action="append", metavar="Q", help="compute only this quantity and what it needs"),
            _SET,
        ),
        project=True,
        switches=True,
    ),
    "audit": CommandLine(
        "findings on a run, and what hangs on each ruling; exit 1 on any error",
        (
            _format("audit"),
            _argument("--output", "-o", metavar="FILE"),
            _argument("--materiality", metavar="PERCENT", help="with a verification plan: the errors of inputs that move the result by, say, 5%%"),
            _argument("--receipt", metavar="FILE", help="write a receipt that `mrvgraph verify` can check"),
            _argument("--verbose", action="store_true", help="notes with their evidence and source"),
            _SET,
        ),
        project=True,
        switches=True,
    ),
    "ready": CommandLine(
        "whether a submission is complete: what would be returned, and what to mend; exit 1 where something would be",
        (_argument("--output", "-o", metavar="FILE", help="write to a file; .txt or .json says the format"),),
        project=True,
        switches=True,
    ),
    "diagnose": CommandLine(
        "which known slip gives the numbers that documents of a project state; exit 1 where they part from the recomputation",
        (
            _format("diagnose"),
            _argument("--output", "-o", metavar="FILE"),
        ),
        project=True,
        switches=True,
    ),
    "workbook": CommandLine(
        "a run as a workbook of live formulas, or a project file as a workbook and back",
        (
            _argument("--output", "-o", metavar="FILE", required=True, help="a workbook (.xlsx), or the project file that it holds (.yaml)"),
            _argument("--inputs-only", action="store_true", help="only the project file as sheets, nothing computed"),
            _argument("--planned", action="store_true", help="sheets of a plan, before monitoring, where the programme has such"),
            _argument("--redact", action="append", metavar="Q", help="show no number of this quantity, and none that follows but the results"),
        ),
        project=True,
        switches=True,
    ),
    "statement": CommandLine(
        "the statement of a verification, to be signed and filed; exit 1 unless the opinion is unqualified",
        (
            _argument("--output", "-o", metavar="FILE", required=True, help="statement.json to be signed and verified; .html and .pdf to be read"),
            _argument("--verifier", metavar="NAME", default="", help="who states it"),
            _argument("--date", metavar="DAY", default="", help="of the statement; today if absent"),
            _argument("--materiality", metavar="SHARE", default="5 %", help="share of the result that is material (5 %%)"),
        ),
        project=True,
        switches=True,
    ),
    "verify": CommandLine(
        "run a receipt or a statement again and compare to the bit; exit 1 on a difference",
        (
            _argument("receipt", metavar="RECEIPT", help="written by `mrvgraph audit --receipt`, or by `mrvgraph statement -o FILE.json`"),
            _argument("--spec", metavar="SPEC", help="where the spec is, if not where the receipt says"),
            _argument("--project", metavar="FILE", help="where the project file is, if not where the receipt says"),
        ),
        spec=False,
    ),
    "explain": CommandLine(
        "from a number to its sources",
        (
            _argument("what", metavar="NUMBER", help="such as 'X[2019]'"),
            _argument("--depth", type=int, default=12, metavar="N", help="levels below the number that are shown (12)"),
            _SET,
        ),
        project=True,
        switches=True,
    ),
    "graph": CommandLine(
        "the dependency graph",
        (
            _format("graph"),
            _argument("--target", action="append", metavar="Q", help="only what this quantity needs"),
            _argument("--output", "-o", metavar="FILE"),
        ),
        switches=True,
    ),
    "docs": CommandLine(
        "documentation generated from the spec: a site, Markdown pages or a PDF",
        (
            _argument(
                "spec",
                metavar="SPEC",
                nargs="?",
                help="a reference such as ID@VERSION, or a path; with --check alone, every one that is checked in",
            ),
            _argument(
                "--output",
                "-o",
                metavar="DIR",
                help="folder, or a file that ends in .pdf (site; with --format md: docs/methodologies)",
            ),
            _argument("--format", choices=("site", "md", "pdf"), help="site by default, pdf where -o ends in .pdf"),
            _argument("--project", metavar="PROJECT", help="also write the report of a project into the site"),
            _argument("--check", action="store_true", help="write nothing; exit 1 if the files there are not current"),
        ),
        spec=False,
        switches=True,
    ),
    "report": CommandLine(
        "one run as a self-contained HTML file, a PDF or Markdown",
        (
            _argument(
                "--output", "-o", metavar="FILE", help="report.html by default; .pdf and .md give those"
            ),
            _format("report", help="where the name of the file does not say it"),
            _argument("--draws", type=int, default=0, metavar="N", help="draw the uncertain inputs N times: histogram, convergence, tornado"),
        ),
        project=True,
        switches=True,
    ),
    "export": CommandLine(
        "a finished run as the tables of a registry, with what they lack; exit 1 if the run has an error",
        (
            _argument("run", metavar="RUN", help="a run, as `mrvgraph run SPEC PROJECT -o RUN.json` writes it"),
            _argument("--to", metavar="FORMAT", required=True, help="aef (agreed electronic format of Article 6.2) or units (blocks to issue)"),
            _argument("--output", "-o", metavar="DIR", required=True, help="folder for the tables"),
            _argument("--texts", metavar="FILE", help="YAML with what no run knows, such as identifiers of Parties"),
            _argument("--mapping", metavar="FILE", help="where numbers go, in place of `export.yaml` beside the specs"),
        ),
        spec=False,
    ),
    "show": CommandLine(
        "the whole spec that a reference or a revision stands for, as one YAML file",
        (
            _argument("--hash", action="store_true", help="only the hash of what it says"),
            _argument("--output", "-o", metavar="FILE"),
        ),
    ),
    "schema": CommandLine(
        "the JSON Schema by which an editor completes and checks a kind of file (docs/editor.md)",
        (
            _argument("kind", metavar="KIND", choices=("spec", "revision", "project", "document"), help="spec, revision, project or document"),
            _argument("--output", "-o", metavar="FILE", help="write to a file; .json"),
        ),
        spec=False,
    ),
    "lsp": CommandLine(
        "a language server for editors, over standard input and output",
        spec=False,
    ),
    "diff": CommandLine(
        "what two specs say and mean differently, and what that moves",
        (
            _argument(
                "other",
                metavar="SPEC_B",
                nargs="?",
                help="the second spec; the same one where two projects or readings are compared",
            ),
            _argument(
                "--project",
                action="append",
                metavar="P",
                help="run it under both; twice: the first under the one, the second under the other",
            ),
            _argument(
                "--reading-a", action="append", metavar="RULING=READING", help="a reading of the first; also SPEC?ruling=reading"
            ),
            _argument("--reading-b", "--reading", action="append", metavar="RULING=READING", help="a reading of the second"),
            _format("diff", help="html, pdf and md give a document"),
            _argument("--details", action="store_true", help="also every text that is worded otherwise"),
            _argument("--waterfall", metavar="FILE", help="write a picture of the difference, edit by edit (.svg or .png)"),
            _argument("--output", "-o", metavar="FILE"),
        ),
    ),
    "migrate": CommandLine(
        "carry a project file over to another version, with the gaps marked",
        (
            _argument("project", metavar="PROJECT", help="project file; it is not changed"),
            _argument("--from", dest="old", metavar="SPEC", required=True, help="the version that it is made for"),
            _argument("--to", dest="new", metavar="SPEC", required=True, help="the version that it is to follow"),
            _argument("--output", "-o", metavar="FILE", help="write the project file that results"),
        ),
        spec=False,
    ),
    "simulate": CommandLine(
        "uncertainty of the results, from the distributions that a project declares",
        (
            _argument("--draws", type=int, default=10000, metavar="N", help="how many draws (10,000); the most, with --stop"),
            _argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same draws (0)"),
            _argument("--target", action="append", metavar="Q", help="a quantity beside the results, such as ER"),
            _argument("--level", action="append", metavar="PERCENT", help="an interval to give (90 and 95)"),
            _argument(
                "--stop",
                type=float,
                metavar="SHARE",
                help="stop when the Monte Carlo error of the first interval of each result is below this share of it",
            ),
            _argument(
                "--deduction", action="append", metavar="RULE=Q",
                help="a deduction by a rule of the library (as art-trees), and the number it is taken of"
            ),
            _format("simulate"),
            _argument("--output", "-o", metavar="FILE"),
            _argument("--draws-file", metavar="FILE", help="write every draw, as .csv or .parquet"),
            _argument("--plot", metavar="FILE", help="write the histogram and the convergence as .svg or .png"),
            _argument("--workers", type=int, metavar="N", help="threads (one for each core); moves no bit of the result"),
            _SCHEDULER,
            _argument("--backend", choices=("auto", "numpy", "numba"), default="auto", help="moves no bit of the result"),
        ),
        project=True,
        switches=True,
    ),
    "sensitivity": CommandLine(
        "which inputs the results hang on: derivatives, one input moved at a time, shares of the variance",
        (
            _argument("--target", metavar="Q", help="the quantity (each result), summed over its members"),
            _argument("--draws", type=int, default=2048, metavar="N", help="draws for the Sobol indices (2048); 0 leaves them out"),
            _argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same draws (0)"),
            _argument("--plot", metavar="FILE", help="write the tornado plot as .svg or .png"),
            _argument("--output", "-o", metavar="FILE"),
            _argument("--workers", type=int, metavar="N", help="threads (one for each core); moves no bit of the result"),
            _SCHEDULER,
        ),
        project=True,
        switches=True,
    ),
    "portfolio": CommandLine(
        "evaluate many projects as one batch; exit 1 if one of them has an error",
        (
            _argument(
                "project", metavar="PROJECT", nargs="+", help="project files; with --table the one that every row starts from"
            ),
            _argument(
                "--table", metavar="FILE", help="CSV with a column `name`, and one for each input that differs, such as A_0[E]"
            ),
            _argument(
                "--output", "-o", metavar="FILE", help="write each result as it is found; what stands there is not done again"
            ),
            _argument("--format", choices=("text", "json", "csv")),
            _argument("--workers", type=int, metavar="N", help="threads (one for each core); moves no bit of the result"),
            _SCHEDULER,
        ),
        switches=True,
    ),
    "solve": CommandLine(
        "the value of one input that gives a wanted number",
        (
            _argument("--for", dest="input", required=True, metavar="INPUT", help="the input, such as DF or 'A_0[E]'"),
            _argument("--so-that", required=True, metavar="WISH", help="'X = 100000', 'X[2019] = 0', or a number for the first result"),
        ),
        project=True,
        switches=True,
    ),
    "mutate": CommandLine(
        "fault-seeding score of the checks; exit 1 if a wrong dimension slips through",
        (
            _argument("--sample", type=int, metavar="N", help="judge only N mutants, drawn at random"),
            _argument("--seed", type=int, default=0, metavar="S", help="which draw"),
            _argument("--workers", type=int, default=2, metavar="N", help="processes to use; the result does not depend on it"),
            _argument("--record", action="store_true", help="write what the worked cases give now as their expected numbers"),
            _format("mutate"),
            _argument("--output", "-o", metavar="FILE"),
        ),
    ),
}


#: Group -> its commands in the order of work, each with an example of what is typed.
GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "look at a methodology": (
        ("list", "mrvgraph list"),
        ("show", "mrvgraph show methodology.yaml -o whole.yaml"),
        ("needs", "mrvgraph needs methodology.yaml --choose method=simple --template -o project.yaml"),
        ("graph", "mrvgraph graph methodology.yaml --target X -o graph.svg"),
        ("docs", "mrvgraph docs methodology.yaml -o site"),
    ),
    "compute a project": (
        ("run", "mrvgraph run project.yaml"),
        ("explain", "mrvgraph explain project.yaml 'X[2019]' --depth 2"),
        ("report", "mrvgraph report project.yaml -o report.html"),
        ("workbook", "mrvgraph workbook project.yaml -o project.xlsx"),
        ("portfolio", "mrvgraph portfolio methodology.yaml north.yaml south.yaml"),
        ("export", "mrvgraph export run.json --to aef -o tables"),
    ),
    "verify a project": (
        ("ready", "mrvgraph ready project.yaml"),
        ("audit", "mrvgraph audit project.yaml --receipt receipt.json"),
        ("diagnose", "mrvgraph diagnose project.yaml"),
        ("statement", "mrvgraph statement project.yaml -o statement.json"),
        ("verify", "mrvgraph verify receipt.json"),
    ),
    "how sure a number is, and what it hangs on": (
        ("simulate", "mrvgraph simulate project.yaml --draws 10000 --seed 1"),
        ("sensitivity", "mrvgraph sensitivity project.yaml --plot tornado.svg"),
        ("solve", "mrvgraph solve project.yaml --for A --so-that 'X = 1000000'"),
    ),
    "write and revise a methodology": (
        ("check", "mrvgraph check methodology.yaml"),
        ("schema", "mrvgraph schema spec -o spec.schema.json"),
        ("lsp", "mrvgraph lsp"),
        ("diff", "mrvgraph diff old.yaml new.yaml --project project.yaml"),
        ("migrate", "mrvgraph migrate project.yaml --from old.yaml --to new.yaml -o moved.yaml"),
        ("mutate", "mrvgraph mutate methodology.yaml --sample 200"),
    ),
}
