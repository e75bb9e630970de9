"""A finished run in Python: its tables, and its network for arrays and recordings."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from eegbench.config import read_json
from eegbench.dataset.content import RECORDINGS, read_contents
from eegbench.environment import choose_device
from eegbench.inference.embedding import windows_in_batch
from eegbench.inference.voting import Rule, probabilities_in_order
from eegbench.inference.window_array import as_batch
from eegbench.interface.asked_recordings import Reading, RecordingLike, asked_recordings, is_recordings
from eegbench.interface.python_error import python_errors
from eegbench.prediction.encoding import embedding_frame
from eegbench.prediction.predict_remedies import problem_in_words_of_predict
from eegbench.prediction.predictor import Predictor, load_encoder, load_predictor
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.prediction.saved_run import SUMMARY, find_network
from eegbench.prediction.seen_recordings import SPLIT
from eegbench.prediction.staging import Rules, stage
from eegbench.prediction.tables import hypnodensity_frame, hypnogram_frame
from eegbench.progress import bar
from eegbench.score.temperature import scaled
from eegbench.types import SPLITS, Form, Recording


class Run:
    """A finished run; `load_run` and `train` make it.

    Arrays are windows as the network was trained on them: preprocessed, in µV, with the channels of `channels` in this
    order, at `sfreq`. Recordings are in volts and of any rate, and are preprocessed as in training.

    Attributes
    ----------
    folder
        Folder of the run.
    predictor
        Name of the head in use: ``network``, or the name of a probe.
    """

    def __init__(
        self, folder: Path, predictor: str, *, device: str, trust: tuple[str, ...], config_dir: str | None
    ) -> None:
        with python_errors(), TemporaryDirectory() as aside:
            saved = find_network(str(folder), predictor, outputs=folder, tracking_uri=None, aside=Path(aside))
        self.folder, self.predictor = folder, saved.name
        self._saved, self._device, self._trust, self._config_dir = saved, device, trust, config_dir

    def __repr__(self) -> str:
        return f"load_run({str(self.folder)!r}, predictor={self.predictor!r})"

    def __reduce__(self) -> tuple[Callable[..., "Run"], tuple[Any, ...]]:
        """Pickle the folder's path; the network is loaded again where it is used."""
        return _again, (self.folder, self.predictor, self._device, self._trust, self._config_dir)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in the order of `predict_proba`; empty for an encoder without a head."""
        return self._encoder.classes

    @property
    def form(self) -> Form:
        """Groups of signals, each with its channels, sampling rate in Hz and number of samples."""
        return self._encoder.network.description.form

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names, in the order of arrays; of several groups of signals, see `form`."""
        return self.form.only.channels

    @property
    def sfreq(self) -> float:
        """Sampling rate of arrays in Hz; of several groups of signals, see `form`."""
        return self.form.only.sfreq

    @property
    def n_times(self) -> int:
        """Number of samples of a window; of several groups of signals, see `form`."""
        return self.form.only.n_times

    @property
    def embed_dim(self) -> int:
        """Length of an embedding."""
        return self._encoder.network.encoder.embed_dim

    @property
    def summary(self) -> dict[str, Any]:
        """Facts of the run, as in ``summary.json``: counts, steps, seconds, and all metrics by name."""
        return read_json(self._file(SUMMARY))

    @property
    def scores(self) -> pd.DataFrame:
        """Scores of each split, classifier, aggregation and metric with their intervals, as in ``scores.csv``.

        Raises
        ------
        FileNotFoundError
            If the run has no scores, because its recordings have no labels.
        """
        return pd.read_csv(self._file("scores.csv"))

    @property
    def predictions(self) -> pd.DataFrame:
        """Class probabilities of each classifier and window, not calibrated, as in ``predictions.parquet``.

        Raises
        ------
        FileNotFoundError
            If the run has no predictions, because its recordings have no labels.
        """
        return pd.read_parquet(self._file("predictions.parquet"))

    @property
    def recordings(self) -> pd.DataFrame:
        """Recordings of the run: ``recording, subject, session, run, split, signal`` (the file, where it was then).

        Raises
        ------
        FileNotFoundError
            If the run's folder does not list them.
        """
        contents, splits = read_contents(self._file(RECORDINGS)), read_json(self._file(SPLIT))
        split_of = {one: split for split in SPLITS for one in splits.get(split, {}).get("recordings", ())}
        rows = [(name, c.subject, c.session, c.run, split_of.get(name, ""), c.signal) for name, c in contents.items()]
        return pd.DataFrame(rows, columns=["recording", "subject", "session", "run", "split", "signal"])

    def embed(
        self,
        x: object,
        *,
        overrides: Sequence[str] = (),
        labels: str | None = None,
        channels: Mapping[str, str] | None = None,
    ) -> Float[np.ndarray, "..."] | pd.DataFrame:
        """Encode windows or recordings: an array gives an array, recordings give a DataFrame.

        The encoder is that of the predictor; a fine-tuned probe has one of its own.

        Parameters
        ----------
        x
            Windows in µV, (n_channels, n_times) or (n, n_channels, n_times); for several groups of signals a mapping
            from the name of each group to such an array. If windows are standardised over the recording in training
            (``form.normalise == "recording"``), they must be standardised. Or recordings, see `predict`.
        overrides, labels, channels
            For recordings, see `predict`.

        Returns
        -------
        ndarray or DataFrame
            Embeddings (embed_dim,) of one window or (n, embed_dim) of several, as float32. For recordings a row for
            each window or trial: ``recording, start_s, duration_s, flag, z0, z1, …``.

        Raises
        ------
        TypeError, ValueError
            If an array has another shape or another type, contains NaN, or is in volts.
        BadRecordingError
            A `ValueError`: if a recording cannot be read or does not fit the network.
        """
        if not is_recordings(x):
            return self._of_arrays(x, lambda batch: self._embedded(batch).cpu().numpy(), self.embed_dim)
        reading = Reading(overrides, labels, channels or {}, self._trust, self._config_dir)
        return self._of_recordings(x, self._encoder, reading, embedding_frame)

    def predict_proba(self, x: object, *, calibrated: bool = True) -> Float[np.ndarray, "..."]:
        """Return the class probabilities of windows, in the order of `classes`.

        Parameters
        ----------
        x
            Windows, see `embed`. For a network of sequences, all windows of a recording in order of time, without gaps.
        calibrated
            Whether to divide scores by the temperature that was fitted on the valid subjects, as `predict` does. This
            does not change which class is most probable.

        Returns
        -------
        ndarray
            Probabilities (n_classes,) of one window, or (n, n_classes) of several.

        Raises
        ------
        TypeError, ValueError
            See `embed`; and if the run has no head for the classes.
        """
        if is_recordings(x):
            raise TypeError("Expected an array of windows; predict(recordings) returns probabilities of recordings.")
        network = self._head.network
        temperature = network.description.temperature if calibrated else 1.0

        def probabilities(batch: Mapping[str, np.ndarray]) -> np.ndarray:
            if network.sequence is not None:
                return probabilities_in_order(network, batch)
            return network.probabilities(batch)

        found = self._of_arrays(x, probabilities, len(self.classes), whole=network.sequence is not None)
        return np.asarray(scaled(np.atleast_2d(found), temperature)).reshape(found.shape) if calibrated else found

    def predict(
        self,
        recordings: "RecordingLike | Sequence[RecordingLike]" = (),
        *,
        overrides: Sequence[str] = (),
        labels: str | None = None,
        channels: Mapping[str, str] | None = None,
        vote: Rule = "geometric",
        calibrated: bool = True,
    ) -> pd.DataFrame:
        """Predict the classes of recordings, as ``eegbench predict`` does.

        Recordings that differ from the training data are named in a warning.

        Parameters
        ----------
        recordings
            MNE's Raw in volts, the path of a file or of a folder, or several of these. Channels are found by name and
            resampled and filtered as in training.
        overrides
            Overrides of the dataset that reads the files: ``["dataset.pattern=**/*.vhdr"]``, or
            ``["dataset=simulated_sleep", "dataset.seed=8"]`` without recordings.
        labels
            Source of labels: ``annotations``, ``triggers``, or a file next to each recording (``*.csv``); None reads
            none. A network that was trained on trials needs them, as windows begin at cues.
        channels
            Name in the recordings by channel of the network: ``{"Fpz-Cz": "F4-M1"}``.
        vote
            Rule that combines the predictions of several windows: ``geometric``, ``arithmetic`` or ``majority``.
        calibrated
            Whether to divide scores by the temperature that was fitted on the valid subjects.

        Returns
        -------
        DataFrame
            A row for each epoch: ``recording``, the columns of ``NAME-hypnogram.csv`` (``start_s, duration_s, stage,
            confidence, n_votes, flag``, and ``label`` if known), and the probability of each class in a column of its
            name.

        Raises
        ------
        BadRecordingError
            A `ValueError`: if a recording cannot be read or does not fit the network. The message says what to do.
        ConfigError
            A `ValueError`: if the run has no head for the classes, or an override is wrong.
        """
        rules = Rules(vote, calibrated)

        def frame(predictor: Predictor, dataset: Renamed, recording: Recording, folder: Path) -> pd.DataFrame:
            staged = stage(predictor, dataset, recording, rules, folder)
            for text in staged.warnings:
                warnings.warn(f"{recording.id}: {text}", UserWarning, stacklevel=4)
            density = hypnodensity_frame(staged).drop(columns="start_s")
            return pd.concat([hypnogram_frame(staged), density], axis=1)

        reading = Reading(overrides, labels, channels or {}, self._trust, self._config_dir)
        return self._of_recordings(recordings, self._head, reading, frame)

    @cached_property
    def _encoder(self) -> Predictor:
        with python_errors():
            device = choose_device(self._device)
            return load_encoder(self._saved.folder, self.predictor, trusted=self._trust, device=device)

    @cached_property
    def _head(self) -> Predictor:
        with python_errors():
            device = choose_device(self._device)
            return load_predictor(self._saved.folder, self.predictor, trusted=self._trust, device=device)

    def _file(self, name: str) -> Path:
        file = None if self._saved.fetch is None else self._saved.fetch(name)
        if file is None:
            raise FileNotFoundError(f"{self.folder}: the run has no {name}; runs without labels have no scores.")
        return file

    @torch.no_grad()
    def _embedded(self, batch: Mapping[str, np.ndarray]) -> torch.Tensor:
        network = self._encoder.network
        return network.embed(network.checked(batch))

    def _of_arrays(
        self, x: object, read: Callable[[Mapping[str, np.ndarray]], np.ndarray], width: int, *, whole: bool = False
    ) -> np.ndarray:
        """Check windows, and read them in batches, or as a whole; the result has a row of this width for each."""
        arrays, is_single = as_batch(x, self.form)
        n = len(next(iter(arrays.values())))
        size = max(1, n) if whole else windows_in_batch(self.form, self._encoder.device)
        parts = [{name: one[i : i + size] for name, one in arrays.items()} for i in range(0, n, size)]
        found = np.concatenate([np.zeros((0, width), np.float32), *map(read, parts)])
        return found[0] if is_single else found

    def _of_recordings(
        self,
        asked: object,
        predictor: Predictor,
        reading: Reading,
        frame: Callable[[Predictor, Renamed, Recording, Path], pd.DataFrame],
    ) -> pd.DataFrame:
        """Return the frames of recordings one below the other, each with the name of its recording."""
        with python_errors(problem_in_words_of_predict), TemporaryDirectory() as aside:
            listed = asked_recordings(asked, predictor, reading)
            frames = []
            with bar("recordings", len(listed)) as advance:
                for number, (dataset, recording) in enumerate(listed):
                    one = frame(predictor, dataset, recording, Path(aside) / str(number))
                    one.insert(0, "recording", recording.id)
                    frames.append(one)
                    advance(recording.id)
        return pd.concat(frames, ignore_index=True)


