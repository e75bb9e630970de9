"""A study shared by several controllers: it never exceeds its budget, and trials of dead controllers are continued."""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from eegbench.address import without_secrets
from eegbench.config import ConfigError, build
from eegbench.sweep.heartbeat import is_alive
from eegbench.sweep.plan import Plan
from eegbench.sweep.space import describe
from eegbench.sweep.storage import exclusive, open_storage, trial_id
from eegbench.sweep.without_replacement import DIVERGED, WithoutReplacement, n_free

OPTIONS, RECORDINGS, CONTROLLER, JOB = "options", "recordings", "controller", "job"


MIN_FOR_IMPORTANCE = 4
"""Minimum number of complete trials for estimating importances."""


@dataclass(frozen=True)
class Drawn:
    """A trial to run: its number, its point, and whether an earlier process started it."""

    number: int
    point: dict[str, Any]
    is_continued: bool


class SharedStudy:
    """The study of a plan, opened or created.

    Parameters
    ----------
    plan
        Plan of the sweep.

    Raises
    ------
    ConfigError
        If the study was created with other options, another space or other objectives.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.storage = open_storage(plan.address)
        with exclusive(plan.address, plan.study):
            self.study = optuna.create_study(
                study_name=plan.study, storage=self.storage, directions=plan.directions, load_if_exists=True
            )
            self._check_or_record()

    def check_recordings(self, digests: Mapping[str, str]) -> None:
        """Raise an error if the recordings differ from those of earlier trials or other controllers.

        Parameters
        ----------
        digests
            Digest of the recordings of each dataset, by a short name of the dataset's options.

        Raises
        ------
        ConfigError
            If the recordings of a dataset differ.
        """
        with exclusive(self.plan.address, self.plan.study):
            earlier = self.study.user_attrs.get(RECORDINGS, {})
            self.study.set_user_attr(RECORDINGS, {**digests, **earlier})
        if any(earlier.get(name, digest) != digest for name, digest in digests.items()):
            raise ConfigError(
                f"hydra.sweeper.study_name={self.plan.study}: the recordings differ from those of earlier trials of "
                f"the study in {without_secrets(self.plan.address)}; restore them, or choose another "
                "hydra.sweeper.study_name."
            )

    def draw(self, controller: str, n: int) -> list[Drawn]:
        """Take over trials of dead processes and sample new points within the budget; at most n in total."""
        with exclusive(self.plan.address, self.plan.study):
            orphans = [trial for trial in self.orphans() if self._is_whole(trial)][:n]
            for orphan in orphans:
                self.storage.set_trial_user_attr(self._id(orphan.number), CONTROLLER, controller)
            left = n_free(self.plan.space, self.trials())
            room = min(n - len(orphans), self.plan.n_trials - self.n_counted())
            room = room if left is None else min(room, left)
            continued = [Drawn(one.number, dict(one.params), True) for one in orphans]
            return continued + [self._ask(controller) for _ in range(room)]

    def tell_failed(self, number: int) -> None:
        """Record a trial whose job failed with an error."""
        if not self.trials()[number].state.is_finished():
            self.storage.set_trial_state_values(self._id(number), TrialState.FAIL)

    def trials(self) -> list[FrozenTrial]:
        """Return all trials in their current state."""
        return self.study.get_trials(deepcopy=False)

    def running(self) -> list[FrozenTrial]:
        """Return the trials that are running."""
        return [trial for trial in self.trials() if trial.state == TrialState.RUNNING]

    def orphans(self) -> list[FrozenTrial]:
        """Return running trials whose controller and job are both dead."""
        beats = self.study.user_attrs
        return [
            trial
            for trial in self.running()
            if not any(is_alive(trial.user_attrs.get(who), beats) for who in (CONTROLLER, JOB))
        ]

    def n_counted(self) -> int:
        """Return the number of trials that count towards the budget: all except those that failed with an error."""
        return sum(counts(trial) for trial in self.trials())

    def _ask(self, controller: str) -> Drawn:
        n = len(self.trials())
        self.study.sampler = _sampler(self.plan, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about experimental features of Optuna
            trial = self.study.ask(dict(self.plan.space))
        trial.set_user_attr(CONTROLLER, controller)
        return Drawn(trial.number, dict(trial.params), False)

    def _is_whole(self, trial: FrozenTrial) -> bool:
        """Return whether a trial has a complete point; otherwise its controller died, and it is ended."""
        if set(trial.params) == set(self.plan.space):
            return True
        self.storage.set_trial_state_values(self._id(trial.number), TrialState.FAIL)
        return False

    def _id(self, number: int) -> int:
        return trial_id(self.storage, study=self.plan.study, number=number)

    def _check_or_record(self) -> None:
        mine = json.loads(json.dumps(_identity(self.plan)))
        earlier = self.study.user_attrs.get(OPTIONS)
        if earlier is None:
            self.study.set_user_attr(OPTIONS, mine)
            return
        for name in sorted({*earlier, *mine}):
            if earlier.get(name) != mine.get(name):
                raise ConfigError(
                    f"hydra.sweeper.study_name={self.plan.study}: the study in "
                    f"{without_secrets(self.plan.address)} has {name}={earlier.get(name)!r}, "
                    f"here it is {mine.get(name)!r}; a study has one set of options: "
                    "choose another hydra.sweeper.study_name, or leave it out to create a study for these options."
                )


def counts(trial: FrozenTrial) -> bool:
    """Return whether a trial counts towards the budget."""
    return trial.state != TrialState.FAIL or DIVERGED in trial.user_attrs


def _sampler(plan: Plan, n: int) -> WithoutReplacement:
    """Build the sampler with a separate seed for each draw; its other state comes from the study."""
    if plan.sampler is None:
        return WithoutReplacement(plan.space, None, n)
    node = dict(plan.sampler)
    seed = int(node.pop("seed", None) or 0) + n
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WithoutReplacement(
            plan.space, build(node, optuna.samplers.BaseSampler, path="hydra.sweeper.sampler", seed=seed), seed
        )


def _identity(plan: Plan) -> dict[str, Any]:
    space = {f"space of {key}": describe(one) for key, one in plan.space.items()}
    return {**plan.options, **space, "sweep.objective": list(plan.objectives)}


def state_of(trial: FrozenTrial) -> str:
    """Return the name of a trial's state: complete, pruned, diverged, failed or running."""
    if trial.state == TrialState.FAIL:
        return "diverged" if DIVERGED in trial.user_attrs else "failed"
    return {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned"}.get(trial.state, "running")


def order(plan: Plan, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return complete trials, best first by the first objective."""
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    return sorted(complete, key=lambda trial: trial.values[0], reverse=plan.directions[0] == "maximize")


class KnownImportances(optuna.importance.BaseImportanceEvaluator):
    """Importances computed earlier, so that Optuna's plot does not compute them again.

    Parameters
    ----------
    shares
        Importance of each option.
    """

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.shares = dict(shares)

    def evaluate(
        self,
        study: optuna.Study,  # noqa: ARG002
        params: list[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,  # noqa: ARG002
    ) -> dict[str, float]:
        """Return the importance of the given parameters, or of all."""
        return {name: share for name, share in self.shares.items() if params is None or name in params}


def importances(plan: Plan, study: optuna.Study) -> dict[str, float]:
    """Return each option's share of the variance of the first objective (fANOVA); empty with too few trials.

    Hutter, Hoos and Leyton-Brown 2014, ICML, PMLR 32(1), 754-762.
    """
    complete = [trial for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.COMPLETE]
    if len(complete) < MIN_FOR_IMPORTANCE or len({trial.values[0] for trial in complete}) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(
            study, evaluator=evaluator, params=list(plan.space), target=lambda trial: trial.values[0]
        )
    return {str(name): float(share) for name, share in found.items()}
