"""Heat map of channels × places for each output, and below it the mean over channels with its error."""

from collections.abc import Sequence
from math import ceil
from textwrap import fill

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eegbench.figure.caption import caption_height_in, write_caption
from eegbench.figure.channel_map import NAMES, at, check_channel_map, significant
from eegbench.figure.colour_scale import USES, bar, bar_height_in, colours
from eegbench.figure.style import GREY, INK, PALE, PALETTE, STEPS, WIDTH_IN, blank, styled, title_size
from eegbench.types import ChannelMap

MAX_PANELS = 6
CHANNEL_IN = 0.15
TALLEST_IN, SHORTEST_IN = 6.0, 0.45
"""Of a heat map."""

SMALL_PT, SMALL_IN = 6, 0.09
"""Size of the channels' names where there is no room for larger ones, and the height that each then needs."""

MEAN_IN, LABELS_IN = 0.95, 0.85
"""Height of the means, and of all that is written around the panels."""

CAP_PT = 3.5
"""Half the length of the ends of an error bar, which are longer than a dot so that short bars are seen, too."""

BAND = "#B8D6EA"
"""Opaque, as the edge and the area of a transparent band add up."""

NO_VALUE = "Grey: no value."

ALL, ALL_CHANNELS = "all", "all\nchannels"
"""Name of the row of a map that does not distinguish channels, and its label."""

LABEL_WIDTH = 16
"""Maximum number of characters in a line of the label of the lower axis."""


@styled
def channel_heatmap(drawn: ChannelMap, *, title: str, caption: str, diverging: str = USES) -> Figure:
    """Draw channels × places for each output, and below it the mean over channels.

    All heat maps share one colour scale, symmetric about zero for signed quantities and from zero for others. Places
    with p < .05 are outlined, and those without a value are grey. The band around a mean is the mean of the channels'
    standard errors (SE). The standard error of the mean itself is equal to it if the errors of channels are perfectly
    correlated, and smaller otherwise.

    Parameters
    ----------
    drawn
        Map to draw; only its first six outputs are drawn.
    title, caption
        Title above the figure, and caption below it.
    diverging
        Colour map of signed quantities: ``USES`` for what a network uses, ``DIFFERS`` for differences in the data.

    Raises
    ------
    ValueError
        If the shape of an array does not fit the names, or places are not in ascending order.
    """
    check_channel_map(drawn)
    shown = drawn.outputs[:MAX_PANELS]
    caption = caption if np.isfinite(drawn.values[: len(shown)]).all() else f"{caption} {NO_VALUE}".strip()
    figure, (heats, means), bar_axes = _axes(len(shown), drawn, caption)
    scale = colours(drawn.values[: len(shown)], diverging, is_signed=drawn.is_signed)
    for i, name in enumerate(shown):
        _heat(heats[i], drawn.values[i], significant(drawn)[i], _edges(at(drawn)), scale)
        _mean(means[i], drawn, i)
        heats[i].set_title(name)
    _label(heats, means, drawn)
    bar(scale, drawn.measure, bar_axes)
    heading = title if shown == drawn.outputs else f"{title} ({len(shown)} of {len(drawn.outputs)})"
    figure.suptitle(heading, fontsize=title_size(heading))
    return figure


def _axes(n: int, drawn: ChannelMap, caption: str) -> tuple[Figure, np.ndarray, Axes]:
    """Return a figure with the axes of heat maps and means (2, n), and of the colour bar."""
    heat_in = float(np.clip(CHANNEL_IN * len(drawn.channels), SHORTEST_IN, TALLEST_IN))
    heights = [heat_in + MEAN_IN + LABELS_IN, bar_height_in(drawn.measure) + caption_height_in(caption, WIDTH_IN)]
    figure = blank(sum(heights))
    (above,), (below,) = figure.subfigures(2, 1, height_ratios=heights, squeeze=False)
    panels = above.subplots(2, n, height_ratios=[heat_in, MEAN_IN], sharex=True, sharey="row", squeeze=False)
    margins = below.subplots(1, 3, width_ratios=[0.4, 1.0, 0.4])
    for axes in margins[::2]:
        axes.set_axis_off()
    write_caption(below, caption)
    return figure, panels, margins[1]


