"""Sweeps started from the command line, in this process, on the toy."""

import json
import sqlite3

import optuna
import pandas as pd
import pytest
from omegaconf import OmegaConf
from options import shipped
from toy import SMALL

from eegbench.launch import job
from eegbench.sweep import job as sweep_job
from eegbench.sweep.storage import open_storage
from eegbench.tracking.database import connect, default_place, quiet

SPACE = ["trainer.lr=tag(log,interval(1e-4,1e-2))", "sampler.tau_pos_s=choice(3,5,10)"]
QUICK = ["-m", "hydra/sweeper=optuna", "trainer.max_passes=1", "tracking=folder"]


@pytest.fixture
def sweep(train, tmp_path):
    """Run a sweep in a separate outputs folder; return its exit status and that folder."""

    def run(*words):
        return train(f"paths.outputs={tmp_path}", *words)[0], tmp_path / "sweeps"

    return run


def study_in(sweeps):
    (journal,) = sweeps.glob("*.journal")
    return optuna.load_study(study_name=None, storage=open_storage(str(journal)))


@pytest.mark.slow
def test_the_same_command_goes_on_to_the_total_budget(sweep, capfd):
    assert sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=2")[0] == 0
    out = capfd.readouterr()
    assert "2 trials: 2 complete" in out.out
    assert out.err.count("pass   1") == 2
    assert out.err.count("0 shards built, 14 in use") == 2  # they were built before the first trial
    status, sweeps = sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=3")
    assert status == 0
    assert capfd.readouterr().err.count("pass   1") == 1
    (folder,) = (one for one in sweeps.iterdir() if one.is_dir())
    assert folder.name.startswith("toy_")
    shown = {one.name for one in folder.iterdir() if not one.name.startswith(".")}
    assert shown == {"0", "1", "2", "sweep", "multirun.yaml"}
    trials = study_in(sweeps).trials
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 3
    for trial in trials:
        config = OmegaConf.load(folder / str(trial.number) / "config.yaml")
        assert config.trainer.lr == pytest.approx(trial.params["trainer.lr"])
        assert config.sampler.tau_pos_s == trial.params["sampler.tau_pos_s"]
        metrics = json.loads((folder / str(trial.number) / "summary.json").read_text())["metrics"]
        assert metrics["valid/linear/balanced_accuracy"] == trial.value
    assert sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=3")[0] == 0
    assert "pass   1" not in capfd.readouterr().err


@pytest.mark.slow
def test_other_options_are_another_study(sweep):
    sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=1")
    _, sweeps = sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=1", "trainer.batch_size=64")
    assert len(list(sweeps.glob("*.journal"))) == 2


@pytest.mark.slow
def test_a_named_study_refuses_other_options(sweep, capfd):
    sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=1", "hydra.sweeper.study_name=mine")
    status, sweeps = sweep(
        *QUICK, *SPACE, "hydra.sweeper.n_trials=2", "hydra.sweeper.study_name=mine", "trainer.batch_size=64"
    )
    assert status == 1
    assert "trainer.batch_size=256, here it is 64" in capfd.readouterr().err
    assert (sweeps / "mine" / "0" / "summary.json").is_file()


@pytest.mark.slow
def test_a_sweep_seeks_the_main_probe_whichever_it_is_and_another_one_by_its_name(sweep):
    words = [*QUICK, *SPACE, "hydra.sweeper.n_trials=1", "probe=[knn,linear]"]
    objectives = "sweep.objective=[valid/main/balanced_accuracy,valid/linear/accuracy]"
    status, sweeps = sweep(*words, objectives)
    assert status == 0
    (folder,) = sweeps.glob("*/0")
    found = json.loads((folder / "summary.json").read_text())["metrics"]
    values = study_in(sweeps).trials[0].values
    assert values == [found["valid/knn/balanced_accuracy"], found["valid/linear/accuracy"]]
    assert found["objective"] == values[0]


@pytest.mark.slow
def test_a_trial_is_the_mean_over_its_seeds(sweep):
    status, sweeps = sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=1", "sweep.seeds=[3,4]")
    assert status == 0
    (folder,) = sweeps.glob("*/0")
    name = "valid/linear/balanced_accuracy"
    found = [json.loads((folder / f"seed_{s}" / "summary.json").read_text())["metrics"][name] for s in (3, 4)]
    assert study_in(sweeps).trials[0].value == pytest.approx(sum(found) / 2)
    assert [OmegaConf.load(folder / f"seed_{s}" / "config.yaml").seed for s in (3, 4)] == [3, 4]


