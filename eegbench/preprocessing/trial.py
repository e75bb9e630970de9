"""Windows cut relative to cues: each cue begins a trial, which is one window or several crops."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int

from eegbench.config import NotNegative, Positive, Share
from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Cut, Preprocessing, SignalSteps
from eegbench.preprocessing.cue import cues_of, no_trial
from eegbench.preprocessing.feature import Feature
from eegbench.store import Shard
from eegbench.store.shard import ShardHeader

COUNTED = ("repeated", "trials", "moved", "dropped", "cut_short")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Trial(Preprocessing):
    """Filter once, then cut each trial: from ``tmin_s`` to ``tmax_s`` after the onset of an annotation with a class.

    Both ends are included, as in MNE's epochs: (tmax_s - tmin_s) · sfreq + 1 samples. Annotations without a class, e.g.
    rest, give no trial, and the time between trials is not used.

    Parameters
    ----------
    tmin_s, tmax_s
        Start and end of a trial, in seconds after the cue.
    window_s, stride_s
        Length of crops and distance between their starts, in seconds; the last crop ends with the trial, so that no
        sample is lost. None for both: the trial is one window.
    max_shift_s
        Maximum time in seconds by which a trial is moved if it extends beyond the recording, or beyond its epoch in
        files of epochs; trials that extend further are dropped. Published files of EEGBCI end one sample before their
        last trial does.
    next_cue
        What to do with a trial that contains another cue with a class: ``drop``, because its class is ambiguous, or
        ``keep``, for stimuli that follow each other faster than the duration of the brain's response (P300).
    signal, normalise, flat_uv, saturated_share, features
        See `eegbench.preprocessing.base.Preprocessing`.
    """

    signal: SignalSteps
    tmin_s: float
    tmax_s: float
    window_s: Positive | None
    stride_s: Positive | None
    max_shift_s: NotNegative
    next_cue: Literal["drop", "keep"]
    normalise: Literal["window", "recording", "none"]
    flat_uv: Positive | None
    saturated_share: Share | None
    features: Mapping[str, Feature]

    def __post_init__(self) -> None:
        if self.tmax_s <= self.tmin_s:
            raise ValueError(
                f"preprocessing.tmax_s={self.tmax_s:g}: expected a time after preprocessing.tmin_s={self.tmin_s:g}."
            )
        if (self.window_s is None) != (self.stride_s is None):
            raise ValueError(
                f"preprocessing.window_s={self.window_s}, preprocessing.stride_s={self.stride_s}: expected times for "
                "both, which cuts crops, or null for both, which takes each trial whole."
            )

    @property
    def cuts_crops(self) -> bool:
        """True if trials are cut into windows of their own length."""
        return self.window_s is not None

    @property
    def needs_labels(self) -> bool:
        """True, because trials begin at cues."""
        return True

    @property
    def least_s(self) -> float:
        """Length of a trial."""
        return self.tmax_s - self.tmin_s

    def cut(self, shard: Shard, dataset: Dataset) -> Cut:
        """Return the trials of a recording, or their crops; trials are numbered from 0.

        Raises
        ------
        BadRecordingError
            If a label is unknown, or there is no trial.
        ValueError
            If a trial is shorter than a window.
        """
        sfreq = shard.header.sfreq
        crops = self._crops(sfreq)
        first, label, counts = self._cues(shard.header, dataset)
        sample = (first[:, None] + crops).ravel()
        trial = np.repeat(np.arange(len(first)), len(crops))
        order = np.argsort(sample, kind="stable")  # crops of trials that overlap lie among each other
        sample, trial = sample[order], trial[order]
        return Cut(sample, label[trial], self.n_times(sfreq) / sfreq, trial, counts)

    def tell(self, cuts: Sequence[Cut]) -> None:
        """Log the numbers of trials that were moved or dropped."""
        n = {name: sum(cut.counts[name] for cut in cuts) for name in COUNTED}
        if n["repeated"]:
            _log.info("%d cues stand where another of their class stands, and count once.", n["repeated"])
        if n["moved"] or n["dropped"]:
            _log.info(
                "Of %d trials that cues begin, %d were moved inside their recording by at most %g s, and %d that pass "
                "its ends by more were dropped (preprocessing.max_shift_s).",
                *(n["trials"], n["moved"], self.max_shift_s, n["dropped"]),
            )
        if n["cut_short"]:
            _log.info(
                "Of %d trials that cues begin, %d were dropped: the next cue comes within (preprocessing.next_cue).",
                *(n["trials"], n["cut_short"]),
            )

    def n_times(self, sfreq: float) -> int:
        """Return the number of samples in a window."""
        return self._trial_times(sfreq) if self.window_s is None else round(self.window_s * sfreq)

    def _trial_times(self, sfreq: float) -> int:
        return round((self.tmax_s - self.tmin_s) * sfreq) + 1

    def _cues(
        self, header: ShardHeader, dataset: Dataset
    ) -> tuple[Int[np.ndarray, "n"], Int[np.ndarray, "n"], dict[str, int]]:
        """Return first sample and class of each trial, and the numbers of moved and dropped trials."""
        length, cues = self._trial_times(header.sfreq), cues_of(header, dataset)
        wanted = cues.onset + round(self.tmin_s * header.sfreq)
        first = np.clip(wanted, cues.begin, np.maximum(cues.begin, cues.end - length))
        inside = np.abs(first - wanted) <= round(self.max_shift_s * header.sfreq)
        inside &= cues.end - cues.begin >= length
        alone = first + length - 1 <= cues.following(header.n_samples + length)  # its last sample may be the next cue
        alone |= self.next_cue == "keep"
        kept = inside & alone
        if not kept.any():
            remedy = "set preprocessing.tmax_s lower, or preprocessing.next_cue=keep"
            raise BadRecordingError(no_trial(header, len(cues.onset), remedy=remedy))
        n_moved, n_cut_short = int((first != wanted)[kept].sum()), int((inside & ~alone).sum())
        counts = {
            "repeated": cues.n_repeated,
            "trials": len(cues.onset),
            "moved": n_moved,
            "dropped": int((~inside).sum()),
            "cut_short": n_cut_short,
        }
        return first[kept], cues.label[kept], counts

    def _crops(self, sfreq: float) -> Int[np.ndarray, "n"]:
        """Return the starts of windows within a trial, in samples."""
        last = self._trial_times(sfreq) - self.n_times(sfreq)
        if last < 0:
            raise ValueError(
                f"preprocessing.window_s={self.window_s:g} is longer than a trial, "
                f"{self._trial_times(sfreq) / sfreq:g} s; set it lower, or preprocessing.tmax_s higher."
            )
        stride = 1 if self.stride_s is None else max(1, round(self.stride_s * sfreq))
        return np.union1d(np.arange(0, last + 1, stride, dtype=np.int64), np.int64(last))
