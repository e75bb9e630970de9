"""Matrices of channels × channels, one panel per class."""

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import fill

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from eegbench.figure.caption import caption_height_in, write_caption
from eegbench.figure.colour_scale import colours
from eegbench.figure.style import PALE, WIDTH_IN, styled, title_size

COLUMNS = 2
MAX_NAMES, NAME_PT = 32, 5.5

ROW_IN = 3.0
"""Height of a row of panels, with their titles and the names of channels."""

LABEL_WIDTH = 34
"""Maximum number of characters in a line of the colour bar's label."""


@styled
def channel_matrix(
    matrices: Mapping[str, Float[np.ndarray, "n_channels n_channels"]],
    *,
    channels: Sequence[str],
    measure: str,
    even: float | None,
    title: str,
    caption: str,
) -> Figure:
    """Draw matrices of a non-negative quantity side by side, with one colour scale.

    Parameters
    ----------
    matrices
        Matrices by name, such as the class; NaN is grey.
    channels
        Names of rows and columns; if there are many, only every second or third is written.
    measure
        Label of the colour bar.
    even
        Value of an even share, which is the white centre of a diverging scale; None for a sequential scale from
        zero.
    title, caption
        Title above the figure, and caption below it.
    """
    n_rows = ceil(len(matrices) / COLUMNS)
    foot = caption_height_in(caption, WIDTH_IN)
    figure = Figure(figsize=(WIDTH_IN, 0.4 + n_rows * ROW_IN + foot), layout="constrained")
    figure.suptitle(title, fontsize=title_size(title))
    grid = figure.subplots(n_rows, COLUMNS, squeeze=False)
    scale = colours(np.stack(list(matrices.values())), is_signed=even is not None, centre=even or 0.0)
    named = range(0, len(channels), ceil(len(channels) / MAX_NAMES))
    for axes, (name, matrix) in zip(grid.flat, matrices.items(), strict=False):
        axes.imshow(matrix, cmap=scale.cmap, norm=scale.norm, interpolation="nearest")
        axes.set_facecolor(PALE)
        axes.set_title(name)
        axes.set_xticks(named, [channels[i] for i in named], rotation=90, fontsize=NAME_PT)
        axes.set_yticks(named, [channels[i] for i in named], fontsize=NAME_PT)
        axes.set_xlabel("attended to")
        axes.set_ylabel("attends")
        axes.tick_params(length=0)
    for axes in list(grid.flat)[len(matrices) :]:
        axes.set_axis_off()
    figure.colorbar(scale, ax=grid, shrink=0.6).set_label(fill(measure, LABEL_WIDTH))
    write_caption(figure, caption)
    return figure
