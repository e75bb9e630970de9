"""Explanation of a finished run: maps are written to its folder and logged to its run in MLflow."""

from eegbench.config import read_json
from eegbench.environment import choose_device, keep_freed_memory
from eegbench.experiment.data import open_data
from eegbench.experiment.documents import write_documents
from eegbench.experiment.explanation import explain, explained_network
from eegbench.experiment.finished_run import Finished
from eegbench.experiment.method_checks import check_explained
from eegbench.experiment.recordings import check_named, places
from eegbench.experiment.run_folder import SUMMARY
from eegbench.experiment.split_file import check_split
from eegbench.experiment.steps import Steps
from eegbench.experiment.tracker_facts import run_facts
from eegbench.progress import tell
from eegbench.report.console import print_place, tell_failures
from eegbench.sweep.sweep_context import SweepContext
from eegbench.tracking.base import tracked


def explain_finished(finished: Finished) -> None:
    """Write the maps of a finished run, and print their folder.

    Parameters
    ----------
    finished
        Run, and options of its explanation.
    """
    check_explained(finished.asked, finished.experiment)
    keep_freed_memory()
    check_named(finished.folder)
    explained_network(finished.asked, finished.experiment, finished.folder)  # before windows are read
    data = open_data(finished.experiment, choose_device(finished.device), places(finished.experiment, finished.folder))
    check_split(data, finished.folder)
    metrics = explain(finished.asked, finished.experiment, data, finished.folder)
    _write_documents(finished)
    if finished.not_tracked:
        tell(finished.not_tracked)
        return
    facts = run_facts(finished.experiment, data, finished.folder, SweepContext())
    with tracked(finished.experiment.tracker, facts) as run:  # last: a failure above leaves the run in MLflow unchanged
        run.finish(metrics=metrics, model=None)
    print_place(finished.folder / "figures" / finished.asked.explained.folder, run.link)


def _write_documents(finished: Finished) -> None:
    """Write the run's documents again, with its maps; if that fails, the maps are kept."""
    steps, folder = Steps(), finished.folder
    with steps.optional_step("documents"):
        write_documents(finished.experiment, read_json(folder / SUMMARY), folder, by="eegbench explain")
    tell_failures(steps.failures, folder, finished.experiment.trusted)
