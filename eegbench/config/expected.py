"""Words for the type that an annotation expects."""

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from eegbench.config.limits import Limit

_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false", type(None): "null"}


def describe(hint: Any) -> str:
    """Describe the type that an annotation expects."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(describe(option) for option in arguments)
    if origin is Literal:
        return ("one of " if len(arguments) > 1 else "") + ", ".join(str(option) for option in arguments)
    if origin in (list, tuple):
        return f"a list of {describe(arguments[0])} each" if arguments else "a list"
    if origin in (Mapping, dict):
        return "a mapping"
    if origin is Annotated:
        return " ".join([describe(arguments[0]), *(str(limit) for limit in arguments[1:] if isinstance(limit, Limit))])
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))
