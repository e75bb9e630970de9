"""Where a run's outputs and recordings are now: what was typed may be relative to another working directory.

Conventions
-----------
``environment.json`` in a run's folder names the working directory in which the run was begun. Relative folders of
recordings, and of the run whose encoder was taken, count from there, wherever the run is gone on with.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, flat, read_json

CONFIG = "config.yaml"
ENVIRONMENT = "environment.json"
DIRECTORY = "directory"
"""The name, in ``environment.json``, of the working directory."""

FOLDERS = re.compile(r"encoder|dataset\.(sets\.\w+\.)?(root|hypnograms)|paths\.roots\.\w+")
"""Keys of folders that are read and lie, as a rule, outside the outputs folder."""


def located(options: dict[str, Any], folder: Path) -> tuple[dict[str, Any], Path | None]:
    """Return a run's stored options with the outputs folder, and the folders that are read, where they are now.

    An outputs folder may have been moved, or be relative to another working directory. Where the run's own folder is
    tells where, if runs and sweeps lie in it as the shipped options say.

    Parameters
    ----------
    options
        What the run's ``config.yaml`` says.
    folder
        The run's folder.

    Returns
    -------
    options, outputs
        The options, and the outputs folder as an absolute path; None where it is where the options say.

    Raises
    ------
    ConfigError
        Where the options name no outputs folder.
    """
    before, now = _outputs(options, folder)
    found: Any = options
    for key, place in read_from(options, folder).items():
        found = _with(found, key.split("."), place)
    if now is not None:
        found = _below(found, {before, str(Path(before).resolve())}, str(now))
    return found, now


def read_from(options: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Return the folders that a run reads and that were typed relative to where it was begun, absolute, by dotted keys.

    One that is there no more, but is here, has moved together with the working directory and is left out.

    Parameters
    ----------
    options
        What the run's ``config.yaml`` says.
    folder
        The run's folder.
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


def _begun_in(folder: Path) -> Path | None:
    """Return the working directory in which a run was begun; None where its folder does not say so."""
    file = folder / ENVIRONMENT
    begun = read_json(file).get(DIRECTORY) if file.is_file() else None
    return Path(begun) if isinstance(begun, str) and "${" not in begun and Path(begun).is_absolute() else None


def _outputs(options: Mapping[str, Any], folder: Path) -> tuple[str, Path | None]:
    """Return the outputs folder as the options say, and where it is now; None where it is there."""
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
    """Return nested options with one value in place of another."""
    name, *rest = names
    return {**options, name: _with(options[name], rest, value) if rest else value}


def _below(value: Any, before: Collection[str], now: str) -> Any:
    """Replace a folder at the beginning of every path in nested options."""
    if isinstance(value, Mapping):
        return {name: _below(inside, before, now) for name, inside in value.items()}
    if isinstance(value, list):
        return [_below(inside, before, now) for inside in value]
    if not isinstance(value, str):
        return value
    found = next((place for place in before if value == place or value.startswith(f"{place}/")), None)
    return value if found is None else now + value.removeprefix(found)
