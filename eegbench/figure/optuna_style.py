"""Restyling of Optuna's matplotlib plots: fonts, colours, ticks, legends and sizes."""

import re
from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, MaxNLocator, NullFormatter

from eegbench.figure.style import INK, PALETTE, WIDTH_IN, on_top

COLOURS = ListedColormap(mpl.colormaps["viridis"](np.linspace(0.93, 0.0, 256)))
"""The higher, the darker; without the palest yellows, which are hard to see on white."""

MAX_LEGEND = len(PALETTE)
"""Maximum number of curves in a legend, each with its own colour; more are coloured by the trial's number."""

MAX_CHARACTERS = 16
"""Maximum total length of names of categories below a panel; longer names are slanted."""

WIDE, NARROW = 20, 14
"""Maximum number of characters of a name on one line, below a panel and below a parallel axis."""

ON_LINES = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
"""Box around text on top of lines; opaque, as a line that shows through strikes the text out."""


def restyle(axes: Axes, title: str = "") -> None:
    """Restyle axes drawn by Optuna."""
    axes.set_facecolor("white")
    axes.grid(visible=False)
    axes.set_title("")
    on_top(axes, title)
    axes.title.set(fontsize=mpl.rcParams["axes.titlesize"], color=INK)
    axes.spines[:].set(color=INK, linewidth=mpl.rcParams["axes.linewidth"])
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(which="both", color=INK, labelcolor=INK, labelsize=mpl.rcParams["xtick.labelsize"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(fontsize=mpl.rcParams["axes.labelsize"], color=INK)


def restyle_parallel(axes: Axes) -> None:
    """Draw the line of a parallel axis, and make its numbers readable on top of the lines of trials."""
    restyle(axes)
    axes.spines["left"].set_visible(False)
    axes.spines["right"].set_visible(True)
    for label in axes.get_yticklabels():
        label.set_bbox(ON_LINES)


def restyle_cube(axes: Any) -> None:
    """Leave room for the labels of three-dimensional axes, and style the third axis like the others."""
    axes.zaxis.label.set(fontsize=mpl.rcParams["axes.labelsize"], color=INK)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.labelpad = 8
    axes.set_box_aspect(None, zoom=0.85)


def restyle_bar(axes: Axes, label: str) -> None:
    """Restyle a colour bar drawn by Optuna."""
    restyle(axes)
    axes.spines[:].set_visible(False)
    axes.set_ylabel(label)


def restyle_slice(axes: Axes) -> None:
    """Set the ticks of a panel: names of categories, whole numbers, or powers of ten."""
    restyle(axes)
    axes.set(xlabel=broken(axes.get_xlabel(), WIDE), ylabel="")
    axes.margins(y=0.1)
    dots = axes.collections[0]
    dots.set(cmap=COLOURS, edgecolor="white", sizes=[24], linewidth=0.5)
    x = np.asarray(dots.get_offsets())[:, 0]
    if axes.xaxis.have_units():
        _name_categories(axes)
    elif axes.get_xscale() == "log":
        _mark_powers(axes, float(x.min()), float(x.max()))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=bool((x == x.round()).all()), min_n_ticks=1))


def _mark_powers(axes: Axes, low: float, high: float) -> None:
    """Label a logarithmic axis at powers of ten, or at its ends if it contains fewer than two powers."""
    axes.xaxis.set_minor_formatter(NullFormatter())
    if floor(log10(high)) <= ceil(log10(low)):
        axes.set_xticks([low, high], [f"{low:.2g}", f"{high:.2g}"])
    else:
        axes.xaxis.set_major_locator(LogLocator(numticks=5))


def _name_categories(axes: Any) -> None:
    """Write the names of categories without the quotation marks that Optuna puts around them."""
    places = axes.xaxis.get_majorticklocs()
    names = [text.strip("'") for text in axes.xaxis.get_major_formatter().format_ticks(places)]
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_major_formatter(FixedFormatter(names))
    axes.set_xlim(-0.5, len(names) - 0.5)
    if sum(map(len, names)) > MAX_CHARACTERS:
        for label in axes.get_xticklabels():
            label.set(rotation=30, ha="right", rotation_mode="anchor")


def colour_curves(axes: Any) -> None:
    """Colour a few curves by the palette, with a legend, and many by their trial numbers, with a colour bar."""
    numbers = [int(re.sub(r"\D", "", line.get_label())) for line in axes.lines]
    scale: Any = ScalarMappable(Normalize(min(numbers), max(numbers)), COLOURS)
    few = len(numbers) <= MAX_LEGEND
    for i, line in enumerate(axes.lines):
        line.set(color=PALETTE[i] if few else scale.to_rgba(numbers[i]), alpha=1.0, linewidth=1.0, markersize=4)
    if few:
        labels = [f"trial {number}" for number in numbers]
        axes.legend(axes.lines, labels, loc="center left", bbox_to_anchor=(1, 0.5))
    else:
        axes.get_legend().remove()
        bar = axes.figure.colorbar(scale, ax=axes, label="trial", ticks=MaxNLocator(5, integer=True))
        bar.outline.set_visible(False)


def legend_on_top(axes: Axes, handles: Mapping[str, Artist]) -> None:
    """Place the legend above the axes, at the right, where it hides no data."""
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0, "ncols": len(handles)}
    axes.legend(list(handles.values()), list(handles), **place)


def finished(axes: Any, height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """Return the figure of these axes in the size and layout of this package."""
    figure: Figure = axes.figure
    figure.set_layout_engine("constrained")
    figure.set_size_inches(width_in, height_in)
    return figure


def broken(name: str, width: int) -> str:
    """Break a long name into lines after dots and slashes, and after underscores if a part is long."""
    if len(name) <= width:
        return name
    return re.sub(r"([^\n]{7,}?_)(?=[^\n]{3,})", r"\1\n", re.sub(r"([./])", r"\1\n", name))
