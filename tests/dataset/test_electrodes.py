import mne
import numpy as np

from eegbench.dataset.electrodes import placed, set_positions


def test_old_names_other_cases_and_references_have_their_place_and_differences_have_none():
    names = ["EEG T3-Ref", "T5", "FP1", "fpz", "Fcz.", "AFF5h", "A1", "C3-M2", "EOG", "X1"]
    assert placed(names) == {
        **{"EEG T3-Ref": "T3", "T5": "T5", "FP1": "Fp1", "fpz": "Fpz", "Fcz.": "FCz", "AFF5h": "AFF5h", "A1": "A1"}
    }


def test_old_and_new_names_are_one_place_which_is_that_of_mne():
    names = ["T3", "EEG T7", "t4", "T8", "T5", "P7", "POz"]
    raw = mne.io.RawArray(np.zeros((8, 10)), mne.create_info([*names, "X"], 100.0, "eeg"), verbose="ERROR")
    own = set_positions(raw.copy()).get_montage().get_positions()["ch_pos"]
    for old, new in (("T3", "EEG T7"), ("t4", "T8"), ("T5", "P7")):
        np.testing.assert_array_equal(own[old], own[new])
    expected = raw.set_montage("colin27_1005", on_missing="ignore").get_montage().get_positions()["ch_pos"]
    for name in ("T3", "T8", "P7", "POz"):
        np.testing.assert_array_equal(own[name], expected[name])
    assert np.isnan(own["X"]).all()
