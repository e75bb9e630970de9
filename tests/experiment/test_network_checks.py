"""A model that does not fit its windows, and methods that cannot explain it, are refused before any work."""

import pytest
import torch
from contract.test_options import composed
from eegbci_files import write_eegbci
from forms import form_of

from eegbench.experiment.data import open_data
from eegbench.experiment.network_checks import check_model
from eegbench.experiment.options import read_experiment
from eegbench.experiment.recordings import build_missing

TRANSFORMER = ("task=supervised", "model=eeg_transformer", "model.dim=8", "model.n_layers=1", "model.n_heads=2")


def checked(*words: str, n_times: int = 200) -> None:
    check_model(read_experiment(composed(*words)), form_of(("Fz", "Cz", "Pz"), 100.0, n_times))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "model=eeg_transformer interpretability=[occlusion,grad_cam]",
            r"remove grad_cam from interpretability=",
        ),
        ("model=eeg_transformer interpretability=[filter_spectrum]", r"remove filter_spectrum from interpretability="),
        (
            "model=chambon2018 interpretability=[saliency,grad_cam] interpretability.grad_cam.layer=encoder.convolutio",
            r"grad_cam\.layer=encoder\.convolutio: no layer of that name has time steps; did you mean encoder\.convol",
        ),
        ("model=eeg_transformer model.n_positions=3 model.n_chunks=2", r"n_positions=3: there are 6 tokens"),
        ("model=eeg_transformer model.n_chunks=300", "in pieces of one sample or more"),
    ],
)
def test_a_model_or_method_that_does_not_fit_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        checked("task=supervised", *words.split())


def test_layers_of_a_sequence_encoder_are_known_if_the_network_is_explained():
    words = ("task=supervised_sequence", "interpretability=[amplitude_perturbation]")
    layer = "interpretability.amplitude_perturbation.layer=sequence"
    checked(*words, layer)
    with pytest.raises(ValueError, match="layer=sequence: the network has no such layer"):
        checked(*words, layer, "explain.predictor=probe")


def test_the_check_draws_no_number_that_a_run_uses():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    checked(*TRANSFORMER, "interpretability=[saliency,attention_rollout]")
    assert torch.equal(torch.get_rng_state(), before)


REFUSED = {
    "model.n_positions=3": r"model\.n_positions=3: there are 61 tokens",
    "interpretability=[amplitude_gradient,grad_cam]": "remove grad_cam from interpretability=",
}


@pytest.mark.slow
def test_nothing_is_preprocessed_before_the_model_is_known_to_fit(tmp_path):
    write_eegbci(tmp_path / "eegbci", range(1, 4), [1], rest_s=2)
    places = [f"dataset.root={tmp_path / 'eegbci'}", f"paths.outputs={tmp_path / 'out'}", "store.n_workers=1"]
    words = ["experiment=eyes_open_closed", *places, "split.n_valid=1", "split.n_test=1"]
    fitting = read_experiment(composed(*words))
    for word, message in REFUSED.items():
        refused = read_experiment(composed(*words, word))
        with pytest.raises(ValueError, match=message):
            open_data(refused, torch.device("cpu"))
        with pytest.raises(ValueError, match=message):
            build_missing([fitting, refused], tmp_path)
    assert not list((tmp_path / "out").rglob("*.npy"))
    open_data(fitting, torch.device("cpu"))
    assert list((tmp_path / "out").rglob("*.npy"))
