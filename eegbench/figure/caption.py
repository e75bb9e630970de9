"""Captions at the foot of a figure, in small grey type."""

from textwrap import fill

from matplotlib.figure import Figure, SubFigure

from eegbench.figure.style import GREY

CHARACTERS_AN_INCH = 17
"""Number of characters of a text of 8 points that fit in an inch."""

LINE_IN = 0.155
"""Height of a line of text of 8 points, in inches."""


def write_caption(figure: Figure | SubFigure, text: str) -> None:
    """Write a caption below the figure, wrapped to its width; the layout makes room for it."""
    width_in = figure.bbox.width / figure.dpi
    figure.supxlabel(_wrapped(text, width_in), x=0.01, ha="left", color=GREY, fontsize="medium", linespacing=1.3)


def caption_height_in(text: str, width_in: float) -> float:
    """Return the height of the caption of a figure in inches."""
    return LINE_IN * (_wrapped(text, width_in).count("\n") + 1) if text else 0.0


def _wrapped(text: str, width_in: float) -> str:
    return fill(text, int(CHARACTERS_AN_INCH * width_in))
