"""Grid of scalp maps: what the network uses, optionally next to differences in the data."""

from dataclasses import dataclass, replace

import matplotlib as mpl
import mne
import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure, SubFigure

from eegbench.figure.caption import caption_height_in, write_caption
from eegbench.figure.colour_scale import DIFFERS, USES, bar, bar_height_in, colours
from eegbench.figure.scalp import flat
from eegbench.figure.style import INK, WIDTH_IN, blank, folded, styled, title_size

FEWEST_CHANNELS = 4
"""A map of fewer than these would be made up between them."""

MAX_ROWS = 8
WIDEST_IN, NARROWEST_IN = 1.6, 1.05
"""Of a map; where the narrowest are too wide for the figure, the figure is wider."""

HEADINGS_IN, ROW_NAMES_IN = 0.75, 0.5
ROW_CHARACTERS_AN_INCH = 12
"""Of the name of a row, which is broken into lines where it is longer than its map is high."""

RESOLUTION = 100
"""Points along a map."""

GAP = 0.15
"""Space between bands that have two maps each, in maps."""

DOT, LARGE_DOT = 1.3, 4.0
"""Size of an electrode in points, and of one that is marked."""


@dataclass(frozen=True)
class Maps:
    """Scalp maps of one measure.

    Attributes
    ----------
    values
        A number for each row (class or filter), column (band) and channel.
    measure
        Label of the colour bar, with the unit.
    heading
        Heading of each map, such as ``network`` or ``data``.
    marked
        Channels that are drawn as large dots, such as those with p < .05; None marks none.
    most_rows
        Largest number of rows that are drawn.
    is_signed
        Whether the numbers can be negative; the colour scale of others begins at zero.
    """

    values: Float[np.ndarray, "n_rows n_columns n_channels"]
    measure: str
    heading: str = ""
    marked: Bool[np.ndarray, "n_rows n_columns n_channels"] | None = None
    most_rows: int = MAX_ROWS
    is_signed: bool = True

    def of_rows(self, rows: Int[np.ndarray, "n"]) -> "Maps":
        """Return some of the rows."""
        return replace(self, values=self.values[rows], marked=None if self.marked is None else self.marked[rows])


@styled
def topomap(
    maps: Maps,
    *,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    channels: tuple[str, ...],
    positions: Float[np.ndarray, "n_channels 3"],
    title: str,
    caption: str,
    beside: Maps | None = None,
) -> Figure:
    """Draw a map for each row and column; all maps of a measure share one colour scale.

    Parameters
    ----------
    maps
        Maps of the network.
    rows, columns
        Names of classes, filters or subjects, and of bands.
    channels, positions
        Names, and places in metres in the head frame; NaN for unknown positions.
    title, caption
        Title above the figure, and caption below it, to which the channels that are left out are added.
    beside
        Differences in the data, each drawn next to the map of the network in other colours.

    Raises
    ------
    ValueError
        If fewer than four channels have a position, or there is no map for each row, column and channel.
    """
    layers = [maps] if beside is None else [maps, beside]
    _check(layers, (len(rows), len(columns), len(channels)))
    electrodes = flat(positions)
    _check_drawable(layers, positions)
    known = _known(layers, electrodes)
    caption = f"{caption} {_left_out(channels, known)} {_lacking(channels, known, layers)}".strip()
    shown = rows[: maps.most_rows]
    figure, cells, bars = _axes((len(shown), len(columns)), [layer.measure for layer in layers], caption)
    for i, (layer, colour_map) in enumerate(zip(layers, (USES, DIFFERS), strict=False)):
        scale = colours(layer.values[: len(shown), :, known], colour_map, is_signed=layer.is_signed)
        _fill(cells[..., i], layer, electrodes, known, scale)
        for axes, name in zip(cells[0, :, i], columns, strict=True):
            axes.set_title(f"{name}\n{layer.heading}".strip())
        bar(scale, layer.measure, bars[i])
    n_characters = int(_side_in(len(columns), len(layers)) * ROW_CHARACTERS_AN_INCH)
    for axes, name in zip(cells[:, 0, 0], shown, strict=True):
        axes.set_ylabel(folded(name, n_characters), fontsize="large")
    heading = title if shown == rows else f"{title} ({len(shown)} of {len(rows)})"
    figure.suptitle(heading, fontsize=title_size(heading, figure.get_figwidth()))
    return figure


def is_drawable(values: Float[np.ndarray, "n_rows n_columns n_channels"], positions: np.ndarray) -> bool:
    """Return whether a map has values at enough electrodes to be drawn.

    Parameters
    ----------
    values
        As of `Maps`.
    positions
        Positions of the channels (n_channels, 3); NaN for unknown positions.
    """
    known = np.isfinite(values) & np.isfinite(positions).all(axis=1)
    return bool((known.sum(axis=-1) >= FEWEST_CHANNELS).any())


