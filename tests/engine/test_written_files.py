"""Every command that writes a file: only regular files, whole or not at all, mode and link kept, the ending decides the format."""

import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.cli import main
from engine.output import written_files as files
from engine.output.destination import OUTPUTS
from engine.output.written_files import PART, locked, remove_parts, whole_file, write_folder, write_text
from equations.errors import InputError
from equations.library.spec_files import read_document

ROOT = Path(__file__).resolve().parents[2]
TINY = str(ROOT / "tests/specs_for_tests/tiny")
PROJECT = str(ROOT / "tests/specs_for_tests/tiny/project.yaml")
UNCERTAIN = "    A_0: {distribution: normal, relative_se: 10 %}\n"

#: Command, the option that names a file, an ending that fits. What is written there is small, and takes little time.
WRITERS = [
    (["needs", TINY], "-o", ".txt"),
    (["needs", TINY, "--template", "--choose", "method=rate", "--overwrite"], "-o", ".yaml"),
    (["run", TINY, PROJECT], "-o", ".json"),
    (["run", TINY, PROJECT], "-o", ".csv"),
    (["run", TINY, PROJECT], "-o", ".md"),
    (["audit", TINY, PROJECT], "-o", ".md"),
    (["audit", TINY, PROJECT], "--receipt", ".json"),
    (["ready", TINY, PROJECT], "-o", ".json"),
    (["diagnose", TINY, "claimed.yaml"], "-o", ".md"),
    (["workbook", TINY, PROJECT], "-o", ".xlsx"),
    (["graph", TINY], "-o", ".svg"),
    (["graph", TINY], "-o", ".dot"),
    (["report", TINY, PROJECT], "-o", ".html"),
    (["show", TINY], "-o", ".yaml"),
    (["show", TINY, "--hash"], "-o", ".txt"),
    (["diff", TINY, TINY], "-o", ".md"),
    (["diff", TINY, TINY, "--project", PROJECT, "--reading-b", "floor=zero"], "--waterfall", ".svg"),
    (["migrate", PROJECT, "--from", TINY, "--to", TINY], "-o", ".yaml"),
    (["simulate", TINY, "uncertain.yaml", "--draws", "100"], "-o", ".csv"),
    (["simulate", TINY, "uncertain.yaml", "--draws", "100"], "--plot", ".svg"),
    (["simulate", TINY, "uncertain.yaml", "--draws", "100"], "--draws-file", ".csv"),
    (["sensitivity", TINY, PROJECT, "--draws", "0"], "-o", ".json"),
    (["sensitivity", TINY, PROJECT, "--draws", "0"], "--plot", ".svg"),
    (["portfolio", TINY, PROJECT], "-o", ".jsonl"),
    (["schema", "project"], "-o", ".json"),
]
NAMES = [f"{words[0]} {option} {ending}" for words, option, ending in WRITERS]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("MRVGRAPH_CACHE", cache)
    monkeypatch.chdir(tmp_path)
    text = Path(PROJECT).read_text(encoding="utf-8")
    Path("uncertain.yaml").write_text(f"{text.rstrip()}\nuncertainty:\n  inputs:\n{UNCERTAIN}", encoding="utf-8")
    Path("claimed.yaml").write_text(f"{text.rstrip()}\nclaimed: {{E_fuel: {{values: {{2019: 6.4}}}}}}\n", encoding="utf-8")
    return tmp_path


def left_over(folder):
    return [path.name for path in Path(folder).iterdir() if path.name.startswith(".")]


def refused(capsys, words, code):
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{code} "), captured.err
    assert "    do: " in captured.err and "Traceback" not in captured.err
    return captured.err


def test_every_output_of_every_command_stands_in_the_table():
    dashed = {"output": "-o", "receipt": "--receipt", "waterfall": "--waterfall", "plot": "--plot", "draws_file": "--draws-file"}
    held = {(words[0], option) for words, option, _ in WRITERS}
    assert {(command, dashed[option]) for command, options in OUTPUTS.items() for option in options} - held == {("mutate", "-o")}


