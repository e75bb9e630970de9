"""Files of a run; runs are compared, repeated, resumed and started from, and invalid options raise errors."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from toy import SMALL

from eegbench.inference.network import load_network
from eegbench.trainer.checkpoint import load_tensors

SCORE_COLUMNS = ["probe", "metric", "split", "aggregation", "value", "ci_low", "ci_high", "n", "n_classes"]
PROBES = ["linear", "random_weights", "random_weights_unfitted", "hand_made", "majority", "chance"]


def test_every_file_of_a_run_is_there_and_none_is_a_pickle(finished):
    names = {str(path.relative_to(finished)) for path in finished.rglob("*") if path.is_file()}
    for name in (
        "config.yaml",
        "environment.json",
        "split.json",
        "history.csv",
        "summary.json",
        "report.html",
        "methods.md",
        "references.bib",
        "scores.csv",
        "scores_per_recording.csv",
        "scores_per_subject.csv",
        "predictions.parquet",
        "embeddings.npz",
        "windows.parquet",
        "checkpoints/best.safetensors",
        "checkpoints/last.safetensors",
        "model/model.json",
        "model/model.safetensors",
        "tables/confusion_linear_test.csv",
        "tables/confusion_pretext_valid.csv",
        "figures/learning_curves.png",
        "figures/learning_curves.pdf",
        "figures/confusion_linear_test.png",
        "figures/confusion_pretext_valid.png",
        "figures/report_linear_test.png",
        "figures/embeddings_pca.png",
        "figures/scores.png",
    ):
        assert name in names, name
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".pt", ".pth", ".joblib"))]


def test_scores_name_probe_metric_split_aggregation_and_interval(finished):
    scores = pd.read_csv(finished / "scores.csv")
    assert list(scores.columns) == SCORE_COLUMNS
    assert list(dict.fromkeys(scores["probe"])) == PROBES
    assert set(scores["split"]) == {"train", "valid", "test"}
    assert set(scores["aggregation"]) == {"pooled", "mean_per_recording", "mean_weighted_by_windows"}
    overall = {"balanced_accuracy", "accuracy", "cohen_kappa", "macro_f1", "weighted_f1"}
    assert overall | {"f1/left", "f1/right"} == set(scores["metric"])
    test = scores[scores["split"] == "test"]
    assert test["ci_low"].notna().any()


def test_the_probe_reads_the_tone_and_the_controls_stand_beside(finished):
    scores = pd.read_csv(finished / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    value = scores[scores["metric"] == "balanced_accuracy"].set_index("probe")["value"]
    assert value["hand_made"] > 0.95
    assert value["majority"] == 0.5
    assert 0.3 < value["chance"] < 0.7


def test_random_weights_have_the_batch_statistics_of_train_and_those_that_they_were_built_with(finished):
    features = pd.read_parquet(finished / "predictions.parquet").query("split == 'test'")
    fitted, unfitted = (
        features[features["probe"] == name][["left", "right"]].to_numpy()
        for name in ("random_weights", "random_weights_unfitted")
    )
    assert abs(fitted - unfitted).max() > 0.01


def test_everything_can_be_computed_from_the_predictions(finished):
    frame = pd.read_parquet(finished / "predictions.parquet")
    fixed = ["recording", "subject", "start_s", "split", "probe", "label", "predicted"]
    assert list(frame.columns) == [*fixed, "left", "right"]
    np.testing.assert_allclose(frame[["left", "right"]].sum(axis=1), 1, atol=1e-6)
    assert (frame["predicted"] == frame[["left", "right"]].idxmax(axis=1)).all()
    linear = frame[(frame["probe"] == "linear") & (frame["split"] == "test")]
    recalls = [(linear[linear["label"] == name]["predicted"] == name).mean() for name in ("left", "right")]
    scores = pd.read_csv(finished / "scores.csv").set_index(["probe", "metric", "split", "aggregation"])["value"]
    assert np.mean(recalls) == pytest.approx(scores["linear", "balanced_accuracy", "test", "pooled"])


def test_no_subject_stands_in_two_splits(finished):
    ids = json.loads((finished / "split.json").read_text())
    subjects = [set(ids[split]["subjects"]) for split in ("train", "valid", "test")]
    assert sum(map(len, subjects)) == len(set.union(*subjects)) == 14


def test_unscored_windows_train_the_pretext_but_are_never_probed(finished):
    summary = json.loads((finished / "summary.json").read_text())
    assert summary["counts"]["train"]["n_unscored"] > 0
    windows = pd.read_parquet(finished / "windows.parquet")
    embedded = np.load(finished / "embeddings.npz", allow_pickle=False)
    assert set(windows.index[~windows["scored"]]) <= set(embedded["rows"])
    frame = pd.read_parquet(finished / "predictions.parquet")
    assert (frame["probe"] == "linear").sum() == windows["scored"].sum()


def test_the_history_begins_before_training_and_holds_the_probes_curve(finished):
    history = pd.read_csv(finished / "history.csv")
    assert history["pass"].tolist() == [0, 1, 2, 3]
    assert history["probe_valid_balanced_accuracy"].notna().all()
    summary = json.loads((finished / "summary.json").read_text())
    assert summary["n_steps"] == history["n_steps"].iloc[-1] > 0
    assert summary["n_examples"] == history["n_examples"].iloc[-1] == summary["n_drawn"]


def test_the_saved_model_predicts_what_the_table_says(finished, outputs):
    from toy import ToyDataset

    from eegbench.preprocessing.quality import MICROVOLTS

    frame = pd.read_parquet(finished / "predictions.parquet")
    one = frame[(frame["probe"] == "linear") & (frame["recording"] == "s3")]
    dataset = ToyDataset(folder=next(iter(outputs.parent.glob("toy*"))) / "data", n_subjects=14)
    raw = dataset.read(dataset.recordings()[3]).load_data().filter(None, 30.0, verbose="ERROR")
    signal = raw.get_data() * MICROVOLTS
    starts = (one["start_s"].to_numpy() * 100).round().astype(int)
    windows = np.stack([signal[:, start : start + 200] for start in starts]).astype(np.float32)
    probabilities = load_network(finished / "model").probabilities(windows)
    np.testing.assert_allclose(probabilities, one[["left", "right"]], atol=1e-4)


@pytest.mark.slow
def test_a_second_run_builds_no_shard_and_gives_the_same_scores(finished, train):
    status, (folder,) = train("probe.every=1")
    assert status == 0
    assert json.loads((folder / "summary.json").read_text())["n_shards_built"] == 0
    first, second = (pd.read_csv(run / "scores.csv") for run in (finished, folder))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.slow
def test_an_interrupted_and_resumed_run_equals_a_straight_one(finished, train, outputs, monkeypatch, capfd):
    from eegbench.experiment import training

    tell_pass = training.tell_pass

    def interrupt(row):
        tell_pass(row)
        if row["pass"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "tell_pass", interrupt)
    status, (folder,) = train("probe.every=1")
    assert status == 130
    assert f" resume={folder}" in capfd.readouterr().err.replace("\n", "")
    monkeypatch.setattr(training, "tell_pass", tell_pass)
    status, new = train(f"resume={folder}", small=False)
    assert (status, new) == (1, [])  # paths.outputs stands beside it here
    from eegbench.__main__ import main

    mine = next(iter(outputs.parent.glob("mine*")))
    assert main(["train", f"--config-dir={mine}", f"resume={folder}", "trust=[toy]"]) == 0
    for name in ("scores.csv", "predictions.parquet"):
        read = pd.read_csv if name.endswith("csv") else pd.read_parquet
        pd.testing.assert_frame_equal(read(finished / name), read(folder / name), check_exact=True)
    assert (finished / "model" / "model.safetensors").read_bytes() == (
        folder / "model" / "model.safetensors"
    ).read_bytes()


@pytest.mark.slow
def test_a_probe_that_did_not_converge_keeps_what_was_trained_and_is_fitted_on_resuming(train, outputs, capfd):
    from eegbench.__main__ import main

    status, (folder,) = train("probe.of.linear.max_iter=1", "probe.every=0", "trainer.max_passes=1")
    assert status == 1
    said = capfd.readouterr().err.replace("\n", "")
    assert f" resume={folder} 'trust=[toy]' probe.of.linear.max_iter=N" in said
    assert "did not converge in 1 iterations; raise probe.of.linear.max_iter" in said
    mine = next(iter(outputs.parent.glob("mine*")))
    assert (
        main(["train", f"--config-dir={mine}", f"resume={folder}", "trust=[toy]", "probe.of.linear.max_iter=10000"])
        == 0
    )
    assert (folder / "scores.csv").is_file()


@pytest.mark.slow
def test_a_finished_runs_encoder_starts_another_frozen(finished, train):
    status, (folder,) = train(f"encoder={finished}", "trainable=none", "trainer.max_passes=1", "split.seed=1")
    assert status == 0
    first, second = (load_network(run / "model").encoder.state_dict() for run in (finished, folder))
    assert all((first[name] == second[name]).all() for name in first)
    scores = pd.read_csv(folder / "scores.csv")
    assert "test (transductive)" in set(scores["split"])  # the first run trained on subjects now tested
    assert json.loads((folder / "summary.json").read_text())["transductive_subjects"]


@pytest.mark.slow
def test_a_checkpoint_starts_encoder_and_task_and_named_layers_train(finished, train):
    words = (f"encoder={finished}", "checkpoint=best", "trainable=[task.head]", "trainer.max_passes=1", "seed=5")
    status, (folder,) = train(*words, "tracking=folder")
    assert status == 0
    first, second = (load_tensors(run / "checkpoints" / "best.safetensors")[0] for run in (finished, folder))
    moved = {name for name in first if not torch.equal(first[name], second[name])}
    assert moved == {name for name in first if name.startswith("task.head")}
    began, ended = (pd.read_csv(run / "history.csv")["valid_loss"] for run in (folder, finished))
    best = json.loads((finished / "summary.json").read_text())["best_pass"]
    assert began[0] == pytest.approx(
        ended[best], abs=0.1
    )  # of other draws of valid pairs; random weights have 0.69 and more


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["checkpoint=pass-0001"], "/checkpoints; its checkpoints are best, last"),
        (["checkpoint=best", "trainable=none"], "no layer would be trained; name layers of encoder or task"),
        (["checkpoint=best", "trainable=[task.sequence]"], "the task has no such layer; its layers are task.head"),
        (["checkpoint=best", "task=supervised"], "was saved with another task than task=supervised"),
        (["trainable=[task.head]"], "trainable=[task.head]: the encoder has no such layer"),
    ],
)
def test_a_start_that_cannot_be_is_refused(finished, train, capsys, words, sentence):
    small = [word for word in SMALL if not word.startswith("sampler.")] if "task=supervised" in words else None
    status, _ = train(f"encoder={finished}", *words, *(small or ()), small=small is None)
    assert status == 1
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_named_layers_of_a_finished_runs_encoder_train_and_the_others_stay(finished, train):
    status, (folder,) = train(
        f"encoder={finished}", "trainable=[projection]", "trainer.max_passes=1", "tracking=folder"
    )
    assert status == 0
    first, second = (load_network(run / "model").encoder.state_dict() for run in (finished, folder))
    moved = {name.split(".")[0] for name in first if not (first[name] == second[name]).all()}
    assert moved == {"projection"}

    rows = [pd.read_csv(run / "scores.csv").query("probe == 'random_weights'") for run in (finished, folder)]
    pd.testing.assert_frame_equal(
        *(one.reset_index(drop=True) for one in rows)
    )  # the control depends on the seed alone


@pytest.mark.slow
def test_embeddings_are_drawn_by_each_projection_on_request(train):
    status, (folder,) = train("projection=[pca,tsne]", "figures=[png]", "trainer.max_passes=0", "tracking=folder")
    assert status == 0
    found = sorted(path.name for path in (folder / "figures").glob("embeddings*"))
    assert found == ["embeddings_pca.png", "embeddings_tsne.png"]


@pytest.mark.slow
def test_the_protocol_that_is_followed_is_asserted(finished, train, capfd):
    ids = json.loads((finished / "split.json").read_text())
    subjects = {split: ids[split]["subjects"] for split in ("train", "valid", "test")}
    n_test = len(subjects["test"])
    windows = {"left": 20 * n_test, "right": 10 * n_test}  # 10-s blocks left, right, left, rest, twice; 2-s windows

    def expected(subjects, windows):
        named = ",".join(f"{split}:[{','.join(map(repr, names))}]" for split, names in subjects.items())
        return f"expected={{{named},test_windows:{{left:{windows['left']},right:{windows['right']}}}}}"

    words = ["trainer.max_passes=0", "tracking=folder"]
    assert train(expected(subjects, windows), *words)[0] == 0
    assert train(expected(subjects | {"test": ["0"]}, windows), *words)[0] == 1
    assert "expected.test=['0']: the subjects of test are" in capfd.readouterr().err
    assert train(expected(subjects, windows | {"left": 1}), *words)[0] == 1
    assert "expected.test_windows.left=1: test has" in capfd.readouterr().err


def test_mlflow_holds_a_dataset_input_for_each_split_and_the_totals_apart_from_the_curves(finished, outputs):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{outputs}/mlflow.db")
    tracked = json.loads((finished / "tracking.json").read_text())
    run = client.get_run(next(value for name, value in tracked.items() if "run" in name and isinstance(value, str)))
    contexts = [tag.value for one in run.inputs.dataset_inputs for tag in one.tags]
    assert sorted(contexts) == ["test", "train", "valid"]
    assert [point.step for point in client.get_metric_history(run.info.run_id, "valid_loss")] == [0, 1, 2, 3]
    assert run.data.metrics["run/best_valid_loss"] == pytest.approx(
        pd.read_csv(finished / "history.csv")["valid_loss"].min()
    )


def test_mlflow_holds_chosen_options_about_a_dozen_scores_and_a_description_of_the_run(finished, outputs):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{outputs}/mlflow.db")
    run = client.get_run(json.loads((finished / "tracking.json").read_text())["run_id"])
    chosen = {name: run.data.params[name] for name in ("dataset", "task", "model", "trainer")}
    assert chosen == {
        "dataset": "toy",
        "task": "relative_positioning",
        "model": "chambon2018",
        "trainer": "loop",
    }
    assert [one.info.run_id for one in client.search_runs([run.info.experiment_id], "params.model = 'chambon2018'")]
    scores = [name for name in run.data.metrics if name.startswith(("test/", "valid/"))]
    assert 8 <= len(scores) <= 12
    assert run.info.run_name.startswith("relative_positioning chambon2018 dataset=toy window_s=2 ")
    assert run.info.run_name.endswith(" … seed 0")
    note = run.data.tags["mlflow.note.content"]
    value = run.data.metrics["test/linear/balanced_accuracy"]
    assert f"| test | linear | {value:.3f}" in note
    assert f"![scores](get-artifact?run_uuid={run.info.run_id}&path=figures/scores.png)" in note
    assert "eegbench train" in note


@pytest.mark.slow
def test_subjects_that_shaped_an_encoder_through_earlier_runs_are_marked_too(train):
    def run(*words):
        status, (folder,) = train(*words, "trainer.max_passes=1", "tracking=folder")
        assert status == 0
        return folder

    first = run("split.valid_subjects=['1']", "split.test_subjects=['2','3']")
    second = run(f"encoder={first}", "split.valid_subjects=['2']", "split.test_subjects=['3']")
    third = run(f"encoder={second}", "split.valid_subjects=['4']", "split.test_subjects=['2']")
    fourth = run(f"encoder={first}", "split.valid_subjects=['4']", "split.test_subjects=['2','3']")
    for folder, marked in ((first, False), (second, False), (third, True), (fourth, False)):
        splits = set(pd.read_csv(folder / "scores.csv")["split"])
        assert ("test (transductive)" in splits) is marked, folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.embed_dim=9"], "contains another model (embed_dim differ); add: model=chambon2018"),
        (["preprocessing.window_s=4"], "was trained with window_s=2.0, not 4.0; set preprocessing.window_s"),
        (["preprocessing.signal.channels=[A]"], "was trained with channels=[A,B], not [A]"),
        (["preprocessing.signal.sfreq=90"], "was trained with sfreq=100.0"),
        (["trainable=[frist]"], "has no such layer; its layers are"),
    ],
)
def test_an_encoder_that_does_not_fit_is_refused(finished, train, capfd, words, message):
    status, _ = train(f"encoder={finished}", *words)
    assert status == 1
    assert message in capfd.readouterr().err


@pytest.mark.slow
def test_within_subject_numbers_are_marked_wherever_they_show(train, capfd):
    status, (folder,) = train("split=within_subject", "split.gap_s=2", "trainer.max_passes=1", "sampler.tau_neg_s=8")
    assert status == 0
    assert all("(within subject)" in split for split in pd.read_csv(folder / "scores.csv")["split"])
    assert "(within subject)" in capfd.readouterr().out


def test_supervised_training_is_a_task_like_any_other(train):
    words = [word for word in SMALL if not word.startswith("sampler.")]
    status, (folder,) = train(*words, "task=supervised", "trainer.max_passes=2", small=False)
    assert status == 0
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    assert 0 <= metrics["valid/training/accuracy"] <= 1
    assert "test/network/accuracy" in metrics
    assert not any("pretext" in name or name.startswith("test/training") for name in metrics)
    assert not list(folder.rglob("*pretext*"))


def test_predictions_over_time_are_hypnograms_of_sleep_stages_alone(finished):
    assert len(list((finished / "figures/predictions_over_time").glob("*.png"))) == 6
    assert not (finished / "figures/hypnograms").exists()


@pytest.mark.slow
def test_the_folds_of_a_multirun_pool_into_one_table(train, toy_options, outputs, capfd):
    from eegbench.__main__ import main

    words = ["split=subject_kfold", "split.n_folds=2", "split.fold=range(0,2)", "trainer.max_passes=1"]
    assert train("-m", *words, "tracking=folder")[0] == 0
    assert "2 folds pooled" in capfd.readouterr().out
    sweep = max(outputs.glob("sweeps/*"))  # named by time
    frame = pd.read_parquet(sweep / "sweep" / "pooled_predictions.parquet")
    assert frame["subject"].nunique() == 14
    assert pd.read_csv(sweep / "sweep" / "pooled_scores.csv")["ci_low"].notna().any()
    assert main(["pool", str(sweep)]) == 0
    assert main(["pool", str(sweep / "0")]) == 1
    assert "pooling needs two or more" in capfd.readouterr().err


@pytest.mark.slow
def test_averaged_weights_are_told_with_their_valid_loss(train, capfd):
    status, (folder,) = train("trainer/averaging=swa", "trainer.averaging.from_pass=2")
    assert status == 0
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["averaged"]["n_passes"] == 2
    assert summary["metrics"]["run/averaged_valid_loss"] == summary["averaged"]["valid_loss"]
    assert "mean of the weights after the last 2 passes" in capfd.readouterr().out
    kept, _ = load_tensors(folder / "checkpoints" / "averaged.safetensors")
    saved = load_network(folder / "model").encoder.state_dict()
    assert all(torch.equal(kept[f"encoder.{name}"], tensor) for name, tensor in saved.items())


@pytest.mark.slow
def test_the_last_pass_may_be_kept_and_the_run_says_so(train, capfd):
    status, (folder,) = train("trainer.final=last", "trainer.monitor=valid_accuracy", "trainer.lr=1e-6")
    assert status == 0
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["monitor"], summary["final_pass"]) == ("valid_accuracy", 3)
    assert summary["metrics"]["run/final_pass"] == 3 > summary["best_pass"]  # so small a step changes no answer
    assert f"pass 3, the last (best by valid_accuracy: pass {summary['best_pass']})" in capfd.readouterr().out
    last, _ = load_tensors(folder / "checkpoints" / "last.safetensors")
    saved = load_network(folder / "model").encoder.state_dict()
    assert all(torch.equal(last[f"encoder.{name}"], tensor) for name, tensor in saved.items())


@pytest.mark.slow
def test_without_labels_the_encoder_is_trained_and_nothing_is_probed(train, tmp_path, capfd):
    status, (folder,) = train(
        "+dataset.labels={}", "+dataset.ignored=[left,right,rest]", "trainer.max_passes=1", "probe.every=1"
    )
    assert status == 0
    assert not (folder / "scores.csv").exists()
    assert (folder / "embeddings.npz").exists()
    assert not (folder / "figures").exists()
    assert "no probe was fitted" in capfd.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model=chambon"], "model=chambon: there is no such option (did you mean chambon2018?); there are"),
        (["experiment=nope"], "there are ablation/all_frequencies, ablation/average_pooling, ablation/no_position,"),
        (["experiment=ablation/no_positio"], "did you mean ablation/no_position?); there are ablation/all_freq"),
        (
            ["dataset=recordings", "dataset.patern=x"],
            "dataset.patern: there is no such key (did you mean dataset.pattern?)",
        ),
        (["sampler.lenght=3"], "sampler.lenght: there is no such key (did you mean sampler.length?)"),
        (["sampler.length=3"], "sampler.length: the chosen options have no such key"),
        (["modle=chambon2018"], "modle: there is no such key (did you mean model?)"),
        (["sampler=single_window"], "sampler.n_pairs: the chosen options have no such key"),
        (["trainer.lrr=1"], "trainer.lrr: there is no such key (did you mean trainer.lr?)"),
        (["+trainer.lrr=1"], "trainer.lrr: Loop has no such option; did you mean trainer.lr?"),
        (["+sede=1"], "sede: train has no such option; did you mean seed?"),
        (["+paths.output=x"], "paths.output: paths has no such option; did you mean paths.outputs?"),
        (["+paths.roots.eegbcj=x"], "paths.roots has no such option; did you mean paths.roots.eegbci?"),
        (
            ["paths.roots.eegbci=3"],
            """expected text that is not empty or null. If 3 is a name, type 'paths.roots.eegbci="3"'.""",
        ),
        (["split=by_set"], "split.train=['home']: there is no set home; only dataset=joined has sets with names"),
        (["dataset@dataset.sets.x=eegbci"], "no option is chosen there; +dataset@dataset.sets.x=OPTION adds one"),
        (["trainer.lr=fast"], "trainer.lr='fast': expected a number"),
        (["trainer.lr="], "trainer.lr='': expected a number"),
        (["seed=-1"], "seed=-1: a whole number from 0 to 4294967295 is expected"),
        (["device=gpu"], "device=gpu is none of auto, cpu, cuda"),
        (["preprocessing.normalise=windows"], "Did you mean window"),
        (["split.n_test=20"], "14"),
        (["preprocessing.window_s=200"], "window of 200 s"),
        (["sampler.tau_neg_s=500"], "sampler.tau_neg_s"),
        (["encoder=/nowhere"], "/nowhere"),
        (["trust=[]"], "add 'trust=[toy]'"),
        (["trainer/optimizer=sgd"], "trainer/optimizer=sgd: there is no such option; there are adam, adamw."),
        (["trainer.lr=nan"], "trainer.lr=nan: expected a number"),
        (["trainer.lr=inf"], "trainer.lr=inf: expected a number that is finite"),
        (["trainer.stop_when=never"], "trainer.stop_when='never'"),
        (["trainer.keep=0"], "trainer.keep=0: expected best_last or a whole number of at least 1"),
        (["trainer.monitor=foo"], "trainer.monitor=foo is not a column of the history; set one of valid_loss"),
        (["trainer.monitor=probe_valid_balanced_accuracy"], "set probe.every=5 to have it"),
        (["trainable=none"], "add encoder=FOLDER"),
        (["checkpoint=best"], "checkpoint=best needs a finished run; add encoder=FOLDER"),
        (["sampler.n_pairs=0"], "sampler.n_pairs=0"),
        (["+dataset.ignored=[left]"], "'left' is in dataset.labels and in dataset.ignored"),
        (["~tracking"], "tracking is missing; choose an option with tracking=OPTION"),
        (["trainer.precision=fp16"], "trainer.precision=fp16 needs a GPU"),
        (["companion=false"], "companion: this option was removed"),
        (["probe.linear.C=1"], "probe.linear.C is now probe.of.linear.C."),
        (["+probe.linear.C=1"], "probe.linear is now probe.of.linear."),
        (
            ["probe.of.knn.k=3"],
            "probe.of.knn.k: the chosen options have no such key; choose its option with probe=[…,knn]",
        ),
        (["probe=[]"], "probe=[]: at least one probe is expected"),
        (["probe.main=nobody"], "probe.main=nobody is not among the probes chosen (linear)"),
        (["explain.predictor=liner"], "Did you mean linear?"),
        (["sweep.objective=valid/nobody/accuracy"], "the probe nobody is not among those chosen (linear)"),
        (["+probe.of.nobody.k=3"], "probe.of.nobody has values, but nobody is not chosen"),
        (["interpretability=[attention_rollout]"], "model=chambon2018 has no attention over tokens; remove attention_"),
        (["probe.of.linear.max_iter=0"], "probe.of.linear.max_iter=0: expected a whole number of at least 1"),
    ],
)
def test_bad_words_get_a_sentence(train, capfd, words, message):
    status, folders = train(*words)
    error = capfd.readouterr().err
    assert status == 1
    assert message in error
    assert "Traceback" not in error
    assert "Error executing job" not in error
    assert all((folder / "split.json").is_file() for folder in folders)  # no stubs


def test_options_that_an_experiment_sets_for_another_task_are_refused_with_the_overrides_that_remove_them(train, capfd):
    words = ["experiment=eyes_open_closed", "task=simclr", "device=cpu", "trainer.stop_when=never"]
    status, _ = train(*words, small=False)
    removed = re.findall(r"'(~[^']+)'", capfd.readouterr().err)
    assert (status, removed) == (1, ["~task.dropout", "~task.class_weights"])
    status, _ = train(*words, *removed, small=False)
    error = capfd.readouterr().err
    assert status == 1
    assert "trainer.stop_when='never'" in error
    assert "task." not in error


def test_a_folder_that_cannot_be_written_is_named(train, tmp_path, capfd):
    (tmp_path / "file").write_text("")
    status, _ = train(f"paths.outputs={tmp_path / 'file'}")
    assert status == 1
    assert "a part of this path is a file" in capfd.readouterr().err


def test_the_users_options_come_before_the_shipped_ones(toy_options, train, capfd):
    folder = toy_options / "task"
    folder.mkdir()
    try:
        (folder / "relative_positioning.yaml").write_text(
            "_target_: eegbench.task.relative_positioning.RelativePositioning\ndropout: 0.125\nbatch_statistics: view\n"
        )
        assert train("--cfg=job")[0] == 0
        assert "dropout: 0.125" in capfd.readouterr().out
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_relative_paths_count_from_where_the_command_was_typed_whatever_hydra_changes_to(train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["hydra.job.chdir=true", "paths.outputs=here", "trainer.max_passes=0", "tracking=folder"]
    assert train(*words)[0] == 0
    (folder,) = (tmp_path / "here" / "runs").iterdir()
    assert (folder / "summary.json").is_file()
    assert not list(folder.rglob("here"))
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.slow
def test_nothing_falls_into_the_working_directory(train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert train("trainer.max_passes=1")[0] == 0
    assert list(tmp_path.iterdir()) == []
