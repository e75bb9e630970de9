"""A constructor is the schema of its YAML: `check` compares the two, `build` makes the object."""

import dataclasses
import difflib
import functools
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

BUILDABLE = ("eegbench.", "torch.optim.", "optuna.samplers.", "optuna.pruners.")
"""Classes under these modules may be built from YAML; others only where the user trusts their module."""

NO_EFFECT = (
    "device",
    "expected",
    "explain",
    "figures",
    "interpretability",
    "name",
    "paths",
    "projection",
    "published",
    "resume",
    "store",
    "sweep",
    "tracking",
    "trust",
)
"""Nodes at the root that say where and how a run is made, and change no score."""

MAY_CHANGE = ("probe.linear.max_iter",)
"""Options that decide whether a run has a score, not which: a resumed run may have another value."""

_trusted: set[str] = set()

Node = Mapping[str, Any]


class ConfigError(ValueError):
    """An option that does not exist or has the wrong type; the message says which and what is expected."""


def conf_folder() -> Path:
    """Return the folder of the shipped options: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def trust(modules: Iterable[str]) -> None:
    """Allow classes of these modules, and of no others of the user's, to be built from YAML in this process."""
    _trusted.clear()
    _trusted.update(modules)


def check(node: Node, *, path: str, given: Iterable[str] = ()) -> None:
    """Compare a node, and the nodes in it, with the constructors that they name.

    Parameters
    ----------
    node
        A mapping with ``_target_``.
    path
        Where the node stands, as one types it.
    given
        Names of arguments that the program supplies when it builds.

    Raises
    ------
    ConfigError
        Naming the key, its value, what is expected, and the nearest existing name.
    """
    _arguments(node, path, set(given))


def check_root(config: Node, schema: type) -> None:
    """Compare the root of a config with the annotations of a dataclass; nodes with targets are left to `check`."""
    _coerce_fields(config, schema, path="")


def build(node: Node, **given: Any) -> Any:
    """Check a node against its constructor, then call it.

    Parameters
    ----------
    node
        A mapping with ``_target_``, the full path to a class; ``_partial_`` gives a function instead.
    **given
        Arguments that the program offers; the constructor takes those that it names.
    """
    target = _locate(node, "")
    given = {name: value for name, value in given.items() if name in _parameters(target)}
    arguments = _arguments(node, node.get("_path_", ""), set(given))
    built = {name: build(value) if _is_node(value) else value for name, value in arguments.items()}
    call = functools.partial(target, **built, **given)
    return call if node.get("_partial_") else call()


