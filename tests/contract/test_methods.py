"""Every option of every group that shapes a result has words in the Methods text, and so has each of its settings."""

import contextlib
import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from options import node_of

from eegbench.config import NO_EFFECT, conf_folder, plain
from eegbench.document.bibliography import cited_keys, library
from eegbench.launch.help import composed
from eegbench.report.methods.attribution import METHODS
from eegbench.report.methods.augmenting import AUGMENTATIONS
from eegbench.report.methods.clause import TARGET, UNMENTIONED, describe
from eegbench.report.methods.data import DATASETS, describe_labels
from eegbench.report.methods.network import MODELS
from eegbench.report.methods.probing import PROBES
from eegbench.report.methods.question import SAMPLERS, TASKS
from eegbench.report.methods.signals import PREPROCESSING, describe_preprocessing
from eegbench.report.methods.split import SPLIT_CLAUSES
from eegbench.report.methods.training import TRAINERS

CLAUSES = {
    **DATASETS,
    **PREPROCESSING,
    **SPLIT_CLAUSES,
    **MODELS,
    **TASKS,
    **SAMPLERS,
    **AUGMENTATIONS,
    **TRAINERS,
    **PROBES,
    **METHODS,
}

ELSEWHERE = {"hydra", "experiment", "sweep", *NO_EFFECT} - {"interpretability"}
"""Groups of options that shape no result, or whose parts are options of other groups."""

FILES = sorted(
    path
    for path in conf_folder().rglob("*.yaml")
    if len(parts := path.relative_to(conf_folder()).parts) > 1 and parts[0] not in ELSEWHERE and "labels" not in parts
)

EXPERIMENTS = sorted(
    str(path.relative_to(conf_folder() / "experiment").with_suffix(""))
    for path in (conf_folder() / "experiment").rglob("*.yaml")
)


@pytest.fixture(params=FILES, ids=lambda path: str(path.relative_to(conf_folder()).with_suffix("")))
def node(request) -> dict[str, Any]:
    return node_of(request.param)


def words(node: Mapping[str, Any]) -> str:
    classes = {str(name) for one in (node, *node.get("sets", {}).values()) for name in one.get("labels", {}).values()}
    text = describe_preprocessing(node) if "signal" in node else describe(node, CLAUSES)
    return f"{text} {describe_labels(node, classes)}"


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where the settings of a node stand, also in the nodes inside it."""
    if isinstance(node, Mapping) and node:
        for name, value in node.items():
            if name not in UNMENTIONED and not str(name).startswith("_"):
                yield from leaves(value, (*path, name))
    else:
        yield path


def changes(node: Mapping[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """Yield the node with other values at a place."""
    for value in _others(_at(node, path)):
        other = copy.deepcopy(dict(node))
        _at(other, path[:-1])[path[-1]] = value
        yield other


def _at(node: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        node = node[name]
    return node


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 7, None]
    if isinstance(value, list):
        return [[*value, value[-1]]] if value else [["other"], [7]]
    if value is None:
        return [7, "other", ["other"], {TARGET: "mine.Other"}]
    return ["other"] if isinstance(value, str) else [{"other": {TARGET: "mine.Other"}}]


def test_there_is_a_clause_of_its_class(node):
    assert node[TARGET] in CLAUSES, "add a clause to the module of its group in eegbench/report/methods/"


def test_its_words_hold_no_place_that_was_not_filled(node):
    text = words(node)
    assert not re.search(r"\{|\}|None|True|False|_target_|  ", text)
    assert set(cited_keys(text)) <= {*library(), "dataset"}


def test_every_setting_changes_the_words(node):
    silent = [".".join(map(str, path)) for path in leaves(node) if path and not _is_told(node, path)]
    assert silent == []


def _is_told(node: Mapping[str, Any], path: tuple[Any, ...]) -> bool:
    """Return whether another value gives other words, here or where another setting lets this one count.

    Numbers of subjects, say, do not count where subjects are named. Values of a wrong kind have no words.
    """
    unnamed = {name: None if isinstance(value, list) else value for name, value in node.items()}
    given = {name: 7 if value is None else value for name, value in node.items()}
    for basis in (node, unnamed, given):
        for other in changes(basis, path):
            with contextlib.suppress(TypeError, ValueError, AttributeError):
                if words(other) != words(basis):
                    return True
    return False


def nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the outermost nodes of a config."""
    if isinstance(value, Mapping):
        if TARGET in value:
            yield value
        else:
            for inside in value.values():
                yield from nodes(inside)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_an_experiment_can_be_put_into_words(experiment):
    options = plain(composed("train", [f"experiment={experiment}", "name=test"]))
    parts = [part for name, value in options.items() if name not in ELSEWHERE for part in nodes(value)]
    assert len(parts) >= 8
    for part in parts:
        text = words(part)
        assert part[TARGET] in CLAUSES
        assert not re.search(r"\{|\}|_target_|eegbench\.", text), text
        assert set(cited_keys(text)) <= {*library(), "dataset"}


def test_a_class_of_one_s_own_is_named_with_all_its_settings():
    text = describe(
        {TARGET: "mine.task.MoreAlpha", "band_hz": [8, 13], "inner": {TARGET: "mine.Part", "n": 3}}, CLAUSES
    )
    assert text == "`mine.task.MoreAlpha` (band hz: 8, 13; inner: `mine.Part` (n: 3))"


def test_every_doi_of_a_reference_stands_in_the_code_that_it_is_cited_for():
    """The DOI of a work is the same in the library and in docstrings, data cards and sources of numbers."""
    package = Path(__file__).resolve().parents[2] / "eegbench"
    code = " ".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    software = {"paszke2019", "kingma2015", "loshchilov2019"}
    for key, entry in library().items():
        doi = re.search(r"doi = \{(.*)\}", entry)
        if doi and key in code and key not in software:
            assert doi[1].replace("10.48550/arXiv.", "") in code, key
