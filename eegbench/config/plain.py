"""Options as plain values: mappings, lists, numbers and text.

What a stored file says is read without evaluating interpolations: a text such as ``${oc.env:HOME}`` stays that text.
"""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from eegbench.config.annotation import ConfigError


def conf_folder() -> Path:
    """Return the folder of the shipped options: inside an installed package, next to it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def check_options_folder(folder: str | None) -> None:
    """Refuse a folder of the user's own options (``--config-dir``) that is not there.

    Raises
    ------
    FileNotFoundError
        Naming it.
    """
    if folder is not None and not Path(folder).is_dir():
        raise FileNotFoundError(f"--config-dir {folder}: there is no such folder.")


def plain(config: DictConfig) -> dict[str, Any]:
    """Return a config that was just composed as plain values, with its interpolations evaluated; every key is a text.

    Raises
    ------
    omegaconf.errors.MissingMandatoryValue
        Where a value is missing (``???``).
    """
    values = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    return _mapping(_with_text_keys(values), "the config")


def _with_text_keys(value: object) -> object:
    """Turn the keys of mappings into text, as names of labels may be numbers."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(_mapped(key, inside)) for key, inside in value.items()}
    return [_with_text_keys(inside) for inside in value] if isinstance(value, list) else value


def _mapped(key: object, value: object) -> object:
    """Turn pairs of label and class into a mapping: Hydra's grammar has no quoted keys (`with_whole_labels`)."""
    if (
        key != "labels"
        or not isinstance(value, list)
        or not all(isinstance(one, list) and len(one) == 2 for one in value)
    ):
        return value
    return dict(value) if value else value


def with_stored(config: DictConfig, key: str, stored: Mapping[str, Any]) -> DictConfig:
    """Return a composed config with values from a stored file in place of those below a key.

    Parameters
    ----------
    config
        Composed, with its interpolations not evaluated yet.
    key
        A key at the root that holds a mapping.
    stored
        Plain values by name.

    Raises
    ------
    ConfigError
        Where a stored text has an interpolation: it would be evaluated together with the config.
    """
    if "${" in json.dumps(stored, ensure_ascii=False, default=str):
        raise ConfigError(f"{key}: a stored value holds an interpolation (${{…}}), which is not evaluated.")
    merged = copy.deepcopy(config)
    with open_dict(merged):
        for name, value in stored.items():
            merged[key][name] = value
    return merged


def read_plain(path: Path) -> dict[str, Any]:
    """Read a mapping from a YAML file that somebody may have changed; interpolations stay text.

    Raises
    ------
    ConfigError
        Where the file is no YAML or holds no mapping.
    """
    return _mapping(_read(path), str(path))


def read_words(path: Path) -> list[str]:
    """Read a list of texts from a YAML file that somebody may have changed; interpolations stay text.

    Raises
    ------
    ConfigError
        Where the file is no YAML or holds no list of texts.
    """
    words = _read(path)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError(f"{path} holds no list of texts.")
    return words


def read_json(path: Path) -> dict[str, Any]:
    """Read a mapping from a JSON file that somebody may have changed.

    Raises
    ------
    ConfigError
        Where the file is no JSON or holds no mapping.
    """
    try:
        return _mapping(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: this file cannot be read ({str(error).splitlines()[0]}).") from error


def write_plain(options: Mapping[str, Any], path: Path) -> None:
    """Write plain values as YAML."""
    OmegaConf.save(OmegaConf.create(dict(options)), path)


def flat(options: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return options with dotted keys."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = value
    return found


def _read(path: Path) -> object:
    try:
        return OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    except FileNotFoundError:
        raise
    except (YAMLError, OmegaConfBaseException, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ConfigError(f"{path}: this file cannot be read as YAML ({str(error).splitlines()[0]}).") from error


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{what} holds no mapping of options.")
    return {str(name): item for name, item in value.items()}
