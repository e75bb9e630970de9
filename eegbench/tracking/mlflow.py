"""Tracking in MLflow: an SQLite database in the outputs folder, or any other store that MLflow supports."""

import getpass
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Any, Literal

from eegbench.address import without_secrets
from eegbench.atomic import write_json
from eegbench.config import Text, read_json
from eegbench.tracking.base import DatasetFacts, RunFacts, Tracker
from eegbench.tracking.database import Client, check_writable, connect, default_place, find_experiment, find_place
from eegbench.tracking.inside_outputs import check_inside
from eegbench.tracking.links import children_of
from eegbench.tracking.mlflow_run import FAILURE, MlflowRun
from eegbench.tracking.record import COMPLETE, RECORD
from eegbench.tracking.variables import EXPERIMENT, RUN, variable, warn_of_unused

PARENT = "mlflow.parentRunId"

FOLDER = "folder"
"""Tag with the run's folder, set when the MLflow run is created."""

UI_ADDRESS = "http://127.0.0.1:5000"

MAX_CHILDREN = 50_000
"""Maximum number of children that are found (MLflow 3)."""

MAX_DIGEST = 36
"""Length to which MLflow 3 truncates the digest of a dataset."""

_log = logging.getLogger(__name__)


class Mlflow(Tracker):
    """Log runs in MLflow.

    Parameters
    ----------
    uri
        MLflow's tracking URI; None for that of ``MLFLOW_TRACKING_URI``, or else the SQLite database in ``folder``.
    folder
        Outputs folder, with the database and, unless a server decides otherwise, the runs' files.
    experiment
        Name of the MLflow experiment; None for ``MLFLOW_EXPERIMENT_NAME``, or else the one named by the command.
    metrics
        Metrics that are logged: about a dozen (``headline``), or ``all``, which may be hundreds. All are in the tables
        of the run's files.
    """

    def __init__(
        self, *, uri: Text | None, folder: Text, experiment: Text | None, metrics: Literal["headline", "all"]
    ) -> None:
        self.folder = Path(folder).resolve()
        self.place = find_place(uri, self.folder)
        self.experiment = experiment or variable(EXPERIMENT)
        self.metrics = metrics
        self._is_named = uri is not None

    def start(self, facts: RunFacts) -> "MlflowRun":
        """Start a run, or continue the one named in ``tracking.json`` of its folder."""
        warn_of_unused()
        check_writable(self.place)
        client = connect(self.place)
        run = self._recorded(client, facts.folder)
        if run is None:
            run = self._create(client, facts)
            _adopt_children(client, recorded_id(facts.folder), run)
        else:
            self._check_inside(client, run.info.experiment_id, run.info.artifact_uri)
            _reopen(client, run)
        headline = facts.headline if self.metrics == "headline" else ()
        live = MlflowRun(client, run=run, folder=facts.folder, address=self._address(), headline=headline)
        live.describe(facts)
        live.measure(self.place.uri)
        self._record(live, facts.folder)
        return live

    def _create(self, client: Client, facts: RunFacts) -> Any:
        experiment = find_experiment(client, self.place, self.experiment or facts.experiment)
        self._check_inside(client, experiment)
        run = _begun(client, experiment, facts.folder)
        if run is None:
            tags = {FOLDER: str(facts.folder.resolve()), **_source_tags(facts), **self._parent_tag(client, facts)}
            name = facts.name if facts.parent else variable(RUN) or facts.name
            run = client.create_run(experiment, run_name=name, tags=tags)
        if facts.datasets:
            _log_datasets(client, run, facts.datasets)
        return run

    def _check_inside(self, client: Client, experiment: str, *more: str) -> None:
        """Check that the outputs folder's database stores files in the folder; a database that was named may not."""
        if self.place == default_place(self.folder) and not self._is_named:
            for files in (client.get_experiment(experiment).artifact_location, *more):
                check_inside(files, self.place, self.folder)

    def _recorded(self, client: Client, folder: Path, stages: tuple[str, ...] = ("active",)) -> Any:
        """Return the run recorded in the folder; None if there is none, or, by default, if it was deleted."""
        from mlflow.exceptions import MlflowException

        known = recorded_id(folder)
        if known is None:
            return None
        try:
            run = client.get_run(known)
        except MlflowException:
            return None
        return run if run.info.lifecycle_stage in stages else None

    def _parent_tag(self, client: Client, facts: RunFacts) -> dict[str, str]:
        """Return the tag with the parent run; one that was deleted is replaced when its command is repeated."""
        parent = self._recorded(client, facts.parent, ("active", "deleted")) if facts.parent else None
        if parent is None:
            return {}
        known = parent.info.run_id
        if parent.info.lifecycle_stage == "deleted":
            _log.warning(
                "the run of this sweep was deleted in MLflow (%s); this run is listed alone until the command of the "
                "sweep is repeated, which creates another",
                known,
            )
        return {PARENT: known}

    def _record(self, live: "MlflowRun", folder: Path) -> None:
        facts = {
            "uri": self.place.public_uri,
            "experiment_id": live.experiment_id,
            "run_id": live.run_id,
            "link": live.link,
            COMPLETE: False,
        }
        write_json(folder / RECORD, facts)

    def _address(self) -> str:
        if self.place.uri.startswith("http"):
            return self.place.public_uri.rstrip("/")
        if self.place == default_place(self.folder):
            outputs = "" if self.folder == Path("outputs").resolve() else f" --outputs {quote(str(self.folder))}"
            return f"eegbench ui{outputs}  →  {UI_ADDRESS}"
        return f"mlflow ui --backend-store-uri {self.place.public_uri}  →  {UI_ADDRESS}"


