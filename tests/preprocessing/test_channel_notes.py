"""A run's notes list the type of each channel, and the source of the type."""

import logging
from pathlib import Path

import numpy as np
from own_recordings import reader, write_edf
from preprocessing.test_build import filtered, opened, standard

NAMES = ("EEG C3-Ref", "E1", "chin", "X1")


def told(tmp_path: Path, caplog, **signal) -> list[str]:
    data = np.random.default_rng(0).normal(0, 20, (4, 1000))
    write_edf(tmp_path / "a.edf", data, 100.0, names=NAMES)
    write_edf(tmp_path / "b.edf", data[:2], 100.0, names=NAMES[:2])
    dataset = reader(tmp_path, subject="file", channels=["C3", "E1", "chin", "X1", "Thorax"], labels_from=None)
    caplog.set_level(logging.INFO)
    opened(tmp_path, dataset, standard(filtered(**signal), flat_uv=None))
    return [text for text in caplog.messages if text.startswith("Channels of group")]


def test_kinds_are_told_once_for_all_recordings(tmp_path: Path, caplog):
    assert told(tmp_path, caplog, missing_channels="mark", channels=("C3", "E1", "chin", "X1")) == [
        "Channels of group eeg are EEG by name: C3; EOG by name: E1; EMG by name: chin; "
        "EEG by the file or by default: X1."
    ]


def test_a_channel_of_zeros_has_the_kind_that_it_would_have(tmp_path: Path, caplog):
    assert told(tmp_path, caplog, missing_channels="zeros", channels=("C3", "E1", "chin")) == [
        "Channels of group eeg are EEG by name: C3; EOG by name: E1; EMG by name: chin."
    ]
