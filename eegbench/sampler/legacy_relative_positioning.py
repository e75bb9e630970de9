"""Relative-positioning pairs drawn exactly as in braindecode 1.8, to repeat published runs; slow, pair by pair."""

import numpy as np
import pandas as pd

from eegbench.config import NotNegative, Positive, Size
from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.timeline import Partners, Timeline, partners, timeline
from eegbench.types import Draw


class LegacyRelativePositioning(Sampler):
    """Draw pairs with the same calls of NumPy's legacy generator as braindecode.

    The pairs follow the same rule as in :class:`~eegbench.sampler.relative_positioning.RelativePositioning` with
    negatives from the same recording; a window without a partner is an error.

    Parameters
    ----------
    n_pairs
        Pairs per recording.
    tau_pos_s, tau_neg_s
        Maximum distance of positives and minimum distance of negatives, in seconds between starts.
    random_state
        Seed of the legacy generator; every draw then gives the same pairs, as braindecode's ``presample`` does. If
        None, the seed comes from ``draw``'s generator, and passes differ. (Without ``presample``, braindecode's passes
        continue one random stream; draws here are independent of earlier draws.)

    Raises
    ------
    ValueError
        If the times are not in order; from ``draw``, if an anchor has no partner.
    """

    def __init__(self, *, n_pairs: Size, tau_pos_s: Positive, tau_neg_s: NotNegative, random_state: int | None) -> None:
        if n_pairs < 1 or not 0 < tau_pos_s <= tau_neg_s:
            raise ValueError(
                f"sampler.n_pairs={n_pairs}, tau_pos_s={tau_pos_s:g}, tau_neg_s={tau_neg_s:g}: expected at least "
                f"1 pair and 0 < tau_pos_s ≤ tau_neg_s; set e.g. sampler.tau_pos_s=60 sampler.tau_neg_s=900."
            )
        self.n_pairs = n_pairs
        self.tau_pos_s = tau_pos_s
        self.tau_neg_s = tau_neg_s
        self.random_state = random_state
        self.layout = arrange({"anchor": (), "partner": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of pairs: windows (n_pairs × recordings, 2), targets int64 0 or 1."""
        line = timeline(table)
        kinds = (partners(line, self.tau_neg_s, None), partners(line, 0.0, self.tau_pos_s))
        seed = int(rng.integers(2**32)) if self.random_state is None else self.random_state
        legacy = np.random.RandomState(seed)
        pairs = np.array([self._pair(line, kinds, legacy) for _ in range(self.n_pairs * line.n_recordings)])
        return Draw(line.rows[pairs[:, :2]], pairs[:, 2])

    def _pair(
        self, line: Timeline, kinds: tuple[Partners, Partners], legacy: np.random.RandomState
    ) -> tuple[int, int, int]:
        # the order of calls decides the numbers: recording, anchor, target, partner
        recording = int(legacy.choice(line.n_recordings))
        anchor = int(legacy.choice(np.arange(line.first[recording], line.first[recording + 1])))
        target = legacy.binomial(1, 0.5)
        candidates = kinds[target].of(anchor)
        if not len(candidates):
            raise ValueError(
                f"Recording {line.names[recording]!r} has a window without a partner for target {target} "
                f"at sampler.tau_pos_s={self.tau_pos_s:g} and tau_neg_s={self.tau_neg_s:g}; set others (a recording "
                f"of twice tau_neg_s has all negatives), or take sampler=relative_positioning, which can redraw."
            )
        return anchor, int(legacy.choice(candidates)), target
