"""Mean of maps over runs, with the spread between runs and between subjects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Map = Float[np.ndarray, "*shape"]


@dataclass(frozen=True)
class Spread:
    """Mean over runs, with standard deviations.

    Attributes
    ----------
    runs
        Map of each run: the mean over its subjects.
    mean
        Mean over runs.
    between_runs
        Standard deviation of the runs' maps; NaN if there is one run.
    between_subjects
        Standard deviation of the subjects' maps, each averaged over the runs with that subject; NaN if there is one
        subject. None if maps of subjects are unknown.
    n_subjects
        Number of subjects in all runs; 0 if unknown.
    """

    runs: Float[np.ndarray, "n_runs *shape"]
    mean: Map
    between_runs: Map
    between_subjects: Map | None
    n_subjects: int

    @property
    def standard_error(self) -> Map:
        """Standard error of the mean over runs."""
        return self.between_runs / np.sqrt(np.maximum(np.isfinite(self.runs).sum(axis=0), 1))


def spread_of_subjects(
    names: Sequence[Sequence[str]], maps: Sequence[Float[np.ndarray, "_n_subjects *shape"]]
) -> Spread:
    """Return the mean and the spread of runs with maps of subjects.

    The maps of subjects are averaged within each run first, so that all subjects have the same weight, then over runs.

    Parameters
    ----------
    names
        Names of the subjects of each run.
    maps
        Maps of the subjects of each run.
    """
    every = sorted({name for of_run in names for name in of_run})
    of_subjects = [
        mean_there(np.stack([one[of_run.index(name)] for of_run, one in _lists(names, maps) if name in of_run]))
        for name in every
    ]
    spread = spread_of_runs([mean_there(one) for one in maps])
    return Spread(spread.runs, spread.mean, spread.between_runs, deviation(np.stack(of_subjects)), len(every))


def spread_of_runs(maps: Sequence[Map]) -> Spread:
    """Return the mean and the spread of runs with unknown subjects."""
    runs = np.stack(list(maps))
    return Spread(runs, mean_there(runs), deviation(runs), None, 0)


def mean_there(values: Float[np.ndarray, "n *shape"]) -> Map:
    """Return the mean of finite values over the first axis; NaN if there are none."""
    n = np.isfinite(values).sum(axis=0)
    return np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)


def deviation(values: Float[np.ndarray, "n *shape"]) -> Map:
    """Return the standard deviation of finite values over the first axis; NaN for fewer than two."""
    n = np.isfinite(values).sum(axis=0)
    squares = np.nansum((values - mean_there(values)) ** 2, axis=0)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def _lists(names: Sequence[Sequence[str]], maps: Sequence[np.ndarray]) -> list[tuple[list[str], np.ndarray]]:
    return [(list(of_run), one) for of_run, one in zip(names, maps, strict=True)]
