"""Comparison of a recording with the training data: its windows against percentiles of train.

By construction, 2 % of the windows of train are outside their 1st to 99th percentile. A warning is given if a measure
of a channel is outside in more than `MAX_SHARE` of a recording's windows. Subjects differ: with four subjects in train,
a band of one channel was outside in up to 48 % of the windows of simulated nights of other subjects.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from eegbench.inference.description import Rows
from eegbench.inference.measure import measure_windows
from eegbench.store.base import WindowStore

MAX_SHARE = 0.5
"""Maximum proportion of windows outside the percentiles of train without a warning."""

LEAST, AT_MOST = 20, 500
"""Minimum number of windows for a comparison, and maximum number measured, evenly spaced."""

Comparison = Literal["yes", "too_few_windows", "train_unknown"]
"""Comparison of a recording with train, or the reason for none: few usable windows, or no description of train."""

WORDS = {"std_uv": ("standard deviation", "µV")}


def comparison_with_train(train: Mapping[str, Mapping[str, Rows]], n_usable: int) -> Comparison:
    """Return whether `outside_of_train` compares a recording with this number of usable windows."""
    if not any(train.values()):
        return "train_unknown"
    return "too_few_windows" if n_usable < LEAST else "yes"


def outside_of_train(
    train: Mapping[str, Mapping[str, Rows]], store: WindowStore, rows: Int[np.ndarray, "n"]
) -> list[str]:
    """Return a warning for each channel outside the range of train, with the measure that is outside most often.

    Parameters
    ----------
    train
        Percentiles of train, by group and measure (see `eegbench.inference.description.Description`).
    store, rows
        Windows of the recording that are not rejected.
    """
    if comparison_with_train(train, len(rows)) != "yes":
        return []
    found = []
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), AT_MOST)).round().astype(int)]
    for group, measures in measure_windows(store, some).items():
        known = {name: (values, train.get(group, {}).get(name)) for name, values in measures.items()}
        pairs = {name: (values, bounds) for name, (values, bounds) in known.items() if bounds is not None}
        for column, channel in enumerate(store.form.groups[group].channels):
            found += _told(channel, {name: (v[:, column], _column(b, column)) for name, (v, b) in pairs.items()})
    return found


def _column(bounds: Rows, column: int) -> Float[np.ndarray, "3"]:
    return np.array([row[column] for row in bounds])


def _told(channel: str, measures: dict[str, tuple[Float[np.ndarray, "n"], Float[np.ndarray, "3"]]]) -> list[str]:
    """Return the warning about a channel, or an empty list."""
    shares = {name: _share(values, bounds) for name, (values, bounds) in measures.items()}
    worst = max(shares, key=shares.__getitem__, default="")
    if not worst or shares[worst] <= MAX_SHARE:
        return []
    (values, bounds), (what, unit) = measures[worst], WORDS.get(worst, (f"{worst.partition('_')[0]} power", "µV²"))
    more = [
        WORDS.get(name, (name.partition("_")[0],))[0] for name, s in shares.items() if s > MAX_SHARE and name != worst
    ]
    return [
        f"{channel} is outside the range of train: its {what} in {100 * shares[worst]:.0f} % of windows (median "
        f"{np.median(values):.3g} {unit}, in train {bounds[1]:.3g}, 98 % from {bounds[0]:.3g} to {bounds[2]:.3g})"
        + (f", and also its {', '.join(more)}" if more else "")
    ]


def _share(values: Float[np.ndarray, "n"], bounds: Float[np.ndarray, "3"]) -> float:
    """Return the proportion of windows outside the percentiles; 0 if the channel or its percentiles are missing."""
    low, _, high = bounds
    return float(np.mean((values < low) | (values > high)))
