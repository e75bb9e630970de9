"""Current paths of a run's outputs and recordings, after a move or from another working directory.

Conventions
-----------
``environment.json`` in a run's folder contains the working directory in which the run was started. Relative paths of
recordings, and of the run whose encoder was loaded, are relative to that directory, also if the run is continued
elsewhere.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, flat, read_json

CONFIG = "config.yaml"
ENVIRONMENT = "environment.json"
DIRECTORY = "directory"
"""Key of the working directory in ``environment.json``."""

OWN = ("runs", "sweeps", "stores", "mlflow.db")
"""Names in an outputs folder."""

SHARDS = "shards"
"""Name of the folder of shards in a folder of the local storage."""

FOLDERS = re.compile(r"encoder|dataset\.(sets\.\w+\.)?(root|hypnograms)|paths\.roots\.\w+")
"""Keys of input folders, which are usually outside the outputs folder."""


def located(options: dict[str, Any], folder: Path) -> tuple[dict[str, Any], Path | None]:
    """Return a run's stored options with the current paths of the outputs folder and of input folders.

    The outputs folder may have been moved, or be relative to another working directory. It is derived from the run's
    own folder if ``paths.runs`` and ``paths.sweeps`` have their default values.

    Parameters
    ----------
    options
        Contents of the run's ``config.yaml``.
    folder
        Folder of the run.

    Returns
    -------
    options, outputs
        Options, and the absolute path of the outputs folder; None if it is unchanged.

    Raises
    ------
    ConfigError
        If the options contain no outputs folder.
    """
    before, now = _outputs(options, folder)
    found: Any = options
    for key, place in read_from(options, folder).items():
        found = _with(found, key.split("."), place)
    if now is not None:
        found = _below(found, {before, str(Path(before).resolve())}, str(now))
    return found, now


def read_from(options: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return absolute paths of a run's input folders that are relative in its options, by dotted key.

    They are relative to the working directory in which the run was started. A folder that is missing there, but exists
    relative to the current directory, is left out: it was moved together with the working directory.

    Parameters
    ----------
    options
        Contents of the run's ``config.yaml``.
    folder
        Folder of the run.
    """
    begun = _begun_in(folder)
    if begun is None or begun == Path.cwd():
        return {}
    outputs, now = _outputs(options, folder)
    found = {}
    for key, value in flat(options).items():
        if not FOLDERS.fullmatch(key) or not isinstance(value, str) or Path(value).is_absolute():
            continue
        if value.startswith(f"{outputs}/"):
            if key == "encoder" and now:  # roots below it follow from paths.outputs
                found[key] = f"{now}{value.removeprefix(outputs)}"
        elif (begun / value).exists() or not Path(value).exists():
            found[key] = str(begun / value)
    return found


def check_written(options: Mapping[str, Any], folder: Path) -> None:
    """Refuse folders to write to, named by the options of a run that exists, that are not yet such folders.

    The run may come from a stranger, whose options could have any folder filled. The outputs folder must contain the
    run, in ``runs`` or ``sweeps``, or other runs already; the folder of shards must lie in it, or contain shards
    already.

    Parameters
    ----------
    options
        Options of the run, with the current paths.
    folder
        Folder of the run.

    Raises
    ------
    ConfigError
        If a folder is refused; the message says how to permit it.
    """
    outputs, run = Path(str(options["paths"]["outputs"])).resolve(), folder.resolve()
    is_around = any(run.is_relative_to(outputs / name) for name in ("runs", "sweeps"))
    if not is_around and not any((outputs / name).exists() for name in OWN):
        raise ConfigError(
            f"{folder}: paths.outputs={outputs} neither contains this run nor other runs, and a run's folder is not "
            f"trusted to choose where files are written; if it shall be used, create {outputs / OWN[0]}."
        )
    places = flat({name: options.get(name) for name in ("paths", "store")})
    for key, place in {key: places[key] for key in ("paths.stores", "store.folder") if key in places}.items():
        shards = Path(str(place)).resolve() / SHARDS
        if not shards.is_relative_to(outputs) and not shards.is_dir():
            raise ConfigError(
                f"{folder}: {key}={place} contains no shards, and a run's folder is not trusted to choose where they "
                f"are written; if it shall be used, create {shards}."
            )


def _begun_in(folder: Path) -> Path | None:
    """Return the working directory in which a run was started, or None if its folder does not contain it."""
    file = folder / ENVIRONMENT
    begun = read_json(file).get(DIRECTORY) if file.is_file() else None
    return Path(begun) if isinstance(begun, str) and "${" not in begun and Path(begun).is_absolute() else None


def _outputs(options: Mapping[str, Any], folder: Path) -> tuple[str, Path | None]:
    """Return the outputs folder in the options, and its current path (None if unchanged)."""
    try:
        paths = {name: str(options["paths"][name]) for name in ("outputs", "runs", "sweeps")}
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{folder / CONFIG}: paths.outputs, paths.runs or paths.sweeps is missing.") from error
    outputs, now = paths["outputs"], folder.resolve()
    is_shipped = paths["runs"] == f"{outputs}/runs" and paths["sweeps"] == f"{outputs}/sweeps"
    if not is_shipped or now.is_relative_to(Path(outputs).resolve()):
        return outputs, None
    holds = [place.parent for place in now.parents if place.name in ("runs", "sweeps")]
    return outputs, (holds[0] if holds else None)


def _with(options: Mapping[str, Any], names: list[str], value: str) -> dict[str, Any]:
    """Return a copy of nested options with one value replaced."""
    name, *rest = names
    return {**options, name: _with(options[name], rest, value) if rest else value}


def _below(value: Any, before: Collection[str], now: str) -> Any:
    """Replace the folder at the beginning of every path in nested options."""
    if isinstance(value, Mapping):
        return {name: _below(inside, before, now) for name, inside in value.items()}
    if isinstance(value, list):
        return [_below(inside, before, now) for inside in value]
    if not isinstance(value, str):
        return value
    found = next((place for place in before if value == place or value.startswith(f"{place}/")), None)
    return value if found is None else now + value.removeprefix(found)
