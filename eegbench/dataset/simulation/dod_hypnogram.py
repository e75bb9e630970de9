"""Stages of a simulated night of DOD-H or DOD-O: those of five scorers, their consensus, and those in the signal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from jaxtyping import Float

from eegbench.dataset.simulation import measured_dod_h, measured_dod_o
from eegbench.dataset.simulation.hypnogram import draw_night
from eegbench.dataset.simulation.scorers import Habits, Scored, consensus_of, draw_scorers, even_steps
from eegbench.dataset.simulation.statistics import EPOCH_S, HypnogramStatistics, Stages
from eegbench.dataset.simulation.subject import NOBODY, REFERENCE_AGE, Subject, draw_subject

QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Quantiles of the nights at which the wake around sleep was measured."""

SHORTEST = 60
"""Minimum number of epochs from falling asleep to waking up: half an hour."""

DEPTH = 0.4
"""Standard deviation over subjects of the difference in N3, see `Subject`."""


@dataclass(frozen=True)
class Model:
    """Statistics of a set, from which nights are drawn.

    Attributes
    ----------
    nights
        Transitions between stages and their durations, from the consensus of the scorers.
    around
        Epochs of wake before sleep and after it, at the `QUANTILES` of the nights (2, 7).
    habits
        Disagreement of the scorers.
    """

    nights: HypnogramStatistics
    around: Float[np.ndarray, "2 n_quantiles"]
    habits: Habits


MODELS: Mapping[str, Model] = {
    "dod_h": Model(measured_dod_h.NIGHTS, measured_dod_h.AROUND, measured_dod_h.HABITS),
    "dod_o": Model(measured_dod_o.NIGHTS, measured_dod_o.AROUND, measured_dod_o.HABITS),
}


@dataclass(frozen=True)
class ScoredNight:
    """Stages of a night, as indices into `STAGES`.

    Attributes
    ----------
    subject
        The simulated subject.
    truth
        Stages around which the scorers' stages are drawn (n_epochs,).
    night
        First epoch of the night, and the one after its last.
    scored
        Stages of each scorer (5, n_epochs).
    consensus
        Consensus of the scorers (n_epochs,).
    shown
        Stages in the signal: in each epoch that of a random scorer, so that doubtful epochs are as difficult for a
        network as for the scorers (n_epochs,).
    """

    subject: Subject
    truth: Stages
    night: tuple[int, int]
    scored: Scored
    consensus: Stages
    shown: Stages


def draw_scored_night(model: str, number: int, *, hours: float | None, seed: int) -> ScoredNight:
    """Draw one night; the same arguments give the same night.

    The length of a night, the wake around it and its depth are spread evenly over the numbers, so that a few nights are
    as diverse as many.

    Parameters
    ----------
    model
        ``dod_h`` or ``dod_o``.
    number
        Number of the night and of its subject, from 0.
    hours
        Length of the recording; None draws it like in real ones. A short night has the same course as a long one.
    seed
        Seed of the complete set.
    """
    known = MODELS[model]
    rng = np.random.default_rng([seed, number, 1])
    start = np.random.default_rng([seed, NOBODY, 1]).random(4)
    evening, morning, depth, length = (start + number * even_steps(4)) % 1
    subject = replace(draw_subject(number, seed=seed), age=REFERENCE_AGE, depth=DEPTH * _normal(depth))
    mean, deviation = known.nights.night_h * 3600 / EPOCH_S
    before, after = (np.interp(at, QUANTILES, row) for at, row in zip((evening, morning), known.around, strict=True))
    parts = np.array([before, max(mean + deviation * _normal(length), SHORTEST), after])
    if hours is not None:
        parts *= hours * 3600 / EPOCH_S / parts.sum()
    first, stop, n_epochs = np.rint(parts.cumsum()).astype(int).tolist()
    truth = np.zeros(n_epochs, dtype=np.int64)
    truth[first:stop] = draw_night(subject, stop - first, rng, known.nights)
    scored = draw_scorers(truth, known.habits, number=number, seed=seed)
    shown = scored[rng.integers(len(scored), size=n_epochs), np.arange(n_epochs)]
    return ScoredNight(subject, truth, (first, stop), scored, consensus_of(scored), shown)


def _normal(chance: float) -> float:
    """Return the standard normal quantile of a probability, limited to 0.01 … 0.99."""
    return NormalDist().inv_cdf(min(max(chance, 0.01), 0.99))
