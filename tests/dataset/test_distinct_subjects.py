"""Two subjects that are one person give an error if their files are equal, and a note for similar headers or names."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import edfio
import pytest

from eegbench.dataset.base import Dataset
from eegbench.dataset.distinct_subjects import check_subjects, stem
from eegbench.types import Recording


class Listed(Dataset):
    """Recordings of files by name; a header ``X.vhdr`` has its samples in ``X.eeg``."""

    source, labels, ignored, on_bad_recording = None, {}, (), "raise"

    def __init__(self, found: Sequence[Recording] = ()) -> None:
        self.found = list(found)

    def recordings(self):
        return self.found

    def sidecars(self, recording):
        return tuple(sorted(recording.signal.parent.glob(f"{recording.signal.stem}.*")))

    def read(self, recording, *, may_lack_channels=False):
        raise NotImplementedError


def check(*paths: Path, subjects: Sequence[str] | None = None) -> None:
    names = subjects or [path.stem for path in paths]
    listed = [Recording(path.stem, who, "1", path) for path, who in zip(paths, names, strict=True)]
    check_subjects(Listed(listed), listed)


def test_equal_files_of_two_subjects_are_refused_with_both_names(tmp_path: Path, write_edf):
    one, other = (write_edf(tmp_path / f"{name}.edf", seed=seed) for seed, name in enumerate(("anna", "ben")))
    check(one, other)
    copy = Path(shutil.copy(one, tmp_path / "carl.edf"))
    with pytest.raises(ValueError, match=r"anna\.edf and .*carl\.edf are the same recording .* Take one of"):
        check(one, other, copy)


def test_equal_samples_are_found_behind_headers_that_differ(tmp_path: Path):
    for name in ("anna", "ben"):
        (tmp_path / f"{name}.vhdr").write_text(f"DataFile={name}.eeg")
        (tmp_path / f"{name}.eeg").write_bytes(bytes(range(256)) * 50)
    with pytest.raises(ValueError, match=r"the same recording"):
        check(tmp_path / "anna.vhdr", tmp_path / "ben.vhdr")
    (tmp_path / "ben.eeg").write_bytes(bytes(range(256)) * 49 + bytes(256))
    check(tmp_path / "anna.vhdr", tmp_path / "ben.vhdr")


def test_large_files_that_differ_outside_the_blocks_of_their_digest_are_not_equal(tmp_path: Path):
    samples = bytearray(3_000_000)
    (tmp_path / "anna.edf").write_bytes(samples)
    samples[100_000] = 1
    (tmp_path / "ben.edf").write_bytes(samples)
    check(tmp_path / "anna.edf", tmp_path / "ben.edf")


def test_equal_files_of_one_subject_are_noted(tmp_path: Path, write_edf, caplog):
    one = write_edf(tmp_path / "night1.edf")
    check(one, Path(shutil.copy(one, tmp_path / "night2.edf")), subjects=["anna", "anna"])
    assert (
        "Files of one subject are equal, and each counts as a recording (1: night1.edf and night2.edf)" in caplog.text
    )


def test_one_file_of_two_people_is_no_copy(tmp_path: Path, write_edf, caplog):
    both = write_edf(tmp_path / "both.edf")
    check(both, both, subjects=["anna", "ben"])
    assert not caplog.records


def test_equal_patients_in_the_headers_of_two_subjects_are_noted(tmp_path: Path, write_edf, caplog):
    jane = edfio.Patient(code="K7", name="Jane_Doe")
    paths = [
        write_edf(tmp_path / f"{name}.edf", patient=jane, seed=i) for i, name in enumerate(("anna", "ben", "carl"))
    ]
    write_edf(paths[2], patient=edfio.Patient(code="K8", name="Carl_Coe"), seed=2)
    check(*paths)
    (note,) = caplog.messages
    assert note.startswith(
        "The subjects anna, ben have the same patient in the headers of their files, 'K7 X X Jane_Doe'"
    )


def test_sleep_edfs_sex_and_age_make_no_two_subjects_one(tmp_path: Path, write_edf, caplog):
    patient = edfio.Patient(sex="F", name="Female_33yr")
    check(*(write_edf(tmp_path / f"{name}.edf", patient=patient, seed=i) for i, name in enumerate(("anna", "ben"))))
    assert not caplog.records


def test_names_that_share_a_stem_are_noted(tmp_path: Path, write_edf, caplog):
    names = ("P0", "P0_copy", "P1", "S01_night1", "S01_night2")
    check(*(write_edf(tmp_path / f"{name}.edf", seed=i) for i, name in enumerate(names)))
    (note,) = caplog.messages
    assert "copies of one person (2: P0 and P0_copy, S01_night1 and S01_night2)" in note


@pytest.mark.parametrize(
    ("subjects", "of"),
    [
        (("S01_night1", "S01-Night 2", "S01_copy", "S01 (1)", "S01_2", "S01b", "S01_ses-02", "S01_n1_copy"), "S01"),
        (("a_n1", "a_n2", "a_visit1", "a_20240131", "a_2024-01-31", "pre_a", "night2_a", "Post-a"), "a"),
        (("SL001N1", "SL001N2", "SL001ses2"), "SL001"),
    ],
)
def test_the_stem_is_what_is_left_without_occasion_and_copy(subjects: Sequence[str], of: str):
    assert {stem(subject) for subject in subjects} == {of}


@pytest.mark.parametrize(
    "subjects",
    [
        ("Subject00", "Subject01"),
        ("001", "002"),
        ("patient_1", "patient_12"),
        ("home-00", "home-01"),
        ("n1", "n2", "nfle1"),
        ("ST01", "01"),
        ("night1", "night2"),
        ("pre_01", "pre_02"),
        ("cond1", "cond2"),
    ],
)
def test_numbered_people_share_no_stem(subjects: Sequence[str]):
    assert len({stem(subject) for subject in subjects}) == len(subjects)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["anna_a", "anna_b", "bert_a", "bert_b"], r"\(anna, bert\) and \(a, b\)"),
        (["pre/S01", "pre/S02", "post/S01", "post/S02"], r"\(post, pre\) and \(S01, S02\)"),
        (["S01", "S02", "S03", "S04"], ""),
        (["anna_a", "anna_b", "bert_a"], ""),
    ],
)
def test_names_of_two_parts_that_come_with_each_other_are_noted(tmp_path: Path, caplog, names, told):
    check(*_files(tmp_path, names), subjects=names)
    assert ("Recordings are named by two parts" in caplog.text) == bool(told)
    assert re.search(told, caplog.text)


@pytest.mark.parametrize(("n_files", "is_told"), [(3, True), (2, False)])
def test_folders_that_hold_no_fewer_files_of_the_same_names_than_they_are_may_be_occasions(
    tmp_path: Path, caplog, n_files, is_told
):
    names = [f"{folder}/S{number}" for folder in ("pre", "post", "later") for number in range(n_files)]
    check(*_files(tmp_path, names), subjects=[name.partition("/")[0] for name in names])
    assert ("(pre, post, later) and (S0, S1, S2)" in caplog.text) == is_told


def test_equal_files_of_labels_of_two_subjects_are_noted(tmp_path: Path, caplog):
    paths = _files(tmp_path, ["anna", "bert", "carl"])
    labels = [path.with_suffix(".csv") for path in paths]
    for file, text in zip(labels, ("W\nN1\n", "W\nN1\n", "W\nN2\n"), strict=True):
        file.write_text(text)
    pairs = zip(paths, labels, strict=True)
    listed = [Recording(path.stem, path.stem, "1", path, labels=file) for path, file in pairs]
    check_subjects(Listed(listed), listed)
    assert "files of labels of the subjects anna, bert are equal" in caplog.text


def _files(folder: Path, names: Sequence[str]) -> list[Path]:
    paths = [folder / f"{name}.edf" for name in names]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes([number]) * 9000)
    return paths


def test_a_copy_whose_header_names_nobody_is_the_same_recording(tmp_path: Path, write_edf):
    jane = edfio.Patient(code="K7", name="Jane_Doe")
    paths = [write_edf(tmp_path / f"{name}.edf", patient=p) for name, p in (("anna", jane), ("x9", edfio.Patient()))]
    assert paths[0].read_bytes() != paths[1].read_bytes()
    with pytest.raises(ValueError, match="the same recording under two names"):
        check(*paths)
