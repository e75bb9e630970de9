"""The program's own words: help and verbs."""

import subprocess
import sys

from eegbench.__main__ import VERBS, main


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in VERBS)


def test_an_unknown_verb_is_refused_with_those_that_exist(capsys):
    assert main(["trian"]) == 2
    assert "there is no verb 'trian'; there are train" in capsys.readouterr().err


def test_python_without_docstrings_is_refused_with_what_to_unset():
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "eegbench", "train"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "unset PYTHONOPTIMIZE" in done.stderr


def test_one_of_several_processes_that_cannot_find_the_others_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    assert main(["train"]) == 1
    assert "start with torchrun, or for one process: unset RANK WORLD_SIZE." in capsys.readouterr().err
