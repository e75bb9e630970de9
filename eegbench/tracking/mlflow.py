"""Tracking in MLflow: an SQLite database in the outputs folder, or any other store that MLflow supports."""

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from eegbench.address import hide_in, without_secrets
from eegbench.atomic import write_json
from eegbench.config import Text, read_json
from eegbench.tracking.base import DatasetFacts, RunFacts, ServedModel, SweepView, TrackedRun, Tracker
from eegbench.tracking.chart_view import chart_view, view_link
from eegbench.tracking.database import Client, check_writable, connect, default_place, find_experiment, find_place
from eegbench.tracking.inside_outputs import check_inside
from eegbench.tracking.legal_names import digest, legal_names
from eegbench.tracking.links import MAX_COMPARED, children_of, comparison_link
from eegbench.tracking.logged_model import log_model
from eegbench.tracking.record import COMPLETE, RECORD, mark_complete
from eegbench.tracking.uninterrupted import uninterrupted
from eegbench.tracking.upload import upload

FAILURE = "failure"
"""Tag with the reason for which a run ended early."""

STATE = "state"
"""Tag with the state of a run: running, complete, pruned, failed or killed."""

PARENT = "mlflow.parentRunId"

FOLDER = "folder"
"""Tag with the run's folder, set when the MLflow run is created."""

UI_ADDRESS = "http://127.0.0.1:5000"

# MLflow 3 truncates longer values without an error, and rejects larger batches
MAX_PARAMETER, MAX_TAG = 6000, 8000
BATCH = 100
MAX_DIGEST = 36

T = TypeVar("T")


class Mlflow(Tracker):
    """Log runs in MLflow.

    Parameters
    ----------
    uri
        MLflow's tracking URI; None for the SQLite database in ``folder``.
    folder
        Outputs folder, with the database and, unless a server decides otherwise, the runs' files.
    experiment
        Name of the MLflow experiment; None for the one named by the command.
    """

    def __init__(self, *, uri: Text | None, folder: Text, experiment: Text | None) -> None:
        self.folder = Path(folder).resolve()
        self.place = find_place(uri, self.folder)
        self.experiment = experiment
        self._is_named = uri is not None

    def start(self, facts: RunFacts) -> "MlflowRun":
        """Start a run, or continue the one named in ``tracking.json`` of its folder."""
        check_writable(self.place)
        client = connect(self.place)
        run = self._recorded(client, facts.folder)
        if run is None:
            run = self._create(client, facts)
        else:
            self._check_inside(client, run.info.experiment_id, run.info.artifact_uri)
            _reopen(client, run)
        live = MlflowRun(client, run=run, folder=facts.folder, address=self._address())
        live.describe(facts)
        self._record(live, facts.folder)
        return live

    def _create(self, client: Client, facts: RunFacts) -> Any:
        experiment = find_experiment(client, self.place, self.experiment or facts.experiment)
        self._check_inside(client, experiment)
        run = _begun(client, experiment, facts.folder)
        if run is None:
            parent = self._recorded(client, facts.parent) if facts.parent else None
            above = {PARENT: parent.info.run_id} if parent else {}
            tags = {FOLDER: str(facts.folder.resolve()), **above}
            run = client.create_run(experiment, run_name=facts.name, tags=tags)
        if facts.datasets:
            _log_datasets(client, run, facts.datasets)
        return run

    def _check_inside(self, client: Client, experiment: str, *more: str) -> None:
        """Check that the outputs folder's database stores files in the folder; a database that was named may not."""
        if self.place == default_place(self.folder) and not self._is_named:
            for files in (client.get_experiment(experiment).artifact_location, *more):
                check_inside(files, self.place, self.folder)

    def _recorded(self, client: Client, folder: Path) -> Any:
        """Return the run recorded in the folder; None if there is none or it was deleted."""
        from mlflow.exceptions import MlflowException

        record = folder / RECORD
        known = read_json(record) if record.is_file() else {}
        if "run_id" not in known:
            return None
        try:
            run = client.get_run(str(known.get("run_id")))
        except MlflowException:
            return None
        return run if run.info.lifecycle_stage == "active" else None

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


