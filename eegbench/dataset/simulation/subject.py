"""Simulated subjects: age, sex, and traits in which their sleep differs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from eegbench.dataset.simulation.statistics import STAGES

AGE_DECILES = (25.0, 27.0, 31.4, 51.0, 54.0, 57.0, 67.0, 69.9, 80.6, 89.0, 101.0)
"""Deciles of age in years of the 78 subjects of the cassette study (MNE's age_records.csv)."""

SHARE_OF_WOMEN = 41 / 78
"""Fraction of women among the same subjects."""

NOBODY = 100
"""First number that no subject has; it seeds the start of the sequences of ages and sexes."""

GOLDEN_RATIO, PLASTIC_RATIO = 0.6180339887, 0.7548776662
"""Steps that spread the first few numbers evenly over 0 to 1, one for age and one for sex."""

REFERENCE_AGE = 29
"""Mean age in years of the subjects whose hypnograms were measured; age has no effect at this age."""

BANDS = ("pink", "delta", "theta", "alpha", "sigma", "beta", "white")
"""Sources of the background EEG, from slow to fast; ``white`` is muscle and amplifier noise."""


@dataclass(frozen=True)
class Subject:
    """A simulated subject; draw one with `draw_subject` or create it directly.

    Attributes
    ----------
    number
        Number from 0 to 99, as in the file names.
    age
        Age in years.
    sex
        ``F`` or ``M``.
    depth
        Difference in N3 from others of the same age, in nats of the odds of entering it.
    gains
        Factors on the amplitude of ``EEG Fpz-Cz``, ``EEG Pz-Oz``, ``EOG horizontal`` and ``EMG submental`` (4,);
        version 2 uses the last two only.
    traits
        Offsets of the log amplitude of each band in each stage, in version 1 (5, 7).
    alpha_hz, spindle_hz
        Peak frequencies in Hz.
    density
        Factor on the rate of spindles and K-complexes.
    spectrum
        Standard normal numbers from which version 2 computes the subject's offsets of the levels in all stages (12,).
    """

    number: int
    age: int
    sex: Literal["F", "M"]
    depth: float
    gains: Float[np.ndarray, "4"]
    traits: Float[np.ndarray, "5 7"]
    alpha_hz: float
    spindle_hz: float
    density: float
    spectrum: Float[np.ndarray, "12"]

    @property
    def decades(self) -> float:
        """Age in decades, relative to the subjects whose hypnograms were measured."""
        return (self.age - REFERENCE_AGE) / 10


def draw_subject(number: int, *, seed: int) -> Subject:
    """Draw the subject with a number; the same seed gives the same subject, regardless of the number of others.

    Ages and sexes are spread evenly over the numbers, and subjects 2k and 2k + 1 deviate from the mean spectrum in
    opposite directions, so that a few subjects are as diverse as many.
    """
    rng = np.random.default_rng([seed, number])
    start = np.random.default_rng([seed, NOBODY]).random(2)
    age_rank, sex_rank = (start + number * np.array([GOLDEN_RATIO, PLASTIC_RATIO])) % 1
    return Subject(
        number=number,
        age=round(np.interp(age_rank, np.linspace(0, 1, len(AGE_DECILES)), AGE_DECILES)),
        sex="F" if sex_rank < SHARE_OF_WOMEN else "M",
        depth=float(rng.normal(0, 0.4)),
        gains=np.exp(rng.normal(0, 0.2, 4)),
        traits=_draw_traits(rng),
        alpha_hz=float(rng.normal(9.8, 0.8)),
        spindle_hz=float(rng.normal(13.2, 0.5)),
        density=float(np.exp(rng.normal(0, 0.3))),
        spectrum=_draw_spectrum(number, seed),
    )


def _draw_spectrum(number: int, seed: int) -> Float[np.ndarray, "12"]:
    pair, side = divmod(number, 2)
    rng = np.random.default_rng([seed, pair, 0])  # nights are numbered from 1
    return np.asarray((1 - 2 * side) * rng.standard_normal(12))


def _draw_traits(rng: np.random.Generator) -> Float[np.ndarray, "5 7"]:
    common = rng.normal(0, 0.12, (1, len(BANDS)))
    common[0, BANDS.index("alpha")] *= 2  # some people have hardly any alpha rhythm
    return np.asarray(common + rng.normal(0, 0.06, (len(STAGES), len(BANDS))))
