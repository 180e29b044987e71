"""A TrueType font cut to the letters of one document, by nothing but arithmetic on its bytes: the same on every machine.

Compressing is left out on purpose: libraries of one name compress to other bytes, and a document must not depend on which is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise

from equations.records import record

#: Flags of one part of a glyph that is put together from others.
_WORDS, _SCALE, _MORE, _TWO_SCALES, _FOUR_SCALES = 0x1, 0x8, 0x20, 0x40, 0x80
#: What makes the check sum of a whole font come to one number.
_MAGIC = 0xB1B0AFBA
_KEPT = ("OS/2", "hhea", "maxp", "name", "post")


@record(frozen=True)
class TrueType:
    """A font file with outlines in ``glyf``."""

    data: bytes

    @cached_property
    def tables(self) -> Mapping[str, bytes]:
        """Tables by their names."""
        found = {}
        for at in range(struct.unpack_from(">H", self.data, 4)[0]):
            tag, _, start, length = struct.unpack_from(">4sLLL", self.data, 12 + 16 * at)
            found[tag.decode()] = self.data[start : start + length]
        return found

    @cached_property
    def glyph_of(self) -> Mapping[int, int]:
        """Character -> number of its glyph."""
        table = self.tables["cmap"]
        found: dict[int, int] = {}
        for at in range(struct.unpack_from(">H", table, 2)[0]):
            platform, encoding, start = struct.unpack_from(">HHL", table, 4 + 8 * at)
            form = struct.unpack_from(">H", table, start)[0]
            # Of the many forms of this table two are in use: groups of any characters, and segments of the first 65,536.
            if (platform, encoding, form) in ((3, 10, 12), (0, 4, 12)):
                found |= _groups(table, start)
            elif (platform, encoding, form) in ((3, 1, 4), (0, 3, 4)):
                found |= _segments(table, start)
        return found

    @cached_property
    def outlines(self) -> tuple[bytes, ...]:
        """The glyphs as they are written."""
        long, count = struct.unpack_from(">H", self.tables["head"], 50)[0], struct.unpack_from(">H", self.tables["maxp"], 4)[0]
        ends = struct.unpack_from(f">{count + 1}{'L' if long else 'H'}", self.tables["loca"])
        ends = ends if long else tuple(2 * end for end in ends)
        return tuple(self.tables["glyf"][a:b] for a, b in pairwise(ends))

    @cached_property
    def widths(self) -> tuple[tuple[int, int], ...]:
        """Advance and left bearing of each glyph."""
        metrics, wide = self.tables["hmtx"], struct.unpack_from(">H", self.tables["hhea"], 34)[0]
        found = [struct.unpack_from(">Hh", metrics, 4 * at) for at in range(wide)]
        for at in range(len(self.outlines) - wide):
            found.append((found[wide - 1][0], struct.unpack_from(">h", metrics, 4 * wide + 2 * at)[0]))
        return tuple((a, b) for a, b in found)

    def cut(self, characters: Iterable[int]) -> bytes:
        """Return a font file that holds some characters only, without the tables that change letters by their neighbours.

        Parameters
        ----------
        characters
            Code points; those that the font does not have are passed over.
        """
        mapping = {code: self.glyph_of[code] for code in sorted(set(characters)) if code in self.glyph_of}
        kept = self._with_parts(mapping.values())
        number = {glyph: at for at, glyph in enumerate(kept)}
        outlines = [_renumbered(self.outlines[glyph], number) for glyph in kept]
        ends = [0]
        for outline in outlines:
            ends.append(ends[-1] + len(outline))
        head, hhea, maxp = (bytearray(self.tables[name]) for name in ("head", "hhea", "maxp"))
        # The checksum of the whole is computed with this field as zero, and put in at the end; behind it stand what changes with
        # the cut: long offsets, and how many glyphs there are.
        struct.pack_into(">L", head, 8, 0)
        struct.pack_into(">H", head, 50, 1)
        struct.pack_into(">H", hhea, 34, len(kept))
        struct.pack_into(">H", maxp, 4, len(kept))
        tables = {name: self.tables[name] for name in _KEPT} | {
            "head": bytes(head),
            "hhea": bytes(hhea),
            "maxp": bytes(maxp),
            "cmap": _character_map({code: number[glyph] for code, glyph in mapping.items()}),
            "glyf": b"".join(outlines),
            "hmtx": b"".join(struct.pack(">Hh", *self.widths[glyph]) for glyph in kept),
            "loca": struct.pack(f">{len(ends)}L", *ends),
        }
        return _file(tables)

    def _with_parts(self, glyphs: Iterable[int]) -> list[int]:
        """Return glyphs in order with those of which they are put together; the first is the sign for a missing one."""
        found, open_ = {0}, set(glyphs)
        while open_:
            found |= open_
            open_ = {part for glyph in open_ for _, part in _parts(self.outlines[glyph])} - found
        return sorted(found)


def _groups(table: bytes, start: int) -> dict[int, int]:
    count = struct.unpack_from(">L", table, start + 12)[0]
    found: dict[int, int] = {}
    for at in range(count):
        first, last, glyph = struct.unpack_from(">LLL", table, start + 16 + 12 * at)
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found


def _segments(table: bytes, start: int) -> dict[int, int]:
    half = struct.unpack_from(">H", table, start + 6)[0] // 2
    lasts, firsts, shifts, offsets = (
        struct.unpack_from(f">{half}H", table, start + 14 + 2 * half * row + (2 if row else 0)) for row in range(4)
    )
    spot = start + 16 + 6 * half
    found = {}
    for at, (last, first, shift, offset) in enumerate(zip(lasts, firsts, shifts, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", table, spot + 2 * at + offset + 2 * (code - first))[0]
            if glyph or not offset:
                glyph = (glyph + shift) & 0xFFFF
            if glyph:
                found[code] = glyph
    return found


def _parts(outline: bytes) -> list[tuple[int, int]]:
    """Return where a glyph names others of which it is put together, and which."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found, at, flags = [], 10, _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        found.append((at + 2, glyph))
        at += 8 if flags & _WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _FOUR_SCALES else 0
    return found


