"""Keeps a run in its folder alone, for those who want no database."""

from collections.abc import Mapping
from pathlib import Path

from eegbench.tracking.base import RunFacts, ServedModel, SweepView, TrackedRun, Tracker


class Folder(Tracker):
    """Leaves it at the run's folder: the command has written everything there already."""

    def start(self, facts: RunFacts) -> "FolderRun":
        """Begin a run, or continue the one in the folder."""
        return FolderRun(facts.folder)


class FolderRun(TrackedRun):
    """A run whose folder says it all.

    Parameters
    ----------
    folder
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def link(self) -> str:
        """The run's folder."""
        return str(self.folder)

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Do nothing: the history stands in the folder."""

    def pages(self, view: SweepView) -> tuple[str, ...]:  # noqa: ARG002
        """Return nothing: folders have no pages."""
        return ()

    def finish(self, *, metrics: Mapping[str, float], model: ServedModel | None, state: str = "complete") -> None:
        """Do nothing: scores and model stand in the folder."""

    def fail(self, error: BaseException) -> None:
        """Do nothing: the error is shown to the user, and the folder stays as it is."""
