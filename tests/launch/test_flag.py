"""Flags are recognised in every place, and questions about a multirun are answered."""

import logging

import pytest

from eegbench.__main__ import main
from eegbench.launch.flag import as_question, check_flags, flags_first


def test_flags_may_stand_anywhere():
    assert flags_first(["a=1", "-m", "b=2"]) == ["-m", "a=1", "b=2"]
    assert flags_first(["a=1", "--config-dir=f", "b=2"]) == ["--config-dir=f", "a=1", "b=2"]
    assert flags_first(["a=1", "--cfg", "hydra", "b=2", "-p", "x", "~c"]) == [
        "--cfg",
        "hydra",
        "-p",
        "x",
        "a=1",
        "b=2",
        "~c",
    ]
    assert flags_first(["a=1", "--info", "b=2"]) == ["--info", "all", "a=1", "b=2"]
    assert flags_first(["--info", "defaults", "b=2"]) == ["--info", "defaults", "b=2"]


def test_a_question_about_a_multirun_takes_the_first_of_its_values():
    words = ["-m", "--cfg", "job", "model=choice(a,b)", "seed=2,3", "n=range(4,6)", "lr=interval(0,1)", "x=[1,2]"]
    assert as_question(words) == ["--cfg", "job", "model=a", "seed=2", "n=4", "x=[1,2]"]
    assert as_question(words[3:]) == words[3:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "3"], "type.* without dashes: seed=3"),
        (["--seed=3"], "seed=3"),
        (["--max-passes"], "max_passes=VALUE"),
        (["--experimental-rerun", "x"], "--config-path FOLDER --config-name config"),
    ],
)
def test_options_typed_as_flags_and_a_pickled_config_are_refused(words, said):
    with pytest.raises(ValueError, match=said):
        check_flags(words)


@pytest.fixture
def own_logging():
    """Restore the root logger: Hydra adds a handler to it for --info."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.slow
@pytest.mark.usefixtures("own_logging")
@pytest.mark.parametrize(
    "sweeper", [["-m", "seed=1,2"], ["+sweep=encoder_and_sampler"], ["-m", "hydra/sweeper=optuna", "seed=range(3)"]]
)
@pytest.mark.parametrize(
    ("flag", "shown"),
    [(["--cfg", "hydra"], "sweeper:"), (["--cfg", "job"], "probe:"), (["--info", "defaults"], "hydra/sweeper")],
)
def test_questions_are_answered_with_every_sweeper(capfd, sweeper, flag, shown):
    assert main(["train", *sweeper, *flag, "name=test"]) == 0
    assert shown in capfd.readouterr().out
