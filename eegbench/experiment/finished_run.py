"""Finished runs, opened from their folders for ``eegbench explain``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eegbench.address import without_secrets
from eegbench.config import ConfigError, fill, read_json
from eegbench.experiment.base import Experiment, Explanation
from eegbench.experiment.options import ExplainOptions, read_explanation, stored_experiment
from eegbench.experiment.run_paths import CONFIG, check_written, located
from eegbench.tracking.database import database_file, find_place
from eegbench.tracking.database_file import FILE
from eegbench.tracking.record import RECORD
from eegbench.tracking.variables import URI, variable


@dataclass(frozen=True)
class Finished:
    """A finished run, and the options of its explanation.

    Attributes
    ----------
    folder
        Folder of the run.
    experiment
        Experiment of the run, with the current paths.
    not_tracked
        Reason why the tracker is not told of the maps; empty if it is.
    asked
        Options of the explanation.
    device
        Name of the device, as in the options.
    """

    folder: Path
    experiment: Experiment
    not_tracked: str
    asked: Explanation
    device: str


def open_finished(options: Mapping[str, Any], stored: dict[str, Any]) -> Finished:
    """Open the run that the options of ``eegbench explain`` name.

    Parameters
    ----------
    options
        Plain values, composed from this command line. Only their ``trust`` is used.
    stored
        Contents of the run's ``config.yaml``.

    Raises
    ------
    ConfigError
        If an option is wrong, or the stored options are not accepted.
    """
    root = fill(ExplainOptions, options, owner="explain")
    asked, folder = read_explanation(root, root.trust), Path(root.run)
    moved, outputs = located(stored, folder)
    experiment = stored_experiment(moved, root.trust, folder)
    check_written(moved, folder)
    return Finished(folder, experiment, _why_not_tracked(moved, outputs, folder), asked, root.device)


def _why_not_tracked(moved: Mapping[str, Any], outputs: Path | None, folder: Path) -> str:
    """Return the reason why the tracker that a run's options name is not used; empty if it is used.

    A run's folder may come from anywhere, so only the database of its own outputs folder is taken from it.
    """
    own, tracking = Path(str(moved["paths"]["outputs"])).resolve(), moved["tracking"]
    uri, place = tracking.get("uri"), tracking.get("folder", own)
    if uri is not None or Path(str(place)).resolve() != own:
        return (
            f"the run's config.yaml names {without_secrets(str(uri or place))} for tracking, and only a command line "
            "may choose where data are sent, so its maps are written to its folder only; send them there with: "
            f"eegbench track {folder} --tracking-uri URI"
        )
    if "uri" in tracking and (named := variable(URI)):
        return _why_not_named(find_place(None, own).public_uri, without_secrets(named), folder)
    if "uri" in tracking and not is_kept_in(outputs or own, folder):
        return "the run is not in the MLflow database of its outputs folder, so its maps are written to its folder only"
    return ""


def _why_not_named(uri: str, named: str, folder: Path) -> str:
    """Return the reason why the tracker of the user's environment is not used; empty if the run is in it."""
    record = folder / RECORD
    if record.is_file() and read_json(record).get("uri") == uri:
        return ""
    return (
        f"the run is not in the MLflow store that {URI}={named} names, so its maps are written to its folder only; "
        f"send them there with: eegbench track {folder}"
    )


def explained_before(stored: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the options below ``explain`` in a run's ``config.yaml``.

    Raises
    ------
    ConfigError
        If the file has no such options.
    """
    own = stored.get("explain")
    if not isinstance(own, Mapping):
        raise ConfigError(f"{folder / CONFIG}: explain is not a mapping of options.")
    return {str(name): value for name, value in own.items()}


def is_kept_in(outputs: Path, folder: Path) -> bool:
    """Return whether the database of an outputs folder contains a run, also if both were moved together.

    Parameters
    ----------
    outputs
        Outputs folder that contains the run's folder now.
    folder
        Folder of the run.
    """
    record, own = folder / RECORD, database_file(outputs)
    kept = str(read_json(record).get("uri")) if record.is_file() else ""
    is_here = kept == f"{FILE}{own}"
    is_moved = kept.startswith(FILE) and not Path(kept.removeprefix(FILE)).is_file()
    return own.is_file() and (is_here or is_moved)
