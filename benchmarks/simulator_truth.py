"""How true simulated nights are: their features beside those of real nights, and what a classifier learns from them.

Run ``python benchmarks/simulator_truth.py --features FOLDER`` from the repository's root, where FOLDER has real nights
as 14 features an epoch (``SC4ssn.npz``). For both versions of the simulator it prints medians of every stage, spreads
between nights and within them, and the balanced accuracy on the real nights of a logistic regression that was trained
on simulated ones: with the features as they are, and with features standardised in each night. For version 2 it is
printed with other nights to calibrate on, too: those of some subjects, tested on the other subjects.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eegbench.dataset.simulation import STAGES, Version, draw_subject, simulate_night
from eegbench.dataset.simulation.measured_spectra import REAL_SPECTRA
from eegbench.dataset.simulation.spectra import (
    FEATURES,
    FeatureNight,
    SpectrumStatistics,
    describe_spectra,
    epoch_features,
    read_features,
)
from eegbench.dataset.simulation.write import EEG_RANGE_UV

Nights = Sequence[FeatureNight]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=Path, required=True, help="folder of SC4ssn.npz, real nights")
    parser.add_argument("--subjects", type=int, default=20, help="how many sleepers are simulated, one night each")
    parser.add_argument("--hours", type=float, default=5.0, help="length of a simulated record")
    parser.add_argument("--seed", type=int, default=7, help="of the simulated set")
    words = parser.parse_args()

    def simulated(version: Version, spectra: SpectrumStatistics = REAL_SPECTRA, seed: int = words.seed) -> Nights:
        return [simulate(number, words.hours, seed, version, spectra) for number in range(words.subjects)]

    real = read_features(words.features)
    sets = {"real": real, "version 1": simulated(1), "version 2": simulated(2)}
    for title, measure in (("median", medians), ("spread between nights", between), ("spread in a night", within)):
        print_table(title, {name: measure(nights) for name, nights in sets.items()})
    print("\n| trained on | tested on | as they are | standardised a night |\n|---|---|---|---|")
    for name in ("version 1", "version 2"):
        print_scores(name, sets[name], "all real nights", real)
    for chosen in ((0, 1, 2), (3, 4)):
        ours, others = part(real, chosen), part(real, set(range(100)) - set(chosen))
        print_scores(f"version 2, calibrated on {chosen}", simulated(2, describe_spectra(ours)), "the others", others)
        print_scores(f"real nights of {chosen}", ours, "the others", others)
    print_scores("version 1", sets["version 1"], "version 1, next seed", simulated(1, seed=words.seed + 1))
    print_scores("version 2", sets["version 2"], "version 2, next seed", simulated(2, seed=words.seed + 1))
    subjects = {night.subject for night in real}
    each = [scores(part(real, subjects - {left}), part(real, {left})) for left in sorted(subjects)]
    print("| real nights | each subject by the others, mean | {:.2f} | {:.2f} |".format(*np.mean(each, axis=0)))


def simulate(number: int, hours: float, seed: int, version: Version, spectra: SpectrumStatistics) -> FeatureNight:
    """Return one simulated night as its files have it: clipped."""
    sleeper = draw_subject(number, seed=seed)
    night = simulate_night(sleeper, session=1, hours=hours, seed=seed, version=version, spectra=spectra)
    return FeatureNight(number, epoch_features(np.clip(night.signals[:2], *EEG_RANGE_UV)), night.hypnogram.labels)


def medians(nights: Nights) -> np.ndarray:
    """Return the mean over nights of each night's median in each stage (5, 14)."""
    stages = range(len(STAGES))
    return np.stack([np.mean([np.median(x, axis=0) for x in of_stage(nights, stage)], axis=0) for stage in stages])


def between(nights: Nights) -> np.ndarray:
    """Return the standard deviation between nights of their medians in each stage (5, 14)."""
    stages = range(len(STAGES))
    by_stage = [[np.median(x, axis=0) for x in of_stage(nights, stage)] for stage in stages]
    return np.stack([np.std(parts, axis=0, ddof=1) for parts in by_stage])


def within(nights: Nights) -> np.ndarray:
    """Return the standard deviation of epochs around the median of their night and stage, by their quartiles (5, 14).

    A loose electrode and a movement are so far from everything else that they would be all that is seen.
    """
    stages = range(len(STAGES))
    centred = [np.concatenate([x - np.median(x, axis=0) for x in of_stage(nights, stage)]) for stage in stages]
    return np.stack([np.diff(np.quantile(x, [0.25, 0.75], axis=0), axis=0)[0] / 1.349 for x in centred])


def of_stage(nights: Nights, stage: int) -> list[np.ndarray]:
    """Return each night's epochs with one label; nights with fewer than six of them are left out."""
    parts = [night.features[night.labels == stage] for night in nights]
    return [x for x in parts if len(x) >= 6]


def part(nights: Nights, subjects: Sequence[int] | set[int]) -> Nights:
    """Return the nights of some subjects."""
    return [night for night in nights if night.subject in subjects]


def scores(train: Nights, test: Nights) -> tuple[float, float]:
    """Return the balanced accuracy with features as they are, and standardised in each night."""
    y = [np.concatenate([night.labels for night in nights]) for nights in (train, test)]
    found = []
    for prepared in (np.asarray, standardised):
        x = [np.concatenate([prepared(night.features) for night in nights]) for nights in (train, test)]
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
        found.append(balanced_accuracy_score(y[1], model.fit(x[0], y[0]).predict(x[1])))
    return found[0], found[1]


def standardised(features: np.ndarray) -> np.ndarray:
    """Return features with mean 0 and deviation 1 in their night."""
    return (features - features.mean(axis=0)) / features.std(axis=0)


def print_table(title: str, tables: dict[str, np.ndarray]) -> None:
    """Print a line for each stage and set, with a column for each feature."""
    print(f"\n| {title} | | {' | '.join(FEATURES)} |\n|---|---|{'---|' * len(FEATURES)}")
    for stage, letter in enumerate(STAGES):
        for name, table in tables.items():
            print(f"| {letter} | {name} | {' | '.join(f'{value:.2f}' for value in table[stage])} |")


def print_scores(name: str, train: Nights, where: str, test: Nights) -> None:
    """Print a line with both scores."""
    print("| {} | {} | {:.2f} | {:.2f} |".format(name, where, *scores(train, test)))


if __name__ == "__main__":
    main()