def load_run(
    folder: str | PathLike[str],
    *,
    predictor: str = "auto",
    device: str = "auto",
    trust: Sequence[str] = (),
    config_dir: str | PathLike[str] | None = None,
) -> Run:
    """Open a finished run; its files are read as data, and no code in them is executed.

    Parameters
    ----------
    folder
        Folder of the run, or of one of its networks (``network/``, ``model/``, ``probes/NAME/``).
    predictor
        Head to use: ``network``, ``probe`` (the main one), or the name of a probe. ``auto`` is the network if the run
        has one, otherwise the main probe.
    device
        ``auto`` (a GPU if torch finds one), ``cpu``, ``cuda`` or ``cuda:N``.
    trust
        Modules of your own whose classes may be built, as for ``--trust``.
    config_dir
        Folder of your own options, as for ``--config-dir``.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it contains no finished run.
    ConfigError
        A `ValueError`: if the run has no such predictor, or its files are not accepted.

    Examples
    --------
    >>> run = eegbench.load_run("outputs/runs/FOLDER")  # doctest: +SKIP
    >>> run.embed(X).shape  # doctest: +SKIP
    (100, 64)
    """
    place = Path(folder).expanduser().resolve()
    if not place.is_dir():
        raise FileNotFoundError(f"{place}: there is no such folder; give the folder of a finished run.")
    own = None if config_dir is None else str(config_dir)
    return Run(place, predictor, device=device, trust=tuple(trust), config_dir=own)


def _again(folder: Path, predictor: str, device: str, trust: tuple[str, ...], config_dir: str | None) -> Run:
    """Open a run that was pickled."""
    return load_run(folder, predictor=predictor, device=device, trust=trust, config_dir=config_dir)