class Judge:
    """Prune every trial at its second report."""

    def prune(self, study, trial):
        return len(trial.intermediate_values) >= 2


@pytest.mark.slow
def test_a_trial_that_is_given_up_keeps_its_last_value_and_is_not_evaluated(sweep, monkeypatch, capfd):
    monkeypatch.setattr(sweep_job, "build", lambda node, base, path: Judge())
    words = [*SPACE, "hydra.sweeper.n_trials=2", "hydra/sweeper/pruner=median", "probe.every=1", "sweep.seeds=[0,1]"]
    status, sweeps = sweep("-m", "hydra/sweeper=optuna", "tracking=folder", "trainer.max_passes=3", *words)
    assert status == 0
    assert "2 trials: 2 pruned" in capfd.readouterr().out
    trials = study_in(sweeps).trials
    for trial in trials:
        assert sorted(trial.intermediate_values) == [1, 2]
        assert trial.value == trial.intermediate_values[2]
        (folder,) = sweeps.glob(f"*/{trial.number}")
        assert not (folder / "seed_1").exists()
        assert not (folder / "seed_0" / "predictions.parquet").exists()
        summary = json.loads((folder / "seed_0" / "summary.json").read_text())
        assert summary["pruned"] == {"pass": 2, "value": trial.value}
    values = pd.read_csv(next(sweeps.glob("*/sweep/intermediate_values.csv")))
    assert list(values["step"]) == [1, 2, 1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("pruner", [name for name in shipped("hydra/sweeper/pruner", {"none"}) if name != "none"])
def test_every_pruner_watches_the_passes(sweep, pruner):
    words = [*SPACE, "hydra.sweeper.n_trials=3", f"hydra/sweeper/pruner={pruner}", "probe.every=1"]
    status, sweeps = sweep("-m", "hydra/sweeper=optuna", "tracking=folder", "trainer.max_passes=2", *words)
    assert status == 0
    assert len(study_in(sweeps).trials) == 3
    for trial in study_in(sweeps).trials:
        assert trial.state.name in ("COMPLETE", "PRUNED")
        steps = sorted(trial.intermediate_values)
        assert steps == ([1, 2] if trial.state.name == "COMPLETE" else steps[:1] or [])


@pytest.mark.slow
def test_steps_and_values_go_on_from_seed_to_seed(sweep):
    words = [*SPACE, "hydra.sweeper.n_trials=1", "hydra/sweeper/pruner=median", "probe.every=1", "sweep.seeds=[0,1]"]
    _, sweeps = sweep("-m", "hydra/sweeper=optuna", "tracking=folder", "trainer.max_passes=2", *words)
    (trial,) = study_in(sweeps).trials
    assert sorted(trial.intermediate_values) == [1, 2, 3, 4]
    (folder,) = sweeps.glob("*/0")
    name = "valid/linear/balanced_accuracy"
    first = json.loads((folder / "seed_0" / "summary.json").read_text())["metrics"][name]
    second = pd.read_csv(folder / "seed_1" / "history.csv")["probe_valid_balanced_accuracy"]
    assert trial.intermediate_values[4] == pytest.approx((first + second[2]) / 2)


@pytest.mark.slow
def test_whole_groups_are_searched(train, tmp_path):
    words = [word for word in SMALL if not word.startswith("model.")]
    space = ["model=choice(chambon2018,stager_net)", "hydra/sweeper/sampler=grid"]
    words += ["preprocessing.window_s=10", "preprocessing.stride_s=10", "sampler.tau_pos_s=20", "sampler.tau_neg_s=30"]
    assert train(*words, *QUICK, *space, f"paths.outputs={tmp_path}", small=False)[0] == 0
    targets = [
        OmegaConf.load(tmp_path / path).model["_target_"] for path in sorted(tmp_path.glob("sweeps/*/?/config.yaml"))
    ]
    assert [target.rpartition(".")[2] for target in targets] == ["Chambon2018", "StagerNet"]


@pytest.mark.slow
def test_several_objectives_have_a_front(sweep, capfd):
    words = ["model.n_filters=choice(2,4)", "hydra/sweeper/sampler=nsgaii", "hydra.sweeper.n_trials=9"]
    objectives = "sweep.objective=[valid/linear/macro_f1,run/n_parameters]"
    status, sweeps = sweep(*QUICK, *words, objectives, "figures=[png]")
    assert status == 0
    study = study_in(sweeps)
    assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    assert len(study.trials) == 2
    assert study.trials[0].values[1] != study.trials[1].values[1]
    said = capfd.readouterr()
    assert "all 2 points of the space were tried" in said.err
    front = ", ".join(str(trial.number) for trial in study.best_trials)
    assert f"trials on the Pareto front: {front}." in said.out
    drawn = {file.stem for file in sweeps.glob("*/sweep/figures/*.png")}
    histories = {"optimisation_history", "optimisation_history_run_n_parameters"}
    assert drawn == {*histories, "parallel_coordinates", "slice", "pareto_front"}


FAILING = ["seed=range(1,4)", "hydra/sweeper/sampler=grid", "hydra.sweeper.study_name=failing"]


@pytest.mark.slow
def test_failed_points_are_listed_and_not_tried_again(sweep, capfd, monkeypatch):
    started = []

    def run(experiment, *_):
        started.append(experiment.seed)
        if experiment.seed > 1:
            raise ValueError(f"seed={experiment.seed} is broken.\nmore")
        return {"valid/linear/balanced_accuracy": 0.5}

    monkeypatch.setattr(job, "run_experiment", run)
    status, sweeps = sweep(*QUICK, *FAILING)
    said = capfd.readouterr()
    assert (status, started) == (1, [1, 2])
    assert "eegbench: hydra.sweeper.max_failure_rate=0: 1 trials of the sweep failed" in said.err
    assert "trial 1  seed=2\n    seed=2 is broken.\n" in said.out.replace("ValueError: ", "")
    assert "1 complete, 1 failed" in said.out
    assert sweep(*QUICK, *FAILING)[0] == 1
    assert started == [1, 2]
    assert sweep(*QUICK, *FAILING, "hydra.sweeper.max_failure_rate=0.5")[0] == 0
    assert started == [1, 2, 3]
    assert pd.read_csv(next(sweeps.glob("*/sweep/trials.csv")))["state"].tolist() == ["complete", "failed", "failed"]
    assert sweep(*QUICK, *FAILING, "hydra.sweeper.max_failure_rate=0.5", "hydra.sweeper.retry_failed=true")[0] == 0
    assert started == [1, 2, 3, 2, 3]


@pytest.mark.slow
def test_a_search_that_completed_nothing_does_not_succeed(sweep, capfd, monkeypatch):
    def run(*_):
        raise ValueError("broken")

    monkeypatch.setattr(job, "run_experiment", run)
    assert sweep(*QUICK, *SPACE, "hydra.sweeper.n_trials=3", "hydra.sweeper.max_failure_rate=1")[0] == 1
    said = capfd.readouterr()
    assert "3 trials: 3 failed" in said.out
    assert "eegbench: hydra.sweeper.max_failure_rate=1: 3 trials of the sweep failed" in said.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([*SPACE, "sweep.objective=test/linear/balanced_accuracy"], "must not choose by the test split"),
        ([*SPACE, "sweep.objective=run/best_valid_loss"], "cannot be compared between tasks"),
        ([*SPACE, "hydra/sweeper/pruner=median"], "set probe.every=1"),
        (
            [*SPACE, "hydra/sweeper/pruner=median", "probe=[linear,knn]", "sweep.objective=valid/knn/accuracy"],
            "only the score of probe.main=linear is; set probe.main",
        ),
        ([*SPACE, "sweep.objective=valid/knn/accuracy"], "the probe knn is not among those chosen"),
        (
            [
                *SPACE,
                "hydra/sweeper/pruner=hyperband",
                "sweep.objective=[valid/linear/accuracy,run/seconds]",
                "probe.every=1",
            ],
            "with several objectives",
        ),
        ([*SPACE, "hydra.sweeper.n_trials=0"], "hydra.sweeper.n_trials=0: expected a whole number from 1"),
        ([*SPACE, "hydra.sweeper.n_trials=many"], "hydra.sweeper.n_trials='many': expected a whole number"),
        ([*SPACE, "hydra.sweeper.n_jobs=-1"], "hydra.sweeper.n_jobs=-1: expected a whole number from 1"),
        ([*SPACE, "hydra.sweeper.max_failure_rate=2"], "hydra.sweeper.max_failure_rate=2.0: expected a proportion"),
        ([*SPACE, "hydra.sweeper.max_failure_rate=nan"], "a number that is finite"),
        ([*SPACE, "hydra.sweeper.study_name=20261128"], "hydra.sweeper.study_name=20261128: expected text or null"),
        ([*SPACE, "hydra.sweeper.study_name=../up"], "hydra.sweeper.study_name='../up': a name of a folder"),
        ([*SPACE, "hydra.sweeper.storage=5"], "hydra.sweeper.storage=5: expected text or null"),
        ([*SPACE, "hydra.sweeper.params=text"], "hydra.sweeper.params='text': expected a mapping"),
        ([*SPACE, "hydra.sweeper.sampler=tpe"], "hydra.sweeper.sampler='tpe': expected a mapping"),
        ([*SPACE, "sweep.objective=5"], "sweep.objective=5: expected text"),
        ([*SPACE, "sweep.objective=[]"], "sweep.objective=[]: name an objective"),
        ([*SPACE, "sweep.seeds=5"], "sweep.seeds=5: expected a list"),
        ([*SPACE, "probe.every=often"], "probe.every='often': expected a whole number"),
        ([*SPACE, "hydra/sweeper/sampler=grid"], "trainer.lr is infinite"),
        (["trainer.lr=tag(logg,interval(1e-4,1e-2))"], "the tag logg is unknown"),
        ([*SPACE, "hydra.sweeper.storage=foo"], "a path that ends in .journal"),
        ([*SPACE, "hydra.sweeper.storage=sqlite:/foo.db"], "a path that ends in .journal"),
        (["seed=choice(1,2)", "sweep.seeds=[1,2]"], "leave one of them out"),
        ([*SPACE, "sweep.seeds=[1,1]"], "a seed is given twice"),
        ([*SPACE, "hydra.sweeper.n_trails=4"], "did you mean hydra.sweeper.n_trials"),
        ([*SPACE, "sweep=encoder_and_sampler"], "write +sweep="),
        ([*SPACE, "+hydra.sweeper.ntrials=4"], "did you mean hydra.sweeper.n_trials"),
        ([*SPACE, "hydra.sweeper.direction=minimize"], "is to maximize"),
        ([*SPACE, "hydra.sweeper.storage=nosuch://x"], "cannot be opened"),
        (["seed=3"], "nothing varies"),
        (["model=choice(chambon2018,stagernet)"], "did you mean stager_net"),
        (["sampler.tau_pos_s=choice(3,far)"], "sampler.tau_pos_s='far'"),
        (["sampler.tau_po_s=choice(3,4)"], "did you mean sampler.tau_pos_s"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_any_trial(sweep, capfd, words, sentence):
    status, sweeps = sweep(*QUICK, *words)
    assert status == 1
    assert sentence in capfd.readouterr().err
    assert not list(sweeps.glob("*/0"))


def test_a_multirun_is_checked_whole_before_its_first_job(train, tmp_path, capfd):
    assert train("-m", "trainer.lr=1e-3,fast", f"paths.outputs={tmp_path}", "tracking=folder")[0] == 1
    assert "trainer.lr='fast': expected a number" in capfd.readouterr().err
    assert not list(tmp_path.glob("sweeps/*/0"))


def test_a_split_that_the_last_job_cannot_have_stops_a_multirun_before_its_first(train, tmp_path, capfd):
    words = ["split.n_train=1,5,9", "split.n_valid=3", "split.n_test=3", f"paths.outputs={tmp_path}", "tracking=folder"]
    assert train("-m", *words)[0] == 1
    assert "split.n_train=9: 9 of 14 subjects are to train, and valid and test leave 8" in capfd.readouterr().err
    assert not list(tmp_path.glob("sweeps/*/0"))


def test_an_interval_needs_a_search(train, tmp_path, capfd):
    assert train("-m", "trainer.lr=interval(1e-4,1e-2)", f"paths.outputs={tmp_path}")[0] == 1
    assert "add hydra/sweeper=optuna" in capfd.readouterr().err


def test_a_named_sweeper_sweeps_without_m(train, tmp_path, capfd):
    words = [word for word in QUICK if word != "-m"]
    assert train(*words, *SPACE, "sweep.dry_run=true", f"paths.outputs={tmp_path}")[0] == 0
    assert "choice(3, 5, 10)" in capfd.readouterr().out


@pytest.mark.slow
def test_a_refused_command_leaves_a_finished_sweep_as_it_was(train, tmp_path):
    words = [f"paths.outputs={tmp_path}", "-m", "hydra/sweeper=optuna", *SPACE, "hydra.sweeper.study_name=mine"]
    assert train(*words, "hydra.sweeper.n_trials=1", "trainer.max_passes=1")[0] == 0
    assert train(*words, "hydra.sweeper.n_trials=2", "trainer.max_passes=2")[0] == 1
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        assert connection.execute("SELECT status FROM runs").fetchall() == [("FINISHED",), ("FINISHED",)]


@pytest.mark.slow
def test_a_pruned_trial_is_pruned_in_mlflow_too(train, tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_job, "build", lambda node, base, path: Judge())
    words = ["hydra/sweeper=optuna", *SPACE, "hydra.sweeper.n_trials=1", "hydra/sweeper/pruner=median"]
    assert train(f"paths.outputs={tmp_path}", "-m", *words, "probe.every=1", "trainer.max_passes=3")[0] == 0
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        states = connection.execute("SELECT status, value FROM runs JOIN tags USING (run_uuid) WHERE key = 'state'")
        assert sorted(states.fetchall()) == [("FINISHED", "complete"), ("FINISHED", "pruned")]


@pytest.mark.slow
def test_what_is_trained_to_its_end_is_not_pruned(sweep, monkeypatch):
    monkeypatch.setattr(sweep_job, "build", lambda node, base, path: Judge())
    words = [*SPACE, "hydra.sweeper.n_trials=1", "hydra/sweeper/pruner=median", "probe.every=1"]
    _, sweeps = sweep("-m", "hydra/sweeper=optuna", "tracking=folder", "trainer.max_passes=2", *words)
    assert [trial.state.name for trial in study_in(sweeps).trials] == ["COMPLETE"]


@pytest.mark.slow
def test_a_dry_run_prints_and_leaves_nothing(train, tmp_path, capfd):
    assert train("-m", "seed=1,2", "sweep.dry_run=true", f"paths.outputs={tmp_path}")[0] == 0
    out = capfd.readouterr().out
    assert "2 jobs would run" in out
    assert "seed=2" in out
    assert train(*QUICK, *SPACE, "sweep.dry_run=true", f"paths.outputs={tmp_path}")[0] == 0
    out = capfd.readouterr().out
    assert "0.0001 to 0.01, on a log scale" in out
    assert "choice(3, 5, 10)" in out
    assert train("sweep.dry_run=true", f"paths.outputs={tmp_path}")[0] == 0
    assert "batch_size: 256" in capfd.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_identical_finished_runs_are_skipped(train, tmp_path, capfd):
    words = [f"paths.outputs={tmp_path}", "tracking=folder", "trainer.max_passes=1"]
    assert train("seed=1", *words)[0] == 0
    capfd.readouterr()
    assert train("-m", "seed=1,2", "sweep.skip_finished=true", *words)[0] == 0
    err = capfd.readouterr().err
    assert "skipped" in err
    assert err.count("pass   1") == 1
    (earlier,) = tmp_path.glob("runs/*")
    (pointer,) = tmp_path.glob("sweeps/*/0/same_as.json")
    assert json.loads(pointer.read_text()) == {"folder": str(earlier)}
    assert train("-m", "seed=1,2", "sweep.skip_finished=true", *words)[0] == 0
    assert "pass   1" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_best_trial_that_was_skipped_has_the_metrics_of_the_run_it_points_to(train, tmp_path):
    words = [f"paths.outputs={tmp_path}", "trainer.max_passes=1"]
    assert train("seed=1", *words)[0] == 0
    grid = ["hydra/sweeper=optuna", "hydra/sweeper/sampler=grid", "hydra.sweeper.n_trials=1"]
    assert train("-m", "seed=choice(1)", *grid, "sweep.skip_finished=true", *words)[0] == 0
    (earlier,) = tmp_path.glob("runs/*/summary.json")
    metrics = json.loads(earlier.read_text())["metrics"]
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        query = "SELECT value FROM latest_metrics JOIN runs USING (run_uuid) WHERE name LIKE 'sweep %' AND key = ?"
        ((value,),) = connection.execute(query, ["test/linear/balanced_accuracy"]).fetchall()
    assert value == pytest.approx(metrics["test/linear/balanced_accuracy"])


@pytest.mark.slow
def test_a_diverging_trial_is_called_so_by_study_and_mlflow_and_the_sweep_goes_on(sweep, capfd, tmp_path):
    status, sweeps = sweep(
        *QUICK[:-1], "trainer.lr=choice(1e-3,1e36)", "hydra/sweeper/sampler=grid", "hydra.sweeper.n_trials=2"
    )
    assert status == 0
    assert "1 complete, 1 diverged" in capfd.readouterr().out
    assert [trial.state.name for trial in study_in(sweeps).trials] == ["COMPLETE", "FAIL"]
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        query = "SELECT status, value FROM runs JOIN tags USING (run_uuid) WHERE key = 'state' AND name LIKE 'lr=%'"
        assert set(connection.execute(query)) == {("FINISHED", "complete"), ("FAILED", "diverged")}


@pytest.mark.slow
def test_a_failing_job_ends_the_sweep_with_its_sentence_and_can_be_tried_again(sweep, capfd, monkeypatch):
    words = [*QUICK, "sampler.tau_pos_s=choice(3,5)", "hydra/sweeper/sampler=grid", "hydra.sweeper.n_trials=2"]
    with monkeypatch.context() as broken:
        broken.setattr("eegbench.experiment.run.shared_data", lambda *_: 1 / 0)
        assert sweep(*words)[0] == 1
    assert "ZeroDivisionError: division by zero" in capfd.readouterr().out
    assert sweep(*words)[0] == 1  # its point is not tried again
    assert "1 trials of the sweep failed" in capfd.readouterr().err
    status, sweeps = sweep(*words, "hydra.sweeper.retry_failed=true")
    assert status == 0
    assert "2 complete" in capfd.readouterr().out
    assert [trial.state.name for trial in study_in(sweeps).trials] == ["FAIL", "COMPLETE", "COMPLETE"]


@pytest.mark.slow
def test_a_sweep_is_a_parent_and_its_children(train, tmp_path):
    words = [f"paths.outputs={tmp_path}", "-m", "hydra/sweeper=optuna", "trainer.max_passes=1", "probe.every=1"]
    assert train(*words, *SPACE, "hydra.sweeper.n_trials=2")[0] == 0
    client = connect(default_place(tmp_path))
    with quiet():
        (experiment,) = (one for one in client.search_experiments() if one.name == "toy")
        runs = client.search_runs([experiment.experiment_id])
    (parent,) = (run for run in runs if run.data.tags.get("kind") == "sweep")
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert len(children) == 2
    assert {run.data.tags["trial"] for run in children} == {"0", "1"}
    assert {run.data.tags["state"] for run in children} == {"complete"}
    assert all(run.info.run_name.startswith("lr=") and "tau_pos_s=" in run.info.run_name for run in children)
    for child in children:
        assert float(child.data.params["choice/lr"]) == pytest.approx(float(child.data.params["trainer.lr"]), rel=1e-3)
    assert parent.info.run_name.endswith(": lr, tau_pos_s")
    assert parent.data.params["sweep.sampler"] == "TPESampler"
    assert parent.data.params["space.trainer.lr"] == "0.0001 to 0.01, on a log scale"
    best = max(run.data.metrics["valid/linear/balanced_accuracy"] for run in children)
    assert parent.data.metrics["valid/linear/balanced_accuracy"] == best
    assert "test/linear/balanced_accuracy" in parent.data.metrics
    assert parent.info.status == "FINISHED"
    files = {file.path for file in client.list_artifacts(parent.info.run_id)}
    assert {"trials.csv", "best.json", "intermediate_values.csv"} <= files


@pytest.mark.slow
def test_an_ordinary_multirun_has_a_parent_too(train, tmp_path):
    assert train(f"paths.outputs={tmp_path}", "-m", "seed=1,2", "trainer.max_passes=1")[0] == 0
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        names = connection.execute("SELECT name, status FROM runs ORDER BY start_time").fetchall()
    assert [status for _, status in names] == ["FINISHED"] * 3
    assert names[0][0].startswith("sweep ")
    assert [name for name, _ in names[1:]] == ["seed=1", "seed=2"]