def _renumbered(outline: bytes, number: Mapping[int, int]) -> bytes:
    written = bytearray(outline)
    for at, glyph in _parts(outline):
        struct.pack_into(">H", written, at, number[glyph])
    return bytes(written) + b"\0" * (-len(written) % 4)


def _character_map(mapping: Mapping[int, int]) -> bytes:
    groups: list[list[int]] = []
    for code, glyph in mapping.items():
        if groups and code == groups[-1][1] + 1 and glyph == groups[-1][2] + code - groups[-1][0]:
            groups[-1][1] = code
        else:
            groups.append([code, code, glyph])
    body = b"".join(struct.pack(">LLL", *group) for group in groups)
    return struct.pack(">HHHHLHHLLL", 0, 1, 3, 10, 12, 12, 0, 16 + len(body), 0, len(groups)) + body


def _sum(table: bytes) -> int:
    padded = table + b"\0" * (-len(table) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}L", padded))
    return total & 0xFFFFFFFF


def _file(tables: Mapping[str, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    start = 12 + 16 * count
    entries, body = [], []
    for name in sorted(tables):
        table = tables[name]
        entries.append(struct.pack(">4sLLL", name.encode(), _sum(table), start, len(table)))
        body.append(table + b"\0" * (-len(table) % 4))
        start += len(body[-1])
    whole = struct.pack(">LHHHH", 0x10000, count, 16 << power, power, 16 * (count - (1 << power))) + b"".join(entries + body)
    at = whole.index(b"head") + 8
    spot = struct.unpack_from(">L", whole, at)[0] + 8
    return whole[:spot] + struct.pack(">L", (_MAGIC - _sum(whole)) & 0xFFFFFFFF) + whole[spot + 4 :]
