"""Sequences of windows for contrastive predictive coding: a context, the windows after it, and negatives."""

from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from eegbench.config import Size
from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.no_partner import describe
from eegbench.sampler.timeline import Elsewhere, Timeline, follow, places, timeline
from eegbench.types import Draw

Negatives = Literal["same_recording", "other_recordings"]


class Cpc(Sampler):
    """Draw a context, the windows that follow it, and negatives for each of these windows.

    Each example is a sequence of ``n_context + n_steps`` windows without a gap. Its recording is drawn uniformly,
    regardless of length, and then the sequence uniformly within the recording. Rejected windows are not used and end a
    sequence; unscored windows are used.

    Parameters
    ----------
    n_sequences
        Sequences per recording; a pass has this number times the number of recordings.
    n_context
        Number of windows in the context.
    n_steps
        Number of predicted windows after the context.
    n_negatives
        Number of negatives, drawn with replacement. All predicted windows of an example share them, which saves
        encoding.
    negatives
        ``same_recording``: windows of the same recording, except the predicted ones, drawn uniformly.
        ``other_recordings``: windows of other recordings, which are drawn uniformly.
    too_short
        What to do with recordings that have no such sequence: ``raise`` an error, or ``drop`` their examples and count
        them in ``n_dropped``.

    Raises
    ------
    ValueError
        From ``draw``, before anything is drawn, if recordings are too short or too few.

    References
    ----------
    van den Oord et al. 2018, Representation learning with contrastive predictive coding,
    doi:10.48550/arXiv.1807.03748; on EEG Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    def __init__(
        self,
        *,
        n_sequences: Size,
        n_context: Size,
        n_steps: Size,
        n_negatives: Size,
        negatives: Negatives,
        too_short: Literal["raise", "drop"],
    ) -> None:
        self.n_sequences, self.n_context, self.n_steps, self.n_negatives = n_sequences, n_context, n_steps, n_negatives
        self.negatives = negatives
        self.too_short = too_short
        self.layout = arrange({"context": (n_context,), "future": (n_steps,), "negative": (n_steps, n_negatives)})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass: windows (n_sequences × recordings, n_context + n_steps · (1 + n_negatives)), no targets."""
        line = timeline(table)
        usable = _begins(line, self.n_context + self.n_steps)
        is_long = np.bincount(line.recording, weights=usable, minlength=line.n_recordings) > 0
        self._check(line, is_long)
        n_asked = self.n_sequences * line.n_recordings
        recordings = rng.integers(line.n_recordings, size=n_asked)
        first = places(line, usable, recordings[is_long[recordings]], rng)
        sequences = first[:, None] + np.arange(self.n_context + self.n_steps)
        negatives = np.tile(self._negatives(line, sequences[:, self.n_context], rng), self.n_steps)
        windows = line.rows[np.column_stack([sequences, negatives])]
        return Draw(windows, np.zeros((len(first), 0), np.int64), n_dropped=n_asked - len(first))

    def _negatives(
        self, line: Timeline, predicted: Int[np.ndarray, "n"], rng: np.random.Generator
    ) -> Int[np.ndarray, "n n_negatives"]:
        """Draw negatives for sequences whose predicted windows begin at these places."""
        start = np.repeat(predicted[:, None], self.n_negatives, axis=1)
        if self.negatives == "other_recordings":
            return Elsewhere(line).pick(start.ravel(), rng).reshape(start.shape)
        recording = line.recording[start]
        drawn = line.first[recording] + rng.integers(0, np.diff(line.first)[recording] - self.n_steps)
        others: Int[np.ndarray, "n n_negatives"] = np.where(drawn < start, drawn, drawn + self.n_steps)
        return others

    def _check(self, line: Timeline, is_long: Bool[np.ndarray, "n_recordings"]) -> None:
        length = self.n_context + self.n_steps
        wanted = (
            f"{length} windows in a row (sampler.n_context={self.n_context} and sampler.n_steps={self.n_steps}); "
            "set smaller ones, or a shorter preprocessing.window_s"
        )
        if not is_long.any():
            longest = int(np.diff(line.first).argmax())
            raise ValueError(f"No recording has {wanted}. The longest is {describe(line, longest)}.")
        if self.too_short == "raise" and not is_long.all():
            short = int(np.flatnonzero(~is_long)[0])
            raise ValueError(f"Recording {describe(line, short)}, does not have {wanted}, or sampler.too_short=drop.")
        if self.negatives == "other_recordings" and line.n_recordings < 2:
            raise ValueError(
                f"sampler.negatives=other_recordings: there is only {line.names[0]!r}; add recordings to this split "
                "or set sampler.negatives=same_recording."
            )


def _begins(line: Timeline, length: int) -> Bool[np.ndarray, "n_places"]:
    """Return whether a sequence of this length without a gap begins at each place, within its recording."""
    last = np.flatnonzero(np.append(~follow(line.start_us, line.recording), True))  # last place of each gapless run
    place = np.arange(len(line.rows))
    begins: Bool[np.ndarray, "n_places"] = last[np.searchsorted(last, place)] - place + 1 >= length
    return begins
