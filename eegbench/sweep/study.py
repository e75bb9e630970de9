"""A study shared by several controllers: it never exceeds its budget, and trials of dead controllers are continued."""

import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from eegbench.address import without_secrets
from eegbench.config import ConfigError, build
from eegbench.sweep.heartbeat import is_alive
from eegbench.sweep.plan import Plan
from eegbench.sweep.storage import exclusive, open_storage, trial_id
from eegbench.sweep.trial_state import RETRIED, WHY, counts, failures, queued_point, tried
from eegbench.sweep.warm_start import best_points
from eegbench.sweep.without_replacement import WithoutReplacement, ask, n_free, taken_points

OPTIONS, RECORDINGS, CONTROLLER, JOB, QUEUED = "options", "recordings", "controller", "job", "queued"

log = logging.getLogger("eegbench")


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
        """Take over trials of dead processes and sample new points within the budget; at most n in total.

        Points that the user queued (``study.enqueue_trial``) come first, also if the budget is used up.
        """
        with exclusive(self.plan.address, self.plan.study):
            orphans = [trial for trial in self.orphans() if self._is_possible(trial)][:n]
            for orphan in orphans:
                self.storage.set_trial_user_attr(self._id(orphan.number), CONTROLLER, controller)
            queued = [trial for trial in self._in_state(TrialState.WAITING) if self._is_possible(trial)]
            left = n_free(self.plan.space, tried(self.study))
            room = self.plan.n_trials - self.n_counted()
            room = max(room if left is None else min(room, left), len(queued))
            continued = [Drawn(one.number, dict(one.params), True) for one in orphans]
            return continued + [self._ask(controller) for _ in range(min(n - len(orphans), room))]

    def queue_first(self) -> None:
        """Queue the points of the plan and the best of the study that it names, once in the life of the study."""
        with exclusive(self.plan.address, self.plan.study):
            queued = self.study.user_attrs.get(QUEUED, [])
            named = self.plan.warm_start
            warm = best_points(self.plan) if named and named not in queued else []
            if warm:
                log.info(f"the best {len(warm)} points of {named} are tried first")
            for point in [*(point for point in self.plan.points if point not in queued), *warm]:
                self.study.enqueue_trial(point)
            self.study.set_user_attr(QUEUED, [*queued, *self.plan.points, *([named] if named else [])])

    def tell_failed(self, number: int, why: str) -> None:
        """Record a trial whose job failed with an error, and the reason."""
        if not self.trials()[number].state.is_finished():
            self.storage.set_trial_user_attr(self._id(number), WHY, why)
            self.storage.set_trial_state_values(self._id(number), TrialState.FAIL)

    def retry_failed(self) -> None:
        """Make the points of failed trials free again, and do not count these trials as failed any longer."""
        with exclusive(self.plan.address, self.plan.study):
            numbers = [trial.number for trial in failures(self.study)]
            self.study.set_user_attr(RETRIED, [*self.study.user_attrs.get(RETRIED, ()), *numbers])

    def has_failed(self) -> bool:
        """Return whether more trials failed than the plan allows, or as many as there should be."""
        n = len(failures(self.study))
        return n > self.plan.max_failure_rate * self.plan.n_trials or n >= self.plan.n_trials

    def check_outcome(self) -> None:
        """Raise an error if the sweep has failed, or if it has ended and no trial was completed.

        Raises
        ------
        ConfigError
            With the number of failed trials and what to do.
        """
        n = len(failures(self.study))
        if self.has_failed():
            raise ConfigError(
                f"hydra.sweeper.max_failure_rate={self.plan.max_failure_rate:g}: {n} trials of the sweep failed, and "
                f"hydra.sweeper.n_trials is {self.plan.n_trials}. Their points are not tried again: raise the rate to "
                "go on with others, or mend the cause and add hydra.sweeper.retry_failed=true to try them again."
            )
        if not any(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in self.trials()):
            raise ConfigError(f"no trial of the sweep was completed ({n} failed).")

    def trials(self) -> list[FrozenTrial]:
        """Return all trials in their current state."""
        return self.study.get_trials(deepcopy=False)

    def running(self) -> list[FrozenTrial]:
        """Return the trials that are running."""
        return self._in_state(TrialState.RUNNING)

    def orphans(self) -> list[FrozenTrial]:
        """Return running trials whose controller and job are both dead."""
        beats = self.study.user_attrs
        return [
            trial
            for trial in self.running()
            if not any(is_alive(trial.user_attrs.get(who), beats) for who in (CONTROLLER, JOB))
        ]

    def n_tried(self) -> int:
        """Return the number of points that were tried."""
        return len(taken_points(self.plan.space, tried(self.study)))

    def n_counted(self) -> int:
        """Return the number of trials that count towards the budget: all except those that failed with an error."""
        return sum(counts(trial) for trial in self.trials())

    def _ask(self, controller: str) -> Drawn:
        n = len(self.trials())
        sampler = _sampler(self.plan, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about experimental features of Optuna
            trial = ask(self.study, sampler)
        trial.set_user_attr(CONTROLLER, controller)
        return Drawn(trial.number, dict(trial.params), False)

    def _in_state(self, state: TrialState) -> list[FrozenTrial]:
        return [trial for trial in self.trials() if trial.state == state]

    def _is_possible(self, trial: FrozenTrial) -> bool:
        """Return whether a trial can run; one that was interrupted while drawn, or is not of the space, is ended."""
        queued = queued_point(trial)
        if trial.state == TrialState.RUNNING and not self.plan.space.is_whole(trial.params):
            self.storage.set_trial_state_values(self._id(trial.number), TrialState.FAIL)
        elif problem := self.plan.space.problem(trial.params if queued is None else queued):
            self.tell_failed(trial.number, problem)
        else:
            return True
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
    space = {f"space of {key}": text for key, text in plan.space.describe().items()}
    return {**plan.options, **space, "sweep.objective": list(plan.objectives)}
