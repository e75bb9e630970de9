"""Build objects from nodes: mappings with ``_target_``, the full path to a class, and its constructor's arguments.

A node may come from an untrusted file, so a class is built only if it derives from the base class required in its
place, and belongs to eegbench, torch's optimisers, or Optuna's samplers and pruners. Classes of other modules are
built only if the user trusts the module by name (``trust=[module]`` on the command line).
"""

import collections.abc
import functools
import importlib
import inspect
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from eegbench.config.annotation import ConfigError, OnNode, check_names, coerce, join, missing

Node = Mapping[str, Any]
T = TypeVar("T")

PLAIN = (Any, int, float, str, bool)
"""Annotations of plain values."""

BUILDABLE = ("eegbench.", "torch.optim.", "optuna.samplers.", "optuna.pruners.")
"""Modules whose classes are built without explicit trust, if they derive from the required base class."""


@dataclass(frozen=True)
class Spec(Generic[T]):
    """A class and its checked options, to be built once the data are known.

    Attributes
    ----------
    node
        The mapping with ``_target_``.
    base
        Required base class.
    path
        Path of the node in the options as typed on the command line.
    trusted
        Modules that the user trusts.
    """

    node: Node
    base: type[T]
    path: str
    trusted: tuple[str, ...] = ()

    def build(self, **given: Any) -> T:
        """Build the object; the constructor receives those of the given arguments that it has parameters for."""
        return build(self.node, self.base, path=self.path, trusted=self.trusted, **given)

    def takes(self, name: str) -> bool:
        """Return whether the constructor has a parameter of this name."""
        return name in _parameters(_locate(self.node, self.base, self.path, self.trusted))

    def check(self) -> None:
        """Check the options against the constructor without building the object.

        The attribute ``given`` of the base class names the arguments that `build` will receive.

        Raises
        ------
        ConfigError
            With the key, its value, what is expected, and the most similar existing name.
        """
        _check(self.node, self.base, self.path, self.trusted)

    @property
    def target(self) -> type[T]:
        """The class named by the node.

        Raises
        ------
        ConfigError
            If the class may not be built.
        """
        return _locate(self.node, self.base, self.path, self.trusted)

    @property
    def option(self) -> str:
        """Name of the option: the module of the class."""
        return str(self.node["_target_"]).split(".")[-2]


def build(node: Node, base: type[T], *, path: str = "", trusted: Iterable[str] = (), **given: Any) -> T:
    """Check a node against the constructor that it names, then call it.

    Parameters
    ----------
    node
        A mapping with ``_target_``.
    base
        Required base class.
    path
        Path of the node in the options as typed on the command line.
    trusted
        Modules that the user trusts.
    **given
        Arguments from the program; the constructor receives those that it has parameters for.

    Raises
    ------
    ConfigError
        If the class may not be built, or an option does not fit its constructor.
    """
    trusted = tuple(trusted)
    target = _locate(node, base, path, trusted)
    given = {name: value for name, value in given.items() if name in _parameters(target)}
    arguments = _arguments(node, target, path, set(given), functools.partial(_build_nested, trusted=trusted))
    try:
        built = target(**arguments, **given)
    except ConfigError:
        raise
    except ValueError as error:
        if path in str(error):
            raise
        raise ConfigError(f"{path}: {error}") from error
    _check_attributes(built, target, path or target.__name__, of_class=False)
    return built


def _build_nested(node: Node, hint: Any, path: str, *, trusted: tuple[str, ...]) -> Any:
    """Build the value of a constructor's argument; if a callable is required, bind the arguments only.

    An argument annotated as `Spec` gets a checked `Spec`: its owner builds the object.
    """
    if get_origin(hint) is Spec:
        spec: Spec[Any] = Spec(node, get_args(hint)[0], path, trusted)
        spec.check()
        return spec
    base, is_partial = _asked(node, hint, path)
    if not is_partial:
        return build(node, base, path=path, trusted=trusted)
    target = _locate(node, base, path, trusted)
    on_node = functools.partial(_build_nested, trusted=trusted)
    return functools.partial(target, **_arguments(node, target, path, set(), on_node))


def _check(node: Node, base: type, path: str, trusted: tuple[str, ...]) -> None:
    target, given = _locate(node, base, path, trusted), set(getattr(base, "given", ()))
    _arguments(node, target, path, given, functools.partial(_check_nested, trusted=trusted))


