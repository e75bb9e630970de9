"""Recordings with the names of the network's channels: aliases, derivations, rates, and errors."""

import logging

import numpy as np
import pytest
from own_recordings import noise, reader, write_edf

from eegbench.dataset import BadRecordingError, MixedRatesError
from eegbench.prediction.listing import list_nights
from eegbench.prediction.renamed_dataset import Renamed

CLASSES = ("W", "R")


def renamed(folder, channels, classes=CLASSES, labels=None, **aliases):
    dataset = reader(folder, subject="file", labels_from=None, labels=labels or {})
    return Renamed(dataset, channels=channels, aliases=aliases, classes=classes)


def read(dataset):
    (night,) = list_nights(dataset.dataset, [])
    return dataset.read(night)


def test_a_channel_is_found_by_its_other_name_and_by_the_users(tmp_path):
    data = noise(4, 100)
    write_edf(tmp_path / "night.edf", data, 100, names=("EEG C3-Ref", "A2", "odd"))
    raw = read(renamed(tmp_path, ("C3", "Pz"), Pz="odd"))
    assert raw.ch_names == ["C3", "Pz"]
    np.testing.assert_allclose(raw.get_data() * 1e6, data[[0, 2]], atol=0.02)


def test_a_derivation_is_made_where_both_sides_are_there_also_as_an_alias(tmp_path):
    data = noise(4, 100)
    write_edf(tmp_path / "night.edf", data, 100, names=("C3", "A2", "F4"))
    raw = read(renamed(tmp_path, ("C3-M2", "Fpz-Cz"), **{"Fpz-Cz": "F4-M2"}))
    assert raw.ch_names == ["C3-M2", "Fpz-Cz"]
    np.testing.assert_allclose(raw.get_data() * 1e6, [data[0] - data[1], data[2] - data[1]], atol=0.04)


@pytest.mark.parametrize(
    ("names", "taken", "said"),
    [
        (("C3", "C4", "O1"), 0, "night: has no odd; its own channel C3 is used."),
        (("C4", "odd", "O1"), 1, ""),
        (("C3", "odd", "O1"), 1, "night: has both C3 and odd; the latter is used (--channels C3=odd)"),
        (("EEG C3-Ref", "C4", "O1"), 0, "night: has no odd; its own channel C3 is used."),
    ],
    ids=["own", "alias", "both", "own in another spelling"],
)
def test_an_alias_is_for_recordings_that_have_it_others_are_read_with_their_own(tmp_path, caplog, names, taken, said):
    data = noise(4, 100)
    write_edf(tmp_path / "night.edf", data, 100, names=names)
    with caplog.at_level(logging.INFO, logger="eegbench"):
        raw = read(renamed(tmp_path, ("C3",), C3="odd"))
    assert raw.ch_names == ["C3"]
    np.testing.assert_allclose(raw.get_data()[0] * 1e6, data[taken], atol=0.02)
    assert said in caplog.text
    assert bool(caplog.text) == bool(said)


def test_a_recording_without_alias_and_own_channel_is_told_by_the_alias(tmp_path):
    write_edf(tmp_path / "night.edf", noise(4, 100), 100)
    with pytest.raises(BadRecordingError, match=r"no channel 'odd'.* The network needs C3, Pz"):
        read(renamed(tmp_path, ("C3", "Pz"), Pz="odd"))


def test_two_names_may_be_swapped(tmp_path):
    data = noise(4, 100)
    write_edf(tmp_path / "night.edf", data, 100, names=("C3", "C4", "O1"))
    raw = read(renamed(tmp_path, ("C3", "C4"), C3="C4", C4="C3"))
    assert raw.ch_names == ["C3", "C4"]
    np.testing.assert_allclose(raw.get_data() * 1e6, data[[1, 0]], atol=0.02)


def test_a_channel_that_is_missing_is_told_with_what_to_type(tmp_path):
    write_edf(tmp_path / "night.edf", noise(4, 100), 100)
    with pytest.raises(BadRecordingError, match=r"no channel 'Pz'.* The network needs C3, Pz; .*--channels NAME=ALIAS"):
        read(renamed(tmp_path, ("C3", "Pz")))


def test_rates_are_told_by_the_names_of_the_network(tmp_path):
    import edfio

    signals = [
        edfio.EdfSignal(noise(4, rate)[0], rate, label=name, physical_dimension="uV", physical_range=(-500, 500))
        for name, rate in (("C3", 100), ("odd", 50))
    ]
    edfio.Edf(signals, data_record_duration=1.0).write(tmp_path / "night.edf")
    with pytest.raises(MixedRatesError) as error:
        read(renamed(tmp_path, ("C3", "Pz"), Pz="odd"))
    assert error.value.rates == {"C3": 100.0, "Pz": 50.0}


def test_aliases_of_channels_that_the_network_lacks_and_other_classes_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"--channels Cz=EEG: the network has no channel Cz; it has C3, Pz"):
        renamed(tmp_path, ("C3", "Pz"), Cz="EEG")
    with pytest.raises(ValueError, match=r"the classes N2, which the network does not have; it has W, R"):
        renamed(tmp_path, ("C3",), labels={"w": "W", "two": "N2"})


def test_classes_are_in_the_order_of_the_network(tmp_path):
    assert renamed(tmp_path, ("C3",), labels={"rem": "R", "wake": "W"}).classes == CLASSES
