"""Files in a folder of predictions that may be replaced or removed."""

import json

import pytest

from eegbench.config import ConfigError
from eegbench.prediction.out_folder import LIST, OutFolder


def written(folder, *names):
    """Return a folder with predictions of these names."""
    out = OutFolder(folder, [folder / name for name in names])
    out.check([], overwrite=True)
    out.begin()
    for path in out.planned:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"predicted {path.name}")
    out.finish()
    return out


def left(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.name != LIST)


def test_what_an_earlier_prediction_wrote_is_removed_with_its_folders_and_no_other_file(tmp_path):
    written(tmp_path, "a.csv", "stages/network/a.json")
    (tmp_path / "mine.csv").write_text("mine")
    written(tmp_path, "b.csv")
    assert left(tmp_path) == ["b.csv", "mine.csv"]


def test_predictions_are_replaced_only_if_asked(tmp_path):
    out = written(tmp_path, "a.csv")
    out.check([], overwrite=True)
    with pytest.raises(ValueError, match=r"a\.csv: already exists, from a prediction that did not finish; name"):
        out.check([], overwrite=False)
    (tmp_path / "predictions.csv").write_text("")
    with pytest.raises(ValueError, match=r"a\.csv: already exists; name another folder, or add --overwrite\."):
        out.check([], overwrite=False)


@pytest.mark.parametrize("name", ["a-hypnogram.edf", "a-Hypnogram.edf"])
def test_a_file_that_is_read_or_was_not_written_by_predict_is_refused_in_any_case_of_letters(tmp_path, name):
    (tmp_path / name).write_text("the expert")
    out = OutFolder(tmp_path, [tmp_path / "a-hypnogram.edf"])
    with pytest.raises(
        ValueError, match=rf"{name}: was not written by eegbench predict .*; name another folder with --out"
    ):
        out.check([], overwrite=True)
    with pytest.raises(ValueError, match=rf"{name}: is read by this command, which would replace it"):
        out.check([tmp_path / name], overwrite=True)


def test_predictions_of_an_earlier_version_are_left_as_they_are_with_what_to_do(tmp_path):
    out, night = tmp_path / "out", tmp_path / "night.edf"
    out.mkdir()
    (out / "a.csv").write_text("predicted without a list")
    folder = OutFolder(out, [out / "a.csv"])
    remedy = f"If all files in {out} are predictions of an earlier version, which wrote no {LIST}, delete the folder."
    for overwrite in (False, True):
        with pytest.raises(ValueError, match=r"name another folder with --out, or move this file\.") as caught:
            folder.check([night], overwrite=overwrite)
        assert str(caught.value).endswith(remedy)
        assert (out / "a.csv").read_text() == "predicted without a list"
    with pytest.raises(ValueError, match=r"or move this file\.$"):  # the folder holds a recording, too
        folder.check([out / "night.edf"], overwrite=True)
    written(out, "b.csv")
    with pytest.raises(ValueError, match=r"or move this file\.$"):
        folder.check([night], overwrite=True)


def test_a_prediction_that_is_read_as_labels_or_was_changed_since_is_refused(tmp_path):
    written(tmp_path, "a.csv")
    later = OutFolder(tmp_path, [tmp_path / "b.csv"])
    with pytest.raises(ValueError, match=r"a\.csv: is read by this command"):
        later.check([tmp_path / "a.csv"], overwrite=True)
    (tmp_path / "a.csv").write_text("corrected by hand")
    with pytest.raises(ValueError, match=r"a\.csv: was changed since eegbench predict wrote it; name another folder"):
        later.check([], overwrite=True)


def test_files_of_a_prediction_that_was_cut_off_may_be_replaced(tmp_path):
    out = OutFolder(tmp_path, [tmp_path / "a.csv"])
    out.begin()
    (tmp_path / "a.csv").write_text("half of")
    OutFolder(tmp_path, [tmp_path / "a.csv"]).check([], overwrite=True)


@pytest.mark.parametrize("name", ["../mine.csv", "/etc/hosts"])
def test_a_list_names_no_file_outside_the_folder(tmp_path, name):
    (tmp_path / LIST).write_text(json.dumps({"files": {name: None}}))
    with pytest.raises(ConfigError, match="not a list of files in this folder"):
        OutFolder(tmp_path, []).check([], overwrite=True)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(ValueError, match=r"--out .*out: is a file, not a folder"):
        OutFolder(tmp_path / "out", []).check([], overwrite=True)
