"""Values that an option cannot have raise an error that names the option, before data are read."""

import copy
import functools

import pytest
from hydra import compose, initialize_config_dir

from eegbench.config import conf_folder, plain
from eegbench.experiment.options import read_experiment

VALUES = ("some_text", [], [1, "a"], None, -1, float("nan"), 10**9, 1e30, True, {}, 0, float("inf"), "", 0.5)


@functools.cache
def default():
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return plain(compose("train", overrides=["name=test"]))


def keys(options, path=()):
    for name, value in options.items():
        if not name.startswith("_"):
            yield (*path, name)
            if isinstance(value, dict):
                yield from keys(value, (*path, name))


def with_value(path, value):
    options = copy.deepcopy(default())
    node = options
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return options


@pytest.mark.slow
def test_every_option_takes_a_value_or_refuses_it_with_a_message_of_its_own():
    n_refused = 0
    for path in keys(default()):
        for value in VALUES:
            try:
                read_experiment(with_value(path, value))
            except ValueError as error:  # ConfigError is one; all others would be tracebacks
                n_refused += 1
                assert path[0] in str(error), (path, value)  # noqa: PT017
    assert n_refused > 1600


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("trainer.clip_norm", -1, "a norm above 0, or null"),
        ("trainer.clip_norm", 0, "a norm above 0, or null"),
        ("trainer.clip_norm", float("inf"), "expected a number that is finite or null|expected a number or null"),
        ("trainer.patience", -1, "at least 1 with trainer.stop_when"),
        ("trainer.optimizer", 0.5, "an option with _target_"),
        ("preprocessing.flat_uv", float("nan"), "expected a number or null"),
        ("preprocessing.flat_uv", -1, "a range in µV above 0, or null"),
        ("preprocessing.saturated_share", 1e9, "a proportion from 0 to 1, or null"),
        ("preprocessing.signal.l_freq", -1, "a frequency in Hz above 0, or null"),
        ("preprocessing.window_s", float("inf"), "expected a number that is finite"),
        ("probe.every", -1, "a number of passes from 1, or 0"),
        ("store.n_workers", -1, "at least 1 process, or null"),
        ("split.seed", -1, "whole numbers from 0"),
        ("sweep.objective", [], "name an objective"),
        ("dataset", None, "expected"),
        ("trainer", 1, "expected"),
        ("split", True, "expected"),
    ],
)
def test_an_impossible_value_is_refused_with_what_is_expected(key, value, expected):
    with pytest.raises(ValueError, match=expected) as refused:
        read_experiment(with_value(tuple(key.split(".")), value))
    assert str(refused.value).startswith(key)
