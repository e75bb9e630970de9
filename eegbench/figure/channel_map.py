"""Contents of a map for figures, with a number for each output, channel and place."""

import numpy as np
from jaxtyping import Bool, Float

from eegbench.types import Axis, ChannelMap

NAMES: dict[Axis, str] = {"frequency_hz": "frequency (Hz)", "time_s": "time (s)", "band": ""}
"""Labels of the axes of places."""

LEVEL = 0.05
"""Places with p below this are marked."""


def check_channel_map(drawn: ChannelMap) -> None:
    """Raise an error for a map whose shape does not fit its names.

    Raises
    ------
    ValueError
        If the shape of an array does not fit the names, or places are not in ascending order.
    """
    shape = (len(drawn.outputs), len(drawn.channels), len(drawn.places))
    for name, array in {"values": drawn.values, "standard errors": drawn.standard_error, "p values": drawn.p}.items():
        if array is not None and array.shape != shape:
            raise ValueError(
                f"The {name} of a map have the shape {array.shape}, and its names are of {shape} outputs, channels "
                "and places; pass a name for each."
            )
    if drawn.axis != "band" and (np.diff(at(drawn)) <= 0).any():
        raise ValueError(f"Places on the axis {drawn.axis} rise from the first to the last; sort the map by them.")


def at(drawn: ChannelMap) -> Float[np.ndarray, "n_places"]:
    """Return the positions of places on an axis: their frequencies or times, and 0, 1, 2, … for bands."""
    return np.arange(float(len(drawn.places))) if drawn.axis == "band" else np.asarray(drawn.places, dtype=float)


def significant(drawn: ChannelMap) -> Bool[np.ndarray, "n_outputs n_channels n_places"]:
    """Return a mask of p < .05, which is False where there are no p-values."""
    return np.zeros(drawn.values.shape, dtype=bool) if drawn.p is None else drawn.p < LEVEL
