"""Every shipped option composes with the defaults, fits its constructor, and builds a class of its group's contract."""

import importlib
import inspect
import re
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from hydra import compose, initialize_config_dir
from hydra.types import RunMode
from omegaconf import OmegaConf
from options import GROUPS, LISTED, NAMED, PARTS, TOGETHER, composed

from eegbench.config import conf_folder
from eegbench.experiment.options import read_experiment
from eegbench.launch.plugin import register
from eegbench.sweep.distribution import split_overrides
from eegbench.sweep.plan import TARGET

FILES = sorted(path.relative_to(conf_folder()) for path in conf_folder().glob("*/**/*.yaml"))
NAMES = {
    group: sorted(
        str(path.relative_to(conf_folder() / group).with_suffix("")) for path in (conf_folder() / group).rglob("*.yaml")
    )
    for group in ("experiment", "sweep")
}
FURTHER = {"tutorial_protocol": ["dataset=simulated_sleep"]}
"""Overrides of experiments that leave the dataset to the user."""


def targets(node):
    """Yield all targets in a YAML, nested ones too."""
    if isinstance(node, dict):
        yield from ([node["_target_"]] if "_target_" in node else [])
        node = list(node.values())
    if isinstance(node, list):
        yield from (target for value in node for target in targets(value))


OURS = [
    (str(file), target)
    for file in FILES
    for target in targets(OmegaConf.to_container(OmegaConf.load(conf_folder() / file)))
    if target.startswith("eegbench.")  # others are classes of torch, Optuna and Hydra
]


def contracts_of(target):
    """Return the abstract classes that the base module of a target's package defines."""
    package = target.rpartition(".")[0].rpartition(".")[0]
    base = importlib.import_module(f"{package}.base")
    defined = [one for one in vars(base).values() if inspect.isclass(one) and one.__module__ == base.__name__]
    return tuple(one for one in defined if inspect.isabstract(one))


@pytest.mark.parametrize(("file", "target"), OURS)
def test_an_option_builds_a_class_that_derives_from_the_contract_of_its_package(file, target):
    module, _, name = target.rpartition(".")
    built = getattr(importlib.import_module(module), name)
    assert issubclass(built, contracts_of(target)), f"{target} of conf/{file} derives from no class of its base.py"
    assert not inspect.isabstract(built), f"{target} lacks {', '.join(sorted(built.__abstractmethods__))}"


def words_allowed(annotation):
    """Return the texts that an annotation allows, if it names them."""
    if get_origin(annotation) is Literal:
        return [one for one in get_args(annotation) if isinstance(one, str)]
    return [one for inner in get_args(annotation) for one in words_allowed(inner)]


TEXTS = {file: (conf_folder() / file).read_text(encoding="utf-8") for file in FILES}
BUILT = re.compile(r"^_target_: (eegbench[\w.]*)\.(\w+)", re.MULTILINE)


@pytest.mark.parametrize("file", [file for file, text in TEXTS.items() if BUILT.search(text)], ids=str)
def test_the_line_of_an_option_with_a_choice_of_words_names_them_all(file):
    text = TEXTS[file]
    module, name = BUILT.search(text).groups()
    constructor = getattr(importlib.import_module(module), name).__init__
    allowed = {option: words_allowed(one) for option, one in get_type_hints(constructor).items()}
    lines = {line.partition(":")[0]: line for line in text.splitlines() if line.partition(":")[0] in allowed}
    lacking = {option: [word for word in allowed[option] if word not in line] for option, line in lines.items()}
    assert {option: words for option, words in lacking.items() if words} == {}


@pytest.mark.parametrize("chosen", TOGETHER, ids=lambda it: it[-1])
def test_an_option_composes_and_fits_and_has_what_its_contract_names(chosen):
    experiment = read_experiment(composed(*chosen))
    parts = [part for part in vars(experiment).values() if type(part).__module__.startswith("eegbench.")]
    for built in [*parts, *(method.build() for method in experiment.explanation.methods.values())]:
        bases = [base for base in type(built).__mro__ if inspect.isabstract(base)]
        named = {name for base in bases for name in inspect.get_annotations(base)}
        assert {name for name in named if not hasattr(built, name)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("experiment", NAMES["experiment"])
def test_an_experiment_composes_and_fits(experiment):
    assert read_experiment(composed(f"experiment={experiment}", *FURTHER.get(experiment, ()))).name == "test"


def test_groups_and_experiments_that_need_further_overrides_are_there():
    assert {*PARTS, *NAMED, *LISTED} <= GROUPS
    assert set(FURTHER) <= set(NAMES["experiment"])


def with_sweep(sweep):
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return compose("train", overrides=["name=test", f"+sweep={sweep}"], return_hydra_config=True)


@pytest.mark.slow
@pytest.mark.parametrize("sweep", NAMES["sweep"])
def test_a_sweep_starts_a_multirun_by_itself_and_names_what_varies(sweep):
    config = with_sweep(sweep)
    assert config.hydra.mode == RunMode.MULTIRUN
    assert config.hydra.sweeper.params


@pytest.mark.slow
def test_a_space_that_cannot_be_listed_chooses_the_sweeper_by_itself():
    made = {sweep: with_sweep(sweep).hydra.sweeper for sweep in NAMES["sweep"]}
    searches = {name for name, sweeper in made.items() if sweeper._target_ == TARGET}
    drawn = {name for name, sweeper in made.items() if any("interval(" in str(one) for one in sweeper.params.values())}
    assert drawn <= searches
    assert {name: len(split_overrides([], made[name].params)[1]) for name in searches} == {
        name: len(made[name].params) for name in searches
    }
    assert searches


ROOTS = OmegaConf.load(conf_folder() / "paths" / "default.yaml").roots


def test_every_dataset_with_a_root_has_its_place_among_the_roots():
    nodes = {path.stem: OmegaConf.load(path) for path in (conf_folder() / "dataset").glob("*.yaml")}
    assert {name for name, node in nodes.items() if OmegaConf.is_dict(node) and "root" in node} == set(ROOTS)


def test_datasets_take_their_roots_from_the_paths_and_their_own_count_more():
    places = [f"paths.roots.{name}=/there/{name}" for name in ROOTS]
    joined = [f"+dataset@dataset.sets.of_{name}={name}" for name in ROOTS]
    sets = composed("dataset=joined", *places, *joined)["dataset"]["sets"]
    assert {name: sets[f"of_{name}"]["root"] for name in ROOTS} == {name: f"/there/{name}" for name in ROOTS}
    name = min(ROOTS)
    assert composed(f"dataset={name}", *places)["dataset"]["root"] == f"/there/{name}"
    assert composed(f"dataset={name}", *places, "dataset.root=/here")["dataset"]["root"] == "/here"


def test_a_task_brings_its_sampler_and_the_command_line_may_choose_another():
    assert composed("task=supervised")["sampler"]["_target_"].endswith("SingleWindow")
    chosen = composed("sampler=legacy_relative_positioning")["sampler"]["_target_"]
    assert chosen.endswith("LegacyRelativePositioning")
