import re
import zlib
from io import BytesIO

import numpy as np
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.figure import Figure

from eegbench.figure import save
from eegbench.figure.fonts import NEEDED


@pytest.fixture
def streams(tmp_path) -> list[bytes]:
    """The streams of a PDF that says "Aé κ"."""
    figure = Figure()
    figure.text(0.5, 0.5, "Aé κ")
    (path,) = save(figure, tmp_path, "text", formats=("pdf",))
    return [
        zlib.decompress(one) for one in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    ]


def fonts(streams) -> list[TTFont]:
    return [TTFont(BytesIO(one)) for one in streams if one.startswith(b"\0\1\0\0")]


def outlines(font: TTFont) -> list[str]:
    glyphs = font.getGlyphSet()
    found = []
    for name in font.getGlyphOrder():
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        found.append(f"{glyphs[name].width} {pen.value}")
    return found


def test_a_pdf_has_of_each_font_only_what_draws(streams):
    assert fonts(streams)
    assert all(set(font.reader.keys()) <= NEEDED for font in fonts(streams))


def test_glyphs_in_a_pdf_are_those_of_the_font(streams):
    whole = TTFont(font_manager.findfont("DejaVu Sans"))
    there = [outline for font in fonts(streams) for outline in outlines(font)]
    names, glyphs = whole.getBestCmap(), whole.getGlyphSet()
    for character in "Aéκ":
        pen = DecomposingRecordingPen(glyphs)
        glyphs[names[ord(character)]].draw(pen)
        assert f"{glyphs[names[ord(character)]].width} {pen.value}" in there


def test_text_in_a_pdf_says_which_characters_it_is(streams):
    said = b" ".join(one for one in streams if b"begincmap" in one)
    assert all(f"<{ord(character):04x}>".encode() in said.lower() for character in "Aéκ")


def test_numbers_of_glyphs_stay_below_those_of_the_font(streams):
    assert np.all([font["maxp"].numGlyphs < 30 for font in fonts(streams)])
