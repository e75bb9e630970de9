"""Draws points that no earlier trial of the study has, whichever sampler proposes them."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from eegbench.sweep.space import Space, points, size

DIVERGED = "diverged"
"""Marks a failed trial whose objective was not finite: its point was tried, and is no good."""

Key = tuple[tuple[str, str, Any], ...]

TRIES = 50
"""Proposals of the sampler that are already taken, before a free point of a finite space is picked."""

MANY = 100_000
"""Points that a finite space may have to be listed."""


class WithoutReplacement(BaseSampler):
    """Asks a sampler again where it proposes a point that is taken; without a sampler, goes through all in order.

    Parameters
    ----------
    space
        The whole search space, which is the same in every trial.
    sampler
        Proposes; None is a grid.
    seed
        Picks among the free points where the sampler keeps proposing taken ones.
    """

    def __init__(self, space: Space, sampler: BaseSampler | None, seed: int) -> None:
        self.space, self.sampler, self.seed = space, sampler, seed

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002
        """Return the whole space: all of a point is drawn at once."""
        return dict(self.space)

    def sample_relative(
        self,
        study: Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],  # noqa: ARG002  it is the whole space
    ) -> dict[str, Any]:
        """Draw a free point."""
        taken = taken_points([other for other in study.get_trials(deepcopy=False) if other.number != trial.number])
        for _ in range(TRIES if self.sampler else 0):
            point = self._propose(study, trial)
            if key_of(point) not in taken:
                return point
        return self._pick(taken)

    def sample_independent(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,  # noqa: ARG002
        param_name: str,
        param_distribution: BaseDistribution,  # noqa: ARG002
    ) -> Any:
        """Refuse: nothing is drawn apart."""
        raise RuntimeError(f"{param_name} was not drawn with its point.")

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Hand on."""
        if self.sampler:
            self.sampler.before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Hand on."""
        if self.sampler:
            self.sampler.after_trial(study, trial, state, values)

    def _propose(self, study: Study, trial: FrozenTrial) -> dict[str, Any]:
        assert self.sampler is not None
        relative = self.sampler.infer_relative_search_space(study, trial)
        drawn = self.sampler.sample_relative(study, trial, relative)
        for name, distribution in self.space.items():
            if name not in drawn:
                drawn[name] = self.sampler.sample_independent(study, trial, name, distribution)
        return {name: drawn[name] for name in self.space}

    def _pick(self, taken: set[Key]) -> dict[str, Any]:
        n = size(self.space)
        if n is None or n > MANY:
            raise RuntimeError(f"the sampler proposed {TRIES} points that are all taken.")
        free = [point for point in points(self.space) if key_of(point) not in taken]
        return random.Random(self.seed).choice(free) if self.sampler else free[0]


def key_of(point: Mapping[str, Any]) -> Key:
    """Return what tells points apart."""
    return tuple((name, type(value).__name__, value) for name, value in sorted(point.items()))


def taken_points(trials: Sequence[FrozenTrial]) -> set[Key]:
    """Return the points of trials, but of those that an error ended: it says nothing of the point."""
    broken = [trial.state == TrialState.FAIL and DIVERGED not in trial.user_attrs for trial in trials]
    return {key_of(trial.params) for trial, is_broken in zip(trials, broken, strict=True) if not is_broken}


def n_free(space: Space, trials: Sequence[FrozenTrial]) -> int | None:
    """Count the points that are left; None where there is a continuum."""
    n = size(space)
    return None if n is None else n - len(taken_points(trials))
