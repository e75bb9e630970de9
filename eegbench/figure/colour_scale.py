"""Colour scales: diverging ones for quantities with a sign, and one from zero for quantities without."""

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

AMOUNT = "Reds"
"""Colour map for quantities that cannot be negative; zero is white in all three."""

DIFFERS = "PuOr_r"
"""Colour map for differences in the data, distinct from the other."""

MEASURE_CHARACTERS = 44


def magnitude(values: Float[np.ndarray, "..."]) -> float:
    """Return the largest finite magnitude; 1 where all is zero or nothing is finite."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0


def colours(
    values: Float[np.ndarray, "..."], diverging: str = USES, *, is_signed: bool, centre: float = 0.0
) -> ScalarMappable:
    """Return a colour map up to the largest finite distance from the centre, which is white.

    Parameters
    ----------
    values
        All numbers that share the colours.
    diverging
        Colour map of signed quantities: ``USES`` or ``DIFFERS``.
    is_signed
        Whether numbers lie on both sides of the centre. The limits are then symmetric about it; else the scale begins
        there.
    centre
        Number that is drawn in white.
    """
    limit = magnitude(values - centre)
    return (
        ScalarMappable(Normalize(centre - limit, centre + limit), diverging)
        if is_signed
        else ScalarMappable(Normalize(centre, centre + limit), AMOUNT)
    )


def bar(scale: ScalarMappable, measure: str, axes: Axes) -> Colorbar:
    """Fill an axes with the colour bar that others share, and write below it what is measured."""
    is_signed = bool(scale.norm.vmin)
    label, ticks = fill(measure, MEASURE_CHARACTERS), MaxNLocator(5, symmetric=is_signed, steps=STEPS)
    drawn = axes.figure.colorbar(scale, cax=axes, orientation="horizontal", ticks=ticks, label=label)
    drawn.outline.set_visible(False)
    return drawn


def bar_height_in(measure: str) -> float:
    """Return the height of a colour bar with its numbers and its label, in inches."""
    return 0.66 + 0.14 * fill(measure, MEASURE_CHARACTERS).count("\n")