def _check_drawable(layers: list[Maps], positions: Float[np.ndarray, "n_channels 3"]) -> None:
    for maps in layers:
        if not is_drawable(maps.values, positions):
            n = (np.isfinite(maps.values).any(axis=(0, 1)) & np.isfinite(positions).all(axis=1)).sum()
            raise ValueError(
                f"{n} of {len(positions)} channels have a position and values, and a scalp map needs "
                f"{FEWEST_CHANNELS}; draw channel_heatmap instead."
            )


def _check(layers: list[Maps], shape: tuple[int, int, int]) -> None:
    for values in (array for maps in layers for array in (maps.values, maps.marked) if array is not None):
        if values.shape != shape:
            raise ValueError(
                f"Scalp maps have the shape {values.shape}, and the names are of {shape} rows, columns and channels; "
                "pass a name for each."
            )


def _known(layers: list[Maps], electrodes: Float[np.ndarray, "n_channels 2"]) -> Bool[np.ndarray, "n_channels"]:
    """Return whether each channel has a position, and values in a map of each layer."""
    known = np.isfinite(electrodes).all(axis=1)
    for maps in layers:
        known &= np.isfinite(maps.values).any(axis=(0, 1))
    return known


def _left_out(channels: tuple[str, ...], known: Bool[np.ndarray, "n_channels"]) -> str:
    names = [name for name, is_known in zip(channels, known, strict=True) if not is_known]
    return f"Not drawn, for want of a position or of values: {', '.join(names)}." if names else ""


def _lacking(channels: tuple[str, ...], known: Bool[np.ndarray, "n_channels"], layers: list[Maps]) -> str:
    """Return the sentence of a caption about channels that only some maps have; maps without values do not count."""
    there = [np.isfinite(maps.values)[np.isfinite(maps.values).any(axis=2)] for maps in layers]
    whole = np.concatenate(there).all(axis=0)
    names = [name for name, is_partly in zip(channels, known & ~whole, strict=True) if is_partly]
    return f"Only in maps that have values of them: {', '.join(names)}." if names else ""


def _axes(shape: tuple[int, int], measures: list[str], caption: str) -> tuple[Figure, np.ndarray, list[Axes]]:
    """Return a figure with the axes of its maps (n_rows, n_columns, n_layers) and of one colour bar per layer."""
    n_layers = len(measures)
    ratios = _ratios(shape[1], n_layers)
    side = _side_in(shape[1], n_layers)
    width = max(WIDTH_IN, side * sum(ratios) + ROW_NAMES_IN)
    foot = max(map(bar_height_in, measures)) + caption_height_in(caption, width)
    heights = [side * shape[0] + HEADINGS_IN, foot]
    figure = blank(sum(heights), width)
    (above,), (below,) = figure.subfigures(2, 1, height_ratios=heights, squeeze=False)
    cells = above.subplots(shape[0], len(ratios), width_ratios=ratios, squeeze=False)
    cells = cells.reshape(*shape, -1)
    for axes in cells[..., n_layers:].flat:
        axes.remove()
    write_caption(below, caption)
    return figure, cells[..., :n_layers], _bars(below, n_layers)


def _ratios(n_columns: int, n_layers: int) -> list[float]:
    """Return the widths of maps and gaps along a row, in maps."""
    return ([1.0] * n_layers + ([GAP] if n_layers > 1 else [])) * n_columns


def _side_in(n_columns: int, n_layers: int) -> float:
    """Return the width and height of a map in inches."""
    return float(np.clip((WIDTH_IN - ROW_NAMES_IN) / sum(_ratios(n_columns, n_layers)), NARROWEST_IN, WIDEST_IN))


def _bars(figure: SubFigure, n: int) -> list[Axes]:
    """Return the axes of colour bars side by side; one alone stands in the middle."""
    margin = 0.15 if n > 1 else 0.5
    grid = figure.subplots(1, 2 * n + 1, width_ratios=[margin, *([1.0, margin] * n)])
    for axes in grid[::2]:
        axes.set_axis_off()
    return list(grid[1::2])


def _fill(
    cells: np.ndarray,
    maps: Maps,
    electrodes: Float[np.ndarray, "n_channels 2"],
    known: Bool[np.ndarray, "n_channels"],
    scale: ScalarMappable,
) -> None:
    """Draw each map into its axes (n_rows, n_columns), from the channels that have values in it."""
    large = {"marker": "o", "markerfacecolor": INK, "markeredgecolor": "white", "markeredgewidth": 0.4}
    for at in np.ndindex(cells.shape):
        there = known & np.isfinite(maps.values[at])
        if there.sum() < FEWEST_CHANNELS:
            empty: Axes = cells.item(*at)
            empty.set(xticks=[], yticks=[], frame_on=False)
            continue
        with mpl.rc_context({"lines.markersize": DOT}):
            mne.viz.plot_topomap(
                maps.values[at][there],
                electrodes[there],
                axes=cells[at],
                sphere=1.0,
                sensors="ko",
                mask=None if maps.marked is None else maps.marked[at][there],
                mask_params={**large, "markersize": LARGE_DOT},
                cmap=scale.cmap,
                cnorm=scale.norm,
                contours=0,
                res=RESOLUTION,
                show=False,
            )
