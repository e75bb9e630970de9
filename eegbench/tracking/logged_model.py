"""Logging of a model to MLflow from files: signature, requirements and loader module, without pickle."""

import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eegbench.tracking.base import ServedModel
from eegbench.tracking.database import Client, quiet
from eegbench.tracking.served import PREDICTED, columns_of

REQUIREMENTS = ("eegbench", "torch", "numpy", "pandas", "safetensors")


def log_model(client: Client, served: ServedModel, *, experiment_id: str, run_id: str) -> None:
    """Log a model as an output of the run.

    Equivalent to ``mlflow.pyfunc.log_model``, without its global tracking URI and active run.
    """
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    logged = client.create_logged_model(experiment_id, name="model", source_run_id=run_id)
    card = Model(
        artifact_path=logged.artifact_location,
        model_uuid=logged.model_id,
        model_id=logged.model_id,
        run_id=run_id,
        metadata=json.loads(json.dumps(dict(served.metadata))),  # tuples become lists, as the card is YAML
    )
    with TemporaryDirectory() as folder, quiet():
        _save(served, card, Path(folder) / "model")
        client.log_model_artifacts(logged.model_id, f"{folder}/model")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    client.finalize_logged_model(logged.model_id, "READY")


def _save(served: ServedModel, card: Any, folder: Path) -> None:
    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        str(folder),
        loader_module=served.loader,
        data_path=str(served.folder),
        signature=_signature(served),
        input_example=np.zeros((1, *served.input_shape), dtype=np.float32),
        pip_requirements=_requirements(),  # given, as MLflow would take seconds to infer them
        mlflow_model=card,
    )


def _requirements() -> list[str]:
    return [f"{name}=={version(name).split('+')[0]}" for name in REQUIREMENTS]  # PyPI lacks local versions (+cpu)


def _signature(served: ServedModel) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    inputs = Schema([TensorSpec(np.dtype("float32"), (-1, *served.input_shape))])
    probabilities = [ColSpec(DataType.double, name) for name in columns_of(served.classes)]
    return ModelSignature(inputs, Schema([ColSpec(DataType.string, PREDICTED), *probabilities]))
