"""Options that a run changed from the shipped defaults."""

import copy

from hydra.core.global_hydra import GlobalHydra

from eegbench.config import changed_options
from eegbench.config.default import ABSENT, default_options


def test_the_defaults_differ_from_themselves_in_nothing():
    assert changed_options(default_options()) == {}


def test_changed_values_and_new_ones_are_told_with_their_defaults():
    options = copy.deepcopy(dict(default_options()))
    options["seed"], options["trainer"]["lr"] = 3, 0.01
    options["task"] = {"_target_": "mine.Task", "width": 4}
    changed = changed_options(options)
    assert changed["seed"] == (3, 0)
    assert changed["trainer.lr"] == (0.01, 5e-4)
    assert changed["task.width"] == (4, ABSENT)
    assert set(changed) == {"seed", "trainer.lr", "task._target_", "task.width"}


def test_labels_that_a_run_leaves_out_are_told():
    options = copy.deepcopy(dict(default_options()))
    del options["dataset"]["labels"]["Sleep stage R"]
    options["dataset"]["labels"]["Sleep stage 1"] = "light"
    assert changed_options(options) == {
        "dataset.labels.Sleep stage R": (ABSENT, "R"),
        "dataset.labels.Sleep stage 1": ("light", "N1"),
    }


def test_options_of_classes_that_a_run_does_not_use_are_not_told():
    options = copy.deepcopy(dict(default_options()))
    options["probe"]["of"] = {"knn": {"_target_": "eegbench.probe.knn.Knn", "k": [5]}}
    options["preprocessing"]["features"] = {"power": {"_target_": "mine.Power"}}
    assert set(changed_options(options)) == {
        *("probe.of.knn._target_", "probe.of.knn.k", "preprocessing.features.power._target_"),
    }


def test_what_changes_no_score_is_left_out():
    options = copy.deepcopy(dict(default_options()))
    options["tracking"]["uri"], options["paths"]["outputs"], options["device"] = "postgresql://x", "/far", "cuda"
    assert changed_options(options) == {}


def test_what_hydra_does_meanwhile_goes_on():
    default_options.cache_clear()
    before = GlobalHydra.instance().hydra
    default_options()
    assert GlobalHydra.instance().hydra is before
