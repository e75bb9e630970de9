"""Windows of an experiment as arrays, with their labels and splits."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float32, Int

from eegbench.address import kept
from eegbench.experiment.data import Data
from eegbench.experiment.data import open_data as open_windows
from eegbench.interface.python_error import python_errors
from eegbench.launch.data_arguments import as_experiment
from eegbench.launch.embedded import as_before
from eegbench.launch.override import check_root, with_whole_labels
from eegbench.launch.training import check_single
from eegbench.types import SPLITS, Form

Signals = Float32[np.ndarray, "n n_channels n_times"] | Mapping[str, Float32[np.ndarray, "n _ _"]]
"""Windows of one group of signals, or of several groups by name."""

PLACES = ("shard", "sample_")
"""Beginnings of the columns with the place of a window's samples, which are left out of tables."""


class Windows(NamedTuple):
    """Windows for scikit-learn.

    Attributes
    ----------
    X
        Signals (n, n_channels, n_times) as float32, as the encoder reads them: preprocessed, in µV, or standardised if
        ``preprocessing.normalise`` says so. A mapping from group to signals if there are several groups.
    y
        Class name of each window (n,); None for windows without a label.
    groups
        Subject of each window (n,), for scikit-learn's group-wise cross-validation.
    """

    X: Signals
    y: np.ndarray
    groups: np.ndarray


class OpenData:
    """The preprocessed windows of an experiment; `open_data` makes it.

    Attributes
    ----------
    table
        One row per window: ``recording, set, subject, session, run, start_s`` (from the start of the file),
        ``window_s, label`` (class name; missing without a label), ``scored, rejected, flat, saturated, marked_bad``
        and ``split`` (``train``, ``valid``, ``test``, or empty).
    classes
        Class names.
    form
        Groups of signals, with channels, sampling rate in Hz and number of samples of each, and the standardisation.
    notes
        Notes of dataset and preprocessing: recordings left out, trials moved, ….
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        table = data.store.table
        names = np.array([*data.store.classes, None], dtype=object)
        kept_columns = [name for name in table if not str(name).startswith(PLACES)]
        self.table: pd.DataFrame = table[kept_columns].assign(label=names[table["label"].to_numpy(int)])
        self.classes: tuple[str, ...] = data.store.classes
        self.form: Form = data.store.form
        self.notes: tuple[str, ...] = data.notes

    def __repr__(self) -> str:
        groups = "; ".join(f"{', '.join(one.channels)} at {one.sfreq:g} Hz" for one in self.form.groups.values())
        return f"OpenData({len(self.table)} windows of {self.form.window_s:g} s; {groups})"

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names, in the order of the arrays; of several groups of signals, see ``form``."""
        return self.form.only.channels

    @property
    def sfreq(self) -> float:
        """Sampling rate in Hz; of several groups of signals, see ``form``."""
        return self.form.only.sfreq

    def windows(self, split: Literal["train", "valid", "test"] | None = None, *, labelled: bool = True) -> Windows:
        """Return the usable windows of a split: those that are not rejected; of a trial cut into crops the first.

        Parameters
        ----------
        split
            ``train``, ``valid`` or ``test``; None for all windows in any split.
        labelled
            Whether to leave out windows without a label.

        Raises
        ------
        ValueError
            If there is no such split.
        """
        if split is not None and split not in SPLITS:
            raise ValueError(f"split={split!r}: expected one of {', '.join(SPLITS)}, or None for all.")
        those = SPLITS if split is None else (split,)
        rows = np.sort(np.concatenate([self._data.rows(one, scored=labelled) for one in those]))
        table = self.table.loc[rows]
        return Windows(self.signals(rows), table["label"].to_numpy(object), table["subject"].to_numpy(object))

    def signals(self, rows: Sequence[int] | Int[np.ndarray, "n"] | pd.Index) -> Signals:
        """Return the signals of windows by their rows in the table, as float32 (see `Windows`).

        Parameters
        ----------
        rows
            Index values of ``table``.

        Raises
        ------
        IndexError
            If the table has no such row.
        """
        asked = np.asarray(rows, dtype=np.int64)
        if len(asked) and not 0 <= asked.min() <= asked.max() < len(self.table):
            raise IndexError(f"Expected rows from 0 to {len(self.table) - 1}, got {asked.min()} to {asked.max()}.")
        found = {name: x.numpy() for name, x in self._data.store.gather(asked).x.items()}
        return found if len(found) > 1 else next(iter(found.values()))


def open_data(overrides: Sequence[str] = (), *, config_dir: str | PathLike[str] | None = None) -> OpenData:
    """Preprocess the recordings of an experiment, cut windows and assign them to splits, as ``eegbench train`` does.

    Preprocessed recordings are kept in the folder of outputs and are used by later calls and runs.

    Parameters
    ----------
    overrides
        Overrides of ``eegbench train``: ``["dataset=sleep_physionet", "dataset.root=FOLDER", "split.seed=1"]``.
    config_dir
        Folder of your own options, as for ``--config-dir``.

    Raises
    ------
    ConfigError
        A `ValueError`: if an option is wrong.
    ValueError, FileNotFoundError
        If options and recordings do not fit, or recordings are missing. The message says what to do.

    Examples
    --------
    >>> data = eegbench.open_data(["dataset.n_subjects=6"])  # doctest: +SKIP
    >>> X, y, groups = data.windows("train")  # doctest: +SKIP
    """
    if isinstance(overrides, str):
        raise TypeError(f"Expected a list of overrides, got the text {overrides!r}; give [{overrides!r}].")
    with python_errors():
        words = [kept(str(word)) for word in overrides]
        check_single(words)
        check_root(words)
        with as_before():
            folder = None if config_dir is None else str(config_dir)
            experiment = as_experiment(["name=data", *with_whole_labels(words)], folder)
            return OpenData(open_windows(experiment, torch.device("cpu")))
