"""Diverging colours, symmetric about zero."""

from textwrap import fill

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator

from eegbench.figure.style import STEPS

USES = "RdBu_r"
"""Colour map for what a network uses."""

DIFFERS = "PuOr_r"
"""Colour map for differences in the data, distinct from the other."""

MEASURE_CHARACTERS = 44


def magnitude(values: Float[np.ndarray, "..."]) -> float:
    """Return the largest finite magnitude; 1 where all is zero or nothing is finite."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0


def colours(values: Float[np.ndarray, "..."], name: str) -> ScalarMappable:
    """Return a colour map whose limits are ± the largest finite magnitude, so that zero is white.

    Parameters
    ----------
    values
        All numbers that share the colours.
    name
        ``USES`` or ``DIFFERS``.
    """
    limit = magnitude(values)
    return ScalarMappable(Normalize(-limit, limit), name)


def bar(scale: ScalarMappable, measure: str, axes: Axes) -> Colorbar:
    """Fill an axes with the colour bar that others share, and write below it what is measured."""
    label, ticks = fill(measure, MEASURE_CHARACTERS), MaxNLocator(5, symmetric=True, steps=STEPS)
    drawn = axes.figure.colorbar(scale, cax=axes, orientation="horizontal", ticks=ticks, label=label)
    drawn.outline.set_visible(False)
    return drawn


def bar_height_in(measure: str) -> float:
    """Return the height of a colour bar with its numbers and its label, in inches."""
    return 0.66 + 0.14 * fill(measure, MEASURE_CHARACTERS).count("\n")
