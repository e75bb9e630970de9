from pathlib import Path

import pytest
import yaml

from eegbench.config import build
from eegbench.tracking import RunFacts, TrackedRun, Tracker, tracked

OPTIONS = sorted((Path(__file__).resolve().parents[2] / "conf" / "tracking").glob("*.yaml"))


@pytest.fixture(params=OPTIONS, ids=lambda file: file.stem)
def option(request, outputs) -> Tracker:
    node = yaml.safe_load(request.param.read_text())
    return build({**node, **({"folder": str(outputs)} if "folder" in node else {})}, Tracker)


@pytest.mark.slow
def test_every_option_keeps_a_run_from_beginning_to_end(option, make_facts):
    assert isinstance(option, Tracker)
    with tracked(option, make_facts()) as run:
        assert isinstance(run, TrackedRun)
        run.log_pass(0, {"loss": 1.0})
        run.finish(metrics={"test/accuracy": 0.5}, model=None)
    assert run.link


@pytest.mark.slow
def test_every_option_lets_an_error_through(option, make_facts):
    with pytest.raises(KeyboardInterrupt), tracked(option, make_facts()):
        raise KeyboardInterrupt


class BrokenRun(TrackedRun):
    link = ""

    def log_pass(self, pass_, metrics): ...

    def pages(self, view): ...

    def finish(self, *, metrics, model, state="complete", description=""): ...

    def fail(self, error, state="failed"):
        raise OSError("the disk is full")


class Broken(Tracker):
    def open(self): ...

    def start(self, facts):
        return BrokenRun()


def test_an_error_that_cannot_be_recorded_is_still_the_one_shown():
    with pytest.raises(ValueError, match="the loss") as caught, tracked(Broken(), RunFacts("", "", Path(), {})):
        raise ValueError("the loss is not finite")
    assert "the disk is full" in caught.value.__notes__[0]
