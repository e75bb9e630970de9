"""Embeddings in two dimensions: the same points coloured by label, subject, age and sex."""

from collections.abc import Mapping
from math import ceil

import matplotlib as mpl
import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eegbench.figure.raster_dots import RasterDots, legend_dot
from eegbench.figure.style import PALE, RIGHT_ON_TOP, blank, class_colours, from_top, on_top, smooth, styled

MAX_POINTS = 2500
"""Maximum number of windows; with more, a random subset is shown, as dots would cover each other."""

MAX_NAMED, MAX_SMALL = 10, 45
"""Categories in a legend of the usual size, and in one of small type and several columns."""

SMALL_ROWS = 15
"""Rows of a legend of small type."""

SMALL_PT, ROOMY_PT = 6.0, 7.5
"""Size of small type beside a panel, and where the place of a further panel is free."""

OPACITY = 0.75
PANEL_IN = 2.75


@styled
def embedding_scatter(
    points: Float[np.ndarray, "n 2"],
    *,
    panels: Mapping[str, pd.Series],
    title: str,
    axis_labels: tuple[str, str],
    rng: np.random.Generator,
) -> Figure:
    """Draw the same points in several panels, each coloured by another property.

    Parameters
    ----------
    points
        Two coordinates per window.
    panels
        Values (n,) that colour each panel, by the panel's title, in the order of ``points`` (the index is ignored).
        Numbers get a colour bar. All else is a category, in the order of its dtype if it is a ``Categorical``
        and sorted otherwise; sleep stages have their usual order. Missing values are grey.
    title
        Title above the figure.
    axis_labels
        Labels of the two coordinates, with their share of the variance if known.
    rng
        Draws the windows shown where there are more than 2,500, and the order in which they are drawn, so that
        no category lies on top of the others.
    """
    n_columns = min(len(panels), 2 if len(panels) in (2, 4) else 3)
    n_rows = ceil(len(panels) / n_columns)
    figure = blank((PANEL_IN + 0.1) * n_rows + 0.3, (PANEL_IN + 0.75) * n_columns)
    grid = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    shown = rng.permutation(len(points))[:MAX_POINTS]
    free = n_rows * n_columns > len(panels)
    ordered = _longest_legend_last(panels) if free else panels
    for i, (axes, (name, values)) in enumerate(zip(grid.flat, ordered.items(), strict=False), start=1):
        _panel(axes, points[shown], values.iloc[shown], name)
        _size_legend(axes, roomy=free and i == len(panels))
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    _label(figure, axis_labels, title, len(shown), len(points))
    return figure


def _longest_legend_last(panels: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Move the panel whose legend needs small type to the end, where the place beside it is free."""
    long = [
        name
        for name, values in panels.items()
        if not _is_quantity(values) and MAX_NAMED < values.nunique() <= MAX_SMALL
    ]
    return {name: values for name, values in panels.items() if name not in long} | {one: panels[one] for one in long}


def _is_quantity(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _size_legend(axes: Axes, *, roomy: bool) -> None:
    """Enlarge a legend of small type into the place of an unused panel."""
    legend = axes.get_legend()
    if roomy and legend is not None and len(legend.get_texts()) > MAX_NAMED:
        legend.set_in_layout(False)
        for text in legend.get_texts():
            text.set_fontsize(ROOMY_PT)


def _panel(axes: Axes, points: Float[np.ndarray, "n 2"], values: pd.Series, name: str) -> None:
    known = values.notna().to_numpy()
    colours = np.tile(mpl.colors.to_rgba(PALE), (len(points), 1))
    if _is_quantity(values):
        colours[known], detail = _by_quantity(axes, values[known])
    else:
        colours[known], detail = _by_category(axes, values[known])
    colours[:, 3] = OPACITY
    order = np.argsort(known, kind="stable")  # unknown values are drawn first
    RasterDots(axes, points[order], colours[order], float(np.clip(4000 / len(points), 3, 14)))
    unknown = "" if known.all() else ", grey: unknown"
    on_top(axes, f"{name}{detail}{unknown}", RIGHT_ON_TOP)
    axes.set_xticks([])
    axes.set_yticks([])


def _by_quantity(axes: Axes, values: pd.Series) -> tuple[Float[np.ndarray, "n 4"], str]:
    """Return a colour per value, and an empty text for the panel's title, as there is a colour bar."""
    scale = mpl.cm.ScalarMappable(cmap=mpl.rcParams["image.cmap"])
    numbers = values.to_numpy(float)
    scale.set_array(numbers)
    scale.autoscale_None()
    smooth(axes.figure.colorbar(scale, cax=axes.inset_axes((1.03, 0.15, 0.03, 0.7))))
    return scale.to_rgba(numbers), ""


def _by_category(axes: Axes, values: pd.Series) -> tuple[Float[np.ndarray, "n 4"], str]:
    """Return a colour per value, and text for the panel's title if there is no legend."""
    category = pd.Categorical(values.astype("category"))
    names = tuple(map(str, category.categories))
    if len(names) > MAX_SMALL:
        return _by_rank(axes, names)[category.codes], f" ({len(names)}, by name)"
    colours = class_colours(names)
    handles = [legend_dot(name, colours[name]) for name in from_top(names)]
    small = {"fontsize": SMALL_PT, "ncols": ceil(len(names) / SMALL_ROWS), "columnspacing": 0.4, "labelspacing": 0.3}
    axes.legend(
        handles=handles,
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        handletextpad=0.1,
        borderaxespad=0.2,
        **(small if len(names) > MAX_NAMED else {}),
    )
    return mpl.colors.to_rgba_array([colours[name] for name in names]).reshape(-1, 4)[category.codes], ""


def _by_rank(axes: Axes, names: tuple[str, ...]) -> Float[np.ndarray, "n_names 4"]:
    """Return a colour for each name, and draw a bar of them that names the first and the last."""
    scale = mpl.cm.ScalarMappable(mpl.colors.Normalize(0, len(names) - 1), mpl.colormaps["turbo"])
    bar = axes.figure.colorbar(scale, cax=axes.inset_axes((1.03, 0.15, 0.03, 0.7)))
    bar.set_ticks([0, len(names) - 1], labels=[names[0], names[-1]])
    smooth(bar)
    colours: Float[np.ndarray, "n_names 4"] = scale.to_rgba(np.arange(len(names)))
    return colours


def _label(figure: Figure, axis_labels: tuple[str, str], title: str, n_shown: int, n: int) -> None:
    figure.supxlabel(axis_labels[0], fontsize="medium")
    figure.supylabel(axis_labels[1], fontsize="medium")
    counted = f"{n_shown:,} of {n:,} windows" if n_shown < n else f"{n:,} windows"
    figure.suptitle(f"{title} ({counted})")
