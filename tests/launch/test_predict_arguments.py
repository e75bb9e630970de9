"""Choice of the dataset that reads files for ``eegbench predict``: by format or name, with the network's labels."""

import re

import pytest
from forms import form_of
from hydra.errors import HydraException

from eegbench.config import conf_folder, read_plain
from eegbench.inference.description import Description
from eegbench.launch.predict_arguments import as_datasets

KNOWN = Description(
    encoder={}, classes=("W", "R"), form=form_of(("C3",), 100.0, 3000), labels={"wake": "W", "rem": "R"}, ignored=("?",)
)


def dataset_of(*words, labels=None):
    ((dataset, files),) = as_datasets([str(word) for word in words], labels, KNOWN, (), None)
    return dataset, files


def test_a_folder_is_read_by_recordings_without_labels_each_file_another_persons(tmp_path):
    dataset, files = dataset_of(tmp_path)
    assert (dataset.name, dataset.root, dataset.labels_from, dataset.subject) == ("recordings", tmp_path, None, "file")
    assert dataset.labels == {"wake": "W", "rem": "R"}
    assert dataset.ignored == ("?",)
    assert files == []


def test_overrides_are_those_of_training_and_count_more(tmp_path):
    words = ("dataset.pattern=*.edf", "dataset.subject=folder", "dataset.labels={s: W}", "dataset.ignored=[x]")
    dataset, _ = dataset_of(tmp_path, *words, labels="*.csv")
    assert (dataset.pattern, dataset.subject, dataset.labels_from) == ("*.edf", "folder", "*.csv")
    assert (dataset.labels, dataset.ignored) == ({"s": "W"}, ("x",))


def test_files_of_hdf5_have_their_own_reader(tmp_path):
    (tmp_path / "night.h5").touch()
    dataset, files = dataset_of(tmp_path / "night.h5")
    assert (dataset.name, dataset.subject) == ("h5_psg", "file")
    assert files == [tmp_path / "night.h5"]
    with pytest.raises(ValueError, match=r"--labels \*\.csv: is for dataset=recordings"):
        dataset_of(tmp_path / "night.h5", labels="*.csv")


def test_another_dataset_is_named_and_keeps_its_own_labels(tmp_path):
    dataset, _ = dataset_of(tmp_path, "dataset=sleep_physionet", "dataset.crop_wake_min=null")
    assert dataset.name == "sleep_physionet"
    assert dataset.labels["Sleep stage 1"] == "N1"


def test_a_folder_with_an_equals_sign_is_a_folder(tmp_path):
    (tmp_path / "a=b").mkdir()
    assert dataset_of(tmp_path / "a=b")[0].root == tmp_path / "a=b"


def test_two_folders_and_options_of_training_are_refused(tmp_path):
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="expected one folder or files"):
        dataset_of(tmp_path, tmp_path / "other")
    with pytest.raises(ValueError, match="preprocessing=trial: the preprocessing is stored with the network"):
        dataset_of(tmp_path, "preprocessing=trial")


def test_a_folder_of_options_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"--config-dir nowhere: there is no such folder\."):
        as_datasets([str(tmp_path)], None, KNOWN, (), "nowhere")


def readers_of(*words, labels=None):
    found = as_datasets([str(word) for word in words], labels, KNOWN, (), None)
    return [(dataset.name, dataset.root, [path.name for path in files]) for dataset, files in found]


def test_a_folder_of_two_formats_has_two_readers_and_a_pattern_chooses_among_them(tmp_path):
    for name in ("a.edf", "b.vhdr", "c.H5", ".hidden.hdf5"):
        (tmp_path / name).touch()
    assert readers_of(tmp_path) == [("recordings", tmp_path, []), ("h5_psg", tmp_path, [])]
    assert readers_of(tmp_path, labels="*.csv") == readers_of(tmp_path)  # the stages of HDF5 are in it
    assert readers_of(tmp_path, "dataset.pattern=**/*.edf") == [("recordings", tmp_path, [])]


def test_files_have_a_reader_a_format_and_folder(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [tmp_path / name for name in ("a/1.h5", "a/2.edf", "b/3.hdf5", "a/4.h5")]
    for path in files:
        path.touch()
    assert readers_of(*files) == [
        ("h5_psg", tmp_path / "a", ["1.h5", "4.h5"]),
        ("h5_psg", tmp_path / "b", ["3.hdf5"]),
        ("recordings", tmp_path / "a", ["2.edf"]),
    ]


def test_an_override_goes_to_the_readers_that_have_its_key(tmp_path):
    for name in ("a.edf", "c.h5"):
        (tmp_path / name).touch()
    words = ("dataset.table.epoch_s=20", "dataset.zeros_are_unlabelled=true")
    (first, _), (second, _) = as_datasets([str(tmp_path), *words], None, KNOWN, (), None)
    assert first.table.epoch_s == 20
    assert second.read_settings["zeros_are_unlabelled"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dataset.patern=*.edf"], "dataset.patern: dataset=recordings has no such key, did you mean dataset.pattern?"),
        (["dataset.table.epochs=3"], "dataset.table.epochs: dataset=recordings has no such key"),
        (
            ["dataset=h5_psg", "dataset.table.epoch_s=3"],
            "dataset.table.epoch_s: dataset=h5_psg has no such key. It takes dataset.root, dataset.pattern,",
        ),
    ],
)
def test_a_misspelt_key_is_refused_with_those_of_the_dataset_and_the_help_of_predict(tmp_path, words, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        dataset_of(tmp_path, *words)
    reader = "h5_psg" if words[0] == "dataset=h5_psg" else "recordings"
    own = {f"dataset.{key}" for key in read_plain(conf_folder() / "dataset" / f"{reader}.yaml")}
    own -= {"dataset.defaults", "dataset._target_", "dataset.table"}
    taken = str(caught.value).partition("It takes ")[2]
    assert own <= set(taken.partition("; ")[0].split(", "))
    assert taken.endswith("; `eegbench predict --help` has examples.")
    assert ("dataset.table.epoch_s" in taken) == (reader == "recordings")


def test_an_option_of_the_dataset_that_is_not_there_is_left_to_the_message_of_training(tmp_path):
    with pytest.raises(HydraException, match="Could not find 'dataset/labels/nobodys'"):
        dataset_of(tmp_path, "dataset/labels=nobodys")
