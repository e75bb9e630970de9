"""The program's own words: help and verbs."""

import re
import subprocess
import sys
from pathlib import Path

from eegbench import command
from eegbench.__main__ import main


def test_help_names_every_verb(capsys):
    verbs = {path.stem for path in Path(command.__file__).parent.glob("*.py")} - {"__init__"}
    assert main(["--help"]) == 0
    named = re.findall(r"^  (\w+) ", capsys.readouterr().out, re.MULTILINE)
    assert set(named) - {"eegbench"} == verbs
    assert "train" in verbs


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
