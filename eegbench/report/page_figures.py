"""The figures of a run on its page: at the resolution of a screen, the most telling ones first."""

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from pathlib import Path

from PIL import Image

from eegbench.document.page import folded, gallery, paragraph, picture, section
from eegbench.score.render import plural

WIDTH = 1400
"""Pixels of a figure on the page, at most; files in ``figures/`` have 300 dpi."""

FIRST = ("scores", "learning_curves", "confusion", "embeddings")
"""How the names of the figures begin that are shown without a click, in their order."""

MAX_FOLDED = 12
"""Figures of a folder that are on the page; all are in ``figures/``."""


def figure_parts(folder: Path) -> str:
    """Return the figures of a run, those of each folder together; a sentence where there are none.

    Parameters
    ----------
    folder
        The run's folder.
    """
    figures = folder / "figures"
    own = sorted(figures.glob("*.png"), key=_order)
    shown = [path for path in own if _order(path)[0] < len(FIRST)]
    rest = [path for path in own if path not in shown]
    places = sorted({path.parent for path in figures.rglob("*.png")} - {figures})
    parts = [gallery([_picture(path, figures) for path in shown])]
    parts += [_folded("More figures", rest, figures)]
    parts += [_folded(_words(place.relative_to(figures)), sorted(place.glob("*.png")), figures) for place in places]
    none = paragraph("No figure was drawn as PNG (figures=[…]).")
    return section("Figures", *([part for part in parts if part] or [none]))


def _folded(title: str, paths: Sequence[Path], figures: Path) -> str:
    """Return some figures below a line that opens them."""
    left = len(paths) - MAX_FOLDED
    more = paragraph(f"… and {plural(left, 'figure')} more in the run's folder.") if left > 0 else ""
    return folded(title, gallery([_picture(path, figures) for path in paths[:MAX_FOLDED]]) + more)


def _picture(path: Path, figures: Path) -> str:
    return picture(_on_screen(path), "png", _words(path.relative_to(figures).with_suffix("")))


def _on_screen(path: Path) -> bytes:
    """Return a figure's bytes, no wider than `WIDTH`, in 256 colours, which makes a file a quarter as large."""
    with Image.open(path) as opened:
        small = opened.convert("RGB").reduce(ceil(opened.width / WIDTH))
    file = BytesIO()
    colours = small.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours.save(file, format="png", compress_level=6)
    return file.getvalue()


def _order(path: Path) -> tuple[int, str]:
    places = (place for place, name in enumerate(FIRST) if path.stem.startswith(name) and "pretext" not in path.stem)
    return next(places, len(FIRST)), path.stem


def _words(name: Path) -> str:
    """Return what a figure's name says: ``confusion_linear_test`` is "Confusion linear test"."""
    text = name.as_posix().replace("_", " ").replace("/", ": ")
    return f"{text[:1].upper()}{text[1:]}"
