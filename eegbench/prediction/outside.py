"""Does a recording lie outside of what the network was trained on? Its windows against percentiles of train.

By construction, 2 % of train's windows lie outside of their 1st to 99th percentile. A recording is told where a measure
of a channel does so in more than `MAX_SHARE` of its windows. People differ: with four of them in train, a band of one
channel lay outside in up to 48 % of the windows of simulated nights of others.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from eegbench.inference.description import Rows
from eegbench.inference.measure import measure_windows
from eegbench.store.base import WindowStore

MAX_SHARE = 0.5
"""Of windows beyond the percentiles of train: most of them."""

LEAST, AT_MOST = 20, 500
"""Windows from which on a share says something, and those that are measured, evenly among all."""

Comparison = Literal["yes", "too_few_windows", "train_unknown"]
"""Whether a recording is compared with train: it has too few usable windows, or the network keeps nothing of train."""

WORDS = {"std_uv": ("standard deviation", "µV")}


def comparison_with_train(train: Mapping[str, Mapping[str, Rows]], n_usable: int) -> Comparison:
    """Return whether `outside_of_train` compares a recording of so many windows that are not rejected."""
    if not any(train.values()):
        return "train_unknown"
    return "too_few_windows" if n_usable < LEAST else "yes"


def outside_of_train(
    train: Mapping[str, Mapping[str, Rows]], store: WindowStore, rows: Int[np.ndarray, "n"]
) -> list[str]:
    """Return a warning for each channel that lies outside of train, with the measure that does so most.

    Parameters
    ----------
    train
        What is known of train, by group and measure, see `eegbench.inference.description.Description`.
    store, rows
        The recording's windows that are not rejected.
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
    """Return the warning about a channel, where there is one."""
    shares = {name: _share(values, bounds) for name, (values, bounds) in measures.items()}
    worst = max(shares, key=shares.__getitem__, default="")
    if not worst or shares[worst] <= MAX_SHARE:
        return []
    (values, bounds), (what, unit) = measures[worst], WORDS.get(worst, (f"{worst.partition('_')[0]} power", "µV²"))
    more = [
        WORDS.get(name, (name.partition("_")[0],))[0] for name, s in shares.items() if s > MAX_SHARE and name != worst
    ]
    return [
        f"{channel} lies outside of train: its {what} does in {100 * shares[worst]:.0f} % of windows (median "
        f"{np.median(values):.3g} {unit}, in train {bounds[1]:.3g}, 98 % from {bounds[0]:.3g} to {bounds[2]:.3g})"
        + (f", and so do {', '.join(more)}" if more else "")
    ]


def _share(values: Float[np.ndarray, "n"], bounds: Float[np.ndarray, "3"]) -> float:
    """Return the share of windows beyond the percentiles; 0 for a channel that either lacks."""
    low, _, high = bounds
    return float(np.mean((values < low) | (values > high)))