@pytest.mark.parametrize(("words", "option", "ending"), WRITERS, ids=NAMES)
def test_a_file_is_written_through_a_link_and_keeps_its_mode(words, option, ending, capsys):
    Path("target").mkdir()
    target = Path(f"target/real{ending}").resolve()
    if words[0] != "portfolio":  # its file goes on where it stopped
        target.write_text("before", encoding="utf-8")
        target.chmod(0o640)
    Path(f"link{ending}").symlink_to(target)

    assert main([*words, option, f"link{ending}"]) in (0, 1), capsys.readouterr().err

    assert Path(f"link{ending}").is_symlink() and target.read_bytes() not in (b"before", b"")
    assert words[0] == "portfolio" or stat.S_IMODE(target.stat().st_mode) == 0o640
    assert left_over("target") == left_over(".") == []


@pytest.mark.parametrize(("words", "option", "ending"), WRITERS, ids=NAMES)
def test_what_is_no_file_is_refused_before_any_work(words, option, ending, capsys):
    os.mkfifo(f"fifo{ending}")
    Path(f"folder{ending}").mkdir()
    Path(f"device{ending}").symlink_to("/dev/null")
    Path(f"stream{ending}").symlink_to("/dev/stdout")
    for name in ("fifo", "folder", "device", "stream"):
        assert "not a file" in refused(capsys, [*words, option, f"{name}{ending}"], "I520") or name in ("device", "stream")
    assert stat.S_ISFIFO(Path(f"fifo{ending}").stat().st_mode) and list(Path(f"folder{ending}").iterdir()) == []
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(("words", "option", "ending"), WRITERS, ids=NAMES)
def test_an_ending_that_is_not_known_is_refused_before_any_work(words, option, ending, capsys):
    for name in ("out.xyz", "out", f"out{ending}.bak"):
        assert "ending" in refused(capsys, [*words, option, name], "I520")
        assert not Path(name).exists()


@pytest.mark.parametrize(("words", "option", "ending"), WRITERS, ids=NAMES)
def test_a_name_that_cannot_be_is_refused(words, option, ending, capsys):
    for name in ("x" * 300 + ending, "\0" + ending, f"uncertain.yaml/out{ending}"):
        refused(capsys, [*words, option, name], "I521")


