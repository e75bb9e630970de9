"""The steps of a run are recorded; one that is optional may fail, and its error comes at the end."""

import pytest

from eegbench.experiment.steps import Steps


def test_steps_are_recorded_in_their_order():
    steps = Steps()
    with steps.step("training"):
        pass
    with steps.optional_step("explanation"):
        pass
    assert [(one["step"], one["status"]) for one in steps.records] == [("training", "done"), ("explanation", "done")]
    assert all(one["seconds"] >= 0 for one in steps.records)
    assert steps.failures == {}
    steps.raise_failed()


def test_an_optional_step_that_fails_is_recorded_and_raised_at_the_end():
    steps = Steps()
    with steps.optional_step("explanation"):
        raise ValueError("no such layer")
    with steps.step("summary"):
        pass
    assert [one["status"] for one in steps.records] == ["failed", "done"]
    assert steps.records[0]["reason"] == "no such layer"
    assert steps.failures == {"explanation": "no such layer"}
    with pytest.raises(ValueError, match="no such layer"):
        steps.raise_failed()


def test_a_step_that_the_run_needs_ends_it():
    steps = Steps()
    with pytest.raises(ValueError, match="no data"), steps.step("training"):
        raise ValueError("no data")
    assert steps.records == []


def test_an_interrupt_ends_an_optional_step_too():
    steps = Steps()
    with pytest.raises(KeyboardInterrupt), steps.optional_step("explanation"):
        raise KeyboardInterrupt
    assert steps.failures == {}


def test_steps_that_show_nothing_else_are_told_when_they_begin(capsys):
    for steps in (Steps(), Steps(are_told=True)):
        for name in ("training", "evaluation"):
            with steps.step(name):
                pass
    assert capsys.readouterr().err.splitlines() == ["evaluating probes and controls"]
