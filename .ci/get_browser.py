"""Get a headless Chromium for the browser tests, where that can be done; always ends well.

1. A Chromium of the system is used as it is, and nothing is downloaded.
2. On Debian and its children, root installs the package `chromium`, and what Playwright's own program needs, and is told before how
   many packages that brings: first everything is downloaded, which may be cut off at any moment, and only then installed, which may not.
3. Otherwise Playwright is asked for its own, into its own cache.
4. Otherwise the browser tests skip and say how to get one. A missing browser never breaks the set-up.

`MRVGRAPH_BROWSER=none` leaves all of this out.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

DEBIAN = Path("/etc/debian_version")
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"]
INSTALL = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=10"]


def say(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def works(*command: str, seconds: int) -> bool:
    """Run a command without input and output; return whether it ended well in time. Its children end with it."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=quiet,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def on_the_system() -> bool:
    """Return whether there is a Chromium on the path."""
    return any(shutil.which(name) for name in NAMES)


def from_debian(*packages: str, wanted: str = "the browser tests", unless: str = "MRVGRAPH_BROWSER=none") -> bool:
    """Install Debian's packages, if we are root and they can be reached; say for what, and what leaves them out."""
    if os.name != "posix" or os.geteuid() != 0 or not DEBIAN.exists() or not shutil.which("apt-get"):
        return False
    known = would_install(*packages)
    if not known and works("apt-get", "update", "-qq", *PATIENCE, seconds=60):  # a fresh container has no lists yet
        known = would_install(*packages)
    if not known:
        return False
    say(f"{wanted} need {' and '.join(packages)}: installing {len(known)} Debian packages ({unless}: nothing)")
    say("    " + textwrap.fill(" ".join(known), 120, subsequent_indent="    ", break_on_hyphens=False))
    downloaded = works(*INSTALL, *PATIENCE, "--download-only", *packages, seconds=360)
    return downloaded and works(*INSTALL, "--no-download", *packages, seconds=600)


def would_install(*packages: str) -> list[str]:
    """Return the packages that Debian would install for some."""
    asked = subprocess.run(["apt-get", "install", "--simulate", "--no-install-recommends", *packages], capture_output=True, text=True)
    return [line.split()[1] for line in asked.stdout.splitlines() if line.startswith("Inst ")]


def driver_starts() -> bool:
    """Return whether Playwright's own program starts: on a bare Debian it lacks a library."""
    return importlib.util.find_spec("playwright") is not None and works(sys.executable, "-m", "playwright", "--version", seconds=60)


def from_playwright() -> bool:
    """Let Playwright get its own Chromium; it leaves what is there already."""
    if importlib.util.find_spec("playwright") is None:
        return False
    return works(sys.executable, "-m", "playwright", "install", "chromium", seconds=300)


def main() -> None:
    """Try each way in turn."""
    if os.environ.get("MRVGRAPH_BROWSER") == "none":
        return
    missing = [*([] if on_the_system() else ["chromium"]), *([] if driver_starts() else ["libatomic1"])]
    if missing:
        from_debian(*missing)
    if not driver_starts():
        say("Playwright's program does not start: the browser tests will be skipped (Debian: apt-get install libatomic1)")
    elif not (on_the_system() or from_playwright()):
        say("no Chromium could be installed: the browser tests will be skipped (Debian: apt-get install chromium)")


if __name__ == "__main__":
    main()
