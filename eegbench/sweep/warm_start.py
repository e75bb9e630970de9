"""Warm start: the best points of another study, which are tried first."""

from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState

from eegbench.address import without_secrets
from eegbench.config import ConfigError
from eegbench.sweep.plan import Plan
from eegbench.sweep.storage import JOURNAL, open_storage
from eegbench.sweep.sweeper_options import SWEEPER

MAX_POINTS = 5
"""Number of points that are taken from another study."""


def best_points(plan: Plan) -> list[dict[str, object]]:
    """Return the best points of the study that a plan names, as far as they are in its space, best first.

    Options that the space does not have are left out of a point; they have the values of the sweep.

    Raises
    ------
    ConfigError
        If there is no such study, it has other objectives, or none of its points is in the space.
    """
    named = f"{SWEEPER}.warm_start={plan.warm_start}"
    other = _open(plan, named)
    if [direction.name.lower() for direction in other.directions] != list(plan.directions):
        raise ConfigError(f"{named}: this study has other objectives; name one with the objectives of this sweep.")
    found: list[dict[str, object]] = []
    for trial in _best_first(other):
        point = {key: value for key, value in trial.params.items() if key in plan.space}
        if point and point not in found and not plan.space.problem(point):
            found.append(point)
    if not found:
        raise ConfigError(f"{named}: none of its complete trials is a point of this search space.")
    return found[:MAX_POINTS]


def _open(plan: Plan, named: str) -> optuna.Study:
    """Open the other study: a journal file, or a study of the given name where this one is stored."""
    assert plan.warm_start is not None
    is_file = plan.warm_start.endswith(JOURNAL)
    address = plan.address
    if "://" not in address or is_file:
        file = Path(plan.warm_start) if is_file else Path(address).with_name(f"{plan.warm_start}{JOURNAL}")
        if not file.is_file():
            raise ConfigError(f"{named}: there is no study in {file}; name a study of this folder, or its file.")
        address = str(file)
    try:
        return optuna.load_study(study_name=None if is_file else plan.warm_start, storage=open_storage(address))
    except (KeyError, ValueError) as error:
        raise ConfigError(f"{named}: there is no such study in {without_secrets(address)}.") from error


def _best_first(study: optuna.Study) -> list[FrozenTrial]:
    """Return complete trials, best first; with several objectives, those on the front."""
    if len(study.directions) > 1:
        return list(study.best_trials)
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    is_reversed = study.direction == optuna.study.StudyDirection.MAXIMIZE
    return sorted(complete, key=lambda trial: float(trial.values[0]), reverse=is_reversed)
