"""Statistics of hypnograms: stage shares, bout lengths, transitions, and disagreement of experts.

The statistics of real sleep in `eegbench.dataset.simulation.measured` were computed by these functions; compute them
again with

    python -m eegbench.dataset.simulation.statistics ../shared/data

Conventions
-----------
Stages are indices into `STAGES`. An epoch is 30 s. A bout is a run of equal epochs. The *night* is the longest
period of sleep that is not interrupted by more than 30 minutes of wake, so evening naps are outside of it.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

STAGES = ("W", "N1", "N2", "N3", "R")
EPOCH_S = 30
MARGIN = 60
"""Epochs of wake included on both sides of a night: 30 minutes. A longer period of wake ends a night of Sleep-EDF."""

WHOLE_RECORD = 10**6
"""Epochs of wake that never occur, so that no wake ends the night: for recordings from lights off to lights on."""

N_THIRDS = 3
N_TENTHS = 10

Stages = Int[np.ndarray, "n_epochs"]
Nights = Sequence[Int[np.ndarray, "_"]]  # of different lengths


@dataclass(frozen=True)
class HypnogramStatistics:
    """Statistics of several nights.

    Attributes
    ----------
    shares
        Fraction of each stage in the nights with 30 minutes of wake on both sides (5,).
    shares_by_third
        Fraction of each stage in each third of the nights, without that wake (3, 5).
    bout_tenths
        Mean length in epochs of each tenth of a stage's bouts, from the shortest to the longest (5, 10).
    bout_means
        Mean length in epochs of the bouts that begin in each third of the night (3, 5).
    transitions
        Fraction of the bouts of a stage, begun in a third, that are followed by each other stage (3, 5, 5).
    night_h
        Mean and standard deviation of the nights' length in hours (2,).
    """

    shares: Float[np.ndarray, "5"]
    shares_by_third: Float[np.ndarray, "3 5"]
    bout_tenths: Float[np.ndarray, "5 10"]
    bout_means: Float[np.ndarray, "3 5"]
    transitions: Float[np.ndarray, "3 5 5"]
    night_h: Float[np.ndarray, "2"]


def describe(nights: Nights, longest_wake: int = MARGIN) -> HypnogramStatistics:
    """Measure the hypnograms of complete recordings, each with one night; see `night_span`."""
    spans = [night_span(stages, longest_wake) for stages in nights]
    slept = [stages[first:stop] for stages, (first, stop) in zip(nights, spans, strict=True)]
    around = [n[max(0, a - MARGIN) : b + MARGIN] for n, (a, b) in zip(nights, spans, strict=True)]
    stage, third, length = np.concatenate([_bout_table(night) for night in slept]).T
    hours = np.array([len(night) * EPOCH_S / 3600 for night in slept])
    return HypnogramStatistics(
        shares=_shares(around),
        shares_by_third=np.stack([_shares([np.array_split(n, N_THIRDS)[t] for n in slept]) for t in range(N_THIRDS)]),
        bout_tenths=np.stack([_tenths(length[stage == k]) for k in range(5)]),
        bout_means=np.array([[_mean(length[(stage == k) & (third == t)]) for k in range(5)] for t in range(N_THIRDS)]),
        transitions=_transitions(slept),
        night_h=np.array([hours.mean(), hours.std()]),
    )


def night_span(stages: Stages, longest_wake: int = MARGIN) -> tuple[int, int]:
    """Return the first epoch of the night and the one after its last.

    Parameters
    ----------
    stages
        Stages of a recording.
    longest_wake
        Number of epochs of wake above which the night ends.
    """
    asleep = np.flatnonzero(stages != 0)
    if not len(asleep):
        raise ValueError("this hypnogram has no epoch of sleep, so no night can be found in it; leave it out.")
    gaps = np.flatnonzero(np.diff(asleep) > longest_wake + 1)
    firsts, lasts = asleep[np.r_[0, gaps + 1]], asleep[np.r_[gaps, len(asleep) - 1]]
    longest = int((lasts - firsts).argmax())
    return int(firsts[longest]), int(lasts[longest]) + 1


def bouts(
    stages: Stages,
) -> tuple[Int[np.ndarray, "n_bouts"], Int[np.ndarray, "n_bouts"], Int[np.ndarray, "n_bouts"]]:
    """Return the stage, the first epoch and the length of every bout."""
    starts = np.r_[0, np.flatnonzero(np.diff(stages)) + 1]
    return stages[starts], starts, np.diff(np.r_[starts, len(stages)])


def beside_a_change(stages: Stages) -> Bool[np.ndarray, "n_epochs"]:
    """Return a mask of the epochs whose predecessor or successor has another stage."""
    change = np.diff(stages) != 0
    return np.asarray(np.r_[False, change] | np.r_[change, False])


def consensus_given_expert(nights: Iterable[Int[np.ndarray, "n_experts _"]]) -> Float[np.ndarray, "2 5 5"]:
    """Measure the distribution of the majority's stage given one expert's label.

    Parameters
    ----------
    nights
        Labels of each expert for each epoch of a night; epochs that an expert left unscored (−1), and those without a
        single most frequent stage, are not counted.

    Returns
    -------
    shares
        Fractions of the majority's stages (last axis) for each stage given by an expert (second axis), for epochs
        inside a bout of that expert (0) and for those next to one of the expert's changes of stage (1).
    """
    counts = np.zeros((2, 5, 5))
    for scored in nights:
        votes = np.stack([(scored == stage).sum(axis=0) for stage in range(5)])
        clear = (scored >= 0).all(axis=0) & ((votes == votes.max(axis=0)).sum(axis=0) == 1)
        majority = votes.argmax(axis=0)
        for expert in scored:
            near = beside_a_change(expert).astype(int)
            np.add.at(counts, (near[clear], expert[clear], majority[clear]), 1)
    return np.asarray(counts / counts.sum(axis=2, keepdims=True))


def read_sequences(path: Path) -> Nights:
    """Read nights from ``stage_sequences.json``, where each is a string of the letters W, 1, 2, 3 and R."""
    letters = {letter: stage for stage, letter in enumerate("W123R")}
    sequences = json.loads(path.read_text())["stages"].values()
    return [np.array([letters[letter] for letter in sequence]) for sequence in sequences]


def read_scorers(folder: Path) -> Iterator[Int[np.ndarray, "n_experts n_epochs"]]:
    """Read the nights of a folder with one folder per scorer, each with one JSON list per night."""
    experts = sorted(folder.glob("scorer_*"))
    for night in sorted(path.name for path in experts[0].glob("*.json")):
        yield np.array([json.loads((expert / night).read_text()) for expert in experts])


def _bout_table(night: Stages) -> Int[np.ndarray, "n_bouts 3"]:
    stage, start, length = bouts(night)
    return np.stack([stage, start * N_THIRDS // len(night), length], axis=1)


def _shares(nights: Nights) -> Float[np.ndarray, "5"]:
    counts = np.bincount(np.concatenate(nights), minlength=5)
    return np.asarray(counts / counts.sum())


def _mean(lengths: Int[np.ndarray, "n"]) -> float:
    return float(lengths.mean()) if len(lengths) else 0.0


def _tenths(lengths: Int[np.ndarray, "n"]) -> Float[np.ndarray, "10"]:
    return np.array([_mean(part) for part in np.array_split(np.sort(lengths), N_TENTHS)])


def _transitions(nights: Nights) -> Float[np.ndarray, "3 5 5"]:
    counts = np.zeros((N_THIRDS, 5, 5))
    for night in nights:
        stage, third, _ = _bout_table(night).T
        np.add.at(counts, (third[:-1], stage[:-1], stage[1:]), 1)
    return np.asarray(counts / np.maximum(counts.sum(axis=2, keepdims=True), 1))


def main(folder: str) -> None:
    """Write the statistics of the real nights, in the form of `measured`, to standard output."""
    root = Path(folder)
    found = describe(read_sequences(root / "sleep-edf" / "stage_sequences.json"))
    numbers = {field.name: getattr(found, field.name) for field in fields(found)}
    numbers["consensus_given_expert"] = consensus_given_expert(read_scorers(root / "dod-scorers/scorers/dodh"))
    for name, values in numbers.items():
        sys.stdout.write(f"{name}\n{np.array2string(values, precision=3, separator=', ', suppress_small=True)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
