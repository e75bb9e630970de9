"""A trial reports to its study and is pruned given results that other processes have written in the meantime."""

import subprocess
import sys
import textwrap

import pytest

from eegbench.sweep.heartbeat import my_id
from eegbench.sweep.job import open_trial
from eegbench.sweep.study import SharedStudy

MEDIAN = {"_target_": "optuna.pruners.MedianPruner", "n_startup_trials": 1}
HYPERBAND = {"_target_": "optuna.pruners.HyperbandPruner", "min_resource": 1, "max_resource": 2}
"""Pruner with one bracket, which compares running trials at steps 1 and 3."""

STEPS = (1, 3)


def address(kept, folder):
    return str(folder / "s.journal") if kept == "journal" else f"sqlite:///{folder / 's.db'}"


def open_(plan, number):
    return open_trial(address=plan.address, study=plan.study, number=number, pruner=plan.pruner)


def report_better(plan, number):
    """Train a better trial to its end, with a separate storage handle."""
    with open_(plan, number) as trial:
        assert not any(trial.report(0.9, step) for step in STEPS)
        trial.end([0.9])


def report_better_elsewhere(plan, number):
    """Do the same in a separate process."""
    code = f"""
        from eegbench.sweep.job import open_trial
        with open_trial(address={plan.address!r}, study={plan.study!r}, number={number}, pruner={plan.pruner}) as trial:
            assert not any(trial.report(0.9, step) for step in {STEPS})
            trial.end([0.9])
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("pruner", [MEDIAN, HYPERBAND], ids=["median", "hyperband"])
@pytest.mark.parametrize("kept", ["journal", "sqlite"])
def test_a_trial_is_judged_by_what_another_handle_has_written_since_its_last_report(plan, tmp_path, kept, pruner):
    shared = SharedStudy(plan(address=address(kept, tmp_path), pruner=pruner))
    worse, better = shared.draw(my_id(), 2)
    with open_(shared.plan, worse.number) as trial:
        assert trial.report(0.5, 1) is False
        report_better(shared.plan, better.number)
        assert trial.report(0.5, 3) is True


@pytest.mark.slow
@pytest.mark.parametrize("pruner", [MEDIAN, HYPERBAND], ids=["median", "hyperband"])
def test_a_trial_is_judged_by_what_another_process_has_written_since_its_last_report(plan, pruner):
    shared = SharedStudy(plan(pruner=pruner))
    worse, better = shared.draw(my_id(), 2)
    with open_(shared.plan, worse.number) as trial:
        assert trial.report(0.5, 1) is False
        report_better_elsewhere(shared.plan, better.number)
        assert trial.report(0.5, 3) is True


@pytest.mark.slow
@pytest.mark.parametrize("kept", ["journal", "sqlite"])
def test_a_study_lists_what_another_handle_has_written(plan, tmp_path, kept):
    sampler = {"_target_": "optuna.samplers.TPESampler", "seed": 0, "n_startup_trials": 1}  # keeps trials in a cache
    shared = SharedStudy(plan(address=address(kept, tmp_path), sampler=sampler))
    for _ in range(2):
        for drawn in shared.draw(my_id(), 2):
            assert shared.trials()[drawn.number].value is None
            report_better(shared.plan, drawn.number)
            assert shared.trials()[drawn.number].value == 0.9
