"""A run in MLflow: metrics after each pass; files, model and description at its end."""

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from eegbench.address import hide_in, without_secrets
from eegbench.tracking.base import EXTENDED, RunFacts, ServedModel, SweepView, TrackedRun
from eegbench.tracking.chart_view import chart_view, view_link
from eegbench.tracking.database import Client
from eegbench.tracking.legal_names import digest, legal_names
from eegbench.tracking.links import MAX_COMPARED, children_of, comparison_link, run_page
from eegbench.tracking.logged_model import log_model
from eegbench.tracking.record import mark_complete
from eegbench.tracking.uninterrupted import uninterrupted
from eegbench.tracking.upload import upload
from eegbench.tracking.variables import SYSTEM, SystemMetrics, measure_system

FAILURE = "failure"
"""Tag with the reason for which a run ended early."""

STATE = "state"
"""Tag with the state of a run: running, complete, pruned, diverged, failed or killed."""

RESUMED = "resumed."
"""Start of the tags with options that differ from the parameters logged first, which MLflow cannot change."""

NOTE = "mlflow.note.content"
"""Tag with the description that MLflow shows on the run's page, in Markdown."""

# MLflow 3 truncates longer values without an error, and rejects larger batches
MAX_PARAMETER, MAX_TAG = 6000, 8000
BATCH = 100

PICTURE = re.compile(r"(!\[[^\]\n]*\]\()([\w./-]+)\)")
"""Picture of the run's folder in a description."""

MARK = re.compile(r" \([^)]*\)(?=/)")
"""Remark that follows the name of a split: ``test (within subject)/linear/accuracy``."""

T = TypeVar("T")


def with_pictures(description: str, run_id: str) -> str:
    """Return a description whose pictures are found by a reader of MLflow's pages: they are artefacts of the run."""
    return PICTURE.sub(rf"\1get-artifact?run_uuid={run_id}&path=\2)", description)


