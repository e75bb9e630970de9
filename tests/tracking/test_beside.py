"""A run that is kept in the process beside comes out as one that is kept here."""

import os

import psutil
import pytest

from eegbench import companion
from eegbench.tracking.base import SweepView, TrackedRun, Tracker, tracked
from eegbench.tracking.beside import Beside
from eegbench.tracking.database import connect


@pytest.fixture(params=[False, True], ids=["here", "beside"])
def beside(request, tracker):
    if request.param:
        companion.begin()
    yield Beside(tracker)
    companion.end(waits=True)


def fail_and_kill(text):
    process = psutil.Process(companion.ask(os.getpid))
    process.kill()
    process.wait()
    raise ValueError(text)


def kept(tracker, facts):
    """Return the run in MLflow that belongs to the folder."""
    client = connect(tracker.place)
    experiments = [one.experiment_id for one in client.search_experiments()]
    (run,) = client.search_runs(experiments, f"tags.folder = '{facts.folder.resolve()}'")
    return run


def test_it_is_a_tracker_with_runs(beside, make_facts):
    beside.open()
    run = beside.start(make_facts())
    assert isinstance(beside, Tracker)
    assert isinstance(run, TrackedRun)
    assert "/#/experiments/" in run.link
    view = SweepView(objective="a", maximize=True, order=(), curves=(), options=())
    assert all(address.startswith("http") for address in run.pages(view))


def test_passes_and_the_end_are_kept(beside, tracker, make_facts):
    facts = make_facts()
    with tracked(beside, facts) as run:
        run.log_pass(0, {"loss/valid": 2.0})
        run.log_pass(1, {"loss/valid": 1.0})
        run.finish(metrics={"test/f1": 0.25}, model=None)
    found = kept(tracker, facts)
    assert found.info.status == "FINISHED"
    assert found.data.metrics == {"loss/valid": 1.0, "test/f1": 0.25}
    assert found.data.tags["git_commit"] == "abc"


@pytest.mark.parametrize(("kind", "status"), [(KeyboardInterrupt, "KILLED"), (OSError, "FAILED")])
def test_what_ends_a_run_early_is_recorded(beside, tracker, make_facts, kind, status):
    facts = make_facts()
    with pytest.raises(kind), tracked(beside, facts):
        raise kind("the reason")
    run = kept(tracker, facts)
    assert (run.info.status, run.data.tags["state"]) == (status, status.lower())
    assert run.data.tags["failure"] == "the reason"


def test_a_place_that_does_not_answer_is_refused_at_the_start(make_facts, tmp_path):
    from eegbench.tracking.mlflow import Mlflow

    (tmp_path / "mlflow.db").write_text("no database")
    companion.begin()
    try:
        beside = Beside(Mlflow(uri=None, folder=str(tmp_path), experiment=None))
        beside.open()
        with pytest.raises(ValueError, match="move it aside"):
            beside.start(make_facts())
    finally:
        companion.end(waits=True)


def test_a_killed_process_does_not_hide_the_error(make_facts, tracker):
    companion.begin()
    try:
        run = tracked(Beside(tracker), make_facts())
        with pytest.raises(ValueError, match="the loss") as caught, run:
            fail_and_kill("the loss is not finite")
        assert "ended from outside" in caught.value.__notes__[0]
    finally:
        companion.end(waits=True)
