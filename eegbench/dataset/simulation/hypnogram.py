"""Simulated hypnograms: a semi-Markov night between two periods of wake, and the labels of an expert.

The expert's labels are drawn first, because the measured statistics are those of an expert's hypnograms. Then the true
stage of each epoch, which determines the signal, is drawn from the distribution of the majority of five experts given
one expert's label. The labels are therefore wrong as often as real ones, and in the same places: at changes of stage
and in N1.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from eegbench.dataset.simulation.measured import CONSENSUS_GIVEN_EXPERT, REAL
from eegbench.dataset.simulation.statistics import (
    EPOCH_S,
    MARGIN,
    N_TENTHS,
    N_THIRDS,
    STAGES,
    HypnogramStatistics,
    Stages,
    beside_a_change,
)
from eegbench.dataset.simulation.subject import Subject

W, N1, N2, N3, R = range(5)

MARGIN_SHARE = MARGIN * EPOCH_S / 3600 / (REAL.night_h[0] + 1)
"""Wake on each side as a fraction of a recording: 30 minutes relative to the mean night."""

AGE_EFFECT = np.array([0.08, 0.08, 0.0, -0.08, -0.03])
"""Change of the log odds of entering each stage per decade: older subjects wake more and have less N3 and REM
(direction: Ohayon et al. 2004, doi 10.1093/sleep/27.7.1255; the sizes are ours)."""

STAY_IN_3, STAY_IN_4 = 0.71, 0.84
"""Probability that an epoch of Rechtschaffen and Kales' stage 3 or 4 is followed by the same stage, given that it is
followed by N3 (SC4001EC-Hypnogram.edf: 53 of 75 and 96 of 114)."""

UNSCORED_RATE = 0.002
"""Fraction of epochs that an expert leaves unscored."""


@dataclass(frozen=True)
class Hypnogram:
    """Stages of a night.

    Attributes
    ----------
    labels
        Labels of the expert as indices into `STAGES` (n_epochs,).
    truth
        Stages in the signal (n_epochs,).
    night
        First epoch of the night, and the one after its last.
    """

    labels: Stages
    truth: Stages
    night: tuple[int, int]


def draw_hypnogram(subject: Subject, *, hours: float, rng: np.random.Generator) -> Hypnogram:
    """Draw a recording's hypnogram: evening wake, one night, morning wake.

    The time of night is a fraction of the night: a short recording has a short night, not a truncated one.
    """
    n_epochs = round(hours * 3600 / EPOCH_S)
    margins = 2 * MARGIN_SHARE * rng.uniform(0.7, 1.3) * n_epochs
    wanted = rng.normal(*REAL.night_h) * 3600 / EPOCH_S
    n_night = round(min(n_epochs - margins, max(wanted, 0.5 * REAL.night_h[0] * 3600 / EPOCH_S)))
    night = draw_night(subject, n_night, rng)
    first = round((n_epochs - n_night) * rng.uniform(0.4, 0.6))
    labels, truth = np.zeros((2, n_epochs), dtype=np.int64)
    labels[first : first + n_night] = night
    truth[first : first + n_night] = draw_truth(night, rng)
    return Hypnogram(labels, truth, (first, first + n_night))


def draw_night(
    subject: Subject, n_epochs: int, rng: np.random.Generator, measured: HypnogramStatistics = REAL
) -> Stages:
    """Draw the labels from falling asleep to waking up, bout by bout, with the transitions of measured nights."""
    stages = np.empty(n_epochs, dtype=np.int64)
    start, stage = 0, N1
    while start < n_epochs:
        third = start * N_THIRDS // n_epochs
        stop = start + _draw_length(stage, third, subject, rng, measured)
        stages[start:stop] = stage
        start, stage = stop, _draw_next(stage, third, subject, rng, measured)
    return stages


def draw_truth(labels: Stages, rng: np.random.Generator) -> Stages:
    """Draw the stage given by the majority of experts to each epoch, given one expert's label."""
    cumulative = CONSENSUS_GIVEN_EXPERT[beside_a_change(labels).astype(int), labels].cumsum(axis=1)
    return np.asarray((rng.random((len(labels), 1)) * cumulative[:, -1:] > cumulative).sum(axis=1))


def describe_epochs(labels: Stages, moved: Stages, rng: np.random.Generator) -> list[str]:
    """Convert labels to Sleep-EDF's texts: separate stages 3 and 4, and occasional ``?`` or ``Movement time``.

    Parameters
    ----------
    labels
        Labels of the expert (n_epochs,).
    moved
        1 if a movement covers most of the epoch, else 0 (n_epochs,).
    rng
        Source of randomness.
    """
    names = np.array(["Sleep stage W", "Sleep stage 1", "Sleep stage 2", "Sleep stage 3", "Sleep stage R"])[labels]
    names = names.astype(object)
    names[_in_stage_4(labels, rng)] = "Sleep stage 4"
    names[moved.astype(bool)] = "Movement time"
    names[rng.random(len(labels)) < UNSCORED_RATE] = "Sleep stage ?"
    return list(names)


def _draw_length(
    stage: int, third: int, subject: Subject, rng: np.random.Generator, measured: HypnogramStatistics
) -> int:
    mean = measured.bout_tenths[stage, rng.integers(N_TENTHS)]
    mean *= measured.bout_means[third, stage] / measured.bout_tenths[stage].mean()
    if stage == N3:
        mean *= np.exp(subject.depth / 2 + AGE_EFFECT[N3] * subject.decades)
    # spread around the mean of its tenth, in integer epochs with the same mean
    return 1 + int(max(mean - 1, 0) * rng.uniform(0.5, 1.5) + rng.random())


def _draw_next(
    stage: int, third: int, subject: Subject, rng: np.random.Generator, measured: HypnogramStatistics
) -> int:
    tilt = AGE_EFFECT * subject.decades
    tilt[N3] += subject.depth
    weights = measured.transitions[third, stage] * np.exp(tilt)
    return int(rng.choice(len(STAGES), p=weights / weights.sum()))


def _in_stage_4(labels: Stages, rng: np.random.Generator) -> Bool[np.ndarray, "n_epochs"]:
    deepest = np.zeros(len(labels), dtype=bool)
    luck = rng.random(len(labels))
    for epoch in np.flatnonzero(labels == N3):
        was = epoch > 0 and deepest[epoch - 1]
        deepest[epoch] = luck[epoch] < STAY_IN_4 if was else luck[epoch] > STAY_IN_3
    return deepest
