"""Conversion of values to their annotations: lists to tuples, integers to floats, and errors for the rest."""

import collections.abc
import dataclasses
import difflib
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from eegbench.config.effect import renamed
from eegbench.config.expected import describe
from eegbench.config.limits import Limit

T = TypeVar("T")

OnNode = Callable[[Mapping[str, Any], Any, str], Any]
"""Function of a node (a mapping with ``_target_``), its annotation and its path; returns the replacement value."""


class ConfigError(ValueError):
    """Raised for an option that does not exist or has the wrong type; the message names it and what is expected."""


def fill(schema: type[T], options: Mapping[str, Any], *, path: str = "", owner: str = "") -> T:
    """Create a dataclass from options checked against its annotations; nodes in plain mappings stay mappings.

    Parameters
    ----------
    schema
        A dataclass.
    options
        Values of its fields by name.
    path
        Path of the options as typed on the command line; empty at the root.
    owner
        Owner of the options in error messages; by default the path.

    Raises
    ------
    ConfigError
        With the key, its value, what is expected, and the most similar existing name.
    """
    hints = typing.get_type_hints(schema, include_extras=True)
    check_names(options, hints, owner or path, path)
    missing = [name for name in hints if name not in options]
    if missing:
        where = join(path, missing[0])
        raise ConfigError(f"{where} is missing; choose an option with {where}=OPTION.")
    return schema(
        **{name: coerce(value, hints[name], join(path, name), unchanged_node) for name, value in options.items()}
    )


def is_node(value: object) -> bool:
    """Return whether a value is a mapping that names a class."""
    return isinstance(value, Mapping) and "_target_" in value


def unchanged_node(node: Mapping[str, Any], hint: Any, path: str) -> Any:  # noqa: ARG001  see OnNode
    """Return a node unchanged."""
    return node


