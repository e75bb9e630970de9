"""Find the saved network of a run, in the run's folder or where MLflow keeps the run's files."""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, read_json
from eegbench.inference.dreem_import import import_dreem
from eegbench.inference.model_folder import NETWORK, model_folder
from eegbench.tracking.database import find_place
from eegbench.tracking.finished import Archive

FILES = ("model.json", "model.safetensors")

SUMMARY = "summary.json"
"""A run that has one is finished."""

PUBLISHED = ".safetensors"
"""Ending of weights that were published with the Dreem Open Datasets."""

Fetch = Callable[[str], Path | None]
"""From the path of a file below a run's folder to where it lies here; None where the run has none."""


def find_network(run: str, predictor: str, *, outputs: Path, tracking_uri: str | None, aside: Path) -> tuple[Path, str]:
    """Return the folder of a saved network, and what the predictor is called.

    Parameters
    ----------
    run
        A run's folder, the folder of a saved network itself, the weights of a published SimpleSleepNet (see
        `eegbench.inference.dreem_import`), or the id of a run in MLflow.
    predictor
        ``network``, ``probe`` (the main one), the name of a probe, or ``auto``: the network where there is one, else
        the main probe.
    outputs, tracking_uri
        The outputs folder whose database keeps the run, or another database or server.
    aside
        A folder for files that must be fetched from a server, or made.

    Raises
    ------
    FileNotFoundError
        Where there is no such run, or it is not finished.
    ConfigError
        Where the run has no such predictor.
    """
    folder = Path(run)
    if folder.suffix == PUBLISHED and folder.is_file():
        import_dreem(folder, aside / folder.stem)
        return aside / folder.stem, folder.stem
    fetch = files_of(run, outputs=outputs, tracking_uri=tracking_uri, aside=aside)
    return (folder, folder.name) if fetch is None else _of_run(run, predictor, fetch)


def files_of(run: str, *, outputs: Path, tracking_uri: str | None, aside: Path) -> Fetch | None:
    """Return where the files of a run lie; None of a network alone. The parameters are those of `find_network`.

    Raises
    ------
    FileNotFoundError
        Where there is no such run.
    """
    folder = Path(run)
    if (folder / FILES[0]).is_file() or (folder.suffix == PUBLISHED and folder.is_file()):
        return None
    if folder.is_dir():
        return lambda name: folder / name if (folder / name).is_file() else None
    if folder.parent != Path() or folder.exists():
        raise FileNotFoundError(f"--run {run}: there is no such folder; name a run's folder, or its id in MLflow.")
    archive = Archive(find_place(tracking_uri, outputs), aside)
    found = archive.get(run)
    return lambda name: archive.fetch(found, name)


def _of_run(run: str, predictor: str, fetch: Fetch) -> tuple[Path, str]:
    file = fetch(SUMMARY)
    if file is None:
        raise FileNotFoundError(
            f"--run {run}: is no finished run ({SUMMARY} is missing); name the folder of one, or finish it with "
            "eegbench train resume=FOLDER."
        )
    summary = read_json(file)
    if summary.get("pruned"):
        raise ConfigError(f"--run {run}: its sweep gave the run up, so it has no network; choose another run.")
    name = _predictor(predictor, summary, has_network=fetch(f"{NETWORK}/{FILES[0]}") is not None)
    place = model_folder(Path(), name, str(summary.get("main_probe"))).as_posix()
    fetched = [fetch(f"{place}/{one}") for one in FILES]
    if fetched[0] is None or fetched[1] is None:
        raise ConfigError(_no_predictor(run, name, summary))
    return fetched[0].parent, name


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
            f"--run {run}: has no network with a head of the classes, as its task has none; leave --predictor out to "
            "take the main probe."
        )
    if name in probes:
        return (
            f"--predictor {name}: this probe has no head that can be saved (nearest neighbours have none), so it "
            f"cannot predict; choose another of the run's ({', '.join(one for one in probes if one != name)})."
        )
    near = difflib.get_close_matches(name, probes, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"--predictor {name}: --run {run} has the probes {', '.join(probes) or 'none'}{hint}"
