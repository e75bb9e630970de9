"""Staging of one recording: prepare its signal as in training, predict each window, and combine the votes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.dataset import BadRecordingError
from eegbench.dataset.edf import first_sample_s
from eegbench.dataset.edf_header import read_header
from eegbench.dataset.signal_file import FORMATS, STRICT, edf_start, open_any, start_of
from eegbench.inference.embedding import evaluating, with_padding
from eegbench.inference.trial import embed_trials, first_crops
from eegbench.inference.voting import Rule, Votes, votes
from eegbench.prediction.epochs import epoch_votes, whole_trials, windows_of
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.prediction.staged import FLAGS, Staged
from eegbench.prediction.training_range import comparison_with_train, outside_of_train
from eegbench.prediction.unusable import unusable
from eegbench.preprocessing.featured import features_of, padded_features
from eegbench.preprocessing.shard_job import Job, build
from eegbench.score.temperature import scaled
from eegbench.store import Shard, open_shard
from eegbench.store.base import WindowStore
from eegbench.store.padding import padding_columns
from eegbench.types import Group, Recording


@dataclass(frozen=True)
class Rules:
    """Rules that combine votes.

    Attributes
    ----------
    vote
        Rule for the combination.
    is_calibrated
        Whether scores are divided by the temperature fitted to the valid subjects of training.
    """

    vote: Rule
    is_calibrated: bool


def stage(predictor: Predictor, dataset: Renamed, recording: Recording, rules: Rules, folder: Path) -> Staged:
    """Stage one recording.

    Parameters
    ----------
    predictor
        The network.
    dataset
        Dataset with the network's names.
    recording
        A recording of the dataset.
    rules
        Rules that combine votes.
    folder
        Folder for temporary files, such as its preprocessed signal; empty, or not existing.

    Raises
    ------
    BadRecordingError
        If it cannot be read, lacks a channel, is shorter than a window, or has unknown labels.
    """
    description = predictor.network.description
    store = window_store(predictor, dataset, recording, folder)
    (shard,) = store.shards
    table, said = _answers(predictor, store)
    is_trials = "trial" in table
    if is_trials:
        epochs = whole_trials(store.table, table)
    else:
        epochs, said = epoch_votes(predictor.preprocessing, dataset, recording, shard, table, said)
    probabilities = said.by(rules.vote)
    if rules.is_calibrated and rules.vote != "majority":
        probabilities = scaled(probabilities, description.temperature)
    usable = store.table.index.to_numpy()[~store.table["rejected"].to_numpy(bool)]
    start, first_s = _start(dataset, recording)
    return Staged(
        recording=recording,
        classes=predictor.classes,
        epochs=epochs.rename(columns={"window_s": "duration_s"})[
            ["start_s", "duration_s", "label", *FLAGS]
        ].reset_index(drop=True),
        predicted=said.winners(rules.vote),
        probabilities=probabilities,
        n_votes=said.n,
        begin_s=shard.header.start_s,
        length_s=shard.header.n_samples / shard.header.sfreq,
        is_trials=is_trials,
        n_usable=len(usable),
        compared=comparison_with_train(description.train_quantiles, len(usable)),
        start=start,
        first_s=first_s,
        warnings=(
            *unusable(predictor.preprocessing, shard, store.table),
            *_recorded_otherwise(predictor, shard),
            *outside_of_train(description.train_quantiles, store, usable),
        ),
    )


def window_store(predictor: Predictor, dataset: Renamed, recording: Recording, folder: Path) -> WindowStore:
    """Preprocess a recording as in training, and return a store of its windows; the arguments are those of `stage`.

    Raises
    ------
    BadRecordingError
        If it cannot be read, lacks a channel, is shorter than a window, or has unknown labels.
    """
    build(Job(dataset, predictor.signal, recording, folder / "shard"))
    shard = open_shard(folder / "shard")
    form, preprocessing = predictor.network.description.form, predictor.preprocessing
    for name, group in form.groups.items():
        there = shard.header.groups[name]
        if there.sfreq != group.sfreq:
            raise BadRecordingError(
                f"{recording.signal}: has {there.sfreq:g} Hz after preprocessing; the network needs {group.sfreq:g} Hz."
            )
    table = windows_of(preprocessing, dataset, recording, shard).assign(recording=recording.id)
    features = features_of(preprocessing.features, [shard], table, _all_groups(predictor, shard), folder)
    if {name: one.shape[1] for name, one in features.items()} != dict(form.features):
        raise BadRecordingError(f"{recording.signal}: features of its windows have other sizes than in training.")
    if form.padding is not None:
        features = padded_features(features, preprocessing.features, table)
        table = padding_columns(table, form.padding.n_windows)
    return WindowStore(
        shards=(shard,),
        form=form,
        table=table,
        classes=dataset.classes,
        facts=pd.DataFrame(index=pd.Index([recording.id], name="recording")),
        resident=True,
        device=predictor.device,
        features=features,
    )


def _all_groups(predictor: Predictor, shard: Shard) -> dict[str, Group]:
    """Return the form of every group of signals, including groups for features only."""
    found = {}
    for name, header in shard.header.groups.items():
        nowhere, n_times = np.full((len(header.channels), 3), np.nan), predictor.preprocessing.n_times(header.sfreq)
        found[name] = Group(header.channels, header.sfreq, n_times, nowhere)
    return found | dict(predictor.network.description.form.groups)


def _answers(predictor: Predictor, store: WindowStore) -> tuple[pd.DataFrame, Votes]:
    """Return the windows, or one row per trial, with the votes of the network for each.

    As in training, a rejected window is absent from the sequences of other windows. It still has a prediction itself,
    from sequences in which no window is absent.
    """
    rows, network = answered_rows(store), predictor.network
    with evaluating(network):
        embeddings = with_padding(network.encoder, store, embed_trials(network.encoder, store, rows))
        table = store.table.loc[rows]
        rejected = table["rejected"].to_numpy(bool)
        all_there = votes(network, embeddings, table.assign(rejected=False), rows)
        if network.sequence is None or not rejected.any() or rejected.all():
            return table, all_there
        as_trained = votes(network, embeddings, table, rows[~rejected])
    return table, all_there.replaced(~rejected, as_trained)


def answered_rows(store: WindowStore) -> Int[np.ndarray, "n"]:
    """Return all windows, or the first crop of each trial, preferably one that is not rejected."""
    rejected = store.table["rejected"].to_numpy(bool)
    every = store.table.index.to_numpy()
    usable = first_crops(store, every[~rejected])
    alone = ~np.isin(store.trials, store.trials[usable])
    return np.sort(np.concatenate([usable, first_crops(store, every[alone])]))


def _recorded_otherwise(predictor: Predictor, shard: Shard) -> list[str]:
    """Return warnings about missing channels, and about channels recorded at a lower rate than the network's."""
    found = []
    for name, group in predictor.network.description.form.groups.items():
        rates, channels = shard.header.groups[name].recorded_sfreq, predictor.signal.group_plans[name].channels or ()
        if missing := [channel for channel in channels if channel not in rates]:
            found.append(f"channels of the network are missing: {', '.join(missing)}")
        if slow := [f"{one} {rates[one]:g} Hz" for one in channels if rates.get(one, np.inf) < group.sfreq]:
            found.append(f"recorded at a lower rate than the network's {group.sfreq:g} Hz: {', '.join(slow)}")
    return found


def _start(dataset: Renamed, recording: Recording) -> tuple[datetime | None, float]:
    """Return the start of a recording from its header, and the time from there to its first sample in seconds."""
    path = recording.signal
    if path.suffix.lower() in STRICT:
        return edf_start(read_header(path)), first_sample_s(path)
    if path.suffix.lower() in FORMATS:
        return start_of(path, open_any(path))
    raw = dataset.read_channels(recording, (dataset.channels or ())[:1], may_lack_channels=True)
    meas_date = raw.info["meas_date"]
    return (None if meas_date is None else meas_date.replace(tzinfo=None)), 0.0
