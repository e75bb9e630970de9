"""Runs that differ only in seeds or test subjects are averaged; others are separate groups."""

from pathlib import Path

import pytest
import yaml
from contract.test_options import composed

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


def test_groups_without_short_names_are_numbered(groups_of):
    one = (
        "trainer.lr=0.1",
        "trainer.batch_size=17",
        "trainer.max_passes=7",
        "trainer.patience=3",
        "trainer.clip_norm=1.5",
    )
    assert groups_of((), one) == {"group 1": ["0"], "group 2": ["1"]}
