"""Label curves of runs: scores of each subject, a figure, and one figure of several runs in a comparison."""

import numpy as np
import pandas as pd
import pytest

from eegbench.__main__ import main

pytestmark = pytest.mark.slow

CURVE = "probe.of.label_curve."
WORDS = (
    "probe=[label_curve,label_curve_finetune]",
    f"{CURVE}n_labels=[1,5]",
    f"{CURVE}n_subjects=[2,99]",
    f"{CURVE}n_draws=2",
    "probe.of.label_curve_finetune.n_labels=[5]",
    "probe.of.label_curve_finetune.n_subjects=[]",
    "probe.of.label_curve_finetune.n_draws=1",
    "probe.of.label_curve_finetune.probe.trainer.max_passes=1",
)


@pytest.fixture(scope="module")
def sweep(train, outputs):
    """Return the folder of a multirun of two models with label curves, and the folders of its jobs."""
    before = set(outputs.glob("sweeps/*"))
    assert train("-m", "name=curves", "model.embed_dim=8,4", *WORDS, "figures=[png]")[0] == 0
    (folder,) = set(outputs.glob("sweeps/*")) - before
    return folder, [folder / "0", folder / "1"]


def test_every_test_subject_has_a_score_for_each_size_draw_and_control(sweep):
    for run in sweep[1]:
        curves = pd.read_csv(run / "label_curve.csv", dtype={"subject": str})
        predictions = pd.read_parquet(run / "predictions.parquet")
        tested = set(predictions.loc[predictions["split"] == "test", "subject"])
        n_train = predictions.loc[predictions["split"] == "train", "subject"].nunique()
        sizes = curves.groupby("probe")[["axis", "size"]].apply(lambda rows: set(map(tuple, rows.to_numpy())))
        of_linear = {("labels", 1), ("labels", 5), ("subjects", 2), ("subjects", n_train)}
        assert sizes["label_curve"] == sizes["random_weights"] == sizes["hand_made"] == of_linear
        assert sizes["label_curve_finetune"] == sizes["label_curve_finetune_random_weights"] == {("labels", 5)}
        for _, rows in curves.groupby(["probe", "axis", "size", "draw"]):
            assert set(rows["subject"]) == tested
        assert curves["balanced_accuracy"].between(0, 1).all()
        assert (run / "figures" / "label_curve.png").stat().st_size > 10_000


def test_the_control_of_hand_made_features_is_the_same_in_both_runs(sweep):
    first, second = (pd.read_csv(run / "label_curve.csv") for run in sweep[1])
    made = [one[one["probe"] == "hand_made"].reset_index(drop=True) for one in (first, second)]
    pd.testing.assert_frame_equal(*made)


def test_a_comparison_has_a_curve_for_each_group_and_control_over_all_its_draws(sweep, outputs, tmp_path, capsys):
    folder = tmp_path / "comparison"
    words = [f"--outputs={outputs}", f"--parent={sweep[0]}", "--group-by=model.embed_dim", f"--into={folder}"]
    assert main(["compare", *words, "--no-log"]) == 0
    capsys.readouterr()
    points = pd.read_csv(folder / "label_curve.csv")
    names = ["model.embed_dim=4", "model.embed_dim=8"]
    groups = [name for name in points["probe"].unique() if "4" in name or "8" in name]
    assert len(groups) == len(names)
    assert set(points["probe"]) == {*groups, "random_weights", "hand_made", "supervised, from random weights"}
    for number, run in enumerate(sweep[1]):
        curves = pd.read_csv(run / "label_curve.csv")
        own = curves[(curves["probe"] == "label_curve") & (curves["axis"] == "labels") & (curves["size"] == 5)]
        name = next(name for name in groups if str((8, 4)[number]) in name)
        point = points[(points["probe"] == name) & (points["axis"] == "labels") & (points["size"] == 5)]
        np.testing.assert_allclose(point["value"], own["balanced_accuracy"].mean())
        assert point["n_draws"].item() == 2
    control = points[(points["probe"] == "random_weights") & (points["axis"] == "labels") & (points["size"] == 5)]
    assert control["n_draws"].item() == 4  # two draws in each of two runs
    assert (folder / "figures" / "label_curve.svg").stat().st_size > 10_000
    assert "against the number of labels" in (folder / "comparison.html").read_text()
