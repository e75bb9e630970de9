"""Importance of options: the share of each in the variance of a sweep's first objective."""

import warnings
from collections.abc import Callable, Mapping

import optuna
from optuna.trial import FrozenTrial, TrialState

from eegbench.sweep.plan import Plan

MIN_FOR_IMPORTANCE = 4
"""Minimum number of complete trials for estimating importances."""


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

    Options that are searched only with some choices of a group are left out.

    Hutter, Hoos and Leyton-Brown 2014, ICML, PMLR 32(1), 754-762.
    """
    complete = [trial for trial in study.get_trials(deepcopy=False) if trial.state == TrialState.COMPLETE]
    if len(complete) < MIN_FOR_IMPORTANCE or len({trial.values[0] for trial in complete}) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(
            study, evaluator=evaluator, params=plan.space.common, target=lambda trial: trial.values[0]
        )
    return {str(name): float(share) for name, share in found.items()}
