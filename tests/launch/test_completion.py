"""Completion of command lines: the candidates at a cursor, and the scripts of shells."""

import subprocess

import pytest

from eegbench.__main__ import VERBS, _help_of, main
from eegbench.launch.completion import candidates
from eegbench.launch.completion_script import SCRIPTS


def found(line):
    return candidates(line, list(VERBS), _help_of)


def test_a_verb_is_completed():
    assert found("eegbench ") == sorted([*VERBS, "--help", "--version"])
    assert found("eegbench tr") == ["track", "train"]
    assert found("eegbench nosuch ") == []


def test_groups_their_options_and_keys_are_completed():
    assert found("eegbench train mode") == ["model.", "model/", "model="]
    assert found("eegbench train model=chamb") == ["model=chambon2018", "model=chambon_context"]
    assert found("eegbench train -m model=eegnet,stager") == ["model=eegnet,stager_net"]
    assert found("eegbench train 'probe=[linear,kn") == []
    assert found("eegbench train probe=[linear,kn") == ["probe=[linear,knn"]
    assert found("eegbench train trainer/optim") == ["trainer/optimizer="]
    assert found("eegbench train experiment=banville2021/c") == ["experiment=banville2021/cpc"]
    assert found("eegbench train +sweep=seed") == ["+sweep=seed_and_split"]
    assert found("eegbench train hydra/sweeper=o") == ["hydra/sweeper=optuna"]
    assert found("eegbench train trainer.max_") == ["trainer.max_passes="]
    assert found("eegbench train sweep.dry_run=") == ["sweep.dry_run=false", "sweep.dry_run=true"]
    assert found("eegbench train seed=") == ["seed=0"]


def test_keys_are_those_of_the_options_that_were_typed():
    assert "hydra.sweeper.n_trials=" in found("eegbench train hydra/sweeper=optuna hydra.sweeper.")
    assert found("eegbench train task=simclr task.temp") == ["task.temperature="]
    assert found("eegbench train task=simclr,cpc task.temp") == []  # several values cannot be composed


def test_flags_are_completed_for_verbs_with_and_without_overrides():
    assert found("eegbench train --mult") == ["--multirun"]
    assert found("eegbench compare --gr") == ["--group-by"]
    assert found("eegbench data ch") == ["check"]
    assert found("eegbench data check --cs") == ["--csv"]
    assert found("eegbench data fetch dataset=eegb") == ["dataset=eegbci"]


def test_explain_completes_its_own_groups():
    assert found("eegbench explain interp") == ["interpretability.", "interpretability="]
    assert found("eegbench explain mod") == []


@pytest.mark.parametrize("before", [[], ["train"], ["explain"]])
@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_completes_eegbench_and_no_other_program(capsys, shell, before):
    assert main([*before, "-sc", f"install={shell}"]) == 0
    text = capsys.readouterr().out
    assert f"eegbench -sc query={shell}" in text
    last = text.strip().splitlines()[-1]
    assert last.startswith(("complete ", "compdef "))
    assert not {"train", "explain"} & set(last.split())
    assert main([*before, "-sc", f"uninstall={shell}"]) == 0
    assert "eegbench" in capsys.readouterr().out


def test_another_shell_is_refused_with_those_that_exist(capsys):
    assert main(["-sc", "install=tcsh"]) == 2
    assert "where SHELL is bash, zsh, fish" in capsys.readouterr().err


def test_candidates_end_in_a_space_unless_more_is_typed(capsys, monkeypatch):
    monkeypatch.setenv("COMP_LINE", "eegbench train hydra/sweeper=opt")
    assert main(["-sc", "query=bash"]) == 0
    assert capsys.readouterr().out == "hydra/sweeper=optuna \n"
    assert main(["-sc", "query=fish"]) == 0
    assert capsys.readouterr().out == "hydra/sweeper=optuna\n"


BASH = """
eegbench() { printf '%s\\n' "$ANSWER"; }
COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD=$2
shift 2
COMP_WORDS=("$@")
_eegbench_complete
printf '<%s>' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("answer", "line", "words", "replies"),
    [
        ("train ", "eegbench tr", ["eegbench", "tr"], "<train >"),
        ("model=\nmodel.", "eegbench train mo", ["eegbench", "train", "mo"], "<model=><model.>"),
        ("model=eegnet ", "eegbench train model=", ["eegbench", "train", "model", "="], "<eegnet >"),
        ("model=eegnet ", "eegbench train model=ee", ["eegbench", "train", "model", "=", "ee"], "<eegnet >"),
    ],
)
def test_bash_gets_what_replaces_its_word_which_begins_after_an_equals_sign(answer, line, words, replies):
    code = SCRIPTS["bash"] + BASH
    run = ["bash", "-c", code, "bash", line, str(len(words) - 1), *words]
    done = subprocess.run(run, env={"ANSWER": answer, "PATH": "/usr/bin:/bin"}, capture_output=True, check=True)
    assert done.stdout.decode() == replies
