"""Set up a virtual environment for `make run`, `make test` or `make check-code`; say what is done, and do nothing that is done already.

    python3 .ci/set_up.py VENV run|test|check     the locked versions of .ci/locked, which were tested
    python3 .ci/set_up.py VENV newest|lowest      the newest, or the lowest declared, versions of what a run needs

It is written for Python 3.6 on, so that an old one gets a sentence and no traceback.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LOWEST = (3, 11)
ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / ".ci" / "locked"
#: What each purpose needs: the later ones need what the earlier ones do.
PURPOSES = {"run": ("run",), "test": ("run", "test"), "check": ("run", "test", "check"), "newest": (), "lowest": ()}
TOOLS = ("pytest>=8", "pytest-xdist>=3.6", "hypothesis>=6.100", "hatchling>=1.24", "editables>=0.5")


def stop(*lines):
    """End with sentences for a person."""
    sys.stderr.write("\n".join(lines) + "\n")
    sys.exit(1)


def say(line):
    """Say a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def check_python():
    """Stop where this Python is too old, or cannot make virtual environments."""
    here = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < LOWEST:
        stop(
            f"mrvgraph needs Python {LOWEST[0]}.{LOWEST[1]} or newer; this is Python {here} ({sys.executable}).",
            "Name a newer one: make run PYTHON=python3.13",
        )


def check_venv():
    """Stop where Python came without what makes virtual environments, as Debian's does."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            f"This Python ({sys.executable}) cannot make virtual environments: a part of it is missing.",
            "On Debian and Ubuntu install it: apt-get install python3-venv",
        )


def digest(purpose):
    """Return a digest of everything that decides what is installed."""
    files = [ROOT / "pyproject.toml", Path(__file__), *(LOCKED / (part + ".txt") for part in PURPOSES[purpose])]
    said = str(ROOT).encode() + b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(said).hexdigest()


class Environment:
    """A virtual environment, with a note of what was set up in it."""

    def __init__(self, folder):
        self.folder = folder
        self.python = folder / "bin" / "python"
        self.note = folder / "mrvgraph.json"

    def noted(self):
        """Return purpose -> digest, or nothing where the environment is half made, broken or of another Python."""
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
            found = subprocess.run(
                [str(self.python), "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, check=True, encoding="utf-8"
            )
        except (OSError, ValueError, subprocess.CalledProcessError):
            return {}
        return noted if found.stdout.strip() == str(tuple(sys.version_info[:2])) else {}

    def make(self, python):
        """Make it anew, in place of what stands there."""
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / "pyvenv.cfg").exists():
            stop(f"{self.folder} is a folder of something else; name another: make run VENV=some/folder")
        if (self.folder / "pyvenv.cfg").exists():
            say(f"{self.folder} is of another Python, broken or half made, and is made anew")
        shutil.rmtree(str(self.folder), ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(self.folder)], check=True)

    def install(self, *arguments):
        """Install with pip, saying each package; what pip said is shown where it fails."""
        command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        lines = []
        for line in process.stdout:
            lines.append(line)
            package = re.match(r"Collecting ([A-Za-z0-9_.-]+)(?:==([\w.]+))?", line)
            if package:
                say("    " + " ".join(filter(None, package.groups())))
            elif line.startswith("Installing collected"):
                say("    installing")
        if process.wait() != 0:
            stop("".join(lines[-25:]).rstrip(), "", "The packages could not be installed; above is what pip said.",
                 "Without a network there is no way; behind a proxy pip must be told of it.")  # fmt: skip


def requirements(purpose):
    """Return what pip is told for the newest or lowest versions of what a run needs."""
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return [one.replace(">=", "==") for one in declared] if purpose == "lowest" else ["--upgrade", *declared]


def set_up(folder, purpose):
    """Set up, if that is not done already."""
    environment, wanted = Environment(folder), digest(purpose)
    noted = environment.noted()
    if noted.get(purpose) == wanted:
        return
    if folder.exists() and not os.access(str(folder), os.W_OK):
        stop(f"{folder} is not set up for this, and belongs to somebody else.",
             f"Make your own: make {'run' if purpose == 'run' else 'test'} VENV=$HOME/mrvgraph-venv")  # fmt: skip
    check_venv()
    say(f"setting up {folder} with Python {sys.version.split()[0]}; this takes a minute, and is done once")
    if not noted:
        environment.make(sys.executable)
    if PURPOSES[purpose]:
        locks = [part for name in PURPOSES[purpose] for part in ("--requirement", str(LOCKED / (name + ".txt")))]
        environment.install(*locks)
    else:
        environment.install(*requirements(purpose), *TOOLS)
    environment.install("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    if os.access(str(ROOT / "engine"), os.W_OK):
        rooms = [str(ROOT / room) for room in ("equations", "engine", "mrvgraph")]
        subprocess.run([str(environment.python), "-m", "compileall", "-q", *rooms], check=False)
    done = {part: digest(part) for part in PURPOSES[purpose]} or {purpose: wanted}
    environment.note.write_text(json.dumps({**noted, **done, purpose: wanted}, indent=1) + "\n", encoding="utf-8")


def check_not_within(folder):
    """Stop where this Python runs from the environment that is to be set up: to make it anew would saw off the branch."""
    if folder.resolve() == Path(sys.prefix).resolve():
        stop(f"This Python runs from {folder}, which it is to set up.", "Use the one from which it was made: deactivate, then make run")


if __name__ == "__main__":
    check_python()
    check_not_within(Path(sys.argv[1]))
    set_up(Path(sys.argv[1]), sys.argv[2])
