"""Errors that users can fix give an error message; errors of the program keep their traceback."""

import errno
import shlex

import numpy as np
import pytest
import torch

from eegbench.__main__ import main
from eegbench.config import unquoted
from eegbench.launch.error_message import error_message
from eegbench.launch.flag import check_flags


def test_disk_errors_become_sentences_with_the_path():
    for number, words in (
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "permission denied"),
        (errno.ENOTDIR, "a file"),
    ):
        sentence = error_message(OSError(number, "what the system says", "/some/path"), "train")
        assert sentence.startswith("/some/path: ")
        assert words in sentence
        assert "paths.outputs=FOLDER" in sentence
        of_explain = error_message(OSError(number, "what the system says", "/some/path"), "explain")
        assert words in of_explain
        assert of_explain.endswith("move the folder of the run; maps are written there.")
        assert "paths.outputs" not in of_explain


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("16000 requested and 13280 written"), "the disk is full"),
        (MemoryError(), "there is not enough memory (no reason is known)"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes"), "there is not enough memory (DefaultCPU"),
    ],
)
def test_errors_of_libraries_about_a_full_disk_or_memory_become_sentences(error, words):
    assert words in error_message(error, "train")


def test_a_fault_of_the_program_is_not_hidden():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("not a number")
    assert error_message(caught.value, "train") is None


@pytest.mark.parametrize(
    ("allocate", "reason"),
    [
        (lambda: torch.empty(10**14), "can't allocate memory: you tried to allocate 400000000000000 bytes"),
        (lambda: torch.nn.Linear(10**10, 10**10), "Storage size calculation overflowed"),
        (lambda: np.empty(10**14), "Unable to allocate 728. TiB"),
        (lambda: [0] * 10**14, "no reason is known"),
    ],
)
def test_what_does_not_fit_into_memory_is_said_in_a_line(allocate, reason):
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        allocate()
    said = error_message(caught.value, "train")
    assert said.startswith("there is not enough memory (")
    assert reason in said
    assert "trainer.batch_size" in said
    assert "\n" not in said


def test_another_error_of_torch_keeps_its_traceback():
    with pytest.raises(RuntimeError) as caught:
        torch.zeros(2, 3) @ torch.zeros(2, 3)
    assert error_message(caught.value, "train") is None


@pytest.mark.parametrize("name", ["O'Brien", "x#1", "site=A", "Zürich", "a(1)", "a&b", "a,b"])
def test_a_path_that_hydra_cannot_read_is_printed_with_quotes(capsys, name):
    assert main(["train", "dataset=sleep_physionet", f"dataset.root=/data/{name}"]) == 1
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "quote it: " in said
    (word,) = shlex.split(said.partition("quote it: ")[2])
    assert unquoted(word.partition("=")[2]) == f"/data/{name}"


def test_a_word_that_is_no_override_is_named(capsys):
    assert main(["train", "seed"]) == 1
    assert "'seed' is neither a flag nor an override; expected KEY=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--seed=3"], "options are typed without dashes: seed=3"),
        (["--seed", "3"], "options are typed without dashes: seed=3"),
        (["hydra.sweeper.n_trials=3"], "add hydra/sweeper=optuna, or a search space with +sweep=OPTION."),
        (["hydra.sweeper.n_trialss=3"], "there is no such key (did you mean hydra.sweeper.n_trials?)."),
        (["root=nights"], "here, but dataset.root; `eegbench train --help` lists all."),
        (["~tracking"], "tracking is missing; choose an option with tracking=OPTION."),
        (["dataset=eegbci", 'dataset.subjects=["1"]'], "Type a number without quotes: dataset.subjects=[1, …]."),
        (["split.test_subjects=[1]"], """If 1 is a name, type 'split.test_subjects=["1", …]'."""),
        (["--config-name=other"], "Your own options are in the folder of --config-dir."),
        (["seed = 3"], "spaces around = are not allowed; type seed=3"),
        (
            ["dataset.labels.Sleep stage W=Wake"],
            """no key can contain this text; type the mapping: 'dataset.labels={"Sleep stage W": Wake, …}'""",
        ),
    ],
)
def test_an_option_that_is_typed_as_for_other_programs_is_refused_with_what_to_type(capsys, words, remedy):
    assert main(["train", *words]) == 1
    assert capsys.readouterr().err.rstrip().endswith(remedy)


@pytest.mark.parametrize(
    "word", ["model=null", "split=true", "+sweep=1", "sampler=nan", "probe=0.5", "hydra/launcher=2"]
)
def test_a_group_whose_option_is_no_name_is_refused(capsys, word):
    assert main(["train", word]) == 1
    assert capsys.readouterr().err.startswith(f"eegbench: {word}: a group takes the name of an option;")


def test_hydras_flags_are_taken_also_cut_short():
    check_flags(["--cfg", "job", "--multi", "--config-dir=mine", "-m", "seed=1", "--"])


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"a: 1\n\tb: 2\n", 2),
        (b"a: 1\n  b: 2\n", 2),
        (b"a: 1\nb: 2\na: 3\n", 3),
        (b"a: {{b: 2\nc: 3\n", 2),
        (b"a: 1\n# M\xfcller\n", 2),
    ],
    ids=["tab", "indented", "twice", "brace", "latin-1"],
)
def test_a_yaml_of_ones_own_that_cannot_be_read_is_named_with_its_line(tmp_path, capsys, raw, line):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "own.yaml").write_bytes(raw)
    assert main(["train", "--config-dir", str(tmp_path), "dataset=own"]) == 1
    said = capsys.readouterr().err
    assert f"own.yaml, line {line}: " in said
    assert "Traceback" not in said


def test_an_option_that_is_chosen_already_is_not_added(capsys):
    words = ["train", "model=modulo_net", "+model/normaliser@model.normalisers.clip=clip"]
    assert main(words) == 1
    told = capsys.readouterr().err.strip()
    assert told.endswith(
        "an option is already chosen here; to choose another, omit the +: "
        "model/normaliser@model.normalisers.clip=OPTION"
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("experiment=mental_arithmetic_ssl", "there is no such option; did you mean +sweep=mental_arithmetic_ssl?"),
        ("model=cpc_", "there is no such option; there are"),
        ("model=byol", "there is no such option; did you mean task=byol?"),
        ("task=relative_positioning_", "there is no such option (did you mean relative_positioning?)"),
    ],
)
def test_an_option_of_another_group_is_named_with_its_group(capsys, word, message):
    assert main(["train", word]) == 1
    assert f"{word}: {message}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["trainer.lr=-1"], "trainer.lr=-1: expected a number above 0."),
        (["split.test_subjects=[1]"], "split.test_subjects[0]=1: expected text"),
        (["task._target_=numbers.Number"], "numbers"),
    ],
)
def test_a_dry_run_refuses_what_the_run_refuses(capsys, words, message):
    assert main(["train", "sweep.dry_run=true", *words]) == 1
    found = capsys.readouterr()
    assert message in found.err
    assert found.out == ""
