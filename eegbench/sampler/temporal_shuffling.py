"""Triplets of windows whose third lies between the other two or outside, drawn for a whole pass at once."""

from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.config import NotNegative, Positive, Size
from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.no_partner import NoPartner, check_anchors, draw_completed, starts_s
from eegbench.sampler.timeline import SLACK_US, Partners, Timeline, partners, spans, timeline, two_sided
from eegbench.types import Draw

KINDS = ("shuffled", "ordered")


class TemporalShuffling(Sampler):
    """Draw two anchors and a third window, with target 1 if it lies between them and 0 if it lies outside.

    For each triplet, a recording is drawn uniformly, regardless of length, then the target (0 or 1 with equal
    probability), then a first anchor uniformly in the recording, a second anchor uniformly among the windows near it,
    before or after it, that allow the triplet to be completed, and a third window uniformly among all windows that fit
    the target. Windows that start together are never in the same triplet. Rejected windows are not used; unscored
    windows are used.

    Parameters
    ----------
    n_triplets
        Triplets per recording; a pass has this number times the number of recordings.
    tau_pos_s
        Maximum distance of the anchors, in seconds between starts.
    tau_neg_s
        Minimum distance of a third window outside, in seconds before the earlier anchor or after the later one.
    no_partner
        What to do with a first anchor that cannot be completed. ``redraw`` draws another one in the same recording for
        the same target. ``drop`` omits the triplet and counts it in ``n_dropped``, so that the more available kind
        becomes more frequent. ``raise`` raises an error if any window cannot be completed to either kind.

    Raises
    ------
    ValueError
        From ``draw``, before anything is drawn, if a kind of triplet cannot be found.

    References
    ----------
    Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    def __init__(self, *, n_triplets: Size, tau_pos_s: Positive, tau_neg_s: NotNegative, no_partner: NoPartner) -> None:
        self.n_triplets = n_triplets
        self.tau_pos_s = tau_pos_s
        self.tau_neg_s = tau_neg_s
        self.no_partner = no_partner
        self.layout = arrange({"anchor": (2,), "third": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of triplets: windows (n_triplets × recordings, 3), targets int64 0 or 1."""
        line = timeline(table)
        kinds = (self._shuffled(line), self._ordered(line))
        for name, kind in zip(KINDS, kinds, strict=True):
            check_anchors(
                line,
                kind.exist,
                self.no_partner,
                kind=f"{name} triplet",
                setting=f"sampler.tau_pos_s={self.tau_pos_s:g} and sampler.tau_neg_s={self.tau_neg_s:g}",
                remedy=partial(self._remedy, line, name),
            )

        def complete(first: Int[np.ndarray, "n"], target: int) -> Int[np.ndarray, "n 3"]:
            second = kinds[target].pick(first, rng)
            thirds = self._thirds(line, first, second, target)
            return np.column_stack([first, second, thirds.pick(np.arange(len(first)), rng)])

        return draw_completed(line, kinds, self.no_partner, n=self.n_triplets, n_views=3, complete=complete, rng=rng)

    def _ordered(self, line: Timeline) -> Partners:
        """Find the second anchors that are near each place and have a window between them and the place."""
        apart, t = partners(line, 0.0, None), line.start_us
        # second anchors lie beyond the nearest start on either side; if there is none, there are no second anchors
        earlier = np.where(apart.n_before > 0, t[apart.before + apart.n_before - 1], 0)
        has_later, last = apart.n > apart.n_before, len(t) - 1
        later = np.where(has_later, t[np.minimum(apart.after, last)], line.span_us[line.recording])
        tau = self._tau_us()
        return two_sided(
            spans(line, line.recording, t - tau, earlier - 1), spans(line, line.recording, later + 1, t + tau)
        )

    def _shuffled(self, line: Timeline) -> Partners:
        """Find the second anchors that are near each place and leave a window far enough outside both."""
        t, tau, apart, span = line.start_us, self._tau_us(), self._apart_us(), line.span_us[line.recording]
        low = np.where(t + apart <= span, t - tau, np.maximum(t - tau, apart))
        high = np.where(t >= apart, t + tau, np.minimum(t + tau, span - apart))
        return two_sided(spans(line, line.recording, low, t - 1), spans(line, line.recording, t + 1, high))

    def _thirds(
        self, line: Timeline, first: Int[np.ndarray, "n"], second: Int[np.ndarray, "n"], target: int
    ) -> Partners:
        """Find the third windows for pairs of anchors: between them, or outside."""
        recording, starts = line.recording[first], np.sort(line.start_us[np.column_stack([first, second])], axis=1)
        early, late = starts.T
        if target:
            nothing = np.full(len(first), -1)
            return two_sided(spans(line, recording, early + 1, late - 1), spans(line, recording, nothing, nothing))
        apart, ends = self._apart_us(), line.span_us[recording]
        return two_sided(spans(line, recording, 0 * early, early - apart), spans(line, recording, late + apart, ends))

    def _tau_us(self) -> int:
        return round(self.tau_pos_s * 1e6) + SLACK_US

    def _apart_us(self) -> int:
        return max(round(self.tau_neg_s * 1e6) - SLACK_US, 1)

    def _remedy(self, line: Timeline, name: str, recording: int) -> str:
        starts = starts_s(line, recording)
        if len(starts) < 3:
            return "a shorter preprocessing.window_s, or leave out recordings of fewer than three windows"
        if name == "ordered":
            return f"sampler.tau_pos_s={(starts[2:] - starts[:-2]).min():g} or more"
        steps = np.diff(starts)
        near = steps <= self.tau_pos_s
        if not near.any():
            return f"sampler.tau_pos_s={steps.min():g} or more"
        return f"sampler.tau_neg_s={np.maximum(starts[:-1], starts[-1] - starts[1:])[near].max():g} or less"
