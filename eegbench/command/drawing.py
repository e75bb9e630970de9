"""What the process beside a run does: it loads what draws and what keeps records, and draws."""

import contextlib
from pathlib import Path
from typing import Any

from eegbench.loading import loading


def begin() -> None:
    """Load what is needed in any case."""
    with loading():
        import pandas as pd  # noqa: F401

        import eegbench.config  # noqa: F401


def open_place(tracking: Any) -> None:
    """Open the place that keeps the run, while the run loads its libraries."""
    from eegbench.config import build

    with contextlib.suppress(Exception):  # the run meets the same error when it begins, and tells it
        build(tracking).open()


def load_figures() -> None:
    """Load what draws."""
    with loading():
        import eegbench.figure  # noqa: F401


def load_model() -> None:
    """Load what keeping a model takes."""
    from eegbench.tracking import logged_model

    logged_model.load()


def draw(path: Path, formats: tuple[str, ...], name: str, *args: Any, **options: Any) -> None:
    """Draw a figure of `eegbench.figure` by its name, and keep it."""
    with loading():
        from eegbench import figure  # here: a run whose figures are drawn beside it need not load matplotlib

    figure.save(getattr(figure, name)(*args, **options), path.parent, path.name, formats=formats)
