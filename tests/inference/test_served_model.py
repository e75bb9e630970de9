import numpy as np
import pytest
import torch
from forms import form_of

from eegbench.config import build
from eegbench.inference.description import Description
from eegbench.inference.network import Network, save_network
from eegbench.model import Encoder
from eegbench.tracking import RunFacts, ServedModel, tracked
from eegbench.tracking.mlflow import Mlflow

pytestmark = pytest.mark.slow  # MLflow takes seconds to import and to make a database

SPEC = {
    "_target_": "eegbench.model.chambon2018.Chambon2018",
    "n_filters": 8,
    "embed_dim": 10,
    "dropout": 0.0,
    "batch_norm": True,
}


def make_network() -> Network:
    form = form_of(("Fpz-Cz", "Pz-Oz"), 100.0, 3000, "window")
    encoder = build(SPEC, Encoder, n_channels=2, n_times=3000, sfreq=100.0)
    weight = torch.randn(5, 10, generator=torch.Generator().manual_seed(0))
    classes = ("W", "N1", "N2", "N3", "R")
    description = Description(encoder=SPEC, classes=classes, form=form)
    return Network(encoder, weight=weight, bias=torch.zeros(5), description=description).eval()


def test_a_predictor_comes_back_from_mlflow_and_predicts_the_same(tmp_path):
    predictor = make_network()
    save_network(predictor, tmp_path / "run" / "model")
    folder = tmp_path / "run" / "model"
    served = ServedModel("eegbench.inference.served_model", folder, input_shape=(2, 3000), classes=predictor.classes)
    facts = RunFacts("sleep", "a run", tmp_path / "run", {})
    with tracked(Mlflow(uri=None, folder=str(tmp_path), experiment=None, metrics="headline"), facts) as run:
        run.finish(metrics={}, model=served)

    import mlflow

    (folder,) = (tmp_path / "mlartifacts" / "models").iterdir()
    loaded = mlflow.pyfunc.load_model(str(folder / "artifacts"))
    windows = np.random.default_rng(0).normal(size=(3, 2, 3000)).astype(np.float32)
    found, expected = loaded.predict(windows), predictor.probabilities(windows)
    assert list(found) == ["predicted", *predictor.classes]
    np.testing.assert_array_equal(found[list(predictor.classes)], expected)
    with pytest.raises(ValueError, match="seem to be volts; multiply them by 1e6"):
        loaded.predict(windows * np.float32(1e-6))
    assert list(found["predicted"]) == [predictor.classes[i] for i in expected.argmax(axis=1)]
    suffixes = {file.suffix for file in (folder / "artifacts").rglob("*") if file.is_file()}
    assert suffixes <= {"", ".txt", ".yaml", ".json", ".py", ".safetensors"}
