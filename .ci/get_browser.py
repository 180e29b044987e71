"""Get a headless Chromium for the browser tests, where that can be done quietly; always ends well.

1. A Chromium of the system is used as it is, and nothing is downloaded.
2. On Debian and its children, root installs the package `chromium`: first everything is downloaded, which may be cut off at any
   moment, and only then installed, which may not.
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
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"]
INSTALL = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=10"]


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


def from_debian() -> bool:
    """Install Debian's package, if we are root and packages can be reached."""
    if os.name != "posix" or os.geteuid() != 0 or not Path("/etc/debian_version").exists() or not shutil.which("apt-get"):
        return False
    download = [*INSTALL, *PATIENCE, "--download-only", "chromium"]
    downloaded = works(*download, seconds=120)
    if not downloaded and works("apt-get", "update", "-qq", *PATIENCE, seconds=60):  # a fresh container has no lists yet
        downloaded = works(*download, seconds=240)
    return downloaded and works(*INSTALL, "--no-download", "chromium", seconds=600) and on_the_system()


def from_playwright() -> bool:
    """Let Playwright get its own Chromium; it leaves what is there already."""
    if importlib.util.find_spec("playwright") is None:
        return False
    return works(sys.executable, "-m", "playwright", "install", "chromium", seconds=300)


def main() -> None:
    """Try each way in turn."""
    if os.environ.get("MRVGRAPH_BROWSER") == "none" or on_the_system() or from_debian() or from_playwright():
        return
    sys.stdout.write("no Chromium could be installed: the browser tests will be skipped (Debian: apt-get install chromium)\n")


if __name__ == "__main__":
    main()
