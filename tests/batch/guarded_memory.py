"""Arrays between pages that nobody may touch: in a test by a pattern that is looked at again, in a search also by closing them."""

from __future__ import annotations

import ctypes
import mmap

import numpy as np

from engine.batch.lanes import LaneCode

PAGE = mmap.PAGESIZE
#: As a float it is not a number: what is read past the end shows in the results.
PATTERN = 0xFF


class Fence:
    """Hands out arrays that end, or begin, right beside such pages."""

    def __init__(self, *, closed: bool = False, at_end: bool = True) -> None:
        self.closed, self.at_end = closed, at_end
        self._held: list[tuple[np.ndarray, int, int, int]] = []

    def copy(self, array: np.ndarray) -> np.ndarray:
        """Return a copy of an array that has a fence on both sides."""
        array = np.ascontiguousarray(array)
        whole = max(-(-array.nbytes // PAGE) * PAGE, PAGE)
        memory = mmap.mmap(-1, whole + 2 * PAGE)
        bytes_ = np.frombuffer(memory, np.uint8)
        bytes_[:] = PATTERN
        first = PAGE + (whole - array.nbytes if self.at_end else 0)
        made = np.frombuffer(memory, array.dtype, array.size, first).reshape(array.shape)
        made[...] = array
        self._held.append((bytes_, first, first + array.nbytes, whole))
        if self.closed:
            for page in (0, PAGE + whole):
                assert ctypes.CDLL(None, use_errno=True).mprotect(ctypes.c_void_p(bytes_.ctypes.data + page), PAGE, 0) == 0
        return made

    def around(self, code: LaneCode) -> LaneCode:
        """Put fences around all that the machine reads and writes."""
        program = code._program
        program.code = tuple(map(self.copy, program.code))
        program.sources, program.targets = self.copy(program.sources), self.copy(program.targets)
        for name in ("_rows", "inputs", "_limits", "_results", "_finite"):
            setattr(code, name, self.copy(getattr(code, name)))
        return code

    def is_whole(self) -> bool:
        """Whether nobody wrote beside an array."""
        rim = PAGE if self.closed else 0
        return all((held[rim:first] == PATTERN).all() and (held[behind : PAGE + whole + PAGE - rim] == PATTERN).all()
                   for held, first, behind, whole in self._held)  # fmt: skip
