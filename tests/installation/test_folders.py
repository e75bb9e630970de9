from pathlib import Path

from eegbench.dataset.mental_arithmetic import MentalArithmetic
from eegbench.dataset.overview import Overview
from eegbench.dataset.resumable import part_file
from eegbench.installation.folders import check_folders


def seen(folder: Path, *, is_own: bool, n_there: int = 0) -> Overview:
    card = MentalArithmetic.card
    return Overview("mental_arithmetic", "", "published", card, folder, is_own_folder=is_own, n_there=n_there)


def test_a_named_folder_without_recordings_is_a_fault(tmp_path):
    first, _ = check_folders([seen(tmp_path, is_own=True)])
    assert (first.state, first.text) == (
        "broken",
        f"paths.roots.mental_arithmetic={tmp_path}: has no file Subject??_[12].edf",
    )


def test_an_interrupted_download_is_a_warning_with_the_command_that_continues(tmp_path):
    part_file(tmp_path / "Subject00_1.edf").write_bytes(b"0")
    first, last = check_folders([seen(tmp_path, is_own=False, n_there=3)])
    assert (first.state, first.remedy) == ("warning", "eegbench data fetch mental_arithmetic continues")
    assert last.text.startswith("recordings of mental_arithmetic (3 of 72)")
