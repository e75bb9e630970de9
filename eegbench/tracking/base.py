"""What a tracker promises: a run's facts first, its metrics a pass, in the end its files and its model."""

import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_log = logging.getLogger(__name__)

RETRY_S = 60.0
"""How long training goes on before a tracker that did not answer is tried again."""


@dataclass(frozen=True)
class DatasetFacts:
    """The data that one part of a run used.

    Attributes
    ----------
    name
        Name of the dataset.
    digest
        Identifies the content; MLflow keeps its first 36 characters.
    source
        The folder or address that it was read from.
    context
        What it was used for: ``train``, ``valid`` or ``test``.
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
    """What is known of a run before it begins.

    Attributes
    ----------
    experiment
        The experiment that the run belongs to, unless the tracker's own option names another.
    name
        Name of the run.
    folder
        The run's folder.
    parameters
        The options of the run, flat, with dotted keys.
    tags
        Versions, git state and other facts that are not options.
    datasets
        The data that it uses.
    parent
        Folder of the run that it stands below; None where it stands by itself.
    """

    experiment: str
    name: str
    folder: Path
    parameters: Mapping[str, object]
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[DatasetFacts, ...] = ()
    parent: Path | None = None


@dataclass(frozen=True)
class ServedModel:
    """A model in files, and the module that reads them, so that nothing need be pickled.

    Attributes
    ----------
    loader
        The name of an installed module whose ``_load_pyfunc(path)`` returns a `eegbench.tracking.served.Served`.
    folder
        The model's files.
    input_shape
        Shape of one example, (n_channels, n_times); the input is float32 (n, n_channels, n_times).
    n_outputs
        Number of classes; the output is float32 (n, n_outputs).
    metadata
        What a user must know of the input and output: channels, sampling rate, normalisation, classes.
    """

    loader: str
    folder: Path
    input_shape: tuple[int, ...]
    n_outputs: int
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class SweepView:
    """How the pages about a sweep's runs are to be arranged.

    Attributes
    ----------
    objective, maximize
        The metric that runs are sorted by, and whether a higher one is better.
    order
        Numbers of trials, the most interesting first.
    curves
        Metrics of passes to draw.
    options
        What varied, the most important first.
    """

    objective: str
    maximize: bool
    order: tuple[str, ...]
    curves: tuple[str, ...]
    options: tuple[str, ...]


class TrackedRun(ABC):
    """A run that has begun."""

    @property
    @abstractmethod
    def link(self) -> str:
        """What to open to see the run."""

    @abstractmethod
    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of one pass; those that are not finite are left out."""

    @abstractmethod
    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses that show the runs below this one side by side; none where there are no pages."""

    @abstractmethod
    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Keep the run's final metrics, every file of its folder, and its model; the run is then in this state."""

    @abstractmethod
    def fail(self, error: BaseException) -> None:
        """Record why the run ended early: killed by the user, or failed."""


class Tracker(ABC):
    """Keeps runs."""

    @abstractmethod
    def start(self, facts: RunFacts) -> TrackedRun:
        """Begin a run, or continue the one that the run's folder already belongs to.

        Raises
        ------
        ValueError
            Where the place that keeps the runs does not answer or cannot be written, before any long work.
        """


class LenientRun(TrackedRun):
    """A run whose metrics of passes may come late, so that a tracker that does not answer ends no training.

    What was not taken is tried again with a later pass, and by `finish`, which alone raises.

    Parameters
    ----------
    run
        The run as its tracker keeps it.
    """

    def __init__(self, run: TrackedRun) -> None:
        self.run = run
        self._waiting: list[tuple[int, Mapping[str, float]]] = []
        self._again_s = -math.inf

    @property
    def link(self) -> str:
        """What to open to see the run."""
        return self.run.link

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Keep the metrics of one pass, with those that wait."""
        self._waiting.append((pass_, metrics))
        if time.monotonic() < self._again_s:
            return
        try:
            self._send()
        except Exception as error:  # noqa: BLE001  what is not taken waits
            if self._again_s == -math.inf:
                _log.warning("the tracker takes no records (%s); training goes on, and they are tried again", error)
            self._again_s = time.monotonic() + RETRY_S

    def pages(self, view: SweepView) -> tuple[str, ...]:
        """Return the addresses that show the runs below this one side by side; none where there are no pages."""
        return self.run.pages(view)

    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Keep what waits, the run's final metrics, every file of its folder, and its model."""
        self._send()
        self.run.finish(metrics=metrics, model=model, state=state)

    def fail(self, error: BaseException) -> None:
        """Record why the run ended early."""
        self.run.fail(error)

    def _send(self) -> None:
        while self._waiting:
            self.run.log_pass(*self._waiting[0])
            del self._waiting[0]


@contextmanager
def tracked(tracker: Tracker, facts: RunFacts, *, outcomes: tuple[type[Exception], ...] = ()) -> Iterator[TrackedRun]:
    """Begin a run, and record the reason where its block ends with an exception, which is raised again.

    Parameters
    ----------
    tracker
        Keeps the run.
    facts
        What is known of it.
    outcomes
        Exceptions that are an outcome of a run that was finished already; they are not recorded.
    """
    run = LenientRun(tracker.start(facts))
    try:
        yield run
    except outcomes:
        raise
    except BaseException as error:
        _record(run, error)
        raise


def _record(run: TrackedRun, error: BaseException) -> None:
    try:
        run.fail(error)
    except Exception as second:  # noqa: BLE001  the first error is the one to show
        error.add_note(f"The tracker could not record this failure either: {second}")
