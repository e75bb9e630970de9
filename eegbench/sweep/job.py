"""A trial as seen from its job, which reports to the study and may have to stop early."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.storages import BaseStorage
from optuna.trial import TrialState

from eegbench.address import without_secrets
from eegbench.config import ConfigError, build
from eegbench.sweep.base import DIVERGED, Trial
from eegbench.sweep.heartbeat import beating, is_alive
from eegbench.sweep.storage import exclusive, open_storage, trial_id
from eegbench.sweep.study import CONTROLLER, JOB


class StudyTrial(Trial):
    """A trial of a study during its job.

    Parameters
    ----------
    study
        Study, with the pruner.
    storage
        Storage of the study.
    number
        Number of the trial.
    """

    def __init__(self, study: optuna.Study, storage: BaseStorage, number: int) -> None:
        self.study, self.number = study, number
        self._storage = storage
        self._id = trial_id(storage, study=study.study_name, number=number)

    def claim(self, me: str, address: str) -> None:
        """Record that this process runs the trial.

        Parameters
        ----------
        me
            Identifier of this process, from `eegbench.sweep.heartbeat.my_id`.
        address
            Address of the study, for the error message.

        Raises
        ------
        ConfigError
            If the trial is finished, or another process runs it.
        """
        found = self._storage.get_trial(self._id)
        if found.state != TrialState.RUNNING:
            raise ConfigError(
                f"trial {self.number} of {self.study.study_name} in {without_secrets(address)} is {found.state.name}."
            )
        owner = found.user_attrs.get(JOB)
        if owner != me and is_alive(owner, self.study.user_attrs) and owner != found.user_attrs.get(CONTROLLER):
            raise ConfigError(f"trial {self.number} of {self.study.study_name} is being run by {owner}.")
        self._storage.set_trial_user_attr(self._id, JOB, me)

    def report(self, value: float, step: int) -> bool:
        """Record an intermediate value; return whether the pruner stops the trial."""
        if not self._is_mine():
            return False
        trial = optuna.Trial(self.study, self._id)
        trial.report(value, step)
        return bool(trial.should_prune())

    def end(self, values: Sequence[float]) -> None:
        """Record the trial as complete, or as diverged if a value is not finite."""
        if not self._is_mine():
            return
        if all(math.isfinite(value) for value in values):
            self._storage.set_trial_state_values(self._id, TrialState.COMPLETE, list(values))
        else:
            self._storage.set_trial_user_attr(self._id, DIVERGED, True)
            self._storage.set_trial_state_values(self._id, TrialState.FAIL)

    def prune(self) -> None:
        """Record the trial as pruned, with its last intermediate value."""
        if self._is_mine():
            last = self._storage.get_trial(self._id)
            step = last.last_step
            value = None if step is None else [last.intermediate_values[step]]
            self._storage.set_trial_state_values(self._id, TrialState.PRUNED, value)

    def _is_mine(self) -> bool:
        """Return whether the trial is still running; another controller may have ended it in the meantime."""
        return self._storage.get_trial(self._id).state == TrialState.RUNNING


@contextmanager
def open_trial(*, address: str, study: str, number: int, pruner: Mapping[str, Any] | None) -> Iterator[StudyTrial]:
    """Open a trial and claim it for the duration of its job.

    Raises
    ------
    ConfigError
        If the trial is finished, or another process runs it.
    """
    judge = (
        build(pruner, optuna.pruners.BasePruner, path="hydra.sweeper.pruner") if pruner else optuna.pruners.NopPruner()
    )
    storage = open_storage(address)
    opened = optuna.load_study(study_name=study, storage=storage, pruner=judge)
    with beating(opened) as me:
        trial = StudyTrial(opened, storage, number)
        with exclusive(address, study):
            trial.claim(me, address)
        yield trial