def recorded_id(folder: Path) -> str | None:
    """Return the id of the MLflow run that a folder's record names; None without a record."""
    record = folder / RECORD
    known = read_json(record).get("run_id") if record.is_file() else None
    return None if known is None else str(known)


def _source_tags(facts: RunFacts) -> dict[str, str]:
    """Return MLflow's own tags about who made a run, and with which code."""
    commit = {"mlflow.source.git.commit": facts.tags["git_commit"]} if facts.tags.get("git_commit") else {}
    try:
        user = {"mlflow.user": getpass.getuser()}
    except (KeyError, OSError):  # a container may have no name for the user
        user = {}
    return {"mlflow.source.name": facts.source, "mlflow.source.type": "LOCAL", **commit, **user}


def _adopt_children(client: Client, deleted: str | None, run: Any) -> None:
    """Make the children of a deleted run those of the run that replaces it."""
    if deleted is None:
        return
    children = client.search_runs([run.info.experiment_id], children_of(deleted), max_results=MAX_CHILDREN)
    for child in children:
        client.set_tag(child.info.run_id, PARENT, run.info.run_id)


def _begun(client: Client, experiment: str, folder: Path) -> Any:
    """Return the run of a process that was killed before it wrote the run's id into the folder."""
    place = str(folder.resolve())
    if "'" in place:  # MLflow's filters cannot escape it
        return None
    found = client.search_runs([experiment], f"tags.{FOLDER} = '{place}' and attributes.status = 'RUNNING'")
    return found[0] if found else None


def _reopen(client: Client, run: Any) -> None:
    client.update_run(run.info.run_id, status="RUNNING")
    if FAILURE in run.data.tags:
        client.delete_tag(run.info.run_id, FAILURE)


def _log_datasets(client: Client, run: Any, datasets: Iterable[DatasetFacts]) -> None:
    """Log the datasets of a run; MLflow may reject the same data from two runs at once, so this is tried twice."""
    from mlflow.exceptions import MlflowException

    inputs = [_dataset_input(dataset) for dataset in datasets]
    try:
        client.log_inputs(run.info.run_id, inputs)
    except MlflowException:
        client.log_inputs(run.info.run_id, inputs)


def _dataset_input(facts: DatasetFacts) -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset(
        name=facts.name,
        digest=facts.digest[:MAX_DIGEST],
        source_type="local",
        source=json.dumps({"uri": without_secrets(facts.source)}),
        profile=json.dumps(dict(facts.profile)),
    )
    return DatasetInput(dataset, tags=[InputTag("mlflow.data.context", facts.context)])
