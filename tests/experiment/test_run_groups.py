"""Runs that differ only in seeds or test subjects are averaged; others are separate groups."""

from pathlib import Path

import pytest
import yaml
from options import composed

from eegbench.experiment.finished_run import Finished
from eegbench.experiment.options import read_experiment
from eegbench.experiment.run_groups import group_runs


def finished(folder: Path, *words: str) -> Finished:
    """A run that was started with these words."""
    (folder / ".hydra").mkdir(parents=True)
    (folder / ".hydra" / "overrides.yaml").write_text(yaml.safe_dump(list(words)))
    experiment = read_experiment(composed(*words))
    return Finished(folder, experiment, False, experiment.explanation, "cpu")


@pytest.fixture
def groups_of(tmp_path):
    def groups(*runs: tuple[str, ...]) -> dict[str, list[str]]:
        made = [finished(tmp_path / str(i), *words) for i, words in enumerate(runs)]
        found = group_runs(made)
        assert all(len(one.seeds) == len(one.folders) for one in found)
        return {one.name: [folder.name for folder in one.folders] for one in found}

    return groups


@pytest.mark.slow
def test_seeds_splits_and_folds_are_one_group(groups_of):
    words = [("seed=1",), ("seed=2", "split.seed=5", "dataset.seed=3"), ("split=subject_kfold", "split.fold=1")]
    assert groups_of(*words) == {"": ["0", "1", "2"]}


def test_how_a_run_was_made_tells_nothing_apart(groups_of):
    assert groups_of(("device=cpu", "figures=[]"), ("interpretability=[saliency]", "tracking=folder")) == {
        "": ["0", "1"]
    }


def test_experiments_give_their_names(groups_of):
    words = [("experiment=band/alpha", f"seed={seed}") for seed in (0, 1)]
    words.insert(1, ("experiment=eyes_open_closed_published", "seed=0"))
    assert groups_of(*words) == {"band/alpha": ["0", "2"], "eyes_open_closed_published": ["1"]}


def test_models_give_their_names_where_nothing_else_does(groups_of):
    assert groups_of(("model=chambon2018",), ("model=stager_net",), ("model=stager_net", "seed=4")) == {
        "chambon2018": ["0"],
        "stager_net": ["1", "2"],
    }


def test_an_option_that_differs_is_named_with_its_value(groups_of):
    assert groups_of(("trainer.lr=0.1",), ("trainer.lr=0.2",)) == {"lr=0.1": ["0"], "lr=0.2": ["1"]}


def test_of_many_options_that_differ_three_are_named(groups_of):
    one = (
        "trainer.lr=0.1",
        "trainer.batch_size=17",
        "trainer.max_passes=7",
        "trainer.patience=3",
        "trainer.clip_norm=1.5",
    )
    assert groups_of((), one) == {
        "max_passes=8 patience=10 batch_size=256 …": ["0"],
        "max_passes=7 patience=3 batch_size=17 …": ["1"],
    }


def test_a_chosen_model_or_task_comes_before_other_options_that_differ(groups_of):
    words = [("model=chambon2018", "trainer.lr=0.1"), ("model=chambon2018", "trainer.lr=0.2"), ("model=stager_net",)]
    assert list(groups_of(*words)) == [
        "model=chambon2018 lr=0.1",
        "model=chambon2018 lr=0.2",
        "model=stager_net lr=0.0005",
    ]


def test_options_of_one_task_alone_are_not_named(groups_of):
    words = [("task=supervised",), ("task=supervised", "trainer.lr=.1"), ("trainer.lr=.2",)]
    assert list(groups_of(*words)) == [
        "task=supervised lr=0.0005",
        "task=supervised lr=0.1",
        "task=relative_positioning lr=0.2",
    ]


def test_groups_that_no_short_name_tells_apart_have_the_names_of_their_runs(groups_of):
    long = [f"preprocessing.signal.channels=[{','.join(f'C{i}' for i in range(n))}]" for n in (30, 31)]
    assert groups_of((long[0],), (long[1],)) == {"0": ["0"], "1": ["1"]}
