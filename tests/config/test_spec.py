"""A constructor is the schema of its YAML, and only classes derived from the required base class are built."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pytest
import torch

from eegbench.config import ConfigError, Spec, build, fill
from eegbench.model import Encoder
from eegbench.trainer import Trainer

HERE = __name__
TRUSTED = (HERE,)


class Base(ABC):
    @abstractmethod
    def answer(self) -> int: ...


class BaseWithSize(Base):
    given = ("size",)


class Inner(BaseWithSize):
    def __init__(self, *, size: int) -> None:
        self.size = size

    def answer(self) -> int:
        return self.size


class Unfinished(Base):
    pass


class Stranger:
    def __init__(self, *, size: int) -> None:
        raise AssertionError("a class that was not asked for was built")


def function(*, size: int) -> None:
    raise AssertionError("a function was called")


class Outer(Base):
    def __init__(
        self,
        *,
        rate: float,
        kind: Literal["warm", "cold"],
        names: tuple[str, ...],
        limit: int | None,
        labels: Mapping[str, int],
        inner: Base | None = None,
        make: Callable[..., Base] | None = None,
        rest: Any = None,
        given: int = 0,
    ) -> None:
        self.rate, self.kind, self.names, self.limit = rate, kind, names, limit
        self.labels, self.inner, self.make, self.rest, self.given = labels, inner, make, rest, given

    def answer(self) -> int:
        return 0


@dataclass
class Root:
    seed: int
    name: str | None
    part: Mapping[str, Any]


def node(name="Inner", **changes):
    return {"_target_": f"{HERE}.{name}", **changes}


def outer(**changes):
    options = {"rate": 1, "kind": "warm", "names": ["a", "b"], "limit": None, "labels": {"x": 1}}
    return node("Outer", **options) | changes


def test_a_node_becomes_its_object_with_values_in_the_annotated_types():
    made = build(outer(inner=node(size=3)), Base, trusted=TRUSTED, given=5, unknown_to_it=1)
    assert (made.rate, type(made.rate)) == (1.0, float)
    assert made.names == ("a", "b")
    assert made.inner.size == 3
    assert made.given == 5


def test_where_a_callable_is_asked_for_the_arguments_are_bound():
    made = build(outer(make=node(_partial_=True)), Base, trusted=TRUSTED)
    assert isinstance(made.make, functools.partial)
    assert made.make(size=2).size == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rtae": 1}, ["outer.rtae", "did you mean outer.rate"]),
        ({"rate": "fast"}, ["outer.rate='fast'", "a number"]),
        ({"rate": ""}, ["outer.rate=''"]),
        ({"rate": True}, ["outer.rate=True"]),
        ({"rate": float("nan")}, ["outer.rate=nan", "a number"]),
        ({"kind": "wram"}, ["warm, cold", "Did you mean warm"]),
        ({"names": "a"}, ["outer.names", "list"]),
        ({"names": [1]}, ["outer.names[0]=1", "text"]),
        ({"limit": 1.5}, ["outer.limit=1.5", "whole number or null"]),
        ({"labels": {"x": "one"}}, ["outer.labels.x"]),
        ({"inner": node(sise=1)}, ["outer.inner.sise", "did you mean outer.inner.size"]),
        ({"inner": node()}, ["outer.inner.size", "needs a value"]),
        ({"inner": 3}, ["outer.inner=3", "Base"]),
        ({"_target_": f"{HERE}.Outr"}, ["no such class"]),
        ({"_target_": "os.system"}, ["trust=[os]"]),
    ],
)
def test_what_does_not_fit_is_named_with_what_is_expected(changes, words):
    with pytest.raises(ConfigError) as caught:
        Spec(outer(**changes), Base, "outer", TRUSTED).check()
    for word in words:
        assert word in str(caught.value)


HOSTILE = [
    node("Stranger", size=1),
    node("function", size=1),
    node("Unfinished"),
    {"_target_": "os.system", "command": "true"},
    {"_target_": "eegbench.__main__.main", "argv": ["--help"]},
    {"_target_": "eegbench.atomic.write_json", "path": "x", "facts": {}},
    {"_target_": "eegbench.inference.predictor.save_file", "tensors": {}, "filename": "x"},
    {
        "_target_": "eegbench.tracking.mlflow.Mlflow",
        "uri": None,
        "folder": "x",
        "experiment": None,
        "metrics": "headline",
    },
    {"_target_": "torch.optim.Adam", "lr": 1.0},
    {"_target_": "torch.hub.load", "repo": "x"},
    {"_target_": "optuna.samplers.RandomSampler"},
    {"_target_": "subprocess.Popen", "args": ["true"]},
    {"_target_": ""},
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one["_target_"].rpartition(".")[2])
def test_only_classes_that_derive_from_what_is_asked_for_are_built(hostile):
    for refused in (hostile, outer(inner=hostile), outer(make={**hostile, "_partial_": True})):
        with pytest.raises(ConfigError):
            Spec(refused, Base, "outer", TRUSTED).check()
        with pytest.raises(ConfigError):
            build(refused, Base, trusted=TRUSTED)


def test_where_no_class_is_asked_for_a_node_stays_a_mapping_or_is_refused():
    with pytest.raises(ConfigError, match=r"outer\.rate\._target_=.*no class can be chosen here"):
        build(outer(rate=node(size=1)), Base, path="outer", trusted=TRUSTED)
    with pytest.raises(ConfigError, match=r"no class can be chosen here"):
        build(outer(rest=node(size=1)), Base, path="outer", trusted=TRUSTED)
    with pytest.raises(ConfigError, match=r"no class can be chosen here"):
        build(outer(labels={"x": node(size=1)}), Base, path="outer", trusted=TRUSTED)


def test_a_module_is_trusted_where_it_is_named_only():
    assert build(node(size=1), Base, trusted=TRUSTED).size == 1
    with pytest.raises(ConfigError, match="trust="):
        build(node(size=1), Base)
    with pytest.raises(ConfigError, match="trust="):
        build(node(size=1), Base, trusted=[HERE[:-1]])


def test_what_the_program_gives_need_not_stand_in_the_node():
    spec = Spec(node(), BaseWithSize, "inner", TRUSTED)
    spec.check()
    assert spec.build(size=4).size == 4
    with pytest.raises(ConfigError, match=r"inner\.size"):
        Spec(node(), Base, "inner", TRUSTED).check()


def test_the_root_is_a_dataclass_whose_nodes_stay_mappings():
    root = fill(Root, {"seed": 1, "name": None, "part": {"_target_": "anything"}})
    assert root == Root(1, None, {"_target_": "anything"})
    with pytest.raises(ConfigError, match="did you mean seed"):
        fill(Root, {"sede": 1}, owner="root")
    with pytest.raises(ConfigError, match="seed='1'"):
        fill(Root, {"seed": "1", "name": None, "part": {}})
    with pytest.raises(ConfigError, match="part is missing; choose an option with part=OPTION"):
        fill(Root, {"seed": 1, "name": None})


LOOP = {
    "_target_": "eegbench.trainer.loop.Loop",
    "lr": 1e-3,
    "optimizer": {"_target_": "torch.optim.Adam", "_partial_": True, "betas": [0.9, 0.99]},
    "schedule": {"_target_": "eegbench.trainer.schedule.constant.Constant"},
    "averaging": {"_target_": "eegbench.trainer.averaging.single_pass.SinglePass"},
    "batch_size": 8,
    "decayed": "all",
    "short_batch": "keep",
    "max_passes": 1,
    "patience": None,
    "stop_when": "patience_reached",
    "monitor": "valid_loss",
    "final": "best",
    "keep": "best_last",
    "precision": "float32",
    "clip_norm": None,
    "penalties": {},
    "on_oom": "raise",
}


def test_torch_optimisers_are_bound_where_a_trainer_asks_for_one():
    optimizer = build(LOOP, Trainer).optimizer([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    assert isinstance(optimizer, torch.optim.Adam)
    assert tuple(optimizer.defaults["betas"]) == (0.9, 0.99)
    wrong = {**LOOP, "optimizer": {"_target_": "torch.optim.Adam", "_partial_": True, "beta": [0.9, 0.99]}}
    with pytest.raises(ConfigError, match="did you mean .*betas"):
        Spec(wrong, Trainer, "trainer").check()


@pytest.mark.parametrize(
    "other",
    [
        {"_target_": "eegbench.trainer.schedule.constant.Constant"},
        {"_target_": "torch.optim.lr_scheduler.StepLR", "_partial_": True, "step_size": 1},
        {"_target_": "torch.optim.swa_utils.AveragedModel"},
    ],
)
def test_in_the_place_of_an_optimiser_nothing_else_is_built(other):
    with pytest.raises(ConfigError, match=r"trainer\.optimizer\._target_="):
        Spec({**LOOP, "optimizer": other}, Trainer, "trainer").check()


def test_an_abstract_class_is_not_built():
    with pytest.raises(ConfigError, match=r"a concrete class that derives from eegbench\.model\.base\.Encoder"):
        build({"_target_": "eegbench.model.base.Encoder"}, Encoder)


class Named(ABC):
    roles: ClassVar[tuple[str, ...]]
    size: int

    @abstractmethod
    def answer(self) -> int: ...


class WithoutRoles(Named):
    def answer(self) -> int:
        return 1


class WithoutSize(WithoutRoles):
    roles = ("one",)


class Unwritten(Named):
    pass


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("WithoutRoles", r"WithoutRoles lacks roles; set roles as a class attribute"),
        ("WithoutSize", r"WithoutSize lacks size; set size in its constructor"),
        ("Unwritten", r"Unwritten lacks answer"),
    ],
)
def test_what_a_class_of_ones_own_lacks_is_named(name, message):
    with pytest.raises(ConfigError, match=message):
        build({"_target_": f"{HERE}.{name}"}, Named, path="task", trusted=TRUSTED)


def test_a_node_without_a_target_says_so():
    with pytest.raises(ConfigError, match="task: the _target_ is missing"):
        build({"size": 1}, Base, path="task", trusted=TRUSTED)


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (
            "chambon2018",
            r"model\.encoder='chambon2018': expected an option; choose one with model@model\.encoder=chambon2018",
        ),
        ({"n_filters": 8}, r"model\.encoder: no option is chosen there; choose one with \+model@model\.encoder=OPTION"),
    ],
)
def test_a_word_where_an_option_is_expected_says_how_to_choose_one(encoder, message):
    node = {"_target_": "eegbench.model.channel_mean.ChannelMean", "encoder": encoder}
    with pytest.raises(ConfigError, match=message):
        Spec(node, Encoder, "model").check()
