"""Options as plain values: mappings, lists, numbers and text.

Stored files are read without evaluating interpolations: a text such as ``${oc.env:HOME}`` remains that text.
"""

import copy
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException
from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, YAMLError

from eegbench.address import kept
from eegbench.config.annotation import ConfigError

MAX_BYTES = 2**27
"""Maximum size of a file of options or facts; lists of 10,000 recordings take a tenth of it."""

MAX_DEPTH = 30
"""Maximum nesting of YAML; the time to read it grows with the square of the depth, and options are 6 deep."""


def conf_folder() -> Path:
    """Return the folder of the shipped options: inside an installed package, or next to the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def check_options_folder(folder: str | None) -> None:
    """Raise an error if a folder of the user's own options (``--config-dir``) does not exist.

    Raises
    ------
    FileNotFoundError
        With the name of the folder.
    """
    if folder is not None and not Path(folder).is_dir():
        raise FileNotFoundError(f"--config-dir {folder}: there is no such folder.")


def plain(config: DictConfig) -> dict[str, Any]:
    """Return a composed config as plain values, with interpolations evaluated and keys converted to text.

    Passwords in addresses are recorded, and not contained in the values (`eegbench.address`).

    Raises
    ------
    omegaconf.errors.MissingMandatoryValue
        If a value is missing (``???``).
    """
    values = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    return kept(_mapping(_with_text_keys(values), "the config"))


def _with_text_keys(value: object) -> object:
    """Convert the keys of mappings to text, as names of labels may be numbers."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(_mapped(key, inside)) for key, inside in value.items()}
    return [_with_text_keys(inside) for inside in value] if isinstance(value, list) else value


def _mapped(key: object, value: object) -> object:
    """Convert pairs of label and class to a mapping: Hydra's grammar has no quoted keys (`with_whole_labels`)."""
    if (
        key != "labels"
        or not isinstance(value, list)
        or not all(isinstance(one, list) and len(one) == 2 for one in value)
    ):
        return value
    return dict(value) if value else value


def with_stored(config: DictConfig, key: str, stored: Mapping[str, Any]) -> DictConfig:
    """Return a composed config in which the values below a key are replaced by values from a stored file.

    Parameters
    ----------
    config
        Composed, with interpolations not yet evaluated.
    key
        A key at the root with a mapping.
    stored
        Plain values by name.

    Raises
    ------
    ConfigError
        If a stored text contains an interpolation, which would be evaluated together with the config.
    """
    if "${" in json.dumps(stored, ensure_ascii=False, default=str):
        raise ConfigError(f"{key}: a stored value contains an interpolation (${{…}}), which is not evaluated.")
    merged = copy.deepcopy(config)
    with open_dict(merged):
        for name, value in stored.items():
            merged[key][name] = value
    return merged


def read_plain(path: Path) -> dict[str, Any]:
    """Read a mapping from a YAML file that may have been tampered with; interpolations remain text.

    Raises
    ------
    ConfigError
        If the file is not YAML or does not contain a mapping.
    """
    return _mapping(_read(path), str(path))


def read_overrides(path: Path) -> list[str]:
    """Read a list of texts from a YAML file that may have been tampered with; interpolations remain text.

    Raises
    ------
    ConfigError
        If the file is not YAML or does not contain a list of texts.
    """
    words = _read(path)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError(f"{path} is not a list of texts.")
    return words


def parse_json(text: str | bytes) -> Any:
    """Return the content of a JSON text that may come from anywhere.

    Raises
    ------
    ValueError
        If it is not JSON, or so deeply nested that Python's stack does not hold it.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("brackets are nested too deeply") from error


def read_json(path: Path) -> dict[str, Any]:
    """Read a mapping from a JSON file that may have been tampered with.

    Raises
    ------
    ConfigError
        If the file is not JSON or does not contain a mapping.
    """
    try:
        return _mapping(parse_json(_text(path)), str(path))
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(f"{path}: this file cannot be read ({str(error).splitlines()[0]}).") from error


def keep_passwords(config: DictConfig) -> None:
    """Take the passwords of addresses out of a composed config, which is changed; they are recorded."""
    values = kept(OmegaConf.to_container(config, resolve=False))
    with read_write(config), open_dict(config):
        config.merge_with(values)


def write_plain(options: Mapping[str, Any], path: Path) -> None:
    """Write plain values as YAML."""
    OmegaConf.save(OmegaConf.create(dict(options)), path)


def flat(options: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return nested options as one mapping with dotted keys."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = value
    return found


def _read(path: Path) -> object:
    try:
        text = _text(path)
        _check_yaml(text, path)
        return OmegaConf.to_container(OmegaConf.load(io.StringIO(text)), resolve=False)
    except FileNotFoundError:
        raise
    except (YAMLError, OmegaConfBaseException, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ConfigError(f"{path}: this file cannot be read as YAML ({str(error).splitlines()[0]}).") from error


def _check_yaml(text: str, path: Path) -> None:
    """Refuse YAML of a few kB for which a reader would need very much time or memory."""
    depth = 0
    for event in yaml.parse(text):
        if isinstance(event, AliasEvent):
            raise ConfigError(f"{path}: aliases (*name) are not read, as they can stand for any amount of text.")
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ConfigError(f"{path}: values are nested more than {MAX_DEPTH} deep, so no run has written them.")


def _text(path: Path) -> str:
    """Return the text of a file, unless it is larger than any that eegbench writes."""
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError(f"{path}: this file is larger than {MAX_BYTES >> 20} MB, so no run has written it.")
    return path.read_text(encoding="utf-8")


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{what} holds no mapping of options.")
    return {str(name): item for name, item in value.items()}
