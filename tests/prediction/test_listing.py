"""Recordings in a folder, in files, or in a dataset."""

import logging

import edfio
import pytest
from h5_files import psg, write_night
from own_recordings import noise, reader, write_brainvision, write_edf

from eegbench.prediction.listing import list_nights, stem


def test_a_folder_gives_its_recordings_of_all_formats_without_hypnograms(tmp_path, caplog):
    write_edf(tmp_path / "a" / "night.edf", noise(4, 100), 100)
    stages = [edfio.EdfAnnotation(0.0, 30.0, "Sleep stage W")]
    edfio.Edf([], annotations=stages).write(tmp_path / "old-hypnogram.edf")
    write_brainvision(tmp_path / "b.vhdr", noise(4, 100), 100, [])
    (tmp_path / "subjects.csv").write_text("subject,age\n00,30\n")  # of other people
    with caplog.at_level(logging.INFO, logger="eegbench"):
        found = list_nights(reader(tmp_path, subject="file"), [])
    assert [one.id for one in found] == ["a/night", "b"]
    assert [stem(one) for one in found] == ["a_night", "b"]
    assert "left out: old-hypnogram.edf" in caplog.text


@pytest.mark.parametrize(
    ("read", "options", "told"),
    [
        (psg, {}, "dataset=h5_psg ignores 3 files of other formats (2 .edf, 1 .vhdr) in "),
        (reader, {}, "dataset=recordings ignores 1 file of other formats (1 .h5) in "),
        (psg, {"pattern": "**/*.h5"}, ""),
        (reader, {"pattern": "**/*.edf"}, ""),
    ],
)
def test_files_of_other_formats_than_those_of_a_named_dataset_are_counted(tmp_path, caplog, read, options, told):
    write_night(tmp_path / "a.h5")
    write_brainvision(tmp_path / "b.vhdr", noise(4, 100), 100, [])
    for name in ("c.EDF", "d/e.edf", ".hidden.edf"):
        write_edf(tmp_path / name, noise(4, 100), 100)
    with caplog.at_level(logging.INFO, logger="eegbench"):
        list_nights(read(tmp_path, subject="file", **options), [])
    assert "".join(caplog.messages).startswith(told)
    assert bool(caplog.messages) == bool(told)
    caplog.clear()
    list_nights(reader(tmp_path, subject="file"), [tmp_path / "d" / "e.edf"])  # files that are named pass over nothing
    assert caplog.messages == []


def test_a_named_dataset_without_a_recording_is_refused_with_what_there_is(tmp_path):
    write_night(tmp_path / "a.h5")
    with pytest.raises(
        FileNotFoundError, match=r"contains no recording; .* Omit dataset=.* to stage 1 file of other formats"
    ):
        list_nights(reader(tmp_path, subject="file"), [])


def test_labels_lie_next_to_each_file_or_are_missing(tmp_path, caplog):
    for name in ("one", "two"):
        write_edf(tmp_path / f"{name}.edf", noise(4, 100), 100)
    (tmp_path / "one.csv").write_text("label\nW\n")
    dataset = reader(tmp_path, subject="file", labels_from="*.csv")
    one, two = list_nights(dataset, [tmp_path / "one.edf", tmp_path / "two.edf"])
    assert one.labels == tmp_path / "one.csv"
    assert two.labels is None
    assert dataset.for_one(one) is dataset
    assert dataset.for_one(two).labels_from is None
    assert f"two.edf: there is no {two.signal.parent / 'two.csv'}, so it is read without labels." in caplog.text


def test_a_file_that_is_not_there_and_two_of_one_name_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        list_nights(reader(tmp_path, subject="file"), [tmp_path / "none.edf"])
    for folder in ("a", "b"):
        write_edf(tmp_path / folder / "night.edf", noise(4, 100), 100)
    files = [tmp_path / folder / "night.edf" for folder in ("a", "b")]
    with pytest.raises(ValueError, match="both would be written as night"):
        list_nights(reader(tmp_path, subject="file"), files)
