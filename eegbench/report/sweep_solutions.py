"""Solutions of a search in ``optimization_results.yaml``, the file of Hydra's own Optuna sweeper."""

from collections.abc import Sequence
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from eegbench.config import write_plain
from eegbench.sweep.plan import Plan

RESULTS = "optimization_results.yaml"
"""Name of the file in the folder of a sweep."""


def front_of(plan: Plan, trials: Sequence[FrozenTrial]) -> set[int]:
    """Return the numbers of the complete trials than which no other is at least as good and in one objective better."""
    signs = [1 if direction == "maximize" else -1 for direction in plan.directions]
    found = {
        trial.number: [sign * value for sign, value in zip(signs, trial.values, strict=True)]
        for trial in trials
        if trial.state == TrialState.COMPLETE
    }
    return {number for number, mine in found.items() if not any(_is_better(other, mine) for other in found.values())}


def write_solutions(plan: Plan, best: Sequence[FrozenTrial]) -> None:
    """Write the best parameters and value, or all solutions on the front if there are several objectives.

    Parameters
    ----------
    plan
        Plan of the search.
    best
        Complete trials, best first.
    """
    results: dict[str, Any] = {"name": "optuna"}
    if len(plan.objectives) == 1:
        results |= {"best_params": dict(best[0].params), "best_value": best[0].values[0]}
    else:
        front = front_of(plan, best)
        some = [trial for trial in best if trial.number in front]
        results["solutions"] = [{"params": dict(trial.params), "values": list(trial.values)} for trial in some]
    write_plain(results, plan.folder / RESULTS)


def _is_better(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)
