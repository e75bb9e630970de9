"""Anchors that cannot be completed to an example: what to do with them, and which recordings raise an error."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from eegbench.sampler.timeline import Elsewhere, Partners, Timeline, places
from eegbench.types import Draw

Kind = Partners | Elsewhere
"""Partners that complete anchors to examples of one kind."""

NoPartner = Literal["redraw", "drop", "raise"]
"""Draw another anchor of the same recording, drop the example and count it, or raise an error for such recordings."""


def check_anchors(
    line: Timeline,
    exist: Bool[np.ndarray, "n_places"],
    policy: NoPartner,
    *,
    kind: str,
    setting: str,
    remedy: Callable[[int], str],
) -> None:
    """Raise an error for tables that lack anchors.

    Parameters
    ----------
    line
        Windows by recording and start.
    exist
        Whether each place can be completed.
    policy
        What to do with anchors that cannot be completed.
    kind
        Kind of example, e.g. ``negative pair``.
    setting
        The options that decide it, as they are typed.
    remedy
        Function that returns what to set instead, given the recording that lacks anchors.

    Raises
    ------
    ValueError
        With the name of a recording, its length, and what to set.
    """
    n_windows = np.diff(line.first)
    n_anchors = np.bincount(line.recording, weights=exist, minlength=line.n_recordings)
    if not n_anchors.any():
        longest = int(line.span_us.argmax())
        raise ValueError(
            f"No recording has a {kind} at {setting}: even the longest, {describe(line, longest)}, "
            f"has none; set {remedy(longest)}."
        )
    needed = {"redraw": np.ones_like(n_windows), "drop": np.zeros_like(n_windows), "raise": n_windows}[policy]
    lacking = np.flatnonzero(n_anchors < needed).tolist()
    if lacking:
        worst = lacking[0]
        raise ValueError(
            f"Recording {describe(line, worst)}, has {n_anchors[worst]:.0f} windows with a {kind} at {setting}, and "
            f"sampler.no_partner={policy} needs {needed[worst]} or more; set {remedy(worst)}, or "
            f"sampler.no_partner=drop."
        )


def draw_completed(
    line: Timeline,
    kinds: Sequence[Kind],
    policy: NoPartner,
    *,
    n: int,
    n_views: int,
    complete: Callable[[Int[np.ndarray, "n_anchors"], int], Int[np.ndarray, "n_anchors n_views"]],
    rng: np.random.Generator,
) -> Draw:
    """Draw examples from recordings drawn uniformly; each example is of one of the kinds, with equal probability.

    Parameters
    ----------
    line
        Windows by recording and start.
    kinds
        Partners for each target.
    policy
        What to do with anchors that cannot be completed.
    n, n_views
        Examples per recording, and views per example.
    complete
        Function that returns the places of examples, given anchors that can be completed and their target.
    rng
        The only source of randomness.
    """
    n_asked = n * line.n_recordings
    recordings, targets = rng.integers(line.n_recordings, size=n_asked), rng.integers(len(kinds), size=n_asked)
    examples = np.full((n_asked, n_views), -1)
    for target, kind in enumerate(kinds):
        asked = np.flatnonzero(targets == target)
        anchors = places(line, _usable(kind.exist, policy), recordings[asked], rng)
        completed = kind.exist[anchors]
        examples[asked[completed]] = complete(anchors[completed], target)
    drawn = examples[:, 0] >= 0
    return Draw(line.rows[examples[drawn]], targets[drawn], n_dropped=int(n_asked - drawn.sum()))


def _usable(exist: Bool[np.ndarray, "n_places"], policy: NoPartner) -> Bool[np.ndarray, "n_places"]:
    """Return the places from which anchors are drawn, given the places that can be completed."""
    return exist if policy == "redraw" else np.ones_like(exist)


def describe(line: Timeline, recording: int) -> str:
    """Return a recording's name, its number of windows and its length."""
    n_windows = line.first[recording + 1] - line.first[recording]
    span_s = line.span_us[recording] / 1e6
    return f"{line.names[recording]!r} ({n_windows} windows, {span_s:g} s from the first start to the last)"


def starts_s(line: Timeline, recording: int) -> np.ndarray:
    """Return the distinct starts of a recording's windows in seconds from the first."""
    return np.unique(line.start_us[line.first[recording] : line.first[recording + 1]]) / 1e6
