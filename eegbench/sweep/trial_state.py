"""States of a study's trials: which are counted, and which failed and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Study
from optuna.trial import FrozenTrial, TrialState

from eegbench.sweep.base import DIVERGED
from eegbench.sweep.plan import Plan

WHY = "why"
"""Attribute of a trial that failed with an error: the reason."""

RETRIED = "retried"
"""Attribute of a study: numbers of failed trials whose points the user wants to be tried again."""


def counts(trial: FrozenTrial) -> bool:
    """Return whether a trial counts towards the budget: not if an error ended it, or if it is still queued."""
    if trial.state == TrialState.WAITING:
        return False
    return trial.state != TrialState.FAIL or DIVERGED in trial.user_attrs


def tried(study: Study) -> list[FrozenTrial]:
    """Return all trials except failed ones whose points are to be tried again."""
    again = set(study.user_attrs.get(RETRIED, ()))
    return [trial for trial in study.get_trials(deepcopy=False) if trial.number not in again]


def failures(study: Study) -> list[FrozenTrial]:
    """Return the trials that failed with an error, except those whose points are to be tried again."""
    return [trial for trial in tried(study) if trial.state == TrialState.FAIL and WHY in trial.user_attrs]


def state_of(trial: FrozenTrial) -> str:
    """Return the name of a trial's state: complete, pruned, diverged, failed, queued or running."""
    if trial.state == TrialState.FAIL:
        return DIVERGED if DIVERGED in trial.user_attrs else "failed"
    names = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.WAITING: "queued"}
    return names.get(trial.state, "running")


def order(plan: Plan, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return complete trials, best first by the first objective."""
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    return sorted(complete, key=lambda trial: trial.values[0], reverse=plan.directions[0] == "maximize")


def queued_point(trial: FrozenTrial) -> Mapping[str, Any] | None:
    """Return the point of a trial that the user queued, which may be a part of one; None for other trials."""
    return trial.system_attrs.get("fixed_params") if trial.state == TrialState.WAITING else None
