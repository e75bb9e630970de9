"""Send the finished runs of some folders to MLflow, one after the other; one that fails does not stop the others."""

from collections.abc import Sequence
from pathlib import Path

from eegbench.config import read_plain
from eegbench.experiment.run_paths import CONFIG, check_written, located
from eegbench.experiment.sending import send_finished
from eegbench.launch.exit_status import failed
from eegbench.own_files import check_own_files
from eegbench.progress import tell
from eegbench.tracking.mlflow import Mlflow


def send_runs(folders: Sequence[Path], outputs: Path | None, uri: str | None) -> int:
    """Send runs, print the address of each page, and return the exit status.

    Parameters
    ----------
    folders
        Folders of finished runs.
    outputs
        Outputs folder with the database; None for the one in which a run lies.
    uri
        MLflow's tracking URI; None for the database in the outputs folder.
    """
    status = 0
    for folder in folders:
        try:
            place = outputs or _outputs_of(folder)
            tell(f"sending {folder}")
            print(send_finished(folder, Mlflow(uri=uri, folder=str(place), experiment=None)))
        except (ValueError, OSError) as error:
            status = failed(error)
    return status


def _outputs_of(folder: Path) -> Path:
    """Return the outputs folder in which a run lies; one that its options name is not just believed."""
    check_own_files(folder)
    options, _ = located(read_plain(folder / CONFIG), folder)
    check_written(options, folder)
    return Path(str(options["paths"]["outputs"]))