def _edges(places: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n+1"]:
    """Return the borders of cells: halfway between places, and symmetric about the first and last place."""
    if len(places) == 1:
        return places[0] + np.array([-0.5, 0.5])
    between = (places[:-1] + places[1:]) / 2
    return np.concatenate([[2 * places[0] - between[0]], between, [2 * places[-1] - between[-1]]])


def _heat(
    axes: Axes,
    values: Float[np.ndarray, "n_channels n_places"],
    marked: Bool[np.ndarray, "n_channels n_places"],
    edges: Float[np.ndarray, "n_places+1"],
    scale: ScalarMappable,
) -> None:
    rows = np.arange(len(values) + 1) - 0.5
    mesh = axes.pcolormesh(edges, rows, values, cmap=scale.cmap, rasterized=True)
    mesh.set_clim(scale.get_clim())
    axes.set_facecolor(PALE)
    axes.add_collection(LineCollection(outline(marked, edges, rows), colors=INK, linewidths=0.7), autolim=False)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(rows[-1], rows[0])
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelbottom=False)


def outline(
    marked: Bool[np.ndarray, "n m"], x: Float[np.ndarray, "m+1"], y: Float[np.ndarray, "n+1"]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the line segments between cells that are marked and cells that are not.

    Parameters
    ----------
    marked
        Cells, by row and column.
    x, y
        Borders of columns and of rows.
    """
    around = np.pad(marked, 1)
    upright = np.argwhere(around[1:-1, 1:] != around[1:-1, :-1]).tolist()
    level = np.argwhere(around[1:, 1:-1] != around[:-1, 1:-1]).tolist()
    return [((x[j], y[i]), (x[j], y[i + 1])) for i, j in upright] + [((x[j], y[i]), (x[j + 1], y[i])) for i, j in level]


def _mean(axes: Axes, drawn: ChannelMap, i: int) -> None:
    x, mean = at(drawn), _mean_there(drawn.values[i])
    style = {"marker": "o", "markersize": 3, "linestyle": ""} if drawn.axis == "band" else {"linewidth": 1.0}
    axes.axhline(0, color=GREY, linewidth=0.6)
    if drawn.standard_error is not None:
        error = _mean_there(drawn.standard_error[i])
        if drawn.axis == "band":
            axes.errorbar(x, mean, error, fmt="none", ecolor=INK, elinewidth=1.0, capsize=CAP_PT, capthick=0.8)
        else:
            axes.fill_between(x, mean - error, mean + error, color=BAND, linewidth=1)
    axes.plot(x, mean, color=PALETTE[0], **style)


def _mean_there(values: Float[np.ndarray, "n_channels n_places"]) -> Float[np.ndarray, "n_places"]:
    """Return the mean over the channels that have a value; NaN if none has."""
    n = np.isfinite(values).sum(axis=0)
    return np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)


def _label(heats: np.ndarray, means: np.ndarray, drawn: ChannelMap) -> None:
    n = len(drawn.channels)
    small = CHANNEL_IN * n > TALLEST_IN
    step = ceil(SMALL_IN * n / TALLEST_IN)
    channels = [ALL_CHANNELS if name == ALL else name for name in drawn.channels]
    heats[0].set_yticks(range(0, n, step), channels[::step], fontsize=SMALL_PT if small else None)
    shown, error = ("mean over\nchannels", "± mean SE") if n > 1 else (_short(drawn.measure), "± SE")
    means[0].set_ylabel(shown if drawn.standard_error is None else f"{shown}\n{error}")
    n_ticks = 6 if len(means) < 3 else 3
    for axes in means:
        axes.set_xlabel(NAMES[drawn.axis])
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=STEPS))
        if drawn.axis == "band":
            _label_bands(axes, [str(name) for name in drawn.places])
        else:
            axes.xaxis.set_major_locator(MaxNLocator(n_ticks, steps=STEPS))


def _short(measure: str) -> str:
    """Return a quantity without the remark in brackets, which the colour bar has, in short lines."""
    return fill(measure.partition(" (")[0], LABEL_WIDTH)


def _label_bands(axes: Axes, names: Sequence[str]) -> None:
    """Write the names of bands below their columns, slanted if there are several."""
    axes.set_xticks(range(len(names)), names)
    if len(names) > 1:
        for label in axes.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")
