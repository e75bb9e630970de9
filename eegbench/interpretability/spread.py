"""The mean of maps over runs, and how far runs and subjects differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Map = Float[np.ndarray, "*shape"]


@dataclass(frozen=True)
class Spread:
    """The mean over runs, and the standard deviations around it.

    Attributes
    ----------
    runs
        The map of each run: the mean over its subjects.
    mean
        The mean over runs.
    between_runs
        Standard deviation of the runs' maps; NaN where there is one.
    between_subjects
        Standard deviation of the subjects' maps, each the mean over the runs that hold the subject; NaN where there is
        one. None where maps of subjects are not known.
    n_subjects
        Subjects in all runs; 0 where they are not known.
    """

    runs: Float[np.ndarray, "n_runs *shape"]
    mean: Map
    between_runs: Map
    between_subjects: Map | None
    n_subjects: int

    @property
    def standard_error(self) -> Map:
        """The standard error of the mean over runs."""
        return self.between_runs / np.sqrt(np.maximum(np.isfinite(self.runs).sum(axis=0), 1))


def spread_of_subjects(
    names: Sequence[Sequence[str]], maps: Sequence[Float[np.ndarray, "_n_subjects *shape"]]
) -> Spread:
    """Return the mean and the spread of runs with maps of subjects.

    The maps of subjects are averaged within each run first, so that each subject counts as much, then over runs.

    Parameters
    ----------
    names
        Of the subjects of each run.
    maps
        Of the subjects of each run.
    """
    every = sorted({name for of_run in names for name in of_run})
    of_subjects = [
        mean_there(np.stack([one[of_run.index(name)] for of_run, one in _lists(names, maps) if name in of_run]))
        for name in every
    ]
    spread = spread_of_runs([mean_there(one) for one in maps])
    return Spread(spread.runs, spread.mean, spread.between_runs, deviation(np.stack(of_subjects)), len(every))


def spread_of_runs(maps: Sequence[Map]) -> Spread:
    """Return the mean and the spread of runs whose subjects are not known."""
    runs = np.stack(list(maps))
    return Spread(runs, mean_there(runs), deviation(runs), None, 0)


def mean_there(values: Float[np.ndarray, "n *shape"]) -> Map:
    """Return the mean over the first axis of what is there; NaN where nothing is."""
    n = np.isfinite(values).sum(axis=0)
    return np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)


def deviation(values: Float[np.ndarray, "n *shape"]) -> Map:
    """Return the standard deviation over the first axis of what is there; NaN where there are fewer than two."""
    n = np.isfinite(values).sum(axis=0)
    squares = np.nansum((values - mean_there(values)) ** 2, axis=0)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def _lists(names: Sequence[Sequence[str]], maps: Sequence[np.ndarray]) -> list[tuple[list[str], np.ndarray]]:
    return [(list(of_run), one) for of_run, one in zip(names, maps, strict=True)]
