"""Overview of a dataset: its facts, the folder of its files, and the number of files that are there."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eegbench.dataset.base import Card, Dataset
from eegbench.dataset.simulated_files import Simulated

Kind = Literal["published", "simulated", "joined", "reader"]


@dataclass(frozen=True)
class Overview:
    """One dataset that can be named by ``dataset=NAME``.

    Attributes
    ----------
    name
        Name of the option.
    about
        First sentence of its module.
    kind
        ``published`` can be downloaded, ``simulated`` is made here, ``joined`` consists of several, and a ``reader``
        reads files of the user.
    card
        Facts; None for readers and joined datasets.
    folder
        Folder of the files, which may not exist yet; None for readers and joined datasets.
    is_own_folder
        Whether the user named the folder, so that nothing is downloaded into it.
    n_there
        Number of recordings in the folder.
    """

    name: str
    about: str
    kind: Kind
    card: Card | None = None
    folder: Path | None = None
    is_own_folder: bool = False
    n_there: int = 0


def overview(name: str, dataset: Dataset) -> Overview:
    """Look at the folder of a published or simulated dataset."""
    about, card = about_module(type(dataset)), dataset.card
    if isinstance(dataset, Simulated):
        return Overview(name, about, "simulated", card, dataset.root, n_there=_n_files(dataset.root, card.pattern))
    folder = dataset.download_folder if dataset.source is None else Path(dataset.source)
    if folder is None:
        return Overview(name, about, "joined")
    n_there = _n_files(folder, card.pattern)
    return Overview(name, about, "published", card, folder, is_own_folder=dataset.source is not None, n_there=n_there)


def about_module(kind: type) -> str:
    """Return the first sentence of the module of a class, without its full stop."""
    text = importlib.import_module(kind.__module__).__doc__ or ""
    return text.partition("\n")[0].rstrip(".")


def has_own_facts(kind: type[Dataset]) -> bool:
    """Return whether the facts of a class do not depend on the files of the user."""
    return not isinstance(getattr(kind, "card", None), property) and not hasattr(getattr(kind, "card", None), "func")


def _n_files(folder: Path, pattern: str | None) -> int:
    visible = (path for path in folder.rglob(pattern or "") if not path.name.startswith("."))
    return sum(1 for _ in visible) if pattern else 0
