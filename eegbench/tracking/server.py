"""How MLflow's user interface is started for the runs of an outputs folder, on this machine alone."""

import os
import sys
from pathlib import Path

from eegbench.tracking.database import QUIET, artefact_uri, default_place


def server_command(folder: Path, *, host: str, port: int) -> list[str]:
    """Return the command that serves the runs of an outputs folder."""
    options = {
        "--backend-store-uri": default_place(folder).uri,
        "--default-artifact-root": artefact_uri(folder),
        "--host": host,
        "--port": str(port),
        "--workers": "1",  # each takes 250 MB, and one person looks
        "--uvicorn-opts": "--log-level warning",
    }
    return [sys.executable, "-m", "mlflow", "server", *(part for pair in options.items() for part in pair)]


def server_environment() -> dict[str, str]:
    """Return the environment in which that command stays silent and runs nothing beside the pages."""
    return {
        **QUIET,
        "PYTHONWARNINGS": "ignore",
        "PYTHONSAFEPATH": "1",  # a folder's own types.py must not stand in for the library's
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
    }
