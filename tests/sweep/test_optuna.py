import logging
import traceback

import pytest
from hydra.core.utils import JobReturn, JobStatus

from eegbench.sweep.heartbeat import my_id
from eegbench.sweep.optuna import Optuna, error_of
from eegbench.sweep.study import SharedStudy, state_of


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
    """Draw a trial for each value and launch them; return the error raised, if any, and the states of the trials."""

    def run(*values, max_failure_rate):
        shared = SharedStudy(plan(max_failure_rate=max_failure_rate))
        sweeper, error = Optuna(), None
        sweeper.launcher = Launcher(*values)
        try:
            sweeper._launch(shared.plan, shared, shared.draw(my_id(), len(values)))
        except (ValueError, KeyboardInterrupt) as raised:
            error = raised
        return error, [state_of(trial) for trial in shared.trials()]

    return run


def test_an_interrupted_job_interrupts_the_sweep_and_leaves_its_trials_as_they_are(launched, capfd):
    interrupt = KeyboardInterrupt()
    assert launched(ValueError("bad"), interrupt, max_failure_rate=1.0) == (interrupt, ["running", "running"])
    assert capfd.readouterr().err == ""


def test_the_first_error_ends_a_sweep_in_which_too_many_jobs_failed(launched, capfd):
    first = ValueError("first")
    assert launched(0.5, first, ValueError("second"), max_failure_rate=0.5) == (first, ["running", "failed", "failed"])
    assert capfd.readouterr().err == ""


def test_a_tolerated_error_is_logged_once(launched, capfd, caplog):
    with caplog.at_level(logging.WARNING, "eegbench"):
        assert launched(0.5, ValueError("bad"), max_failure_rate=0.5) == (None, ["running", "failed"])
    assert caplog.messages == ["trial 1 failed: bad"]
    assert "Error executing job" not in capfd.readouterr().err
