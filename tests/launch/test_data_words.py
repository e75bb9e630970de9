"""A folder among the words of `eegbench data` is the root of the dataset that suits it, or of the one that is named."""

import pytest

from eegbench.launch.data_words import as_overrides


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
