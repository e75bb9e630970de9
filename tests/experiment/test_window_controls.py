"""Controls that are fitted to windows stand in every table once, next to the probes of the encoder."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from options import composed
from small_training import Tiny

from eegbench.config import read_plain
from eegbench.experiment.data import open_data
from eegbench.experiment.options import read_experiment, stored_experiment
from eegbench.experiment.probing import with_variance
from eegbench.inference.embedding import Embeddings, Encoded

CONTROL = ("probe=[linear,knn,csp_lda]", "figures=[]", "tracking=folder")


@pytest.fixture(scope="module")
def run(train):
    """The folder of a run with two probes and a control of windows."""
    status, (folder,) = train(*CONTROL)
    assert status == 0
    return folder


@pytest.mark.slow
def test_it_has_one_row_after_the_fitted_controls_and_no_controls_of_its_own(run):
    rows = list(dict.fromkeys(pd.read_csv(run / "scores.csv")["probe"]))
    assert rows[:2] == ["linear", "knn"]
    assert rows[-3:] == ["csp_lda", "majority", "chance"]
    assert not [name for name in rows if name.startswith("csp_lda_")]
    summary = json.loads((run / "summary.json").read_text())
    assert summary["fitted_with"]["csp_lda"] == "csp_lda"
    assert summary["main_probe"] == "linear"
    assert "csp_lda" in summary["probes"]
    frame = pd.read_parquet(run / "predictions.parquet")
    assert set(frame[frame["probe"] == "csp_lda"]["split"]) == {"train", "valid", "test"}


def test_texts_name_it_as_a_control(run):
    methods = (run / "methods.md").read_text(encoding="utf-8")
    probes, controls = methods.split("Probes were fitted")[1].split("Controls without an encoder were fitted")
    assert "csp lda" not in probes
    assert controls.lstrip().startswith("to the signals of the training windows (csp lda: common spatial patterns")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Also controls, fitted to the signals of train without an encoder: csp lda." in page


def test_no_other_number_depends_on_it(run, finished):
    alone, beside = (pd.read_csv(folder / "scores.csv") for folder in (finished, run))
    for name in ("linear", "random_weights", "hand_made", "majority", "chance"):
        one, same = (frame[frame["probe"] == name].reset_index(drop=True) for frame in (alone, beside))
        pd.testing.assert_frame_equal(one, same, check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["probe=csp_lda"], "probe.main=csp_lda: this is a control, .* the encoder, too: probe=[linear,csp_lda]"),
        (["probe=[linear,csp_lda]", "probe.main=csp_lda"], "probe.main=csp_lda: this is a control"),
        (
            ["probe=[linear,csp_lda]", "explain.predictor=csp_lda"],
            "explain.predictor=csp_lda: one of auto, network, probe",
        ),
    ],
)
def test_it_cannot_be_the_main_probe_or_be_explained(train, capfd, words, message):
    status, _ = train(*words, *CONTROL[1:])
    assert status == 1
    error = capfd.readouterr().err
    first, _, second = message.partition(" .* ")
    assert first in error
    assert second in error


def test_signals_are_those_of_the_encoder_unless_each_window_is_standardised(finished):
    experiment = stored_experiment(read_plain(finished / "config.yaml"), ["toy"], Path("run"))
    store, rows = open_data(experiment, torch.device("cpu")).store, np.arange(4)
    for normalise, expected in (("none", "none"), ("recording", "recording"), ("window", "none")):
        given = store.normalised(normalise)
        encoded = Encoded(Tiny(), given, Embeddings(np.zeros((4, 1), np.float32), rows))
        found = with_variance(encoded)
        assert found.store.form.normalise == expected
        assert torch.equal(found.store.gather(rows).only, store.normalised(expected).gather(rows).only)


def test_a_probe_of_the_encoder_is_the_main_one_wherever_it_stands():
    made = read_experiment(composed("probe=[csp_lda,knn,linear]"))
    assert (made.probes.main, list(made.probes.of), list(made.probes.of_encoder)) == (
        "knn",
        ["knn", "csp_lda", "linear"],
        ["knn", "linear"],
    )


@pytest.mark.parametrize(
    ("experiment", "expected"),
    [("imagined_fists", ["linear", "csp_lda", "tangent_space"]), ("p300", ["linear", "xdawn"])],
)
def test_experiments_on_trials_have_the_controls_of_their_paradigm(experiment, expected):
    assert list(composed(f"experiment={experiment}")["probe"]["of"]) == expected
