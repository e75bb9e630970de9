"""Imagined fists between subjects, on simulated subjects in the layout of EEGBCI."""

import json
import re
import shlex

import pandas as pd
import pytest
from contract.test_options import composed
from eegbci_files import write_eegbci

from eegbench.__main__ import main
from eegbench.experiment.options import read_experiment

RUNS = [4, 8, 12]
MODELS = ["shallow_fbcsp", "deep4", "eegnet", "eeg_transformer"]


@pytest.mark.slow
def test_signals_and_training_are_the_same_for_every_network():
    made = [read_experiment(composed("experiment=imagined_fists", f"model={name}")) for name in MODELS]
    signal, trainer = made[0].preprocessing.signal, made[0].trainer
    assert (signal.l_freq, signal.h_freq, signal.reference) == (4.0, 38.0, "average")
    assert (trainer.max_passes, trainer.final, made[0].split.n_valid) == (30, "last", 1)
    for one in made[1:]:
        assert one.options["preprocessing"] == made[0].options["preprocessing"]
        assert one.options["trainer"] == made[0].options["trainer"]


@pytest.mark.slow
def test_the_sweep_trains_four_networks_on_13_folds(capfd, tmp_path):
    root = write_eegbci(tmp_path / "eegbci", range(1, 5), RUNS)
    words = [f"dataset.root={root}", "sweep.dry_run=true", f"paths.outputs={tmp_path}"]
    assert main(["train", "+sweep=imagined_fists", *words]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("52 jobs would run")
    jobs = {re.search(r"model=(\S+)", line)[1] + re.search(r"split.fold=(\d+)", line)[1] for line in lines[1:53]}
    assert jobs == {f"{model}{fold}" for model in MODELS for fold in range(13)}


@pytest.mark.study
def test_the_sweep_tests_each_subject_once_and_ends_in_a_table_by_network(capfd, tmp_path):
    root = write_eegbci(tmp_path / "eegbci", range(1, 4), RUNS)
    small = ["trainer.max_passes=1", "figures=[]", "device=cpu", "store.n_workers=1", "split.fold=0,1,2"]
    words = [f"dataset.root={root}", f"paths.outputs={tmp_path / 'out'}", *small, "model=shallow_fbcsp,eegnet"]
    assert main(["train", "+sweep=imagined_fists", *words]) == 0
    command = shlex.split(re.search(r"^table: +eegbench (.*)$", capfd.readouterr().out, re.M)[1])
    assert main([*command, f"--into={tmp_path / 'table'}", "--no-log"]) == 0
    table = pd.read_csv(tmp_path / "table" / "table.csv")
    assert set(table.loc[table["kind"] == "group", "model"]) == {"shallow_fbcsp", "eegnet"}
    (sweep,) = (tmp_path / "out" / "sweeps").iterdir()
    tested = [json.loads(path.read_text())["test"]["subjects"] for path in sorted(sweep.glob("*/split.json"))]
    assert sorted(tested) == [[f"00{i}"] for i in (1, 2, 3) for _ in range(2)]
