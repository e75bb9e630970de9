"""Values that an option cannot have raise an error that names the option, before data are read."""

import copy
import math
from collections.abc import Iterator

import pytest
from options import TOGETHER, composed

from eegbench.experiment.options import read_experiment

VALUES = ("some_text", [], [1, "a"], None, -1, float("nan"), 10**9, 1e30, True, {}, 0, float("inf"), "", 0.5)


def keys(options, path=(), owner="") -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the path of every key, and the class and name that it belongs to."""
    owner, start = (options["_target_"], len(path)) if "_target_" in options else (owner, 0)
    for name, value in options.items():
        if not name.startswith("_"):
            yield (*path, name), f"{owner} {'.'.join((*path, name)[start:])}"
            if isinstance(value, dict):
                yield from keys(value, (*path, name), owner)


def with_value(path, value, options=None):
    options = copy.deepcopy(composed() if options is None else options)
    node = options
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return options


@pytest.mark.slow
def test_every_option_takes_a_value_or_refuses_it_with_a_message_of_its_own():
    n_refused = 0
    for path, _ in keys(composed()):
        for value in VALUES:
            refusal = refused(composed(), path, value)
            n_refused += refusal is not None
            assert refusal is None or is_named(path, refusal), (path, value, refusal)
            assert refusal is not None or is_possible(value, path), (path, value)
    assert n_refused > 1600


def refused(options, path, value):
    """Return the message with which a value is refused; errors other than ValueError are raised."""
    try:
        read_experiment(with_value(path, value, options))
    except ValueError as error:
        return str(error)
    return None


def is_named(path, said):
    """Return whether a message names a key: in full, or its place and its name, as where two keys do not fit.

    The message about a label's class may name the label, or the option that has the name of a class.
    """
    place = ".".join(path[:-1])
    is_label = "labels" in path and ("dataset.wake=" in said or f"the label {path[-1]!r}" in said)
    return ".".join(path) in said or (place in said and f"{path[-1]}=" in said) or path == ("probe", "of") or is_label


def is_possible(value, path=()):
    """Return whether some option can have a value: no number of an option is NaN, infinite or a list of both kinds.

    Names of subjects and sessions can be a list of both kinds: a number stands for its digits.
    """
    if value == [1, "a"]:
        return path[-1:] in (("subjects",), ("sessions",))
    return not (isinstance(value, float) and not math.isfinite(value))


@pytest.mark.study
def test_every_key_of_every_option_takes_a_value_or_refuses_it_with_its_full_name():
    seen, wrong = {owner for _, owner in keys(composed())}, []
    for chosen in TOGETHER:
        options = composed(*chosen)
        for path, owner in keys(options):
            owner = owner.partition("labels.")[0]  # one of the labels of a dataset stands for all
            if owner in seen:
                continue
            seen.add(owner)
            refusals = {repr(value): refused(options, path, value) for value in VALUES}
            key = ".".join(path)
            wrong += [
                (chosen[-1], key, value, said) for value, said in refusals.items() if said and not is_named(path, said)
            ]
            wrong += [
                (chosen[-1], key, value)
                for value in VALUES
                if refusals[repr(value)] is None and not is_possible(value, path)
            ]
    assert len(seen) > 300
    assert wrong == []


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("trainer.clip_norm", -1, "a number above 0 or null"),
        ("trainer.clip_norm", 0, "a number above 0 or null"),
        ("trainer.clip_norm", float("inf"), "expected a number above 0 or null"),
        ("trainer.patience", -1, "at least 1 with trainer.stop_when"),
        ("trainer.optimizer", 0.5, "an option with _target_"),
        ("preprocessing.flat_uv", float("nan"), "expected a number above 0 or null"),
        ("preprocessing.flat_uv", -1, "a number above 0 or null"),
        ("preprocessing.saturated_share", 1e9, "a number from 0 to 1 or null"),
        ("preprocessing.signal.l_freq", -1, "a number above 0 or null"),
        ("preprocessing.window_s", float("inf"), "expected a number that is finite"),
        ("probe.every", -1, "a whole number of at least 0"),
        ("store.n_workers", -1, "a whole number of at least 1 or null"),
        ("split.seed", -1, "whole numbers from 0"),
        ("split.n_valid", -1, "a whole number of at least 0 or a number from 0 to below 1"),
        ("split.n_test", 1e30, "a whole number of at least 0 or a number from 0 to below 1"),
        ("sweep.objective", [], "name an objective"),
        ("trainer.optimizer.weight_decay", -1, "Invalid weight_decay value"),
        ("trainer.optimizer.betas", [2.0, 0.9], "Invalid beta parameter"),
        ("model.n_filters", 0, "a whole number of at least 1"),
        ("model.embed_dim", -3, "a whole number of at least 1"),
        ("model.dropout", 1.0, "a number from 0 to below 1"),
        ("model.dropout", -0.1, "a number from 0 to below 1"),
        ("paths.outputs", "", "text that is not empty"),
        ("store.folder", " ", "text that is not empty"),
        ("model.n_filters", 10**30, "a whole number of at most 64 bits"),
        ("dataset.labels", {"Sleep stage W": ""}, "text that is not empty"),
        ("dataset", None, "expected"),
        ("trainer", 1, "expected"),
        ("split", True, "expected"),
    ],
)
def test_an_impossible_value_is_refused_with_what_is_expected(key, value, expected):
    with pytest.raises(ValueError, match=expected) as refused:
        read_experiment(with_value(tuple(key.split(".")), value))
    assert str(refused.value).startswith(key)


def feature(name):
    return ("preprocessing=standard", f"+preprocessing/feature@preprocessing.features.one={name}")


SUM = "+preprocessing/step@preprocessing.signal.steps.one=weighted_sum"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (feature("signal_statistics"), "preprocessing.features.one.statistics"),
        (feature("cycle_index_window"), "preprocessing.features.one.cycles"),
        (("preprocessing=dreem", "preprocessing.signal.channels=[C3]", SUM), "preprocessing.signal.steps.one.weights"),
    ],
)
def test_an_empty_list_is_refused_where_an_item_is_needed(words, key):
    refusal = refused(composed(*words), tuple(key.split(".")), [])
    assert refusal is not None
    assert refusal.startswith(f"{key}=[]: expected a list of ")
    assert "with at least one item" in refusal
