"""The command on a run's page makes the same run again, alone, and shows no password."""

import pytest

from eegbench.launch.rerun_command import remake_command


def command(*words, user_options="", n_processes=1, seed=None):
    return remake_command(words, user_options=user_options, n_processes=n_processes, seed=seed)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "eegbench train"),
        (("seed=3", "probe=[linear,knn]"), "eegbench train seed=3 'probe=[linear,knn]'"),
        (("seed=3", "resume=outputs/runs/first"), "eegbench train seed=3"),
        (("+sweep=bands", "seed=2"), "eegbench train +sweep=bands seed=2 hydra.mode=RUN"),
        (("trainer.lr=0.01", "++sweep.study=s", "++sweep.trial=4"), "eegbench train trainer.lr=0.01"),
        (("dataset.root=/my data",), "eegbench train 'dataset.root=/my data'"),
    ],
)
def test_words_that_say_where_a_run_stands_are_left_out(words, expected):
    assert command(*words) == expected


def test_a_seed_of_several_is_run_alone():
    assert command("sweep.seeds=[1,2]", "seed=0", "model=eegnet", seed=2) == "eegbench train model=eegnet seed=2"


def test_own_options_and_several_processes_are_part_of_it():
    made = command("trainer=ddp", user_options="/my/options", n_processes=2)
    assert made == "torchrun --nproc-per-node 2 -m eegbench train --config-dir /my/options trainer=ddp"


def test_passwords_are_hidden():
    made = command("tracking.uri=postgresql://me:geheim@host/db", "dataset.addresses=[https://a.org/x?token=geheim]")
    assert "geheim" not in made
    assert "postgresql://me:***@host/db" in made
