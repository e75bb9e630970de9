"""A folder given to `eegbench data` becomes the root of the matching dataset, or of the named one."""

import pytest

from eegbench.launch.data_arguments import as_overrides


@pytest.mark.parametrize(
    ("file", "words", "chosen"),
    [
        ("a-PSG.edf", [], ["dataset=sleep_physionet"]),
        ("dataset_description.json", [], ["dataset=bids"]),
        ("a.vhdr", [], ["dataset=recordings", "dataset.subject=file"]),
        ("a-PSG.edf", ["dataset=eegbci"], []),
        ("a.vhdr", ["experiment=p300"], []),
    ],
)
def test_a_folder_chooses_a_dataset_where_no_word_does(tmp_path, file, words, chosen):
    (tmp_path / file).touch()
    assert as_overrides([str(tmp_path), *words]) == ["name=data", *chosen, f'dataset.root="{tmp_path}"', *words]


def test_a_mapping_of_labels_replaces_that_of_the_option():
    assert as_overrides(["dataset.labels={A: b}"])[1:] == ["++dataset.labels=null", "++dataset.labels={A: b}"]


def test_a_folder_with_an_equals_sign_in_its_name_is_a_folder(tmp_path):
    folder = tmp_path / "clinic r\u00e9veil=1#"
    folder.mkdir()
    assert as_overrides([str(folder), "seed=1"])[-2:] == [f'dataset.root="{folder}"', "seed=1"]
