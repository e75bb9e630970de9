"""Spectral levels by sleep stage and their variation, measured on real nights.

The statistics in `eegbench.dataset.simulation.measured_spectra` come from these functions; compute them again with

    python -m eegbench.dataset.simulation.spectra ../shared/data/sleep-edf/features

Conventions
-----------
A *level* is the natural logarithm of a mean power density in µV²/Hz. An epoch of 30 s has 12: those of `LEVELS` on
Fpz-Cz, then the same on Pz-Oz. The slowest, below 0.5 Hz, is the part of the variance not in the other five.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Float

from eegbench.dataset.simulation.measured import CONSENSUS_GIVEN_EXPERT
from eegbench.dataset.simulation.signal import SFREQ, smooth_stages
from eegbench.dataset.simulation.statistics import EPOCH_S, STAGES, Nights, Stages, beside_a_change

N_SEGMENT = 256
"""Length of a segment of Welch's method in samples."""

LEVELS = ("slow", "delta", "theta", "alpha", "beta", "gamma")
BANDS_HZ = ((0.5, 4.0), (4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 50.0))
"""Bands of the levels from delta on."""

WIDTHS_HZ = np.array([0.5, *(high - low for low, high in BANDS_HZ)])

FEATURES = tuple(
    f"{channel} {name}" for channel in ("Fpz-Cz", "Pz-Oz") for name in (*LEVELS[1:], "log_variance", "mobility")
)
"""Feature columns: levels, log variance in µV², standard deviation of differences over that of the signal."""

MIN_SLOW = 0.01
"""Minimum fraction of the variance below 0.5 Hz: bands overlap slightly, so the others may leave nothing."""

MIN_EPOCHS = 6
"""Minimum number of epochs of a stage for its levels to be measured in a night."""

SHRINKAGE = 0.3
"""Shrinkage of the correlations between ten nights towards 0."""

MIN_PURE = 0.3
"""Minimum fraction of a label's variance due to its own stage: too much mixing would explain all of it."""

N_LEVELS = 2 * len(LEVELS)

Features = Float[np.ndarray, "n_epochs 14"]
Levels = Float[np.ndarray, "_ 12"]  # of epochs, or of hops


@dataclass(frozen=True)
class FeatureNight:
    """Features and labels of one night.

    Attributes
    ----------
    subject
        Number of the subject.
    features
        Features in the order of `FEATURES` (n_epochs, 14).
    labels
        Labels of an expert, as indices into `STAGES` (n_epochs,).
    """

    subject: int
    features: Features
    labels: Stages


@dataclass(frozen=True)
class SpectrumStatistics:
    """Distribution of levels over epochs and nights.

    Attributes
    ----------
    means
        Mean of each stage (5, 12).
    spreads
        Standard deviation within a stage, without the night's offset in all stages (5, 12).
    correlations
        Correlations of the levels within a stage (5, 12, 12).
    night_spreads
        Standard deviation of the night's offset in all stages (12,).
    night_correlations
        Correlations of the night's offset (12, 12).
    """

    means: Float[np.ndarray, "5 12"]
    spreads: Float[np.ndarray, "5 12"]
    correlations: Float[np.ndarray, "5 12 12"]
    night_spreads: Float[np.ndarray, "12"]
    night_correlations: Float[np.ndarray, "12 12"]


