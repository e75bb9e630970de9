"""Every shipped option of every group composes with the defaults, and fits its constructor."""

import pytest
from hydra import compose, initialize_config_dir
from hydra.types import RunMode
from omegaconf import OmegaConf

from eegbench.command.options import GIVEN
from eegbench.config import check, conf_folder
from eegbench.sweep.plan import TARGET
from eegbench.sweep.plugin import register
from eegbench.sweep.space import read_words

ELSEWHERE = ("paths", "hydra", "experiment", "sweep")
CHOICES = sorted(
    f"{path.parent.relative_to(conf_folder())}={path.stem}"
    for path in conf_folder().rglob("*.yaml")
    if path.parent != conf_folder() and path.relative_to(conf_folder()).parts[0] not in ELSEWHERE
)
EXPERIMENTS = sorted(path.stem for path in (conf_folder() / "experiment").glob("*.yaml"))


def composed(*words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides=["name=test", *words])
    return OmegaConf.to_container(config, resolve=True)


def nodes(options):
    yield from ((n, v) for n, v in options.items() if isinstance(v, dict) and "_target_" in v)
    yield from ((f"probe.{n}", options["probe"][n]) for n in ("linear", "hand_made"))
    yield from ((f"interpretability.{n}", v) for n, v in options["interpretability"].items())


@pytest.mark.parametrize("choice", CHOICES)
def test_an_option_composes_and_fits(choice):
    for path, node in nodes(composed(choice)):
        check(node, path=path, given=GIVEN.get(path, ()))


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_an_experiment_composes_and_fits(experiment):
    words = [] if experiment != "tutorial_protocol" else ["dataset=simulated_sleep"]
    for path, node in nodes(composed(f"experiment={experiment}", *words)):
        check(node, path=path, given=GIVEN.get(path, ()))


@pytest.mark.parametrize("space", sorted(path.stem for path in (conf_folder() / "sweep").glob("*.yaml")))
def test_a_search_space_chooses_the_sweeper_by_itself(space):
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = compose("train", overrides=["name=test", f"+sweep={space}"], return_hydra_config=True)
    assert config.hydra.mode == RunMode.MULTIRUN
    assert config.hydra.sweeper._target_ == TARGET
    assert read_words([], config.hydra.sweeper.params)[1]


def test_a_task_brings_its_sampler_and_the_command_line_may_choose_another():
    assert composed("task=supervised")["sampler"]["_target_"].endswith("SingleWindow")
    chosen = composed("sampler=legacy_relative_positioning")["sampler"]["_target_"]
    assert chosen.endswith("LegacyRelativePositioning")