def _is_like(name: str, pattern: str) -> bool:
    return fnmatchcase(MARK.sub("", name), pattern)


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
    headline
        Patterns of the metrics that are logged, most important first; empty for all.
    """

    def __init__(self, client: Client, *, run: Any, folder: Path, address: str, headline: Sequence[str] = ()) -> None:
        self.client = client
        self.run_id: str = run.info.run_id
        self.experiment_id: str = run.info.experiment_id
        self.folder = folder
        self.address = address
        self.headline = headline
        self._system = SystemMetrics()
        self._known: Mapping[str, str] = run.data.params
        self._last_pass = _last_step(client, run)
        self._is_extended = False

    @property
    def link(self) -> str:
        """Command that starts the user interface, and the address of the run in it."""
        return run_page(self.address, self.experiment_id, self.run_id)

    def describe(self, facts: RunFacts) -> None:
        """Log parameters and tags; parameters cannot change, so a value that differs on resuming becomes a tag."""
        from mlflow.entities import Param, RunTag

        parameters = self._fitting("parameters", facts.parameters, MAX_PARAMETER)
        self._is_extended = EXTENDED in facts.tags
        changed = {f"{RESUMED}{k}": v for k, v in parameters.items() if self._known.get(k, v) != v}
        tags = self._fitting("tags", {STATE: "running", **facts.tags, **changed}, MAX_TAG)
        new = [Param(name, value) for name, value in parameters.items() if name not in self._known]
        with uninterrupted():
            for params in _batches(new, BATCH):
                self.client.log_batch(self.run_id, params=params)
            for some in _batches([RunTag(name, value) for name, value in tags.items()], BATCH):
                self.client.log_batch(self.run_id, tags=some)

    def measure(self, uri: str) -> None:
        """Log the use of the machine until the run ends, if the user's environment variables ask for it."""
        self._system = measure_system(self.run_id, uri)

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of one pass in one write; passes that a resumed run repeats are skipped."""
        if pass_ > self._last_pass:
            self._log(metrics, pass_)
            self._last_pass = pass_

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses of MLflow's comparison and chart pages of this run's children."""
        children = self.client.search_runs([self.experiment_id], children_of(self.run_id), max_results=MAX_COMPARED)
        found = {run.data.tags.get("trial", ""): run.info.run_id for run in children}
        names = self._chosen(sorted({name for run in children for name in run.data.metrics}))
        scores = [next((name for name in names if name.startswith(split)), "") for split in ("test", "valid")]
        ordered = [found[trial] for trial in view.order if trial in found]
        chart = chart_view(
            self.folder.parent.name,
            parent_id=self.run_id,
            objective=view.objective,
            maximize=view.maximize,
            curves=view.curves,
            options=view.options,
            scores=list(filter(None, scores)),
            now_ms=time.time_ns() // 1_000_000,
        )
        self.client.set_experiment_tag(self.experiment_id, *chart)
        rest = [run for run in found.values() if run not in ordered]
        address = self.address.split()[-1]  # without the command that starts the server
        return (
            comparison_link(address, self.experiment_id, [*ordered, *rest]),
            view_link(address, self.experiment_id, self.run_id),
        )

    def finish(
        self,
        *,
        metrics: Mapping[str, float],
        model: ServedModel | None,
        state: str = "complete",
        description: str = "",
    ) -> None:
        """Log the final metrics, every file of the run's folder, and the model; then set the run's state.

        Raises
        ------
        ValueError
            If the run was deleted in MLflow in the meantime.
        """
        self._system.stop()
        self._check_active()
        self._log(metrics, max(self._last_pass, 0))  # MLflow shows the value of the highest step
        upload(self.client, self.run_id, self.folder)
        if model is not None and (self._is_extended or not self._has_model()):
            log_model(self.client, model, experiment_id=self.experiment_id, run_id=self.run_id)
        if description:
            self.client.set_tag(self.run_id, NOTE, with_pictures(description, self.run_id)[:MAX_TAG])
        self.client.set_tag(self.run_id, STATE, state)
        self.client.set_terminated(self.run_id, "FINISHED")
        mark_complete(self.folder)

    def fail(self, error: BaseException, state: str = "failed") -> None:
        """Set the status and its reason: KILLED after Ctrl-C, otherwise FAILED with the error message as a tag."""
        hide_in(error)
        self._system.stop()
        reason = str(error).strip() or type(error).__name__
        status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        with uninterrupted():
            self.client.set_tag(self.run_id, FAILURE, reason[:MAX_TAG])
            self.client.set_tag(self.run_id, STATE, "killed" if status == "KILLED" else state)
            self.client.set_terminated(self.run_id, status)

    def _check_active(self) -> None:
        if self.client.get_run(self.run_id).info.lifecycle_stage != "active":
            raise ValueError(
                f"the MLflow run {self.run_id} was deleted while it ran, so nothing more is logged there; repeat the "
                f"command, or restore the run in MLflow. Its files are in {self.folder}."
            )

    def _has_model(self) -> bool:
        """Return whether a model was logged, in full, when the run was sent before."""
        logged = self.client.get_run(self.run_id).outputs
        return bool(logged and logged.model_outputs)

    def _log(self, metrics: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = time.time_ns() // 1_000_000
        finite = {name: float(metrics[name]) for name in self._chosen(metrics) if math.isfinite(metrics[name])}
        names = legal_names(finite)
        made = [Metric(names[name], value, now, step) for name, value in finite.items()]
        with uninterrupted():
            for batch in _batches(made, 10 * BATCH):
                self.client.log_batch(self.run_id, metrics=batch)

    def _chosen(self, names: Iterable[str]) -> list[str]:
        """Return the names that the headline has, in its order; all if there is no headline."""
        if not self.headline:
            return list(names)
        places = {name: next((i for i, one in enumerate(self.headline) if _is_like(name, one)), None) for name in names}
        return sorted((name for name in places if places[name] is not None), key=lambda name: places[name] or 0)

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


def _last_step(client: Client, run: Any) -> int:
    """Return the last pass for which the run has metrics; -1 if there is none."""
    names = [name for name in run.data.metrics if not name.startswith(SYSTEM)]  # these are counted apart
    histories = (client.get_metric_history(run.info.run_id, name) for name in names)
    return max((metric.step for history in histories for metric in history), default=-1)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
