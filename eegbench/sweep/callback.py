"""Callbacks of the user in a sweep: objects that are called with the study and a trial after it has ended."""

from collections.abc import Callable, Iterable
from typing import Any

import optuna

from eegbench.config import build
from eegbench.sweep.plan import Plan
from eegbench.sweep.study import SharedStudy
from eegbench.sweep.sweeper_options import SWEEPER

Callback = Callable[[optuna.Study, optuna.trial.FrozenTrial], None]
"""Optuna's callback: called with the study and a finished trial."""


class StoppableStudy(optuna.Study):
    """The study as callbacks see it; `stop` ends the sweep after the trials that were launched together.

    Attributes
    ----------
    is_stopped
        Whether a callback has called `stop`.
    """

    is_stopped = False

    def stop(self) -> None:
        """Start no more trials."""
        self.is_stopped = True


class Callbacks:
    """The callbacks of a plan.

    Parameters
    ----------
    plan
        Plan of the sweep. A class is built only if it can be called and the user trusts its module.
    shared
        Study of the plan.

    Raises
    ------
    ConfigError
        If a class may not be built, or its options do not fit.
    """

    def __init__(self, plan: Plan, shared: SharedStudy) -> None:
        self.shared = shared
        self.study = StoppableStudy(study_name=plan.study, storage=shared.storage)
        self.callbacks: list[Callback] = [
            build(node, Callable, path=f"{SWEEPER}.callbacks[{i}]", trusted=plan.trusted)  # type: ignore[arg-type]
            for i, node in enumerate(plan.callbacks)
        ]

    def call(self, numbers: Iterable[int]) -> bool:
        """Call each callback with each of these trials that has ended; return whether to start no more trials."""
        trials: list[Any] = self.shared.trials()
        for number in numbers:
            for callback in self.callbacks if trials[number].state.is_finished() else ():
                callback(self.study, trials[number])
        return self.study.is_stopped
