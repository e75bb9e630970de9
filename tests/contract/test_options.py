"""Every shipped option composes with the defaults, fits its constructor, and builds a class of its group's contract."""

import functools
import importlib
import inspect

import pytest
from hydra import compose, initialize_config_dir
from hydra.types import RunMode
from omegaconf import OmegaConf

from eegbench.config import conf_folder
from eegbench.experiment.options import read_experiment
from eegbench.sweep.plan import TARGET
from eegbench.sweep.plugin import register
from eegbench.sweep.space import split_overrides

ELSEWHERE = ("paths", "hydra", "experiment", "sweep")
PARTS = {
    "augmentation": ("task=simclr", "augmentation@task.augmentations.phase"),
    "model/feature_encoder": ("model=with_features", "model/feature_encoder@model.features"),
    "model/epoch_encoder": ("model=modulo_net", "model/epoch_encoder"),
    "model/normaliser": ("model=modulo_net", "model/normaliser@model.normalisers.clip"),
    "model/reducer": ("model=modulo_net", "model/reducer"),
    "preprocessing/padding": ("task=supervised_sequence", "+preprocessing/padding"),
    "preprocessing/feature": ("preprocessing=standard", "+preprocessing/feature@preprocessing.features.one"),
    "trainer/penalty": ("trainer=loop", "+trainer/penalty@trainer.penalties.one"),
    "preprocessing/step": (
        "preprocessing=dreem preprocessing.signal.channels=[C3,C4]",
        "+preprocessing/step@preprocessing.signal.steps.one",
    ),
    "model/sequence": ("task=supervised_sequence", "model/sequence@task.sequence"),
}
"""Groups that stand in an option of another group: the words for that option, and those that choose in it."""

SAMPLER = "override /sampler@_global_.sampler"
"""Key with which a task's YAML names its sampler."""

CHOICES = sorted(
    f"{path.parent.relative_to(conf_folder())}={path.stem}"
    for path in conf_folder().rglob("*.yaml")
    if path.parent != conf_folder() and path.relative_to(conf_folder()).parts[0] not in ELSEWHERE
)
FILES = sorted(path.relative_to(conf_folder()) for path in conf_folder().glob("*/**/*.yaml"))
NAMES = {
    group: sorted(
        str(path.relative_to(conf_folder() / group).with_suffix("")) for path in (conf_folder() / group).rglob("*.yaml")
    )
    for group in ("experiment", "sweep")
}
FURTHER = {"tutorial_protocol": ["dataset=simulated_sleep"]}
"""Overrides of experiments that leave the dataset to the user."""


@functools.cache
def composed(*words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides=["name=test", *words])
    return OmegaConf.to_container(config, resolve=True)


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


def words(choice):
    """Return an option's choice, with what it stands in; a sampler's with the first task that brings it along."""
    group, _, name = choice.partition("=")
    if group in PARTS:
        option, place = PARTS[group]
        return (*option.split(), f"{place}={name}")
    if group != "sampler":
        return (choice,)
    files = sorted((conf_folder() / "task").glob("*.yaml"))
    tasks = [file.stem for file in files if name in [one.get(SAMPLER) for one in defaults(file)]]
    return (*(f"task={task}" for task in tasks[:1]), choice)


def defaults(file):
    """Return those entries of a YAML's defaults that name a group."""
    return [one for one in OmegaConf.load(file).get("defaults", []) if not isinstance(one, str)]


@pytest.mark.parametrize("choice", CHOICES)
def test_an_option_composes_and_fits_and_has_what_its_contract_names(choice):
    experiment = read_experiment(composed(*words(choice)))
    parts = [part for part in vars(experiment).values() if type(part).__module__.startswith("eegbench.")]
    for built in [*parts, *(method.build() for method in experiment.explanation.methods.values())]:
        bases = [base for base in type(built).__mro__ if inspect.isabstract(base)]
        named = {name for base in bases for name in inspect.get_annotations(base)}
        assert {name for name in named if not hasattr(built, name)} == set()


@pytest.mark.parametrize("experiment", NAMES["experiment"])
def test_an_experiment_composes_and_fits(experiment):
    assert read_experiment(composed(f"experiment={experiment}", *FURTHER.get(experiment, ()))).name == "test"


def test_groups_and_experiments_that_need_further_overrides_are_there():
    assert set(PARTS) <= {choice.partition("=")[0] for choice in CHOICES}
    assert set(FURTHER) <= set(NAMES["experiment"])


def with_sweep(sweep):
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return compose("train", overrides=["name=test", f"+sweep={sweep}"], return_hydra_config=True)


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


@pytest.mark.parametrize("name", sorted(ROOTS))
def test_a_dataset_takes_its_root_from_the_paths_alone_or_joined_and_its_own_counts_more(name):
    words = [f"dataset={name}", f"paths.roots.{name}=/there"]
    assert composed(*words)["dataset"]["root"] == "/there"
    assert composed(*words, "dataset.root=/here")["dataset"]["root"] == "/here"
    sets = composed("dataset=joined", f"dataset@dataset.sets.away={name}", words[1])["dataset"]["sets"]
    assert sets["away"]["root"] == "/there"


def test_a_task_brings_its_sampler_and_the_command_line_may_choose_another():
    assert composed("task=supervised")["sampler"]["_target_"].endswith("SingleWindow")
    chosen = composed("sampler=legacy_relative_positioning")["sampler"]["_target_"]
    assert chosen.endswith("LegacyRelativePositioning")
