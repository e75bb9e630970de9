"""Pairs of windows that are close in time or far apart, drawn for a whole pass at once."""

from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.config import NotNegative, Positive, Size
from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.no_partner import NoPartner, check_anchors, draw_completed, starts_s
from eegbench.sampler.timeline import Elsewhere, Partners, Timeline, partners, timeline
from eegbench.types import Draw

KINDS = ("negative", "positive")


class RelativePositioning(Sampler):
    """Draw anchors and partners, with target 1 for two windows that are close in time and 0 for two far apart.

    For each pair, a recording is drawn uniformly, regardless of length, then the target (0 or 1 with equal
    probability), then an anchor uniformly in the recording, and a partner uniformly among all windows that start at
    another time and at a distance that fits the target. Rejected windows are not used; unscored windows are used.

    Parameters
    ----------
    n_pairs
        Pairs per recording; a pass has this number times the number of recordings.
    tau_pos_s
        Maximum distance of positives, in seconds between starts.
    tau_neg_s
        Minimum distance of negatives in the same recording, in seconds between starts.
    tau_max_s
        Maximum distance of negatives in the same recording, in seconds between starts; None sets no limit.
    same_recording
        Whether a negative is from the anchor's recording. If not, another recording is drawn uniformly, and then one of
        its windows uniformly; ``tau_neg_s`` and ``tau_max_s`` are then ignored.
    no_partner
        What to do with an anchor that has no partner for its target. ``redraw`` draws another anchor in the same
        recording for the same target; the proportions of recordings and targets stay the same, and anchors are uniform
        among those with a partner. ``drop`` omits the pair and counts it in ``n_dropped``, so that the more available
        kind becomes more frequent. ``raise`` raises an error if any window lacks a partner of either kind.

    Raises
    ------
    ValueError
        If the times are not in order; from ``draw``, before anything is drawn, if a kind of pair cannot be found.

    References
    ----------
    Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    def __init__(
        self,
        *,
        n_pairs: Size,
        tau_pos_s: Positive,
        tau_neg_s: NotNegative,
        tau_max_s: Positive | None,
        same_recording: bool,
        no_partner: NoPartner,
    ) -> None:
        _check_order(tau_pos_s, tau_neg_s, tau_max_s, same_recording)
        self.n_pairs = n_pairs
        self.tau_pos_s = tau_pos_s
        self.tau_neg_s = tau_neg_s
        self.tau_max_s = tau_max_s
        self.same_recording = same_recording
        self.no_partner = no_partner
        self.layout = arrange({"anchor": (), "partner": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of pairs: windows (n_pairs × recordings, 2), targets int64 0 or 1."""
        line = timeline(table)
        kinds = (self._negatives(line), partners(line, 0.0, self.tau_pos_s))
        self._check_kinds(line, kinds)

        def complete(anchors: Int[np.ndarray, "n"], target: int) -> Int[np.ndarray, "n 2"]:
            return np.column_stack([anchors, kinds[target].pick(anchors, rng)])

        return draw_completed(line, kinds, self.no_partner, n=self.n_pairs, n_views=2, complete=complete, rng=rng)

    def _negatives(self, line: Timeline) -> Partners | Elsewhere:
        if self.same_recording:
            return partners(line, self.tau_neg_s, self.tau_max_s)
        if line.n_recordings < 2:
            raise ValueError(
                f"sampler.same_recording=false: negatives need another recording and there is only "
                f"{line.names[0]!r}; add recordings to this split or set sampler.same_recording=true."
            )
        return Elsewhere(line)

    def _check_kinds(self, line: Timeline, kinds: tuple[Partners | Elsewhere, Partners]) -> None:
        for name, kind in zip(KINDS, kinds, strict=True):
            check_anchors(
                line,
                kind.exist,
                self.no_partner,
                kind=f"{name} pair",
                setting=self._tau(name),
                remedy=partial(self._remedy, line, name),
            )

    def _tau(self, name: str) -> str:
        if name == "positive":
            return f"sampler.tau_pos_s={self.tau_pos_s:g}"
        most = "" if self.tau_max_s is None else f" and sampler.tau_max_s={self.tau_max_s:g}"
        return f"sampler.tau_neg_s={self.tau_neg_s:g}{most}"

    def _remedy(self, line: Timeline, name: str, recording: int) -> str:
        starts = starts_s(line, recording)
        if len(starts) < 2:
            return "a shorter preprocessing.window_s, or leave out recordings of one window"
        if name == "positive":
            return f"sampler.tau_pos_s={np.diff(starts).min():g} or more"
        most = "" if self.tau_max_s is None else " with sampler.tau_max_s=null"
        return f"sampler.tau_neg_s={starts[-1]:g} or less (half of that gives every window a partner){most}"


def _check_order(tau_pos_s: float, tau_neg_s: float, tau_max_s: float | None, same_recording: bool) -> None:
    if same_recording and tau_neg_s < tau_pos_s:
        raise ValueError(
            f"sampler.tau_neg_s={tau_neg_s:g}: expected at least sampler.tau_pos_s={tau_pos_s:g}, so that no pair is "
            f"both near and far; set a larger sampler.tau_neg_s or a smaller sampler.tau_pos_s."
        )
    if same_recording and tau_max_s is not None and tau_max_s < tau_neg_s:
        raise ValueError(
            f"sampler.tau_max_s={tau_max_s:g}: expected at least sampler.tau_neg_s={tau_neg_s:g}; "
            f"set a larger one, or sampler.tau_max_s=null for no limit."
        )
