"""Overrides and flags are recognised and completed in every way of typing them."""

import pytest
from hydra import compose, initialize_config_dir

from eegbench.config import conf_folder, plain
from eegbench.launch.override import (
    check_root,
    config_dir,
    is_override,
    one_word_flags,
    value_of,
    with_dry_run,
    with_home,
    with_multirun,
    with_whole_labels,
)


@pytest.mark.parametrize(
    "argv", [["x", "--config-dir", "mine"], ["x", "--config-dir=mine"], ["x", "a=1", "-cd", "mine"]]
)
def test_the_users_folder_is_found_however_it_is_given(argv):
    assert config_dir(argv) == "mine"


def test_a_folder_of_recordings_without_a_data_set_is_refused_before_nights_are_simulated_there():
    with pytest.raises(ValueError, match=r"dataset\.root=/my/nights: no data set is named"):
        check_root(["dataset.root=/my/nights", "dataset.n_subjects=4"])


@pytest.mark.parametrize("word", ["dataset=simulated_sleep", "experiment=p300", "+sweep=bands", "resume=x", "-cd=mine"])
def test_a_folder_of_recordings_with_a_data_set_is_taken(word):
    check_root(["dataset.root=/my/nights", word])


def test_without_such_a_flag_there_is_no_users_folder():
    assert config_dir(["a=1", "--config-dir"]) is None


def test_the_last_value_of_a_key_counts_without_its_quotes():
    assert value_of(["run=a", "run='b c'"], "run") == "b c"
    assert value_of(["rerun=a"], "run") == ""


def test_a_value_is_the_text_that_its_quotes_stand_for():
    assert value_of([r"run='Anna\'s Drive'"], "run") == "Anna's Drive"
    assert value_of(['run="Anna\'s Drive"'], "run") == "Anna's Drive"
    assert value_of(["run=/Anna's Drive"], "run") == "/Anna's Drive"


def test_the_users_folder_may_hold_what_an_override_holds():
    words = one_word_flags(["a=1", "--config-dir", "/site=A", "-cd", "b"])
    assert words == ["a=1", "--config-dir=/site=A", "--config-dir=b"]
    assert config_dir(words) == "/site=A"


def test_a_flag_with_an_equals_sign_is_no_override():
    assert is_override("a.b=1")
    assert not is_override("--config-dir=mine")
    assert not is_override("-m")


def test_a_home_folder_is_filled_in(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    words = ["dataset.root=~/nights", 'a="~/two words"', "b=~", "~c", "d=x~/y", "--config-dir=~/mine"]
    assert with_home(words) == [
        'dataset.root="/home/me/nights"',
        'a="/home/me/two words"',
        'b="/home/me"',
        *words[3:],
    ]


def test_a_sweeper_that_is_named_sweeps():
    assert with_multirun(["hydra/sweeper=optuna"]) == ["-m", "hydra/sweeper=optuna"]
    assert with_multirun(["--multirun", "hydra/sweeper=optuna"]) == ["--multirun", "hydra/sweeper=optuna"]
    assert with_multirun(["seed=1"]) == ["seed=1"]


def test_a_single_dry_run_prints_its_options_and_a_sweep_prints_itself():
    assert with_dry_run(["sweep.dry_run=true"]) == ["sweep.dry_run=true", "--cfg", "job"]
    for sweep in (["-m", "sweep.dry_run=true"], ["+sweep=seed_and_split", "sweep.dry_run=true"], ["seed=1"]):
        assert with_dry_run(sweep) == sweep


@pytest.mark.parametrize("sign", ["", "+", "++"])
def test_a_mapping_of_labels_replaces_that_of_the_option(sign):
    words = with_whole_labels(["a=1", f"{sign}dataset.labels={{0: W, 5: R}}", "dataset.sets.home.labels={x: W}"])
    assert words == [
        *("a=1", "++dataset.labels=null", "++dataset.labels={0: W, 5: R}"),
        *("++dataset.sets.home.labels=null", "++dataset.sets.home.labels={x: W}"),
    ]
    overrides = ["name=test", *with_whole_labels([f"{sign}dataset.labels={{0: W, 5: R}}"])]
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        assert plain(compose("train", overrides=overrides))["dataset"]["labels"] == {"0": "W", "5": "R"}


def test_one_label_of_the_option_is_changed_as_any_other_key():
    assert with_whole_labels(["dataset.options={imagined: true}"])[-1] == "++dataset.options={imagined: true}"
    assert with_whole_labels(["dataset.labels.Sleep stage W=Wake"]) == ["dataset.labels.Sleep stage W=Wake"]
