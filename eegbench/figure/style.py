"""Style of all figures: sizes, fonts, colours that colour-blind readers can distinguish, and writing of files.

Figures are made with matplotlib's objects alone, never with its global state (pyplot), so that they can be drawn
in any process and thread and never open a window. Only Optuna's plots (`eegbench.figure.study`) use pyplot, and close
what they opened.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure

from eegbench.atomic import atomic_path

P = ParamSpec("P")

WIDTH_IN = 7.0
"""Width of two journal columns, in inches."""

TITLE_CHARACTERS_AN_INCH = 11
"""Of a title in its usual size."""

DPI = 300

N_RAMP = 256
"""Steps of a colour bar."""

INK, GREY, PALE = "#222222", "#7F7F7F", "#C4C4C4"

# Okabe and Ito's palette (jfly.uni-koeln.de/color), without its black and its yellow, which is too pale on white.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31", "#7F7F7F")

# Deeper sleep is a darker blue; wake and REM, which share their faster EEG, are warm.
STAGES = {"W": "#E69F00", "R": "#D55E00", "N1": "#7CC4F0", "N2": "#0072B2", "N3": "#0B2E59"}
"""The colour of each sleep stage, in the order of a hypnogram from the top."""

SHARES = "Blues"
"""The colour map of shares between 0 and 1."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so that figures look alike on every machine
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "figure.titlesize": 10,
    "figure.dpi": 100,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.5,
    "image.cmap": "viridis",  # of quantities
    "legend.frameon": False,
    "pdf.fonttype": 42,  # text stays text in a drawing program
    "svg.hashsalt": "eegbench",
}


METADATA: Mapping[str, Mapping[str, None]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Creator": None, "Date": None},
}
"""The formats that figures come in; no date and no version in the files, which would differ from run to run."""

STEPS = (1, 2, 2.5, 5, 10)
"""Distances between ticks, times a power of ten: matplotlib's own list has 8, which gives ticks at 0.008 and 0.016."""

PNG_LEVEL = 3
"""Compression by zlib; its own choice, 6, saves an eighth of the bytes and takes half as long again."""


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a figure in this style, whatever the user's matplotlibrc says, and leave that as it was."""

    @wraps(draw)
    def within_style(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with _style():
            return draw(*args, **kwargs)

    return within_style


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def blank(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """Return an empty figure whose layout makes room for its labels."""
    return Figure(figsize=(width_in, height_in), layout="constrained")


def title_size(title: str, width_in: float = WIDTH_IN) -> float:
    """Return the size in points in which a title fits a figure: the usual one, or a smaller one for a long title."""
    usual = float(STYLE["figure.titlesize"])
    return min(usual, usual * TITLE_CHARACTERS_AN_INCH * width_in / max(len(title), 1))


def folded(name: str, n_characters: int) -> str:
    """Break a name after underscores and spaces into lines of at most so many characters, where it can be broken."""
    lines = [""]
    for part in re.split(r"(?<=[_ ])", name):
        lines[-1:] = [lines[-1] + part] if len((lines[-1] + part).strip()) <= n_characters else [lines[-1], part]
    return "\n".join(line.strip() for line in lines if line)


def from_top(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes in the order of a hypnogram from the top, if all are sleep stages."""
    return tuple(name for name in STAGES if name in classes) if set(classes) <= set(STAGES) else classes


def class_colours(classes: tuple[str, ...]) -> dict[str, Any]:
    """Return a colour per class: fixed colours for sleep stages, otherwise the palette, or steps of a colour map."""
    if set(classes) <= set(STAGES):
        return {name: STAGES[name] for name in classes}
    if len(classes) <= len(PALETTE):
        return dict(zip(classes, PALETTE, strict=False))
    steps = mpl.colormaps["turbo"].resampled(len(classes))
    return {name: steps(i) for i, name in enumerate(classes)}


def percent(share: float) -> str:
    """Write a share (0..1) as whole percents."""
    return f"{100 * share:.0f} %"


IN_CELL: dict[str, Any] = {"ha": "center", "va": "center", "in_layout": False}
"""Options of text in a cell, which is inside the axes and therefore excluded from the layout of margins."""

RIGHT_ON_TOP = 1.0
"""Height of a title without anything below it, so that matplotlib need not search for its position."""


def on_top(axes: Axes, label: str, height: float | None = None) -> None:
    """Write the title of a panel at its left; above all other artists if no height is given."""
    axes.set_title(label, loc="left", y=height)


def smooth(bar: Colorbar) -> None:
    """Draw a colour bar as one small image without a frame."""
    for own in list(bar.ax.collections):
        own.remove()
    low, high = bar.ax.get_ylim()
    ramp = np.linspace(low, high, N_RAMP)[:, None]
    bar.ax.imshow(ramp, cmap=bar.cmap, norm=bar.norm, extent=(0, 1, low, high), origin="lower", aspect="auto")
    bar.outline.set_visible(False)


def save(figure: Figure, folder: Path, stem: str, *, formats: Sequence[str] = tuple(METADATA)) -> list[Path]:
    """Write a figure as ``stem.png`` (300 dpi), ``stem.pdf`` and ``stem.svg``; equal figures give equal files.

    Parameters
    ----------
    figure
        Figure returned by a function of this package.
    folder
        Folder of the files; it is created if missing.
    stem
        Name of the files without suffix.
    formats
        Some of ``png``, ``pdf`` and ``svg``.

    Returns
    -------
    list of Path
        Paths of the files; each is written atomically.
    """
    with _style():
        _skip_empty_labels(figure)
        return [_write(figure, folder / f"{stem}.{one}") for one in formats]


def _skip_empty_labels(figure: Figure) -> None:
    """Skip the placement of empty axis labels, which measures all tick labels each time."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.label.set_visible(False)
                axis.set_label_coords(0.5, 0.5)


def _write(figure: Figure, path: Path) -> Path:
    figure.set_dpi(DPI)
    with atomic_path(path) as aside:
        _PRINT[path.suffix](figure, aside)
    figure.set_layout_engine("none")  # found while drawing, and used again for other formats
    return path


def _print_png(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure).print_png(path, metadata=METADATA["png"], pil_kwargs={"compress_level": PNG_LEVEL})


def _print_pdf(figure: Figure, path: Path) -> None:
    from matplotlib.backends.backend_pdf import FigureCanvasPdf  # here, as only PDFs need it

    FigureCanvasPdf(figure).print_pdf(path, metadata=METADATA["pdf"])


def _print_svg(figure: Figure, path: Path) -> None:
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # here, as only SVGs need it

    FigureCanvasSVG(figure).print_svg(path, metadata=METADATA["svg"])


_PRINT = {".png": _print_png, ".pdf": _print_pdf, ".svg": _print_svg}
"""Straight to matplotlib's canvases: its savefig draws twice for each file."""
