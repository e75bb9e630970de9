"""Sampling without replacement: no point of an earlier trial of the study is sampled again, with any sampler."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from eegbench.sweep.distribution import suggest
from eegbench.sweep.space import Space
from eegbench.sweep.trial_state import tried

Key = tuple[tuple[str, str, Any], ...]

TRIES = 50
"""Number of proposals of the sampler that may be taken before a free point of a finite space is picked."""

MANY = 100_000
"""Maximum number of points of a finite space that is enumerated."""


class WithoutReplacement(BaseSampler):
    """Ask a sampler again if it proposes a point that is taken; without a sampler, take all points in order.

    Parameters
    ----------
    space
        The complete search space.
    sampler
        Sampler of proposals; None for a grid.
    seed
        Seed for picking among the free points if the sampler proposes only taken ones.
    """

    def __init__(self, space: Space, sampler: BaseSampler | None, seed: int) -> None:
        self.space, self.sampler, self.seed = space, sampler, seed

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002
        """Return the complete space: all values of a point are sampled together."""
        return dict(self.space)

    def sample_relative(
        self,
        study: Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],  # noqa: ARG002  always the complete space
    ) -> dict[str, Any]:
        """Sample a free point; a point that the user queued is completed, and need not be free."""
        queued = trial.system_attrs.get("fixed_params", {})
        taken = taken_points(self.space, [other for other in tried(study) if other.number != trial.number])
        return self._sample(study, trial, queued, taken)

    def sample_independent(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,  # noqa: ARG002
        param_name: str,
        param_distribution: BaseDistribution,  # noqa: ARG002
    ) -> Any:
        """Raise an error: no value is sampled separately."""
        raise RuntimeError(f"{param_name} was not drawn with its point.")

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Call the same method of the sampler."""
        if self.sampler:
            self.sampler.before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Call the same method of the sampler."""
        if self.sampler:
            self.sampler.after_trial(study, trial, state, values)

    def _sample(self, study: Study, trial: FrozenTrial, queued: Mapping[str, Any], taken: set[Key]) -> dict[str, Any]:
        for _ in range(TRIES if self.sampler else 0):
            point = self._propose(study, trial, queued)
            if key_of(point) not in taken or set(point) <= set(queued):
                return point
        return self._pick(queued, taken)

    def _propose(self, study: Study, trial: FrozenTrial, queued: Mapping[str, Any]) -> dict[str, Any]:
        assert self.sampler is not None
        sampler, relative = self.sampler, self.sampler.infer_relative_search_space(study, trial)
        drawn = {**sampler.sample_relative(study, trial, relative), **queued}

        def draw(name: str) -> Any:
            if name not in drawn:
                drawn[name] = sampler.sample_independent(study, trial, name, self.space[name])
            return drawn[name]

        groups = {name: draw(name) for name in self.space.deciding}
        return {name: draw(name) for name in self.space.keys_of(groups)}

    def _pick(self, queued: Mapping[str, Any], taken: set[Key]) -> dict[str, Any]:
        n = self.space.size()
        if n is None or n > MANY:
            raise RuntimeError(f"the sampler proposed {TRIES} points that are all taken.")
        every = [
            point for point in self.space.points() if all(point.get(key, one) == one for key, one in queued.items())
        ]
        free = [point for point in every if key_of(point) not in taken] or every
        return random.Random(self.seed).choice(free) if self.sampler else free[0]


def ask(study: Study, sampler: WithoutReplacement) -> Trial:
    """Create a trial of a study, with a point of the sampler's space."""
    study.sampler = sampler
    trial = study.ask()
    for key in trial.relative_params:  # samples the point
        suggest(trial, key, sampler.space[key])
    return trial


def key_of(point: Mapping[str, Any]) -> Key:
    """Return a hashable key that identifies a point."""
    return tuple((name, type(value).__name__, value) for name, value in sorted(point.items()))


def taken_points(space: Space, trials: Sequence[FrozenTrial]) -> set[Key]:
    """Return the points of trials, whatever became of them."""
    return {key_of(trial.params) for trial in trials if space.is_whole(trial.params)}


def n_free(space: Space, trials: Sequence[FrozenTrial]) -> int | None:
    """Return the number of points left; None if the space is continuous."""
    n = space.size()
    return None if n is None else n - len(taken_points(space, trials))