def coerce(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:
    """Convert a value to the type of an annotation.

    Raises
    ------
    ConfigError
        If the value does not fit.
    """
    if get_origin(hint) in (Union, types.UnionType):
        return _coerce_union(value, hint, path, on_node)
    if is_node(value):
        return on_node(value, hint, path)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        return fill(hint, value, path=path)
    rule = _RULES.get(get_origin(hint) or hint)
    if rule is not None:
        return rule(value, hint, path, on_node)
    if (base := _base(hint)) is not None and not isinstance(value, base):
        raise _no_option(value, base, path)
    if isinstance(hint, type) and hint is not Any and not isinstance(value, hint):
        raise wrong(value, describe(hint), path)
    return value


MISSING = object()
"""Placeholder for a missing value."""


def missing(hint: Any, owner: str, path: str) -> ConfigError:
    """Return the error for a missing value."""
    is_mapping = get_origin(hint) in (Mapping, collections.abc.Mapping)
    if (base := _base(get_args(hint)[1] if is_mapping else hint)) is not None:
        return _no_option(MISSING, base, f"{path}.NAME" if is_mapping else path)
    return ConfigError(f"{path}: {owner} needs a value for it; set {path}=VALUE.")


def _base(hint: Any) -> type | None:
    """Return the abstract class that an annotation requires an option of, directly or in a ``Spec``; else None."""
    base = get_args(hint)[0] if get_args(hint) and get_origin(hint) not in (type, Callable) else hint
    return base if inspect.isclass(base) and inspect.isabstract(base) else None


def _no_option(value: object, base: type, path: str) -> ConfigError:
    """Return the error for a value in a place that requires an option of a group."""
    group = base.__module__.removeprefix("eegbench.").removesuffix(".base").replace(".", "/")
    if isinstance(value, Mapping) or value is MISSING:
        return ConfigError(f"{path}: no option is chosen there; choose one with +{group}@{path}=OPTION.")
    return ConfigError(f"{path}={value!r}: expected an option; choose one with {group}@{path}={value}.")


def check_names(options: Mapping[str, Any], known: Mapping[str, Any], owner: str, path: str) -> None:
    """Raise an error for names that are not known.

    Raises
    ------
    ConfigError
        With the most similar known name; if there is none, with the overrides that remove the unknown names.
    """
    for name in options:
        if name not in known:
            if said := renamed(join(path, str(name))):
                raise ConfigError(said)
            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
            hint = f"did you mean {join(path, near[0])}? It" if near else "it"
            raise ConfigError(
                f"{join(path, str(name))}: {owner} has no such option; {hint} takes "
                f"{', '.join(sorted(known)) or 'none'}.{'' if near else _removal(options, known, path)}"
            )


def _removal(options: Mapping[str, Any], known: Mapping[str, Any], path: str) -> str:
    """Return the overrides that remove unknown names below a node, such as those that an experiment sets."""
    words = " ".join(f"'~{join(path, str(name))}'" for name in options if name not in known)
    return f" If an experiment sets such options of another class, add {words}." if path else ""


def join(path: str, name: str) -> str:
    """Return the path of an option below another."""
    return f"{path}.{name}" if path else name


def wrong(value: object, expected: str, path: str, hint: str = "") -> ConfigError:
    """Return the error for a value that does not fit; for a number in place of text, or vice versa, with its quotes."""
    if type(value) is int and any(one.startswith("text") for one in expected.split(" or ")):
        place, bracket, _ = path.partition("[")
        word = f'{place}=["{value}", …]' if bracket else f'{path}="{value}"'
        hint = f" If {value} is a name, type '{word}'.{hint}"
    if isinstance(value, str) and value.isdecimal() and expected.startswith("a whole number"):
        place, bracket, _ = path.partition("[")
        hint = f" Type a number without quotes: {place}={f'[{int(value)}, …]' if bracket else int(value)}.{hint}"
    return ConfigError(f"{path}={value!r}: expected {expected}.{hint}")


def _coerce_union(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:
    errors: list[ConfigError] = []
    for option in get_args(hint):
        if option is type(None) and is_node(value):
            continue
        try:
            return coerce(value, option, path, on_node)
        except ConfigError as error:
            if is_node(value) or (isinstance(value, list | tuple) and get_origin(option) in (list, tuple)):
                errors.append(error)  # more precise: it names the key or item
    raise errors[0] if len(errors) == 1 else wrong(value, describe(hint), path)


def _coerce_plain(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:  # noqa: ARG001  a rule
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise wrong(value, describe(hint), path)
    if hint is int and value.bit_length() > 63:  # more than arrays and files hold
        raise wrong(value, f"{describe(hint)} of at most 64 bits", path)
    return value


def _coerce_float(value: Any, hint: Any, path: str, on_node: OnNode) -> float:  # noqa: ARG001  a rule
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(value, describe(hint), path)
    if not math.isfinite(value):
        raise wrong(value, f"{describe(hint)} that is finite", path)
    return float(value)


def _coerce_limited(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:
    inner, *limits = get_args(hint)
    found = coerce(value, inner, path, on_node)
    if not all(limit.allows(found) for limit in limits if isinstance(limit, Limit)):
        raise wrong(value, describe(hint), path)
    return found


def _coerce_literal(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:  # noqa: ARG001  a rule
    if not any(type(value) is type(option) and value == option for option in get_args(hint)):
        near = difflib.get_close_matches(str(value), [str(option) for option in get_args(hint)], n=1)
        raise wrong(value, describe(hint), path, f" Did you mean {near[0]}?" if near else "")
    return value


def _coerce_sequence(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:
    if not isinstance(value, list | tuple):
        raise wrong(value, describe(hint), path)
    arguments = get_args(hint) or (Any, ...)
    if get_origin(hint) is tuple and Ellipsis not in arguments:
        if len(value) != len(arguments):
            raise ConfigError(f"{path}={list(value)!r}: expected {len(arguments)} items, got {len(value)}.")
        pairs = enumerate(zip(value, arguments, strict=True))
        return tuple(coerce(item, wanted, f"{path}[{i}]", on_node) for i, (item, wanted) in pairs)
    made = [coerce(item, arguments[0], f"{path}[{i}]", on_node) for i, item in enumerate(value)]
    return made if get_origin(hint) is list else tuple(made)


def _coerce_mapping(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:
    if not isinstance(value, Mapping):
        raise wrong(value, describe(hint), path)
    inner = (get_args(hint) or (str, Any))[1]
    return {str(name): coerce(item, inner, join(path, str(name)), on_node) for name, item in value.items()}


def _coerce_callable(value: Any, hint: Any, path: str, on_node: OnNode) -> Any:  # noqa: ARG001  a rule
    """Refuse a plain value in place of an option that is built later, such as an optimiser."""
    if not callable(value):
        raise wrong(value, "an option with _target_", path)
    return value


_RULES: dict[Any, Callable[[Any, Any, str, OnNode], Any]] = {
    int: _coerce_plain,
    str: _coerce_plain,
    bool: _coerce_plain,
    type(None): _coerce_plain,
    float: _coerce_float,
    Literal: _coerce_literal,
    Annotated: _coerce_limited,
    list: _coerce_sequence,
    tuple: _coerce_sequence,
    Mapping: _coerce_mapping,
    dict: _coerce_mapping,
    collections.abc.Callable: _coerce_callable,
}
