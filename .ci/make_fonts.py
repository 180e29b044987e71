"""Make the fonts that documents bring (engine/typesetting/fonts/files) from the published ones. For maintainers; nothing else runs it.

    pip install fonttools==4.60.1
    npm pack @expo-google-fonts/{arimo,cousine,noto-sans-khmer,noto-sans-jp,noto-sans-math,noto-sans-symbols-2}   # and unpack each
    python .ci/make_fonts.py FOLDER_OF_THE_UNPACKED

A face keeps what texts of projects may need, loses its hints, and those faces whose letters do not change by their neighbours lose the
tables for it, so that `engine/typesetting/fonts/bundled.py` can cut them to the letters of one document. The licence goes beside them.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "engine" / "typesetting" / "fonts" / "files"


def characters(*ranges: tuple[int, int]) -> set[int]:
    """Return the characters of ranges, both ends included."""
    return {code for first, last in ranges for code in range(first, last + 1)}


def windows_japanese() -> set[int]:
    """Return the characters of JIS X 0208 with the letters of names that offices write: what code page 932 holds."""
    found = set()
    for code in range(0x80, 0xFFFF):
        try:
            chr(code).encode("cp932")
        except UnicodeEncodeError:
            continue
        if not 0xE000 <= code < 0xF900:  # private use
            found.add(code)
    return found


LETTERS = characters((0x20, 0x7E), (0xA0, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF),
                     (0x2100, 0x218F), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD))  # fmt: skip
MATHEMATICS = characters((0x2190, 0x22FF), (0x2308, 0x230B), (0x27C0, 0x27EF), (0x2A00, 0x2AFF))
SHAPES = characters((0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x27BF), (0x2B00, 0x2BFF))
KHMER = characters((0x1780, 0x17FF), (0x19E0, 0x19FF), (0x25CC, 0x25CC), (0x200B, 0x200D))
#: name -> (package, file, characters, whether its letters change by their neighbours)
FACES: dict[str, tuple[str, str, set[int], bool]] = {
    "text-regular": ("arimo", "Arimo_400Regular", LETTERS, True),
    "text-bold": ("arimo", "Arimo_700Bold", LETTERS, True),
    "text-italic": ("arimo", "Arimo_400Regular_Italic", LETTERS, True),
    "code-regular": ("cousine", "Cousine_400Regular", LETTERS | characters((0x2190, 0x2193), (0x2500, 0x257F)), True),
    "mathematics-regular": ("noto-sans-math", "NotoSansMath_400Regular", MATHEMATICS, False),
    "shapes-regular": ("noto-sans-symbols-2", "NotoSansSymbols2_400Regular", SHAPES, False),
    "khmer-regular": ("noto-sans-khmer", "NotoSansKhmer_400Regular", KHMER, True),
    "khmer-bold": ("noto-sans-khmer", "NotoSansKhmer_700Bold", KHMER, True),
    "japanese-regular": ("noto-sans-jp", "NotoSansJP_400Regular", windows_japanese(), False),
}
#: What a document calls them; the names of the originals stay in the table of copyrights.
FAMILIES = {"text": "Document Text", "code": "Document Code", "mathematics": "Document Signs", "shapes": "Document Shapes",
            "khmer": "Document Khmer", "japanese": "Document Japanese"}  # fmt: skip


def made(source: Path, wanted: Iterable[int], shaped: bool) -> TTFont:
    """Return a face cut to characters."""
    options = subset.Options(hinting=False, notdef_outline=True, recommended_glyphs=False, glyph_names=False, legacy_kern=False,
                             name_languages=[0x409], recalc_timestamp=False)  # fmt: skip
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]
    options.layout_features = ["*"] if shaped else []
    options.drop_tables += ["STAT", "vhea", "vmtx", "BASE", "GlyphOrder", "MATH", "gasp", "prep", "fpgm", "cvt ", "DSIG"]
    options.drop_tables += [] if shaped else ["GSUB", "GPOS", "GDEF"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    font["post"].formatType = 3.0
    return font


def main(folder: Path) -> None:
    """Write every face and every licence."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (package, file, wanted, shaped) in FACES.items():
        font = made(next(folder.rglob(f"{file}.ttf")), wanted, shaped)
        kind, style = name.split("-")
        family, style = FAMILIES[kind], style.capitalize()
        names = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
        for record in font["name"].names:
            record.string = names.get(record.nameID, record.toUnicode())
        font.save(TARGET / f"{name}.ttf")
        licence = next(path for path in folder.rglob("LICENSE_FONT") if f"fonts-{package}-" in str(path))
        shutil.copyfile(licence, TARGET / f"{package}-LICENSE.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
