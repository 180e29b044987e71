"""Get LibreOffice for the tests that recalculate workbooks, where that can be done; always ends well.

One of the system is used as it is. On Debian and its children, root installs the package `libreoffice-calc-nogui` (a minute), in the way in
which :mod:`get_browser` installs a browser. Otherwise these tests skip and say how to get it. `MRVGRAPH_OFFICE=none` leaves all of this out.
"""

import os
import shutil

from get_browser import from_debian, say

PACKAGE = "libreoffice-calc-nogui"


def main() -> None:
    """Look, and install what is missing."""
    if os.environ.get("MRVGRAPH_OFFICE") == "none" or shutil.which("soffice"):
        return
    if not from_debian(PACKAGE, wanted="the tests of workbooks", unless="MRVGRAPH_OFFICE=none"):
        say(f"no LibreOffice could be installed: tests that recalculate workbooks will be skipped (Debian: apt-get install {PACKAGE})")


if __name__ == "__main__":
    main()
