"""Options that are invalid for any data raise an error before data are read."""

import functools
import re
from dataclasses import fields

import pytest
import yaml
from hydra import compose, initialize_config_dir

from eegbench.config import ConfigError, conf_folder, plain
from eegbench.experiment.base import Explained
from eegbench.experiment.options import read_experiment
from eegbench.launch.help import composed as in_folder


@functools.cache
def composed(*words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return plain(compose("train", overrides=["name=test", *words]))


def test_a_task_refuses_a_sampler_without_its_roles_and_names_one_that_has_them():
    with pytest.raises(ConfigError) as refused:
        read_experiment(composed("task=relative_positioning", "sampler=single_window"))
    assert str(refused.value) == (
        "task=relative_positioning needs views in the roles anchor, partner, and sampler=single_window draws "
        "window; choose sampler=relative_positioning."
    )


def test_a_task_that_compares_examples_refuses_batches_of_one():
    with pytest.raises(ConfigError, match=r"trainer\.batch_size=1: task=simclr compares .* it must be at least 2"):
        read_experiment(composed("task=simclr", "trainer.batch_size=1"))


def test_without_any_augmentation_the_message_says_how_to_add_one():
    words = [f"~augmentation@task.augmentations.{name}" for name in ("phase", "scale")]
    with pytest.raises(ConfigError, match=r"choose one with \+augmentation@task\.augmentations\.NAME=OPTION"):
        read_experiment(composed("task=simclr", *words))


def test_a_monitor_is_the_loss_or_a_metric_of_the_task():
    read_experiment(composed("trainer.monitor=valid_accuracy"))
    with pytest.raises(ConfigError, match="not a column of the history; set one of valid_loss, valid_accuracy"):
        read_experiment(composed("trainer.monitor=valid_positive_first"))


CROPPED = ["preprocessing=crop", "task=cropped", "model=deep4", "trainer.monitor=valid_trial_accuracy"]


@pytest.mark.slow
def test_a_monitor_may_be_a_score_of_trials_where_windows_are_crops_and_the_task_has_a_head_of_the_classes():
    read_experiment(composed(*CROPPED))
    for other in ("preprocessing=trial", "task=relative_positioning"):
        with pytest.raises(ConfigError, match=r"it needs crops of trials \(preprocessing=crop\) and a task"):
            read_experiment(composed(*CROPPED, other))


@pytest.mark.parametrize(
    ("group", "chosen", "node", "value"),
    [
        ("interpretability", "[]", "interpretability.occlusion", "{bands_hz: [[low, 4, 8]]}"),
        ("interpretability", "[saliency]", "interpretability.occlusion", "{bands_hz: [[low, 4, 8]]}"),
        ("probe", "[linear]", "probe.of.knn", "{max_neighbours: 3}"),
    ],
)
def test_values_of_an_option_that_a_preset_sets_and_nobody_chooses_are_refused_with_the_word_that_works(
    tmp_path, group, chosen, node, value
):
    (tmp_path / "experiment").mkdir()
    nested = functools.reduce(lambda inner, name: f"{{{name}: {inner}}}", reversed(node.split(".")), value)
    (tmp_path / "experiment" / "own.yaml").write_text(f"# @package _global_\n{nested[1:-1]}\n")
    words = ("name=test", "experiment=own", f"{group}={chosen}")
    remedy = f"add it to {group}=[…], or remove its values with '~{node}'."
    with pytest.raises(ConfigError, match=re.escape(remedy)):
        read_experiment(plain(in_folder("train", words, str(tmp_path))))
    experiment = read_experiment(plain(in_folder("train", [*words, f"~{node}"], str(tmp_path))))
    assert node.rpartition(".")[2] not in {**experiment.explanation.methods, **experiment.probes.of}


def test_the_options_that_train_and_explain_share_are_the_fields_of_their_class():
    shipped = yaml.safe_load((conf_folder() / "explain" / "default.yaml").read_text(encoding="utf-8"))
    assert list(shipped) == [field.name for field in fields(Explained)]
