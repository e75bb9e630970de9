"""A workbench for EEG: pretrain an encoder without labels, probe it with labels, compare runs in MLflow.

The names in ``__all__`` are the Python interface (docs/python.md). They are imported when they are first used, so that
``import eegbench`` and the command line start fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eegbench.interface import EncoderTransformer, OpenData, Run, load_run, open_data, train

__version__ = "0.1.0"

__all__ = ["EncoderTransformer", "OpenData", "Run", "load_run", "open_data", "train"]


def __getattr__(name: str) -> Any:
    """Import a name of the interface; see PEP 562."""
    if name in __all__:
        return getattr(import_module("eegbench.interface"), name)
    raise AttributeError(f"module 'eegbench' has no attribute {name!r}; it has {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
