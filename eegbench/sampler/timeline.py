"""Windows of a recording at given distances from each other, as ranges on one line of sorted starts.

Conventions
-----------
Distances are between window starts and inclusive at both ends. Starts are compared as integer microseconds with a
tolerance of 2 µs for rounding, far less than the time between samples.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

SLACK_US = 2


@dataclass(frozen=True)
class Timeline:
    """Windows that were not rejected, sorted by recording and start; a *place* is a position on this line.

    Attributes
    ----------
    rows
        Row in the store of the window at each place.
    recording
        Index of the recording in ``names``.
    start_us
        Microseconds from the first window of the recording.
    first
        First place of each recording, followed by the number of places.
    names
        Ids of the recordings, sorted.
    """

    rows: Int[np.ndarray, "n_places"]
    recording: Int[np.ndarray, "n_places"]
    start_us: Int[np.ndarray, "n_places"]
    first: Int[np.ndarray, "n_recordings_plus_1"]
    names: tuple[str, ...]

    @property
    def n_recordings(self) -> int:
        """Number of recordings."""
        return len(self.names)

    @property
    def span_us(self) -> Int[np.ndarray, "n_recordings"]:
        """Microseconds between the first and the last start of each recording."""
        spans: Int[np.ndarray, "n_recordings"] = self.start_us[self.first[1:] - 1]
        return spans


@dataclass(frozen=True)
class Spans:
    """Ranges of consecutive places.

    Attributes
    ----------
    first, n
        First place of each range, and its number of places.
    """

    first: Int[np.ndarray, "n"]
    n: Int[np.ndarray, "n"]


@dataclass(frozen=True)
class Partners:
    """The places that can be paired with each place: one range before it and one after it.

    Attributes
    ----------
    before, after
        First place of each range.
    n_before, n
        Number of places in the earlier range, and in both.
    """

    before: Int[np.ndarray, "n_places"]
    after: Int[np.ndarray, "n_places"]
    n_before: Int[np.ndarray, "n_places"]
    n: Int[np.ndarray, "n_places"]

    @property
    def exist(self) -> Bool[np.ndarray, "n_places"]:
        """Boolean for each place, true if it has a partner."""
        exist: Bool[np.ndarray, "n_places"] = self.n > 0
        return exist

    def of(self, place: int) -> Int[np.ndarray, "n_partners"]:
        """Return the partners of one place, ascending."""
        n_after = self.n[place] - self.n_before[place]
        ranges = ((self.before[place], self.n_before[place]), (self.after[place], n_after))
        found: Int[np.ndarray, "n_partners"] = np.concatenate([np.arange(first, first + n) for first, n in ranges])
        return found

    def pick(self, anchors: Int[np.ndarray, "n_pairs"], rng: np.random.Generator) -> Int[np.ndarray, "n_pairs"]:
        """Draw a partner of each anchor, uniformly over both ranges; every anchor must have one."""
        chosen, n_before = rng.integers(0, self.n[anchors]), self.n_before[anchors]
        drawn: Int[np.ndarray, "n_pairs"] = chosen + np.where(
            chosen < n_before, self.before[anchors], self.after[anchors] - n_before
        )
        return drawn


@dataclass(frozen=True)
class Elsewhere:
    """All places of the other recordings as partners, with the same probability for each recording.

    Attributes
    ----------
    line
        Windows by recording and start; at least two recordings.
    """

    line: Timeline

    @property
    def exist(self) -> Bool[np.ndarray, "n_places"]:
        """Boolean for each place, true if it has a partner; always true."""
        return np.ones(len(self.line.rows), dtype=bool)

    def pick(self, anchors: Int[np.ndarray, "n_pairs"], rng: np.random.Generator) -> Int[np.ndarray, "n_pairs"]:
        """Draw another recording for each anchor uniformly, and then one of its places uniformly."""
        n = self.line.n_recordings
        further = rng.integers(1, n, size=len(anchors))
        return places(self.line, self.exist, (self.line.recording[anchors] + further) % n, rng)


def timeline(table: pd.DataFrame) -> Timeline:
    """Sort the windows of a table that were not rejected by recording and start.

    Raises
    ------
    ValueError
        If no window is left.
    """
    kept = table[~table["rejected"].to_numpy(bool)]
    if kept.empty:
        raise ValueError(
            f"There are no windows to draw: all {len(table)} windows are rejected; check the split's sizes and "
            f"the rejection options of preprocessing."
        )
    codes, names = pd.factorize(kept["recording"], sort=True)
    start_us = np.rint(kept["start_s"].to_numpy(float) * 1e6).astype(np.int64)
    order = np.lexsort((start_us, codes))
    recording = codes[order].astype(np.int64)
    first = np.searchsorted(recording, np.arange(len(names) + 1))
    since_first = start_us[order] - start_us[order][first[:-1]][recording]
    return Timeline(kept.index.to_numpy(np.int64)[order], recording, since_first, first, tuple(map(str, names)))


def partners(line: Timeline, low_s: float, high_s: float | None) -> Partners:
    """Find the windows of the same recording that start at least ``low_s`` and at most ``high_s`` seconds away.

    Parameters
    ----------
    line
        Windows by recording and start.
    low_s
        Minimum distance in seconds; windows that start together are never partners, even if this is 0.
    high_s
        Maximum distance in seconds, or None for any distance.
    """
    t = line.start_us
    low = max(round(low_s * 1e6) - SLACK_US, 1)
    high = int(line.span_us.max()) + 1 if high_s is None else round(high_s * 1e6) + SLACK_US
    return two_sided(spans(line, line.recording, t - high, t - low), spans(line, line.recording, t + low, t + high))


def two_sided(before: Spans, after: Spans) -> Partners:
    """Join a range of places before each place and one after it."""
    return Partners(before.first, after.first, before.n, before.n + after.n)


def spans(
    line: Timeline,
    recording: Int[np.ndarray, "n"],
    low_us: Int[np.ndarray, "n"],
    high_us: Int[np.ndarray, "n"],
) -> Spans:
    """Find the places whose starts lie between bounds in the given recordings, both inclusive.

    Parameters
    ----------
    line
        Windows by recording and start.
    recording
        Index of the recording of each range.
    low_us, high_us
        Bounds of each range in microseconds from the first window of the recording; they may lie outside it.
    """
    period = int(line.span_us.max()) + 1
    keys, base = line.recording * period + line.start_us, recording * period
    # bounds are clipped just outside the recording, so that they cannot reach into the next or previous one
    first = np.searchsorted(keys, base + np.clip(low_us, 0, period), side="left")
    stop = np.searchsorted(keys, base + np.clip(high_us, -1, period - 1), side="right")
    return Spans(first, np.maximum(stop - first, 0))


def follow(start_us: Int[np.ndarray, "n"], recording: Int[np.ndarray, "n"]) -> Bool[np.ndarray, "n_minus_1"]:
    """Return whether each window except the first follows the previous one in its recording without a gap.

    There is no gap if the distance between starts is the usual one (the median).

    Parameters
    ----------
    start_us, recording
        Start in microseconds and index of the recording of each window, sorted by recording and time.
    """
    steps, inside = np.diff(start_us), np.diff(recording) == 0
    usual = np.median(steps[inside]) if inside.any() else 0
    without_gap: Bool[np.ndarray, "n_minus_1"] = inside & (np.abs(steps - usual) <= SLACK_US)
    return without_gap


def places(
    line: Timeline,
    usable: Bool[np.ndarray, "n_places"],
    recordings: Int[np.ndarray, "n_pairs"],
    rng: np.random.Generator,
) -> Int[np.ndarray, "n_pairs"]:
    """Draw a usable place in each of the given recordings, uniformly; each must have one."""
    pool = np.flatnonzero(usable)
    first = np.searchsorted(pool, line.first)
    drawn: Int[np.ndarray, "n_pairs"] = pool[first[recordings] + rng.integers(0, np.diff(first)[recordings])]
    return drawn
