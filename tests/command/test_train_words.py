"""Words on the command line: verbs, resume, the user's own options, and what goes wrong as a sentence."""

import errno

import pytest

from eegbench.__main__ import VERBS, main
from eegbench.command.launch import _config_dir, explain
from eegbench.command.train import with_resume


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in VERBS)


def test_an_unknown_verb_is_refused_with_those_that_exist(capsys):
    assert main(["trian"]) == 2
    assert "there is no verb 'trian'; there are train" in capsys.readouterr().err


def test_without_resume_the_words_stay_as_they_are():
    assert with_resume(["seed=1", "-m"]) == ["seed=1", "-m"]


def run_folder(tmp_path):
    (tmp_path / ".hydra").mkdir()
    (tmp_path / ".hydra" / "overrides.yaml").write_text("- seed=3\n- resume='/elsewhere'\n- model=stager_net\n")
    return tmp_path


def test_resume_takes_the_options_of_the_run_and_its_folder(tmp_path):
    folder = run_folder(tmp_path)
    words = with_resume([f"resume={folder}", "--config-dir=mine"])
    expected = ["--config-dir=mine", "seed=3", "model=stager_net", f"resume='{folder}'", f"hydra.run.dir='{folder}'"]
    assert words == expected


def test_a_resumed_run_may_iterate_longer(tmp_path):
    folder = run_folder(tmp_path)
    words = with_resume([f"resume={folder}", "probe.linear.max_iter=9"])
    assert words[2:] == ["probe.linear.max_iter=9", f"resume='{folder}'", f"hydra.run.dir='{folder}'"]


@pytest.mark.parametrize("other", ["seed=4", "-m"])
def test_resume_takes_no_other_options(tmp_path, other):
    with pytest.raises(ValueError, match=f"leave {other} out"):
        with_resume([f"resume={run_folder(tmp_path)}", other])


def test_resume_of_a_folder_without_a_run_and_of_a_finished_run_is_refused(tmp_path, capsys):
    assert main(["train", f"resume={tmp_path}"]) == 1
    assert "there is no run in this folder" in capsys.readouterr().err
    run_folder(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    assert main(["train", f"resume={tmp_path}"]) == 1
    assert "this run is finished" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [["x", "--config-dir", "mine"], ["x", "--config-dir=mine"], ["x", "a=1", "-cd", "mine"]]
)
def test_the_users_folder_is_found_however_it_is_given(argv):
    assert _config_dir(argv) == "mine"


def test_disk_errors_become_sentences_with_the_path():
    for number, words in ((errno.ENOSPC, "disk is full"), (errno.EACCES, "not permitted"), (errno.ENOTDIR, "a file")):
        sentence = explain(OSError(number, "what the system says", "/some/path"), "train")
        assert sentence.startswith("/some/path: ")
        assert words in sentence
        assert "paths.outputs=FOLDER" in sentence


def test_a_fault_of_the_program_is_not_hidden():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("not a number")
    assert explain(caught.value, "train") is None