def _check_nested(node: Node, hint: Any, path: str, *, trusted: tuple[str, ...]) -> Node:
    base = get_args(hint)[0] if get_origin(hint) is Spec else _asked(node, hint, path)[0]
    _check(node, base, path, trusted)
    return node


def _asked(node: Node, hint: Any, path: str) -> tuple[type, bool]:
    """Return the base class that an annotation requires, and whether it requires a callable that returns one."""
    if get_origin(hint) is collections.abc.Callable and isinstance(get_args(hint)[1], type):
        return get_args(hint)[1], True
    if inspect.isclass(hint) and hint not in PLAIN and not node.get("_partial_"):
        return hint, False
    raise ConfigError(f"{path}._target_={node['_target_']}: no class can be chosen here.")


def _arguments(node: Node, target: type, path: str, given: set[str], on_node: OnNode) -> dict[str, Any]:
    """Return the constructor's arguments, converted to the types of their annotations."""
    hints = _parameters(target)
    options = {str(name): value for name, value in node.items() if not str(name).startswith("_")}
    check_names(options, {name: hint for name, hint in hints.items() if name not in given}, target.__name__, path)
    absent = sorted(_required(target) - set(options) - given)
    if absent and not node.get("_partial_"):
        raise missing(hints[absent[0]], target.__name__, join(path, absent[0]))
    return {name: coerce(value, hints[name], join(path, name), on_node) for name, value in options.items()}


def _locate(node: Node, base: type, path: str, trusted: tuple[str, ...]) -> type:
    """Return the class that a node names, if it may be built in this place."""
    name = str(node.get("_target_", ""))
    module, _, attribute = name.rpartition(".")
    where = f"{path}._target_={name}" if path else f"_target_: {name}"
    if not name:
        raise ConfigError(f"{path}: the _target_ is missing; write the path of the class into the option's YAML.")
    if not name.startswith((*BUILDABLE, *(f"{one}." for one in trusted))):
        raise ConfigError(
            f"{where}: only classes of eegbench and torch.optim are built; "
            f"if you trust the module, add 'trust=[{module or name}]'."
        )
    try:
        target = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise ConfigError(f"{where}: {module} needs {error.name}, which is not installed; install it.") from error
        raise ConfigError(f"{where}: there is no such class ({error}); is its folder in PYTHONPATH?") from error
    except AttributeError as error:
        raise ConfigError(f"{where}: there is no such class ({error}).") from error
    is_base = target is base and inspect.isabstract(base)
    if not inspect.isclass(target) or not issubclass(target, base) or is_base:
        raise ConfigError(
            f"{where}: a concrete class that derives from {base.__module__}.{base.__qualname__} is expected here."
        )
    if unwritten := sorted(getattr(target, "__abstractmethods__", ())):
        raise ConfigError(f"{where}: a concrete class is expected, and {attribute} lacks {', '.join(unwritten)}.")
    _check_attributes(target, target, where, of_class=True)
    return target


def _check_attributes(one: object, target: type, where: str, *, of_class: bool) -> None:
    """Raise an error if a class, or an object of it, lacks an attribute that its abstract bases annotate."""
    annotated = [
        (name, hint)
        for base in target.__mro__
        if inspect.isabstract(base)
        for name, hint in inspect.get_annotations(base).items()
    ]
    wanted = [name for name, hint in annotated if (ClassVar in (hint, get_origin(hint))) == of_class]
    lacking = sorted(
        name for name in wanted if not (hasattr(type(one), name) or hasattr(one, name))
    )  # does not call properties
    if lacking:
        place = "as a class attribute" if of_class else "in its constructor"
        raise ConfigError(f"{where}: {target.__name__} lacks {', '.join(lacking)}; set {lacking[0]} {place}.")


def _parameters(target: type) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(target.__init__, include_extras=True)  # type: ignore[misc]
    except (NameError, TypeError):  # annotations of a library that do not resolve at run time
        hints = {}
    names = [name for name in inspect.signature(target).parameters if name != "params"]
    return {name: hints.get(name, Any) for name in names}


def _required(target: type) -> set[str]:
    parameters = inspect.signature(target).parameters.values()
    return {p.name for p in parameters if p.default is p.empty and p.name != "params"}
