"""Fonts in PDFs: of each only what draws its glyphs."""

from functools import cache, wraps
from typing import Any

NEEDED = {"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}
"""The tables of a TrueType font that a PDF needs, where glyphs stand by their numbers, as matplotlib places them."""


@cache
def lighten_fonts() -> None:
    """Leave out of the fonts in PDFs what finds, names and shapes glyphs as text is typed.

    To read these tables, and to cut them to the few glyphs of a figure, takes longer than all the rest of a font. Text
    stays text: which character a glyph is stands in the PDF itself.
    """
    from fontTools import subset  # here, as only PDFs need it

    load = subset.load_font

    @wraps(load)
    def load_lightly(*args: Any, **kwargs: Any) -> Any:
        font = load(*args, **kwargs)
        return _lightened(font) if "glyf" in font else font

    subset.load_font = load_lightly


def _lightened(font: Any) -> Any:
    font.setGlyphOrder([f"glyph{i}" for i in range(font["maxp"].numGlyphs)])
    for table in set(font.reader.keys()) - NEEDED:
        del font[table]
    return font
