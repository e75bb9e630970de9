"""Tracking in the run's folder only, without a database."""

from collections.abc import Mapping
from pathlib import Path

from eegbench.tracking.base import RunFacts, ServedModel, SweepView, TrackedRun, Tracker


class Folder(Tracker):
    """Log nothing elsewhere: the command writes everything to the run's folder."""

    def start(self, facts: RunFacts) -> "FolderRun":
        """Start a run, or continue the one in the folder."""
        return FolderRun(facts.folder)


class FolderRun(TrackedRun):
    """A run that is stored in its folder only.

    Parameters
    ----------
    folder
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def link(self) -> str:
        """Folder of the run."""
        return str(self.folder)

    def log_pass(self, pass_: int, metrics: Mapping[str, float]) -> None:
        """Do nothing: the history is in the folder."""

    def pages(self, view: SweepView) -> tuple[str, ...]:  # noqa: ARG002
        """Return an empty tuple: folders have no pages."""
        return ()

    def finish(
        self,
        *,
        metrics: Mapping[str, float],
        model: ServedModel | None,
        state: str = "complete",
        description: str = "",
    ) -> None:
        """Do nothing: scores and model are in the folder."""

    def fail(self, error: BaseException, state: str = "failed") -> None:
        """Do nothing: the error is shown to the user, and the folder stays unchanged."""
