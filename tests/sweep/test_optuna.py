import logging
import traceback

import pytest
from hydra.core.utils import JobReturn, JobStatus

from eegbench.config import ConfigError
from eegbench.sweep import optuna as optuna_module
from eegbench.sweep.base import MESSAGE
from eegbench.sweep.heartbeat import my_id
from eegbench.sweep.job import open_trial
from eegbench.sweep.optuna import Optuna, error_of
from eegbench.sweep.study import SharedStudy
from eegbench.sweep.trial_state import state_of


def ended(status, value):
    job = JobReturn(overrides=["seed=1"], status=status)
    job.return_value = value
    return job


@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.UNKNOWN])
def test_a_job_that_did_not_fail_has_no_error(status):
    assert error_of(ended(status, 0.5)) is None


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_the_error_of_a_failed_job_is_returned_without_a_line_of_hydras(kind, capfd):
    error = kind("no such channel")
    assert error_of(ended(JobStatus.FAILED, error)) is error
    assert capfd.readouterr() == ("", "")


def test_an_error_from_another_process_keeps_its_empty_traceback():
    error = ValueError("no such channel")
    assert error_of(ended(JobStatus.FAILED, error)).__traceback__ is None


def test_an_error_from_this_process_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    before = traceback.format_exception(caught.value)
    assert traceback.format_exception(error_of(ended(JobStatus.FAILED, caught.value))) == before


class Launcher:
    """Return finished jobs, one for each value; an error gives a failed job."""

    def __init__(self, *values):
        self.values = values

    def launch(self, jobs, initial_job_idx):
        kinds = [JobStatus.FAILED if isinstance(one, BaseException) else JobStatus.COMPLETED for one in self.values]
        return [ended(kind, value) for kind, value in zip(kinds, self.values, strict=True)]


@pytest.fixture
def launched(plan):
    """Draw a trial for each value and launch them; return the interrupt, if any, and the study."""

    def run(*values):
        shared = SharedStudy(plan(max_failure_rate=0.4))
        sweeper, error = Optuna(), None
        sweeper.launcher = Launcher(*values)
        try:
            sweeper._launch(shared.plan, shared, shared.draw(my_id(), len(values)))
        except KeyboardInterrupt as raised:
            error = raised
        return error, shared

    return run


def states(shared):
    return [state_of(trial) for trial in shared.trials()]


def test_an_interrupted_job_interrupts_the_sweep_and_leaves_its_trials_as_they_are(launched, capfd):
    interrupt = KeyboardInterrupt()
    error, shared = launched(ValueError("bad"), interrupt)
    assert (error, states(shared)) == (interrupt, ["running", "running"])
    assert capfd.readouterr().err == ""


def test_more_failures_than_allowed_end_the_sweep(launched):
    _, shared = launched(0.5, ValueError("first"), ValueError("second"))  # 2 of 5 are allowed
    assert (states(shared), shared.has_failed()) == (["running", "failed", "failed"], False)
    _, shared = launched(ValueError("third"))
    assert shared.has_failed()


def test_an_error_with_a_message_is_logged_in_one_line_and_one_of_the_program_with_its_traceback(
    launched, capfd, caplog
):
    ours = ValueError("bad")
    setattr(ours, MESSAGE, "split.seed=-1: too low")
    with caplog.at_level(logging.WARNING, "eegbench"):
        assert states(launched(0.5, ours, KeyError("x"))[1]) == ["running", "failed", "failed"]
    assert caplog.messages == ["trial 1 failed: split.seed=-1: too low", "trial 2 failed: KeyError: 'x'"]
    assert [bool(record.exc_info) for record in caplog.records] == [False, True]
    assert "Error executing job" not in capfd.readouterr().err


def test_a_sweep_ends_although_every_point_fails(plan):
    class Broken:
        n = 0

        def launch(self, jobs, initial_job_idx):
            self.n += len(jobs)
            return [ended(JobStatus.FAILED, ValueError("broken")) for _ in jobs]

    sweeper = Optuna()
    sweeper.launcher = Broken()
    for n, rate in ((3, 0.4), (5, 1.0), (5, 1.0)):  # the later calls continue the first; the last draws nothing
        shared = SharedStudy(plan(max_failure_rate=rate))
        sweeper._run(shared)
        assert sweeper.launcher.n == n
        with pytest.raises(ConfigError, match=f"max_failure_rate={rate:g}: {n} trials of the sweep failed"):
            shared.check_outcome()


class Ended:
    """Launch jobs that end their trials with a score of 0.5."""

    def __init__(self, plan):
        self.plan, self.n = plan, 0

    def launch(self, jobs, initial_job_idx):
        for number in range(initial_job_idx, initial_job_idx + len(jobs)):
            with open_trial(address=self.plan.address, study="small", number=number, pruner=None) as trial:
                trial.end([0.5])
        self.n += len(jobs)
        return [ended(JobStatus.COMPLETED, 0.5) for _ in jobs]


class StopAfter:
    """A callback of the user."""

    def __init__(self, *, n: int) -> None:
        self.n = n

    def __call__(self, study, trial):
        assert trial.value == 0.5
        if trial.number + 1 == self.n:
            study.stop()


def launched_by(plan):
    sweeper = Optuna()
    sweeper.launcher = Ended(plan)
    sweeper._run(SharedStudy(plan))
    return sweeper.launcher.n


def test_a_callback_is_called_with_each_trial_and_may_stop_the_sweep(plan, caplog):
    node = {"_target_": f"{__name__}.StopAfter", "n": 2}
    with caplog.at_level(logging.INFO, "eegbench"):
        assert launched_by(plan(callbacks=(node,), trusted=(__name__,))) == 2
    assert caplog.messages == ["a callback stopped the sweep; repeat the command to go on."]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("test_optuna.StopAfter", "if you trust the module, add"),
        ("subprocess.Popen", "if you trust the module, add"),
        ("optuna.samplers.RandomSampler", r"derives from collections\.abc\.Callable"),
    ],
)
def test_a_callback_of_a_module_that_is_not_trusted_is_not_built(plan, target, said):
    with pytest.raises(ConfigError, match=said):
        launched_by(plan(callbacks=({"_target_": target},)))


def test_no_trial_starts_after_the_timeout_and_the_command_goes_on(plan, monkeypatch, caplog):
    now = iter((0.0, 1.0, 11.0))
    monkeypatch.setattr(optuna_module.time, "monotonic", lambda: next(now))
    with caplog.at_level(logging.INFO, "eegbench"):
        assert launched_by(plan(timeout=10.0)) == 1
    assert caplog.messages == ["hydra.sweeper.timeout=10 s have passed; repeat the command to go on."]
    monkeypatch.undo()
    assert launched_by(plan()) == 4