def flat(options: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return options with dotted keys."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = value
    return found


def _arguments(node: Node, path: str, given: set[str]) -> dict[str, Any]:
    target = _locate(node, path)
    hints = _parameters(target)
    options = {name: value for name, value in node.items() if not name.startswith("_")}
    _check_names(options, {n: h for n, h in hints.items() if n not in given}, target.__name__, path)
    missing = _required(target) - set(options) - given
    if missing and not node.get("_partial_"):
        raise ConfigError(
            f"{_join(path, sorted(missing)[0])}: {target.__name__} needs a value for it; "
            f"set {_join(path, sorted(missing)[0])}=VALUE."
        )
    return {name: _coerce(value, hints[name], _join(path, name)) for name, value in options.items()}


def _locate(node: Node, path: str) -> type:
    name = str(node.get("_target_", ""))
    module, _, attribute = name.rpartition(".")
    where = f"{path}._target_={name}" if path else f"_target_: {name}"
    if not any(name.startswith(prefix) for prefix in (*BUILDABLE, *(f"{m}." for m in _trusted))):
        raise ConfigError(
            f"{where}: only classes of eegbench and torch.optim are built; "
            f"if you trust the module, add 'trust=[{module or name}]'."
        )
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ConfigError(f"{where}: there is no such class ({error}).") from error


def _parameters(target: type) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(target.__init__)  # type: ignore[misc]
    except (NameError, TypeError):  # annotations of a library that do not resolve at run time
        hints = {}
    names = [name for name in inspect.signature(target).parameters if name != "params"]
    return {name: hints.get(name, Any) for name in names}


def _required(target: type) -> set[str]:
    parameters = inspect.signature(target).parameters.values()
    return {p.name for p in parameters if p.default is p.empty and p.name != "params"}


def _check_names(options: Node, known: Mapping[str, Any], owner: str, path: str) -> None:
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
            hint = f"did you mean {_join(path, near[0])}? It" if near else "it"
            raise ConfigError(
                f"{_join(path, str(name))}: {owner} has no such option; {hint} takes "
                f"{', '.join(sorted(known)) or 'none'}."
            )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_node(value: object) -> bool:
    return isinstance(value, Mapping) and "_target_" in value


def _coerce(value: Any, hint: Any, path: str) -> Any:
    """Return the value in the type of the annotation: lists become tuples, whole numbers floats."""
    if _is_node(value):
        _arguments(value, path, set())
        return {**value, "_path_": path}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return _coerce_fields(value, hint, path)
    if get_origin(hint) in (Union, types.UnionType):
        return _coerce_union(value, hint, path)
    rule = _RULES.get(get_origin(hint) or hint)
    return rule(value, hint, path) if rule else value


def _coerce_fields(value: Node, schema: type, path: str) -> None:
    hints = typing.get_type_hints(schema)
    _check_names(value, hints, schema.__name__.lower(), path)
    for name, item in value.items():
        if not _is_node(item):
            _coerce(item, hints[name], _join(path, name))


def _coerce_union(value: Any, hint: Any, path: str) -> Any:
    errors: list[ConfigError] = []
    for option in get_args(hint):
        try:
            return _coerce(value, option, path)
        except ConfigError as error:
            if isinstance(value, list | tuple) and get_origin(option) in (list, tuple):
                errors.append(error)  # which item of a list is wrong says more
    raise errors[0] if len(errors) == 1 else _wrong(value, _describe(hint), path)


def _coerce_plain(value: Any, hint: Any, path: str) -> Any:
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise _wrong(value, _describe(hint), path)
    return value


def _coerce_float(value: Any, hint: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, _describe(hint), path)
    return float(value)


def _coerce_literal(value: Any, hint: Any, path: str) -> Any:
    if not any(type(value) is type(option) and value == option for option in get_args(hint)):
        near = difflib.get_close_matches(str(value), [str(option) for option in get_args(hint)], n=1)
        raise _wrong(value, _describe(hint), path, f" Did you mean {near[0]}?" if near else "")
    return value


def _coerce_sequence(value: Any, hint: Any, path: str) -> Any:
    if not isinstance(value, list | tuple):
        raise _wrong(value, _describe(hint), path)
    arguments = get_args(hint) or (Any, ...)
    if get_origin(hint) is tuple and Ellipsis not in arguments:
        if len(value) != len(arguments):
            raise ConfigError(f"{path}={list(value)!r}: expected {len(arguments)} items, got {len(value)}.")
        return tuple(_coerce(v, h, f"{path}[{i}]") for i, (v, h) in enumerate(zip(value, arguments, strict=True)))
    made = [_coerce(v, arguments[0], f"{path}[{i}]") for i, v in enumerate(value)]
    return made if get_origin(hint) is list else tuple(made)


def _coerce_mapping(value: Any, hint: Any, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise _wrong(value, _describe(hint), path)
    inner = (get_args(hint) or (str, Any))[1]
    return {str(name): _coerce(item, inner, _join(path, str(name))) for name, item in value.items()}


_RULES: dict[Any, Callable[[Any, Any, str], Any]] = {
    int: _coerce_plain,
    str: _coerce_plain,
    bool: _coerce_plain,
    type(None): _coerce_plain,
    float: _coerce_float,
    Literal: _coerce_literal,
    list: _coerce_sequence,
    tuple: _coerce_sequence,
    Mapping: _coerce_mapping,
    dict: _coerce_mapping,
}


def _wrong(value: object, expected: str, path: str, hint: str = "") -> ConfigError:
    return ConfigError(f"{path}={value!r}: expected {expected}.{hint}")


_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false", type(None): "null"}


def _describe(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_describe(option) for option in arguments)
    if origin is Literal:
        return ("one of " if len(arguments) > 1 else "") + ", ".join(str(option) for option in arguments)
    if origin in (list, tuple):
        return f"a list of {_describe(arguments[0])} each" if arguments else "a list"
    if origin in (Mapping, dict):
        return "a mapping"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))
