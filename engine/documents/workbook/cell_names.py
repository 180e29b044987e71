"""Names of cells and ranges that Excel, LibreOffice and Google Sheets all take.

Names know no case there, and what could be the address of a cell (``EF1``, ``DE2019``, ``R``, ``C``, ``R1C1``) is refused; a quantity whose
name is taken gets the initials of its index sets behind it, never another name in silence: the sheets show symbol and id beside each number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.run.sheet_text import END, START

_ADDRESS = re.compile(r"[A-Za-z]{1,3}[0-9]+\Z")
_ROW_COLUMN = re.compile(r"[Rr][0-9]*([Cc][0-9]*)?\Z|[Cc][0-9]*([Rr][0-9]*)?\Z")
_WORDS = frozenset({"true", "false", "and", "or", "not", "null", "na"})
_MOST = 200


def plain_name(*parts: str) -> str:
    """Return parts joined to a name of letters, digits and underscores that is no address.

    Examples
    --------
    >>> plain_name("E_fuel", "motor bike", "2018"), plain_name("EF1"), plain_name("C")
    ('E_fuel_motor_bike_2018', 'EF1_', 'C_')
    """
    text = re.sub(r"[^A-Za-z0-9_]", "_", "_".join(part for part in parts if part))[:_MOST]
    text = text if re.match(r"[A-Za-z_]", text) else f"_{text}"
    refused = _ADDRESS.match(text) or _ROW_COLUMN.match(text) or text.lower() in _WORDS
    return f"{text}_" if refused else text


@dataclass
class CellNames:
    """The names of one workbook, each given once.

    Attributes
    ----------
    taken
        Names in lower case; those of the first and the last day are from the beginning.
    """

    taken: set[str] = field(default_factory=lambda: {START, END})

    def new(self, *parts: str, apart: Iterable[str] = ()) -> str:
        """Return a name that is not taken yet.

        Parameters
        ----------
        apart
            What is put behind it where it is taken, one after the other; then numbers.
        """
        base = plain_name(*parts)
        tries = (base, *(plain_name(base, one) for one in apart))
        name = next((one for one in tries if one.lower() not in self.taken), "")
        turn = 2
        while not name or name.lower() in self.taken:
            name, turn = plain_name(base, str(turn)), turn + 1
        self.taken.add(name.lower())
        return name
