"""Attention between channels in three dimensions: curves through a head, as an interactive page and as a figure.

A curve bends through the centre of the head from the channel whose token attends (blue) to the channel that it attends
to (red). Wider and more opaque curves are stronger. The strongest pairs of different channels are drawn.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, Int
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Line3DCollection

from eegbench.figure.caption import caption_height_in, write_caption
from eegbench.figure.scalp import CENTRE_M
from eegbench.figure.style import GREY, INK, PALE, WIDTH_IN, styled, title_size

N_STRONGEST = 100
N_STEPS = 24
"""Pieces of a curve."""

ENDS = "coolwarm"
VIEWS: Mapping[str, tuple[float, float]] = {"front": (5.0, 90.0), "left": (5.0, 180.0), "top": (90.0, -90.0)}
"""Elevation and azimuth in degrees."""

WIDEST_PT, WIDEST_PX = 2.0, 8.0

ROW_IN, ZOOM = 2.3, 1.4
"""Height of a row of views in inches, and enlargement of a head in its view."""

CAPTION_WIDTH = 110
"""Maximum number of characters of a line of the page's caption, which the page does not wrap itself."""

FOOT: Mapping[str, Any] = {"x": 0.02, "y": 0.02, "xref": "paper", "yref": "paper"}


@dataclass(frozen=True)
class Curves:
    """The strongest pairs of a matrix.

    Attributes
    ----------
    matrix
        Attention of each channel (rows) to each (columns); the diagonal is left out.
    positions
        Positions of the channels in metres in the head frame; pairs with a channel without one are left out.
    """

    matrix: Float[np.ndarray, "n_channels n_channels"]
    positions: Float[np.ndarray, "n_channels 3"]

    @cached_property
    def pairs(self) -> Int[np.ndarray, "n_pairs 2"]:
        """From and to channel of each pair, the weakest first."""
        values = self._values
        order = np.argsort(values, axis=None)[::-1][:N_STRONGEST][::-1]
        pairs = np.stack(np.unravel_index(order, values.shape), axis=1)
        return pairs[np.isfinite(values[pairs[:, 0], pairs[:, 1]])]

    @cached_property
    def strength(self) -> Float[np.ndarray, "n_pairs"]:
        """Of each pair from 0, the weakest that is drawn, to 1."""
        values = self._values[self.pairs[:, 0], self.pairs[:, 1]]
        span = np.ptp(values) if len(values) else 0.0
        return (values - values.min()) / span if span else np.ones(len(values))

    @cached_property
    def points(self) -> Float[np.ndarray, "n_pairs n_points 3"]:
        """Quadratic Bézier curves whose control point is the centre of the electrodes."""
        t = np.linspace(0, 1, N_STEPS + 1)[None, :, None]
        start, end = (self.positions[self.pairs[:, side], None] for side in (0, 1))
        centre = np.nanmean(self.positions, axis=0)
        return (1 - t) ** 2 * start + 2 * t * (1 - t) * centre + t**2 * end

    @property
    def _values(self) -> Float[np.ndarray, "n_channels n_channels"]:
        nowhere = np.isnan(self.positions).any(axis=1)
        values = self.matrix.astype(np.float64)
        np.fill_diagonal(values, -np.inf)
        values[nowhere] = values[:, nowhere] = -np.inf
        return np.nan_to_num(values, nan=-np.inf, neginf=-np.inf)


@styled
def attention_views(
    matrices: Mapping[str, Float[np.ndarray, "n_channels n_channels"]],
    *,
    positions: Float[np.ndarray, "n_channels 3"],
    title: str,
    caption: str,
) -> Figure:
    """Draw the curves of each matrix from the front, from the left and from above; electrodes lie on the head.

    Parameters
    ----------
    matrices
        By name, such as the class.
    positions
        Positions of the channels in metres in the head frame; NaN for unknown positions.
    title, caption
        Title above the figure, and caption below it.
    """
    positions = on_head(positions)
    foot = caption_height_in(caption, WIDTH_IN) + 0.1
    height = 0.6 + ROW_IN * len(matrices) + foot
    figure = Figure(figsize=(WIDTH_IN, height))
    figure.suptitle(title, y=1 - 0.12 / height, fontsize=title_size(title, figure.get_figwidth()))
    bottom, top = foot / height, 1 - 0.5 / height
    step = (top - bottom) / len(matrices)
    for row, (name, matrix) in enumerate(matrices.items()):
        curves = Curves(matrix, positions)
        for column, (view, angles) in enumerate(VIEWS.items()):
            place = (0.03 + 0.32 * column, top - (row + 1) * step, 0.31, 0.88 * step)
            axes = figure.add_axes(place, projection="3d", computed_zorder=False)
            assert isinstance(axes, Axes3D)
            _view(axes, curves, angles)
            axes.set_title(f"{name}, {view}" if column == 0 else view, y=1.0)
    write_caption(figure, caption)
    return figure


def _view(axes: Axes3D, curves: Curves, angles: tuple[float, float]) -> None:
    for ring in head_rings(curves.positions):
        axes.plot(*ring.T, color=PALE, linewidth=0.6)
    for points, strength in zip(curves.points, curves.strength, strict=True):
        pieces = np.stack([points[:-1], points[1:]], axis=1)
        colours = mpl.colormaps[ENDS](np.linspace(0, 1, N_STEPS))
        colours[:, 3] = 0.05 + 0.9 * strength
        axes.add_collection3d(Line3DCollection(pieces, colors=colours, linewidths=0.3 + WIDEST_PT * strength))
    axes.scatter(*curves.positions.T, s=3, color=INK, depthshade=False)
    every = np.concatenate([*head_rings(curves.positions), curves.positions])
    low, high = np.nanmin(every, axis=0), np.nanmax(every, axis=0)
    middle, half = (low + high) / 2, (high - low).max() / 2 * 0.95
    for set_limits, centre in zip((axes.set_xlim, axes.set_ylim, axes.set_zlim), middle, strict=True):
        set_limits(centre - half, centre + half)
    axes.set_box_aspect((1, 1, 1), zoom=ZOOM)
    axes.view_init(*angles)
    axes.set_axis_off()


