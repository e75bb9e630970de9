"""Figures of a run on its HTML page: in screen resolution, the most important ones first."""

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from pathlib import Path

from PIL import Image

from eegbench.document.page import folded, gallery, paragraph, picture, section
from eegbench.report.heading import heading
from eegbench.score.render import plural

WIDTH = 1400
"""Maximum width of a figure on the page in pixels; files in ``figures/`` have 300 dpi."""

FIRST = ("scores", "learning_curves", "confusion", "report", "embeddings")
"""Prefixes of the names of figures that are shown without a click, in order."""

WIDE = "embeddings"
"""Prefix of the names of figures with many panels, which take the width of the page."""

MAX_FOLDED = 12
"""Maximum number of figures of a folder on the page; all are in ``figures/``."""


def figure_parts(folder: Path) -> str:
    """Return the figures of a run as HTML, grouped by folder; a sentence if there are none.

    Parameters
    ----------
    folder
        Folder of the run.
    """
    figures = folder / "figures"
    own = sorted(figures.glob("*.png"), key=_order)
    shown = [path for path in own if _order(path)[0] < len(FIRST)]
    rest = [path for path in own if path not in shown]
    places = sorted({path.parent for path in figures.rglob("*.png")} - {figures})
    wide = [path for path in shown if path.stem.startswith(WIDE)]
    parts = [gallery([_picture(path, figures) for path in shown if path not in wide])]
    parts += [gallery([_picture(path, figures)]) for path in wide]
    parts += [_folded("More figures", rest, figures)]
    parts += [_folded(_words(place.relative_to(figures)), sorted(place.glob("*.png")), figures) for place in places]
    none = paragraph("There are no figures in PNG format (figures=[…]).")
    return section("Figures", *([part for part in parts if part] or [none]))


def _folded(title: str, paths: Sequence[Path], figures: Path) -> str:
    """Return figures as HTML that is shown after a click on the title."""
    left = len(paths) - MAX_FOLDED
    more = paragraph(f"… and {plural(left, 'figure')} more in the run's folder.") if left > 0 else ""
    return folded(title, gallery([_picture(path, figures) for path in paths[:MAX_FOLDED]]) + more)


def _picture(path: Path, figures: Path) -> str:
    return picture(_on_screen(path), "png", _words(path.relative_to(figures).with_suffix("")))


def _on_screen(path: Path) -> bytes:
    """Return a figure as bytes, at most `WIDTH` wide and in 256 colours, which quarters the size of the file."""
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
    """Return the name of a figure, below the folder of figures, as a heading."""
    return heading(name.as_posix()).replace("/", ": ")
