"""Download of a dataset by name, and simulation of nights to a folder, from overrides of ``eegbench train``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eegbench.launch.data_arguments import as_experiment
from eegbench.launch.data_list import names
from eegbench.launch.override import is_override, value_of
from eegbench.progress import tell
from eegbench.text import near

if TYPE_CHECKING:  # so that --help need not import pandas
    from eegbench.types import Recording


def fetch(words: Sequence[str], config_dir: str | None) -> str:
    """Download the missing part of a dataset, and return what is there, with the command that uses it.

    Raises
    ------
    ValueError
        If no dataset is named, or the named one is not downloaded.
    FileNotFoundError
        If the download fails; the message contains the address.
    """
    named = [word for word in words if not is_override(word)]
    overrides = [word for word in words if is_override(word)]
    if len(named) != 1:
        raise ValueError("data fetch: one data set is expected, say sleep_physionet; `eegbench data list` has all.")
    (name,) = named
    if name not in names() and not config_dir:
        raise ValueError(f"data fetch {name}: there is no such data set{near(name, names())}; `eegbench data list`.")
    dataset = as_experiment(["name=data", f"dataset={name}", *overrides], config_dir).dataset
    folder = dataset.download_folder
    if folder is None:
        raise ValueError(
            f"data fetch {name}: nothing is downloaded for it: it simulates nights, joins sets or reads your own "
            "files. `eegbench data list` shows which sets are published."
        )
    if _is_own(dataset.source):
        raise ValueError(
            f"data fetch {name}: a run reads {dataset.source}, and downloads nothing into it; leave dataset.root or "
            f"paths.roots.{name} out."
        )
    tell(f"{name}: downloading what is missing in {folder.resolve()}")
    found = dataset.recordings()
    line = " ".join(["eegbench train", f"dataset={name}", *overrides])
    return f"{_counted(found)} in {folder.resolve()}\nuse them: {line}"


def simulate(words: Sequence[str], config_dir: str | None, out: Path) -> str:
    """Write simulated nights to a folder, and return what is there, with the command that uses it.

    Raises
    ------
    ValueError
        If another dataset is named, or the folder contains other files.
    """
    from eegbench.dataset.simulated_files import Simulated, simulate_into

    if strange := [word for word in words if not is_override(word)]:
        raise ValueError(
            f"data simulate {strange[0]}: an override is expected; name the folder with --out {strange[0]}."
        )
    named = value_of(words, "dataset") or "simulated_sleep"
    rest = [word for word in words if not word.startswith("dataset=")]
    dataset = as_experiment(["name=data", f"dataset={named}", *rest], config_dir).dataset
    if not isinstance(dataset, Simulated):
        raise ValueError(f"dataset={named}: is not simulated; choose simulated_sleep or simulated_dod.")
    n_nights = dataset.card.n_recordings
    tell(f"simulating {n_nights} night{'s' * (n_nights != 1)} in {out.resolve()}")
    found = simulate_into(dataset, out)
    line = f"eegbench train dataset={dataset.reader} dataset.root={out}"
    return f"{_counted(found)} in {out.resolve()}\nuse them: {line}"


def _is_own(source: str | None) -> bool:
    """Return whether the user named a folder; MOABB's source is a name."""
    return source is not None and not source.startswith("moabb.")


def _counted(found: "Sequence[Recording]") -> str:
    n_subjects = len({one.subject for one in found})
    return f"{len(found)} recording{'s' * (len(found) != 1)} of {n_subjects} subject{'s' * (n_subjects != 1)}"