def on_head(positions: Float[np.ndarray, "n_channels 3"]) -> Float[np.ndarray, "n_channels 3"]:
    """Move electrodes along their direction from the centre of the head onto the sphere of their mean distance."""
    away = positions - np.array(CENTRE_M)
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(CENTRE_M + away * (np.nanmean(distance) / distance))


def head_rings(positions: Float[np.ndarray, "n_channels 3"]) -> list[Float[np.ndarray, "n_points 3"]]:
    """Return lines that stand for a head, on the sphere of the electrodes: a circle, two arcs over it, a nose.

    Parameters
    ----------
    positions
        Electrodes on the head, as `on_head` returns them. The arcs end at the circle, or at the lowest electrode if it
        is below the circle.
    """
    away = positions - np.array(CENTRE_M)
    radius = float(np.nanmean(np.linalg.norm(away, axis=1)))
    below = max(0.0, -float(np.arcsin(np.nanmin(away[:, 2]) / radius)))
    angle = np.linspace(0, 2 * np.pi, 73)
    over = np.linspace(-below, np.pi + below, 37)
    zero = np.zeros_like
    circle = np.stack([np.cos(angle), np.sin(angle), zero(angle)], axis=1)
    arcs = [np.stack([np.cos(over), zero(over), np.sin(over)], axis=1)]
    arcs.append(np.stack([zero(over), np.cos(over), np.sin(over)], axis=1))
    nose = np.array([[-0.15, 0.99, 0.0], [0.0, 1.18, -0.05], [0.15, 0.99, 0.0]])
    return [np.array(CENTRE_M) + radius * one for one in (circle, *arcs, nose)]


def attention_page(
    matrices: Mapping[str, Float[np.ndarray, "n_channels n_channels"]],
    *,
    channels: Sequence[str],
    positions: Float[np.ndarray, "n_channels 3"],
    title: str,
    caption: str,
) -> str:
    """Return a page with the curves of one matrix at a time, which needs no other file and no network.

    Parameters
    ----------
    matrices
        Matrices by name; a menu chooses one.
    channels
        Names, shown at the electrodes.
    positions
        Positions of the channels in metres in the head frame; NaN for unknown positions.
    title, caption
        Title above the figure, and caption below it.
    """
    import plotly.graph_objects as go  # takes half a second

    positions = on_head(positions)
    names = [html.escape(name) for name in channels]
    fixed = [_line(ring, line={"color": GREY, "width": 2}, hoverinfo="skip") for ring in head_rings(positions)]
    electrodes = {"mode": "markers+text", "text": names, "textfont": {"size": 10, "color": INK}, "hoverinfo": "text"}
    fixed.append(_trace(positions, marker={"size": 3, "color": INK}, **electrodes))
    drawn = {name: _curves(Curves(matrix, positions), names) for name, matrix in matrices.items()}
    first, *_ = drawn
    traces = [trace | {"visible": name == first} for name, curves in drawn.items() for trace in curves]
    shown = {name: [True] * len(fixed) + [name == of for of, curves in drawn.items() for _ in curves] for name in drawn}
    buttons = [
        {"label": html.escape(name), "method": "update", "args": [{"visible": visible}]}
        for name, visible in shown.items()
    ]
    figure = go.Figure([*fixed, *traces])
    hidden = {"visible": False}
    figure.update_layout(
        title={"text": html.escape(title)},
        scene={"xaxis": hidden, "yaxis": hidden, "zaxis": hidden, "aspectmode": "data"},
        updatemenus=[{"buttons": buttons, "x": 0.02, "y": 0.98, "xanchor": "left", "yanchor": "top"}],
        annotations=[
            {
                "text": "<br>".join(map(html.escape, wrap(caption, CAPTION_WIDTH))),
                "showarrow": False,
                "align": "left",
                **FOOT,
            }
        ],
        margin={"l": 0, "r": 0, "t": 50, "b": 0},
    )
    return str(figure.to_html(include_plotlyjs=True, full_html=True, default_height="95vh"))


def _curves(curves: Curves, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a trace for each curve."""
    traces = []
    for (i, j), points, strength in zip(curves.pairs, curves.points, curves.strength, strict=True):
        width = 1 + WIDEST_PX * float(strength)
        line = {"color": list(range(len(points))), "colorscale": "RdBu_r", "width": width}
        told = f"{names[i]} attends to {names[j]}: {curves.matrix[i, j]:.3g}"
        traces.append(_line(points, line=line, opacity=0.1 + 0.9 * float(strength), hovertext=told, hoverinfo="text"))
    return traces


def _line(points: Float[np.ndarray, "n_points 3"], **options: Any) -> dict[str, Any]:
    return _trace(points, mode="lines", **options)


def _trace(points: Float[np.ndarray, "n_points 3"], **options: Any) -> dict[str, Any]:
    x, y, z = np.round(points, 4).T.tolist()
    return {"type": "scatter3d", "x": x, "y": y, "z": z, "showlegend": False, **options}