class MlflowRun(TrackedRun):
    """A run in MLflow that has started.

    Parameters
    ----------
    client
        An ``MlflowClient``.
    run
        The MLflow run.
    folder
        Folder of the run.
    address
        Address of the user interface, or the command that starts it.
    """

    def __init__(self, client: Client, *, run: Any, folder: Path, address: str) -> None:
        self.client = client
        self.run_id: str = run.info.run_id
        self.experiment_id: str = run.info.experiment_id
        self.folder = folder
        self.address = address
        self._known: Mapping[str, str] = run.data.params
        self._last_pass = _last_step(client, run)

    @property
    def link(self) -> str:
        """Command that starts the user interface, and the address of the run in it."""
        return f"{self.address}/#/experiments/{self.experiment_id}/runs/{self.run_id}"

    def describe(self, facts: RunFacts) -> None:
        """Log parameters and tags; parameters cannot change, so a value that differs on resuming becomes a tag."""
        from mlflow.entities import Param, RunTag

        parameters = self._fitting("parameters", facts.parameters, MAX_PARAMETER)
        changed = {f"resumed.{k}": v for k, v in parameters.items() if self._known.get(k, v) != v}
        tags = self._fitting("tags", {STATE: "running", **facts.tags, **changed}, MAX_TAG)
        new = [Param(name, value) for name, value in parameters.items() if name not in self._known]
        with uninterrupted():
            for params in _batches(new, BATCH):
                self.client.log_batch(self.run_id, params=params)
            for some in _batches([RunTag(name, value) for name, value in tags.items()], BATCH):
                self.client.log_batch(self.run_id, tags=some)

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of one pass in one write; passes that a resumed run repeats are skipped."""
        if pass_ > self._last_pass:
            self._log(metrics, pass_)
            self._last_pass = pass_

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses of MLflow's comparison and chart pages of this run's children."""
        children = self.client.search_runs([self.experiment_id], children_of(self.run_id), max_results=MAX_COMPARED)
        found = {run.data.tags.get("trial", ""): run.info.run_id for run in children}
        ordered = [found[trial] for trial in view.order if trial in found]
        chart = chart_view(
            self.folder.parent.name,
            parent_id=self.run_id,
            objective=view.objective,
            maximize=view.maximize,
            curves=view.curves,
            options=view.options,
            now_ms=time.time_ns() // 1_000_000,
        )
        self.client.set_experiment_tag(self.experiment_id, *chart)
        rest = [run for run in found.values() if run not in ordered]
        address = self.address.split()[-1]  # without the command that starts the server
        return (
            comparison_link(address, self.experiment_id, [*ordered, *rest]),
            view_link(address, self.experiment_id, self.run_id),
        )

    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Log the final metrics, every file of the run's folder, and the model; then set the run's state."""
        self._log(metrics, max(self._last_pass, 0))  # MLflow shows the value of the highest step
        upload(self.client, self.run_id, self.folder)
        if model is not None and not self._has_model():
            log_model(self.client, model, experiment_id=self.experiment_id, run_id=self.run_id)
        self.client.set_tag(self.run_id, STATE, state)
        self.client.set_terminated(self.run_id, "FINISHED")
        mark_complete(self.folder)

    def fail(self, error: BaseException) -> None:
        """Set the status and its reason: KILLED after Ctrl-C, otherwise FAILED with the error message as a tag."""
        hide_in(error)
        reason = str(error).strip() or type(error).__name__
        status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        with uninterrupted():
            self.client.set_tag(self.run_id, FAILURE, reason[:MAX_TAG])
            self.client.set_tag(self.run_id, STATE, status.lower())
            self.client.set_terminated(self.run_id, status)

    def _has_model(self) -> bool:
        """Return whether a model was logged, in full, when the run was sent before."""
        logged = self.client.get_run(self.run_id).outputs
        return bool(logged and logged.model_outputs)

    def _log(self, metrics: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = time.time_ns() // 1_000_000
        finite = {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
        names = legal_names(finite)
        made = [Metric(names[name], value, now, step) for name, value in finite.items()]
        with uninterrupted():
            for batch in _batches(made, 10 * BATCH):
                self.client.log_batch(self.run_id, metrics=batch)

    def _fitting(self, kind: str, values: Mapping[str, object], limit: int) -> dict[str, str]:
        """Return legal names with values within the limit; longer values go to a file and are replaced by a digest."""
        names = legal_names(values)
        return {
            names[key]: self._fit(kind, names[key], without_secrets(str(value)), limit) for key, value in values.items()
        }

    def _fit(self, kind: str, name: str, text: str, limit: int) -> str:
        if len(text) <= limit:
            return text
        file = f"{kind}/{name}.txt"
        self.client.log_text(self.run_id, text, file)
        return f"sha256 {digest(text)}, {len(text)} characters in the artefact {file}"


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


def _last_step(client: Client, run: Any) -> int:
    """Return the last pass for which the run has metrics; -1 if there is none."""
    histories = (client.get_metric_history(run.info.run_id, name) for name in run.data.metrics)
    return max((metric.step for history in histories for metric in history), default=-1)


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


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
