"""Base class of trackers: facts of a run at its start, metrics after each pass, files and model at its end."""

import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from eegbench.address import hide_in

_log = logging.getLogger(__name__)

RETRY_S = 60.0
"""Seconds of training before a tracker that did not answer is tried again."""


EXTENDED = "extended"
"""Tag of a run that was trained for more passes after it had been finished: the earlier numbers of passes."""


@dataclass(frozen=True)
class DatasetFacts:
    """Data that a run used for one purpose.

    Attributes
    ----------
    name
        Name of the dataset.
    digest
        Digest of the content; MLflow stores its first 36 characters.
    source
        Folder or address of the data.
    context
        Purpose: ``train``, ``valid`` or ``test``.
    profile
        Counts: ``n_subjects``, ``n_recordings``, ``n_windows``, …
    """

    name: str
    digest: str
    source: str
    context: str
    profile: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class RunFacts:
    """Facts of a run that are known before it starts.

    Attributes
    ----------
    experiment
        Experiment that the run belongs to, unless the tracker's own option names another.
    name
        Name of the run.
    folder
        Folder of the run.
    parameters
        Options of the run, flat, with dotted keys.
    tags
        Versions, git state and other facts that are not options.
    datasets
        Data that the run uses.
    parent
        Folder of the parent run; None if there is no parent.
    source
        Program that makes the run, such as ``eegbench train``.
    headline
        Patterns of the metrics that are logged, most important first (``*`` stands for any text); empty for all.
    """

    experiment: str
    name: str
    folder: Path
    parameters: Mapping[str, object]
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[DatasetFacts, ...] = ()
    parent: Path | None = None
    source: str = "eegbench"
    headline: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServedModel:
    """A model stored in files, with the module that loads them, so that no pickle is needed.

    Attributes
    ----------
    loader
        Name of an installed module whose ``_load_pyfunc(path)`` returns a `eegbench.tracking.served.Served`.
    folder
        Folder of the model's files.
    input_shape
        Shape of one example, (n_channels, n_times); the input is float32 (n, n_channels, n_times).
    classes
        Class names; the output has a column with the predicted name, and one with the probability of each class.
    metadata
        Requirements on input and output: channels, sampling rate, normalisation, classes.
    """

    loader: str
    folder: Path
    input_shape: tuple[int, ...]
    classes: tuple[str, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SweepView:
    """Arrangement of the pages about a sweep's runs.

    Attributes
    ----------
    objective, maximize
        Metric by which runs are sorted, and whether a higher value is better.
    order
        Numbers of trials, most interesting first.
    curves
        Metrics logged after each pass, to be plotted.
    options
        Varied options, most important first.
    """

    objective: str
    maximize: bool
    order: tuple[str, ...]
    curves: tuple[str, ...]
    options: tuple[str, ...]


class TrackedRun(ABC):
    """A run that has started."""

    @property
    @abstractmethod
    def link(self) -> str:
        """Address or path at which to view the run."""

    @abstractmethod
    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of one pass; values that are not finite are left out."""

    @abstractmethod
    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses of pages that compare the child runs; empty if the tracker has no pages."""

    @abstractmethod
    def finish(
        self,
        *,
        metrics: Mapping[str, float],
        model: ServedModel | None,
        state: str = "complete",
        description: str = "",
    ) -> None:
        """Log the final metrics, every file of the run's folder, and the model; then set the run's state.

        Parameters
        ----------
        metrics
            The final metrics.
        model
            Model of the run; None if there is none.
        state
            State of the run.
        description
            Text in Markdown about the outcome, which may show pictures of the run's folder; empty to keep an older one.
        """

    @abstractmethod
    def fail(self, error: BaseException, state: str = "failed") -> None:
        """Record the reason for which the run ended early: stopped by the user, or an error, and the run's state."""


class Tracker(ABC):
    """Interface of trackers, which log runs."""

    @abstractmethod
    def start(self, facts: RunFacts) -> TrackedRun:
        """Start a run, or continue the run to which the folder already belongs.

        Raises
        ------
        ValueError
            If the tracking store does not answer or is not writable; raised before any long computation.
        """


class LenientRun(TrackedRun):
    """A run that logs late rather than ending training if the tracker does not answer.

    Metrics that could not be logged are retried after a later pass and in `finish`, the only method that raises.

    Parameters
    ----------
    run
        Run as returned by the tracker.
    """

    def __init__(self, run: TrackedRun) -> None:
        self.run = run
        self._waiting: list[tuple[int, Mapping[str, float]]] = []
        self._again_s = -math.inf

    @property
    def link(self) -> str:
        """Address or path at which to view the run."""
        return self.run.link

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of one pass, and those still pending."""
        self._waiting.append((pass_, metrics))
        if time.monotonic() < self._again_s:
            return
        try:
            self._send()
        except Exception as error:  # noqa: BLE001  retried later
            hide_in(error)
            if self._again_s == -math.inf:
                _log.warning("the tracker does not answer (%s); training continues and will retry", error)
            self._again_s = time.monotonic() + RETRY_S

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses of pages that compare the child runs; empty if the tracker has no pages."""
        return self.run.pages(view)

    def finish(
        self,
        *,
        metrics: Mapping[str, float],
        model: ServedModel | None,
        state: str = "complete",
        description: str = "",
    ) -> None:
        """Log pending metrics, the final metrics, every file of the run's folder, and the model."""
        self._send()
        self.run.finish(metrics=metrics, model=model, state=state, description=description)

    def fail(self, error: BaseException, state: str = "failed") -> None:
        """Record the reason for which the run ended early, and its state."""
        self.run.fail(error, state)

    def _send(self) -> None:
        while self._waiting:
            self.run.log_pass(*self._waiting[0])
            del self._waiting[0]


@contextmanager
def tracked(
    tracker: Tracker,
    facts: RunFacts,
    *,
    outcomes: tuple[type[Exception], ...] = (),
    states: Mapping[type[Exception], str] = MappingProxyType({}),
) -> Iterator[TrackedRun]:
    """Start a run; if its block raises an exception, record the reason and raise it again.

    Parameters
    ----------
    tracker
        Logs the run.
    facts
        Facts of the run.
    outcomes
        Exceptions that are an outcome of a run that was finished already; they are not recorded.
    states
        States of runs that end with other exceptions than errors of the program, such as ``diverged``.
    """
    run = LenientRun(tracker.start(facts))
    try:
        yield run
    except outcomes:
        raise
    except BaseException as error:
        _record(run, error, next((state for kind, state in states.items() if isinstance(error, kind)), "failed"))
        raise


def _record(run: TrackedRun, error: BaseException, state: str) -> None:
    try:
        run.fail(error, state)
    except Exception as second:  # noqa: BLE001  the first error is the one to show
        hide_in(second)
        error.add_note(f"The tracker could not record this failure either: {second}")
