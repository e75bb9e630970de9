"""MLflow's environment variables: those that are used, and a warning for those that are not.

Conventions
-----------
An option of the command line has precedence over a variable, and a variable over the default. Variables are the user's
own; a run's folder sets none.
"""

import logging
import os
from dataclasses import dataclass
from typing import Any

_log = logging.getLogger(__name__)

URI = "MLFLOW_TRACKING_URI"
EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
RUN = "MLFLOW_RUN_NAME"
SYSTEM_METRICS = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"
SYSTEM = "system/"
"""Prefix of the names of system metrics, which is MLflow's."""

UNUSED = {
    "MLFLOW_EXPERIMENT_ID": f"name the experiment with {EXPERIMENT} or tracking.experiment=NAME",
    "MLFLOW_RUN_ID": "continue a run with resume=FOLDER",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "a pass is logged in one write",
    "MLFLOW_REGISTRY_URI": "no model is registered; do that in MLflow's user interface",
}
"""Variables that are not used, each with what to do instead."""


def variable(name: str) -> str | None:
    """Return the value of an environment variable; None if it is not set, or empty."""
    return os.environ.get(name, "").strip() or None


def warn_of_unused() -> None:
    """Warn of variables that are set and not used."""
    for name, instead in UNUSED.items():
        if variable(name):
            _log.warning("the environment variable %s is not used: %s", name, instead)


@dataclass(frozen=True)
class SystemMetrics:
    """Measurement of the use of processors, memory, disk, network and GPUs during a run, if the user wants it.

    Attributes
    ----------
    monitor
        MLflow's monitor, which is a thread; None if there is none.
    """

    monitor: Any = None

    def stop(self) -> None:
        """Log what was measured last, and end the thread."""
        if self.monitor is not None:
            self.monitor.finish()


def measure_system(run_id: str, uri: str) -> SystemMetrics:
    """Start to measure if ``MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING`` is ``true`` or ``1``, as MLflow reads it.

    Parameters
    ----------
    run_id
        Id of the MLflow run.
    uri
        MLflow's tracking URI.
    """
    asked = variable(SYSTEM_METRICS)
    if asked is None or asked.lower() in ("false", "0"):
        return SystemMetrics()
    if asked.lower() not in ("true", "1"):
        _log.warning("%s=%s is not used: expected true or false", SYSTEM_METRICS, asked)
        return SystemMetrics()
    from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

    monitor = SystemMetricsMonitor(run_id, resume_logging=True, tracking_uri=uri)
    monitor.start()
    return SystemMetrics(monitor)
