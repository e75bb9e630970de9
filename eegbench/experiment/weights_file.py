"""Initial weights that a model reads from a file, such as those of a published encoder."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eegbench.model.base import Encoder
from eegbench.model.load_audit import check_weights_file
from eegbench.progress import tell

OPTION = "weights"
"""Name of the option of a model with the path of its weights."""


def weights_files(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files of weights in the options of a model and of the models inside it."""
    for name, value in node.items():
        if name == OPTION and isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from weights_files(value)


def check_weights_files(node: Mapping[str, Any]) -> None:
    """Check before any work that the files of weights exist.

    Raises
    ------
    ConfigError
        If a file is not a safetensors file.
    FileNotFoundError
        If a file does not exist.
    """
    for path in weights_files(node):
        check_weights_file(Path(path))


def load_weights_files(encoder: Encoder) -> None:
    """Load the files of weights into the models of an encoder, and print which tensors matched.

    Raises
    ------
    ConfigError
        If no tensor of a file matches, or if one has another shape.
    """
    for one in encoder.modules():
        if isinstance(one, Encoder) and (audit := one.load_weights()) is not None:
            tell(f"model.weights={audit.file}: {audit}")


def loaded_files(encoder: Encoder) -> list[dict[str, Any]]:
    """Return the account of each loaded file."""
    found = (one.loaded for one in encoder.modules() if isinstance(one, Encoder))
    return [asdict(audit) for audit in found if audit is not None]
