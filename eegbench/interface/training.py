"""Training of one run from Python."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from eegbench.address import kept
from eegbench.config import ConfigError, read_json, read_plain
from eegbench.experiment.run_folder import SUMMARY
from eegbench.experiment.run_paths import CONFIG
from eegbench.interface.finished_run import Run, load_run
from eegbench.interface.python_error import python_errors
from eegbench.launch.training import train_once

TWIN = "same_as.json"
"""File that names an identical finished run, in place of results (``sweep.skip_finished=true``)."""


def train(overrides: Sequence[str] = (), *, config_dir: str | PathLike[str] | None = None) -> Run:
    """Train an encoder, evaluate it with probes, and return the finished run.

    The run is that of ``eegbench train`` with the same overrides: the same folder, files and scores. Tables are
    printed on standard output and progress on standard error. Several calls in one process give the same results
    as one process each. Random states, Hydra's instances and the log of the process are restored at the end.

    Parameters
    ----------
    overrides
        Overrides of ``eegbench train``, each as on the command line but without the quotes of a shell:
        ``["dataset=simulated_sleep", "trainer.max_passes=3", "seed=3"]``. ``resume=FOLDER`` finishes an interrupted
        run.
    config_dir
        Folder of your own options, as for ``--config-dir``.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    ConfigError
        A `ValueError`: if an option is wrong, or the overrides are those of a multirun.
    ValueError, FileNotFoundError
        If options and recordings do not fit, or recordings are missing. The message says what to do.

    Examples
    --------
    >>> run = eegbench.train(["dataset.n_subjects=6", "trainer.max_passes=2"])  # doctest: +SKIP
    >>> run.scores.query("split == 'test'")  # doctest: +SKIP
    """
    if isinstance(overrides, str):
        raise TypeError(f"Expected a list of overrides, got the text {overrides!r}; give [{overrides!r}].")
    with python_errors():
        folder = train_once([kept(str(word)) for word in overrides], None if config_dir is None else str(config_dir))
        if (folder / TWIN).is_file():
            folder = Path(str(read_json(folder / TWIN)["folder"]))
        if not (folder / SUMMARY).is_file():
            raise ConfigError(f"{folder}: the run did not finish; its messages are above.")
    options = read_plain(folder / CONFIG)
    return load_run(
        folder, trust=tuple(options.get("trust") or ()), device=str(options["device"]), config_dir=config_dir
    )
