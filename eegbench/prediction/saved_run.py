"""Search for the saved network of a run, in the run's folder or among its files in MLflow."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, read_json
from eegbench.inference.dreem_import import import_dreem
from eegbench.inference.model_folder import NETWORK, model_folder
from eegbench.own_files import check_own_files
from eegbench.tracking.database import find_place
from eegbench.tracking.finished_runs import Archive

FILES = ("model.json", "model.safetensors")

SUMMARY = "summary.json"
"""File that marks a run as finished."""

PUBLISHED = ".safetensors"
"""Ending of the file of weights published with the Dreem Open Datasets."""

Fetch = Callable[[str], Path | None]
"""Function from the path of a file below a run's folder to its local path; None if the run has no such file."""


@dataclass(frozen=True)
class SavedNetwork:
    """A saved network, and access to the files of its run.

    Attributes
    ----------
    folder
        Folder of ``model.json`` and ``model.safetensors``.
    name
        Name of the predictor: ``network``, or the name of a probe; without a run, that of the folder or file.
    fetch
        Function that finds the files of its run; None if the network was saved without its run.
    """

    folder: Path
    name: str
    fetch: Fetch | None


def find_network(run: str, predictor: str, *, outputs: Path, tracking_uri: str | None, aside: Path) -> SavedNetwork:
    """Return a saved network.

    Parameters
    ----------
    run
        A run's folder, the folder of a saved network inside or outside a run, the weights of a published SimpleSleepNet
        (see `eegbench.inference.dreem_import`), or the id of a run in MLflow.
    predictor
        ``network``, ``probe`` (the main one), the name of a probe, or ``auto``: the network if there is one, else the
        main probe. The folder of a network has only its own predictor.
    outputs, tracking_uri
        Outputs folder whose database contains the run, or another database or server.
    aside
        Folder for files that must be downloaded from a server, or created.

    Raises
    ------
    FileNotFoundError
        If there is no such run, or it is not finished.
    ConfigError
        If the run has no such predictor.
    """
    folder = Path(run)
    if folder.is_dir():
        check_own_files(folder)
    if folder.suffix == PUBLISHED and folder.is_file():
        import_dreem(folder, aside / folder.stem)
        return _alone(aside / folder.stem, run, predictor)
    if not (folder / FILES[0]).is_file():
        return _of_run(run, predictor, _files_of(run, outputs=outputs, tracking_uri=tracking_uri, aside=aside))
    around = _run_around(folder.resolve())
    if around is None:
        return _alone(folder, run, predictor)
    place, own, main = around
    check_own_files(place)
    if predictor not in ("auto", own) and (predictor, own) != ("probe", main):
        raise ConfigError(
            f"--predictor {predictor}: --run {run} is the folder of the predictor {own}; omit --predictor, or "
            f"choose a predictor of the run with --run {place}."
        )
    return _of_run(str(place), own, _below(place))


def _alone(folder: Path, run: str, predictor: str) -> SavedNetwork:
    """Return a network without its run, which has only one predictor."""
    if predictor not in ("auto", folder.name):
        raise ConfigError(
            f"--predictor {predictor}: --run {run} is one saved network without its run, which has no other predictor; "
            "omit --predictor."
        )
    return SavedNetwork(folder, folder.name, None)


def _run_around(folder: Path) -> tuple[Path, str, str] | None:
    """Return the finished run whose folder contains a network, its predictor's name, and the main probe's."""
    for run in folder.parents[:2]:  # network, model, or probes/NAME
        if (run / SUMMARY).is_file():
            summary = read_json(run / SUMMARY)
            main = str(summary.get("main_probe"))
            for name in (NETWORK, main, *(summary.get("probes") or ())):
                if model_folder(run, name, main) == folder:
                    return run, name, main
    return None


def _files_of(run: str, *, outputs: Path, tracking_uri: str | None, aside: Path) -> Fetch:
    """Return access to the files of a run; the parameters are those of `find_network`."""
    folder = Path(run)
    if folder.is_dir():
        return _below(folder)
    if folder.parent != Path() or folder.exists():
        raise FileNotFoundError(f"--run {run}: no such folder; name a run's folder, or its id in MLflow.")
    archive = Archive(find_place(tracking_uri, outputs), aside)
    found = archive.get(run)
    return lambda name: archive.fetch(found, name)


def _below(folder: Path) -> Fetch:
    return lambda name: folder / name if (folder / name).is_file() else None


def _of_run(run: str, predictor: str, fetch: Fetch) -> SavedNetwork:
    file = fetch(SUMMARY)
    if file is None:
        raise FileNotFoundError(
            f"--run {run}: not a finished run ({SUMMARY} is missing); name the folder of one, or finish it with "
            "eegbench train resume=FOLDER."
        )
    summary = read_json(file)
    if summary.get("pruned"):
        raise ConfigError(f"--run {run}: the run was pruned in its sweep, so it has no network; choose another run.")
    name = _predictor(predictor, summary, has_network=fetch(f"{NETWORK}/{FILES[0]}") is not None)
    place = model_folder(Path(), name, str(summary.get("main_probe"))).as_posix()
    fetched = [fetch(f"{place}/{one}") for one in FILES]
    if fetched[0] is None or fetched[1] is None:
        raise ConfigError(_no_predictor(run, name, summary))
    return SavedNetwork(fetched[0].parent, name, fetch)


def _predictor(wanted: str, summary: Mapping[str, Any], *, has_network: bool) -> str:
    """Return ``network`` or the name of a probe."""
    main = str(summary.get("main_probe"))
    if wanted == "auto":
        return NETWORK if has_network else main
    return main if wanted == "probe" else wanted


def _no_predictor(run: str, name: str, summary: Mapping[str, Any]) -> str:
    controls = set(summary.get("fitted_with") or ())
    probes = [probe for probe in summary.get("probes") or () if probe not in controls]
    if name == NETWORK:
        return (
            f"--run {run}: has no network with a head for the classes, because its task has none; omit --predictor to "
            "use the main probe."
        )
    if name in probes:
        return (
            f"--predictor {name}: this probe has no head that can be saved (nearest neighbours have none), so it "
            f"cannot predict; choose another of the run's ({', '.join(one for one in probes if one != name)})."
        )
    near = difflib.get_close_matches(name, probes, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"--predictor {name}: --run {run} has the probes {', '.join(probes) or 'none'}{hint}"