def test_on_a_full_disk_what_stood_there_stays_and_nothing_is_left(capsys):
    """The limit on the size of a file stands for the disk: a part is written, then no more."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "from engine.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    env = {**os.environ, "MRVGRAPH_CACHE": "off", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    for words, option, ending in (
        (["run", TINY, PROJECT], "-o", ".json"),
        (["simulate", TINY, "uncertain.yaml", "--draws", "100"], "--draws-file", ".csv"),
        (["docs", TINY], "-o", ""),
    ):
        name = Path(f"out{ending}")
        if ending:
            name.write_text("before", encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", program, *words, option, str(name)], env=env, capture_output=True, text=True)

        assert (done.returncode, done.stderr.split(" (")[0]) == (2, "I521 the file cannot be written: File too large"), done.stderr
        assert name.read_text(encoding="utf-8") == "before" if ending else not name.exists()
        assert left_over(".") == []


def test_what_a_killed_writer_left_is_removed_by_the_next():
    program = (
        "import os, signal, sys; from engine.output.written_files import whole_file\n"
        "with whole_file('out.txt') as beside: beside.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    assert [name.endswith(PART) for name in left_over(".")] == [True] and not Path("out.txt").exists()

    write_text("other.txt", "whole")

    assert left_over(".") == []


def test_what_another_writer_is_at_work_on_is_left_alone():
    with whole_file("a.txt") as beside:
        remove_parts(Path())
        write_text("b.txt", "b")
        assert beside.exists()
        beside.write_text("a", encoding="utf-8")

    assert Path("a.txt").read_text(encoding="utf-8") == "a"


def test_files_of_others_that_only_look_like_parts_stay():
    Path(f".mine{PART}").symlink_to("nowhere")
    Path(f"plain{PART}").touch()

    write_text("b.txt", "b")

    assert Path(f".mine{PART}").is_symlink() and Path(f"plain{PART}").exists()


def test_a_site_is_written_whole_or_not_at_all(monkeypatch):
    write_folder("site", {"a.html": b"1", "assets/b.js": b"1"})
    Path("site/own.txt").write_text("mine", encoding="utf-8")
    real = files._take_place

    def failing(beside, place, before, undone):
        if place.name == "c.html":
            raise OSError(28, "No space left on device")
        real(beside, place, before, undone)

    monkeypatch.setattr(files, "_take_place", failing)
    with pytest.raises(InputError, match="I521"):
        write_folder("site", {"a.html": b"2", "new/d.html": b"2", "c.html": b"2"})

    found = {path.relative_to("site").as_posix(): path.read_bytes() for path in Path("site").rglob("*") if path.is_file()}
    assert found == {"a.html": b"1", "assets/b.js": b"1", "own.txt": b"mine"}
    assert not Path("site/new").exists()


def test_a_site_that_cannot_be_is_not_begun(capsys):
    Path("file").touch()
    os.mkfifo("fifo")
    for name, code in (("file", "I520"), ("fifo", "I520"), ("site.html", "I520"), ("/dev/null", "I520"), ("file/site", "I521")):
        refused(capsys, ["docs", TINY, "-o", name], code)
    write_folder("site", {"index.html/x": b"1"})
    refused(capsys, ["docs", TINY, "-o", "site"], "I520")
    assert sorted(path.name for path in Path("site").iterdir()) == ["index.html"]


def test_the_ending_decides_the_format(capsys):
    for name, begins in (("a.json", "{"), ("a.csv", "quantity,"), ("a.md", "# "), ("a.txt", "TINY@1"), ("A.JSON", "{")):
        assert main(["run", TINY, PROJECT, "-o", name]) == 0
        assert Path(name).read_text(encoding="utf-8").startswith(begins)
    assert main(["run", TINY, PROJECT, "--format", "csv", "-o", "named"]) == 0
    assert Path("named").read_text(encoding="utf-8").startswith("quantity,")
    capsys.readouterr()
    assert "the ending says json, and csv is asked for" in refused(capsys, ["run", TINY, PROJECT, "--format", "csv", "-o", "b.json"], "I520")
    assert "the ending says csv, and json is asked for" in refused(capsys, ["run", TINY, PROJECT, "--json", "-o", "b.csv"], "I520")
    assert main(["report", TINY, PROJECT, "--format", "md"]) in (0, 1)
    assert Path("report.md").exists() and not Path("report.html").exists()


def test_no_command_writes_over_what_it_reads_or_one_output_over_another(capsys):
    shutil.copy(PROJECT, "mine.yaml")
    before = Path("mine.yaml").read_bytes()
    refused(capsys, ["migrate", "mine.yaml", "--from", TINY, "--to", TINY, "-o", "./mine.yaml"], "I520")
    shutil.copytree(TINY, "spec")
    refused(capsys, ["show", "spec", "-o", "spec/methodology.yaml"], "I520")
    refused(capsys, ["audit", TINY, PROJECT, "-o", "a.json", "--receipt", "a.json"], "I520")
    assert Path("mine.yaml").read_bytes() == before and not Path("a.json").exists()


def test_a_new_file_has_the_mode_of_any_new_file():
    before = os.umask(0o027)
    try:
        write_text("a.txt", "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("a.txt").stat().st_mode) == 0o640


def test_a_lock_is_of_the_file_that_stands_there():
    with locked(Path("a")), pytest.raises(BlockingIOError), locked(Path("a")):
        pass
    with locked(Path("a")) as handle:
        write_text("a", "new")
        with locked(Path("a")) as other:
            assert not os.path.samestat(os.fstat(handle), os.fstat(other))


# -- standard output


def started(*words, stdout=subprocess.PIPE, shell="", **environment):
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "engine", *words]
    if shell:
        command = ["sh", "-c", '"$@" ' + shell, "sh", *command]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=env, timeout=60)


@pytest.mark.parametrize("words", [["run", TINY, PROJECT, "--json"], ["--help"]], ids=lambda words: words[0])
def test_standard_output_that_is_full_closed_or_left(words):
    full = started(*words, shell="> /dev/full")
    assert "Traceback" not in full.stderr.decode() and "Exception" not in full.stderr.decode()
    closed = started(*words, shell=">&-")
    assert "Traceback" not in closed.stderr.decode()
    left = started(*words, shell="| head -c 10")
    assert (left.stderr.decode(), left.returncode) == ("", 0)
    if words != ["--help"]:
        assert full.returncode == closed.returncode == 2
        assert full.stderr.decode().startswith("I525 standard output cannot be written to: No space left")
        assert closed.stderr.decode().startswith("I525 there is no standard output")


def test_a_reader_that_has_gone_changes_no_file():
    done = started("run", TINY, PROJECT, "-o", "a.json", shell="| true")
    assert done.stderr == b"" and json.loads(Path("a.json").read_text(encoding="utf-8"))["format"] == "mrvgraph-run/1"


def test_no_standard_error_is_no_traceback():
    for shell in ("2>&-", "2> /dev/full"):
        done = started("run", TINY, "nowhere.yaml", shell=shell)
        assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_encoding_of_the_output_holds_every_command(encoding, monkeypatch):
    """A spec with signs of many scripts; data formats lose nothing, text stays readable."""
    text = (Path(TINY) / "methodology.yaml").read_text(encoding="utf-8")
    text = text.replace("title: Tiny methodology for tests", 'title: "CO₂ − ΔC ≥ 1 é ខ្មែរ 😀"').replace("meaning: carbon stock", "meaning: Σ Δ₂ é ខ")
    Path("methodology.yaml").write_text(text, encoding="utf-8")
    shutil.copy(PROJECT, "project.yaml")
    hashes = set()
    for words in (["run", ".", "project.yaml"], ["show", "."], ["show", ".", "--json"], ["graph", ".", "--format", "svg"],
                  ["explain", ".", "project.yaml", "ER_p[all]"]):  # fmt: skip
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", out)
            assert main(words) == 0
        shown = out.buffer.getvalue().decode(encoding)
        if words == ["show", "."]:
            Path("again.yaml").write_text(shown, encoding="utf-8")
            hashes = {read_document(Path(name)).hash for name in ("again.yaml", "methodology.yaml")}
        if words == ["show", ".", "--json"]:
            assert json.loads(shown)["document"]["methodology"]["title"] == "CO₂ − ΔC ≥ 1 é ខ្មែរ 😀"
        if words == ["run", ".", "project.yaml"] and encoding == "ascii":
            assert "CO2 - DeltaC >= 1 e \\u1781" in shown
    assert len(hashes) == 1


def test_a_run_that_waits_for_nothing():
    """A FIFO, a device or a folder where a file is meant: refused at once."""
    os.mkfifo("fifo.yaml")
    Path("folder.yaml").mkdir()
    text = Path(PROJECT).read_text(encoding="utf-8")
    os.mkfifo("fifo.csv")
    Path("csv.yaml").write_text(text.replace("values: {diesel: {2018: 1.5, 2019: 2, 2020: 2}}", "file: fifo.csv"), encoding="utf-8")
    start = time.monotonic()
    for name in ("fifo.yaml", "folder.yaml", "/dev/zero", "/dev/null"):
        for words in (["run", TINY, name], ["check", name], ["migrate", name, "--from", TINY, "--to", TINY], ["verify", name], ["show", name],
                      ["diff", TINY, name], ["portfolio", TINY, name, "-o", "out.jsonl"], ["portfolio", TINY, PROJECT, "--table", name],
                      ["diff", TINY, TINY, "--project", name, "--project", name]):  # fmt: skip
            assert main(words) in (1, 2), (words, name)
    assert main(["run", TINY, "csv.yaml"]) == 2
    assert main(["diff", TINY, TINY, "--project", "csv.yaml", "--project", PROJECT]) == 2
    assert time.monotonic() - start < 30
