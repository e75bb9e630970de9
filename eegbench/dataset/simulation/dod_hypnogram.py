"""The stages of a night as in DOD-H or DOD-O: what five scorers say, their consensus, and what the signal shows."""

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
"""Of the nights, at which the wake around sleep was measured."""

SHORTEST = 60
"""Epochs from falling asleep to waking up, at least: half an hour."""

DEPTH = 0.4
"""Standard deviation of how much more N3 a sleeper has, see `Subject`."""


@dataclass(frozen=True)
class Model:
    """What the nights of a set follow.

    Attributes
    ----------
    nights
        Which stage follows which, and how long it lasts, by the consensus of the scorers.
    around
        Epochs of wake before sleep and after it, at the `QUANTILES` of the nights (2, 7).
    habits
        How the scorers disagree.
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
    """A night's stages, as indices into `STAGES`.

    Attributes
    ----------
    subject
        Who slept.
    truth
        What the scorers are drawn around (n_epochs,).
    night
        First epoch of the night, and the one after its last.
    scored
        What each scorer gave (5, n_epochs).
    consensus
        What most of them gave (n_epochs,).
    shown
        What the signal shows: the stage of one of the scorers, another one in each epoch, so that what is doubtful is
        as hard to see for a network as for them (n_epochs,).
    """

    subject: Subject
    truth: Stages
    night: tuple[int, int]
    scored: Scored
    consensus: Stages
    shown: Stages


def draw_scored_night(model: str, number: int, *, hours: float | None, seed: int) -> ScoredNight:
    """Draw one night; the same arguments give the same night.

    How long a night is, how much wake is around it and how deep it is, is spread evenly over the numbers, so that a few
    nights are as mixed as many.

    Parameters
    ----------
    model
        ``dod_h`` or ``dod_o``.
    number
        Of the night and of its sleeper, from 0.
    hours
        Length of the record; None draws it as it is in real ones. The course of a short night is that of a long one.
    seed
        Of the whole set.
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
    """Return the standard normal quantile of a chance, which is kept away from 0 and 1."""
    return NormalDist().inv_cdf(min(max(chance, 0.01), 0.99))
