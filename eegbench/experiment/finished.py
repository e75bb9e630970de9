"""Open a finished run again: its experiment as its folder describes it, for a command with options of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, fill, read_json
from eegbench.experiment.base import Experiment, Explanation
from eegbench.experiment.options import ExplainOptions, read_explanation, stored_experiment
from eegbench.experiment.run_place import CONFIG, located
from eegbench.tracking.database import database_file
from eegbench.tracking.database_file import FILE


@dataclass(frozen=True)
class Finished:
    """A finished run, and what is asked of it.

    Attributes
    ----------
    folder
        The run's folder.
    experiment
        What was run, with paths where the folder is now.
    has_moved
        Whether the outputs folder was elsewhere when the run was made.
    asked
        How its network is explained.
    device
        As in the options.
    """

    folder: Path
    experiment: Experiment
    has_moved: bool
    asked: Explanation
    device: str


def open_finished(options: Mapping[str, Any], stored: dict[str, Any]) -> Finished:
    """Return the run that the options of ``eegbench explain`` name.

    Parameters
    ----------
    options
        Plain values, composed from this command line: their ``trust`` counts.
    stored
        What the run's ``config.yaml`` says.

    Raises
    ------
    ConfigError
        Where an option is wrong, or what is stored is not accepted.
    """
    root = fill(ExplainOptions, options, owner="explain")
    asked, folder = read_explanation(root, root.trust), Path(root.run)
    moved, outputs = located(stored, folder)
    experiment = stored_experiment(moved, root.trust, folder)
    return Finished(folder, experiment, outputs is not None and not is_kept_in(outputs, folder), asked, root.device)


def explained_before(stored: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a run was explained by, from its ``config.yaml``.

    Raises
    ------
    ConfigError
        Where the file holds no such options.
    """
    own = stored.get("explain")
    if not isinstance(own, Mapping):
        raise ConfigError(f"{folder / CONFIG}: explain holds no mapping of options.")
    return {str(name): value for name, value in own.items()}


def is_kept_in(outputs: Path, folder: Path) -> bool:
    """Say whether the database of an outputs folder keeps a run: by its record, or as it moved with the folder.

    Parameters
    ----------
    outputs
        The outputs folder in which the run's folder lies now.
    folder
        The run's folder.
    """
    record, own = folder / "tracking.json", database_file(outputs)
    kept = str(read_json(record).get("uri")) if record.is_file() else ""
    if kept == f"{FILE}{own}":
        return True
    return own.is_file() and kept.startswith(FILE) and not Path(kept.removeprefix(FILE)).is_file()
