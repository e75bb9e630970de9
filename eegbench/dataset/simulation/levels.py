"""Levels of version 2: the strength of each band in each epoch, drawn with the variation of real nights.

A level is the mean of its stage, plus an offset of the subject and the night in all stages, plus variation within the
stage. The latter has the stage's own covariance over the bands of both derivations; one part of it is constant in a
night, one changes slowly, and one is new in every epoch.
"""

import numpy as np
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Float

from eegbench.dataset.simulation.signal import Weights
from eegbench.dataset.simulation.spectra import LEVELS, N_LEVELS, Levels, SpectrumStatistics
from eegbench.dataset.simulation.statistics import EPOCH_S, STAGES
from eegbench.dataset.simulation.subject import Subject

N_HOPS = 6
"""Number of times per epoch at which levels are given."""

NIGHT_SHARE, SLOW_SHARE, SLOW_EPOCHS = 0.12, 0.30, 17.0
"""Fractions of the variance within a stage that are constant in a night, and that change with a time constant of 17
epochs. From the autocorrelations on the ten real nights: in N2 0.39, 0.36, 0.30, 0.23 and 0.10 at 1, 2, 5, 10 and 20
epochs."""

SUBJECT_SHARE = 0.55
"""Fraction of the variance between nights that is due to the subject: five subjects had two nights each."""

FADING = 0.5
"""Decrease of delta and theta in N2 and N3 over the night, in nats; 0.1 to 0.9 on the real nights."""

AGE_EFFECT = np.array([0.0, -0.08, -0.04, 0.0, -0.01, 0.02])
"""Nats of each level per decade; direction from Carrier et al. 2001 (PMID 11347869), sizes ours, as in version 1."""

MALE_EFFECT = np.array([-0.1, -0.2, -0.12, -0.08, -0.06, 0.0])
"""Nats, men relative to women, with the same origin. The measured nights are women's."""


def draw_person(subject: Subject, spectra: SpectrumStatistics, rng: np.random.Generator) -> Float[np.ndarray, "12"]:
    """Draw a subject's offsets of the levels in all stages for one night, in nats."""
    tonight = np.sqrt(SUBJECT_SHARE) * subject.spectrum + np.sqrt(1 - SUBJECT_SHARE) * rng.standard_normal(N_LEVELS)
    group = AGE_EFFECT * subject.decades + (MALE_EFFECT if subject.sex == "M" else 0)
    return spectra.night_spreads * (np.linalg.cholesky(spectra.night_correlations) @ tonight) + np.tile(group, 2)


def draw_levels(
    weights: Weights,
    person: Float[np.ndarray, "12"],
    elapsed: Float[np.ndarray, "n_epochs"],
    spectra: SpectrumStatistics,
    rng: np.random.Generator,
) -> Levels:
    """Draw the levels at every hop, 5 s apart, from the first second to the last.

    Parameters
    ----------
    weights
        Fraction of each stage in each second.
    person
        Offsets of the subject and the night.
    elapsed
        Elapsed fraction of the night in each epoch (n_epochs,).
    spectra
        Statistics of real nights.
    rng
        Source of randomness.

    Returns
    -------
    levels
        Levels in nats (6 · n_epochs + 1, 12).
    """
    n_epochs = len(elapsed)
    roots = spectra.spreads[:, :, None] * np.linalg.cholesky(spectra.correlations)
    constant = np.sqrt(NIGHT_SHARE) * rng.standard_normal((len(STAGES), N_LEVELS))
    by_stage = spectra.means + np.einsum("sdk,esk->esd", roots, _draw_course(n_epochs, rng)[:, None] + constant)
    for level in ("delta", "theta"):
        for channel in (0, len(LEVELS)):
            by_stage[:, 2:4, channel + LEVELS.index(level)] -= FADING * (elapsed[:, None] - 0.5)
    step = EPOCH_S // N_HOPS
    at = np.concatenate([weights[::step], weights[-1:]])
    return np.einsum("hs,hsd->hd", at, at_hops(by_stage)) + person


def at_hops(epochs: Float[np.ndarray, "n_epochs *rest"]) -> Float[np.ndarray, "n_hops *rest"]:
    """Repeat each epoch's values over its hops, with the mean at the border of two epochs."""
    held = np.repeat(epochs, N_HOPS, axis=0)
    return (np.concatenate([held[:1], held]) + np.concatenate([held, held[-1:]])) / 2


def _draw_course(n_epochs: int, rng: np.random.Generator) -> Float[np.ndarray, "n_epochs 12"]:
    keep = np.exp(-1 / SLOW_EPOCHS)
    steps = rng.standard_normal((n_epochs, N_LEVELS))
    steps[1:] *= np.sqrt(1 - keep**2)
    slow = scipy.signal.lfilter([1.0], [1.0, -keep], steps, axis=0)
    fast = rng.standard_normal((n_epochs, N_LEVELS))
    return np.asarray(np.sqrt(SLOW_SHARE) * slow + np.sqrt(1 - NIGHT_SHARE - SLOW_SHARE) * fast)