def epoch_features(signals: Float[np.ndarray, "2 n_samples"]) -> Features:
    """Compute the features of every complete epoch of Fpz-Cz and Pz-Oz, in µV at 100 Hz."""
    n_samples = EPOCH_S * SFREQ
    epochs = signals[:, : signals.shape[1] // n_samples * n_samples].reshape(2, -1, n_samples)
    f, density = scipy.signal.welch(epochs, SFREQ, nperseg=N_SEGMENT)
    variance = epochs.var(axis=2) + 1e-10  # avoids log 0 for a flat electrode
    columns = []
    for channel in range(2):
        columns += [np.log(density[channel][:, (f >= a) & (f <= b)].mean(axis=1) + 1e-10) for a, b in BANDS_HZ]
        mobility = np.sqrt(np.diff(epochs[channel]).var(axis=1) / variance[channel])
        columns += [np.log(variance[channel]), mobility]
    return np.stack(columns, axis=1)


def levels_of(features: Features) -> Levels:
    """Return the twelve levels implied by the features of each epoch."""
    columns = []
    for channel in (features[:, :7], features[:, 7:]):
        variance = np.exp(channel[:, 5])
        slow = np.maximum(variance - np.exp(channel[:, :5]) @ WIDTHS_HZ[1:], MIN_SLOW * variance)
        columns += [np.log(slow / WIDTHS_HZ[0])[:, None], channel[:, :5]]
    return np.concatenate(columns, axis=1)


def describe_spectra(nights: Sequence[FeatureNight]) -> SpectrumStatistics:
    """Measure the levels of several nights.

    Labels are one expert's, so epochs labelled N1 are a mixture of several stages. The returned means and spreads are
    those that reproduce the measured ones in the simulator's mixture (`stages_given_label`).
    """
    levels = [levels_of(night.features) for night in nights]
    by_night = np.array([_means(x, night.labels) for x, night in zip(levels, nights, strict=True)])
    means = np.nanmean(by_night, axis=0)
    offsets = np.nanmean(by_night - means, axis=1)
    covariances = np.empty((len(STAGES), N_LEVELS, N_LEVELS))
    for stage in range(len(STAGES)):
        parts = [
            x[night.labels == stage] - offset - means[stage]
            for x, night, offset in zip(levels, nights, offsets, strict=True)
        ]
        away = np.concatenate(parts)
        covariances[stage] = away.T @ away / len(away)
    mixture = stages_given_label([night.labels for night in nights])
    labelled = np.sqrt(np.einsum("sdd->sd", covariances))
    pure = np.linalg.solve(mixture, means)
    return SpectrumStatistics(
        means=pure,
        spreads=_pure_spreads(labelled, mixture, pure - means[:, None]),
        correlations=covariances / (labelled[:, :, None] * labelled[:, None]),
        night_spreads=offsets.std(axis=0, ddof=1),
        night_correlations=(1 - SHRINKAGE) * np.corrcoef(offsets.T) + SHRINKAGE * np.eye(N_LEVELS),
    )


def stages_given_label(nights: Nights) -> Float[np.ndarray, "5 5"]:
    """Return the fraction of each true stage (last axis) that the simulator puts into the epochs with each label."""
    sums = np.zeros((len(STAGES), len(STAGES)))
    for labels in nights:
        shares = CONSENSUS_GIVEN_EXPERT[beside_a_change(labels).astype(int), labels]
        asleep = np.flatnonzero(labels)
        shares[: asleep[0]] = shares[asleep[-1] + 1 :] = np.eye(len(STAGES))[0]  # wake around the night is certain
        inside = smooth_stages(shares).reshape(len(labels), EPOCH_S, len(STAGES)).mean(axis=1)
        np.add.at(sums, labels, inside)
    return np.asarray(sums / sums.sum(axis=1, keepdims=True))


def read_features(folder: Path) -> list[FeatureNight]:
    """Read a folder of ``SC4ssn*.npz``, each with ``features`` (n_epochs, 14) and ``stage`` (n_epochs,).

    Raises
    ------
    FileNotFoundError
        If the folder has no such file.
    """
    paths = sorted(folder.glob("SC4*.npz"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no SC4*.npz is here; name the folder with the features of real nights.")
    nights = []
    for path in paths:
        with np.load(path, allow_pickle=False) as stored:
            features, labels = stored["features"].astype(np.float64), stored["stage"].astype(np.int64)
        nights.append(FeatureNight(int(path.stem[3:5]), features, labels))
    return nights


def _means(levels: Levels, labels: Stages) -> Float[np.ndarray, "5 12"]:
    chosen = [levels[labels == stage] for stage in range(len(STAGES))]
    absent = np.full(N_LEVELS, np.nan)
    return np.stack([x.mean(axis=0) if len(x) >= MIN_EPOCHS else absent for x in chosen])


def _pure_spreads(
    labelled: Float[np.ndarray, "5 12"], mixture: Float[np.ndarray, "5 5"], away: Float[np.ndarray, "5 5 12"]
) -> Float[np.ndarray, "5 12"]:
    variance = labelled**2 - np.einsum("ls,lsd->ld", mixture, away**2)
    return np.sqrt(np.maximum(np.linalg.solve(mixture, variance), MIN_PURE * labelled**2))


def main(folder: str) -> None:
    """Write the statistics of real nights, in the form of `measured_spectra`, to standard output."""
    found = describe_spectra(read_features(Path(folder)))
    for field in fields(found):
        values = np.array2string(getattr(found, field.name), precision=2, separator=", ", suppress_small=True)
        sys.stdout.write(f"{field.name}\n{values}\n")


if __name__ == "__main__":
    main(sys.argv[1])
