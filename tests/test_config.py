"""A constructor is the schema of its YAML."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from eegbench import config
from eegbench.config import ConfigError, build, check, check_root

HERE = __name__


class Inner:
    def __init__(self, *, size: int) -> None:
        self.size = size


class Outer:
    def __init__(
        self,
        *,
        rate: float,
        kind: Literal["warm", "cold"],
        names: tuple[str, ...],
        limit: int | None,
        labels: Mapping[str, int],
        inner: Inner | None = None,
        make: Callable[..., Inner] | None = None,
        given: int = 0,
    ) -> None:
        self.rate, self.kind, self.names, self.limit = rate, kind, names, limit
        self.labels, self.inner, self.make, self.given = labels, inner, make, given


@dataclass
class Root:
    seed: int
    name: str | None
    part: Mapping[str, Any]


@pytest.fixture(autouse=True)
def _trust(monkeypatch):
    monkeypatch.setattr(config, "_trusted", {HERE})


def outer(**changes):
    node = {
        "_target_": f"{HERE}.Outer",
        "rate": 1,
        "kind": "warm",
        "names": ["a", "b"],
        "limit": None,
        "labels": {"x": 1},
    }
    return node | changes


def test_a_node_becomes_its_object_with_values_in_the_annotated_types():
    made = build(outer(inner={"_target_": f"{HERE}.Inner", "size": 3}), given=5, unknown_to_it=1)
    assert (made.rate, type(made.rate)) == (1.0, float)
    assert made.names == ("a", "b")
    assert made.inner.size == 3
    assert made.given == 5


def test_a_partial_node_becomes_a_function():
    made = build(outer(make={"_target_": f"{HERE}.Inner", "_partial_": True}))
    assert isinstance(made.make, functools.partial)
    assert made.make(size=2).size == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rtae": 1}, ["outer.rtae", "did you mean outer.rate"]),
        ({"rate": "fast"}, ["outer.rate='fast'", "a number"]),
        ({"rate": ""}, ["outer.rate=''"]),
        ({"rate": True}, ["outer.rate=True"]),
        ({"kind": "wram"}, ["warm, cold", "Did you mean warm"]),
        ({"names": "a"}, ["outer.names", "list"]),
        ({"names": [1]}, ["outer.names[0]=1", "text"]),
        ({"limit": 1.5}, ["outer.limit=1.5", "whole number or null"]),
        ({"labels": {"x": "one"}}, ["outer.labels.x"]),
        ({"inner": {"_target_": f"{HERE}.Inner", "sise": 1}}, ["outer.inner.sise", "did you mean outer.inner.size"]),
        ({"inner": {"_target_": f"{HERE}.Inner"}}, ["outer.inner.size", "needs a value"]),
        ({"_target_": f"{HERE}.Outr"}, ["no such class"]),
        ({"_target_": "os.system"}, ["trust=[os]"]),
    ],
)
def test_what_does_not_fit_is_named_with_what_is_expected(changes, words):
    with pytest.raises(ConfigError) as caught:
        check(outer(**changes), path="outer")
    for word in words:
        assert word in str(caught.value)


def test_what_the_program_gives_need_not_stand_in_the_node():
    node = {"_target_": f"{HERE}.Inner"}
    check(node, path="inner", given=["size"])
    with pytest.raises(ConfigError, match="inner.size"):
        check(node, path="inner")


def test_the_root_has_a_schema_too():
    check_root({"seed": 1, "name": None, "part": {"_target_": "anything"}}, Root)
    with pytest.raises(ConfigError, match="did you mean seed"):
        check_root({"sede": 1}, Root)
    with pytest.raises(ConfigError, match="seed='1'"):
        check_root({"seed": "1"}, Root)


def test_torch_optimisers_may_be_built():
    made = build({"_target_": "torch.optim.Adam", "_partial_": True, "betas": [0.9, 0.99]})
    assert made.keywords == {"betas": (0.9, 0.99)} or made.keywords == {"betas": [0.9, 0.99]}
    with pytest.raises(ConfigError, match="did you mean .*betas"):
        check({"_target_": "torch.optim.Adam", "_partial_": True, "beta": [0.9, 0.99]}, path="trainer.optimizer")
