"""Pairs of windows for the question "were these two close in time?", a whole pass drawn at once."""

from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.no_partner import NoPartner, check_anchors, draw_completed, starts_s
from eegbench.sampler.timeline import Elsewhere, Partners, Timeline, partners, timeline
from eegbench.types import Draw

KINDS = ("negative", "positive")


class RelativePositioning(Sampler):
    """Draw anchors and partners: target 1 for two windows near each other, 0 for two far apart.

    Each pair takes a recording, uniformly and whatever its length, the target 0 or 1 with equal chance, an anchor
    uniformly in the recording, and a partner uniformly among all windows that start at another time and as far
    away as the target says. Rejected windows take no part; unscored ones do.

    Parameters
    ----------
    n_pairs
        Pairs a recording; a pass has this many times the number of recordings.
    tau_pos_s
        Positives start at most this many seconds apart.
    tau_neg_s
        Negatives of the same recording start at least this many seconds apart.
    tau_max_s
        Negatives of the same recording start at most this many seconds apart; None sets no limit.
    same_recording
        Whether a negative is of the anchor's recording. If not, it comes from another one, which is drawn
        uniformly, and then uniformly of its windows; ``tau_neg_s`` and ``tau_max_s`` then play no part.
    no_partner
        What happens to an anchor that has no partner of its target's kind. ``redraw`` draws another anchor in the
        same recording for the same target, so that recordings and targets keep their shares and anchors are uniform
        among those that have a partner; ``drop`` leaves the pair out, counts it in ``n_dropped``, and so favours
        the kind that is found more often; ``raise`` refuses tables in which any window lacks a partner of either
        kind.

    Raises
    ------
    ValueError
        Where sizes make no sense; from ``draw``, before anything is drawn, where a kind of pair cannot be found.

    References
    ----------
    Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    def __init__(
        self,
        *,
        n_pairs: int,
        tau_pos_s: float,
        tau_neg_s: float,
        tau_max_s: float | None,
        same_recording: bool,
        no_partner: NoPartner,
    ) -> None:
        _check_sizes(n_pairs, tau_pos_s, tau_neg_s, tau_max_s, same_recording)
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


def _check_sizes(
    n_pairs: int, tau_pos_s: float, tau_neg_s: float, tau_max_s: float | None, same_recording: bool
) -> None:
    if n_pairs < 1:
        raise ValueError(f"sampler.n_pairs={n_pairs}: expected at least 1 pair a recording; set sampler.n_pairs=2000.")
    if tau_pos_s <= 0:
        raise ValueError(f"sampler.tau_pos_s={tau_pos_s:g}: expected more than 0 s; set sampler.tau_pos_s=60.")
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
