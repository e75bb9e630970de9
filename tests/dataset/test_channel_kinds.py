import mne
import numpy as np
import pytest

from eegbench.dataset.channel_kinds import kind_of, set_kinds


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            "eeg",
            [
                "Fp1",
                "C3",
                "c3",
                "EEG C3-Ref",
                "C3-M2",
                "C3-A2",
                "C3:M2",
                "Fpz-Cz",
                "T3",
                "Fcz.",
                "EEG Fpz-Cz",
                "EEG 007",
            ],
        ),
        ("eog", ["EOG horizontal", "HEOG", "VEOGb", "E1-M2", "E2", "LOC", "ROC-A1", "EOG1:M2"]),
        ("emg", ["EMG submental", "chin 1", "Chin1-Chin2", "LAT", "Tibialis left", "EMG"]),
        ("ecg", ["ECG ECG", "EKG", "ECG II"]),
        ("resp", ["Resp oro-nasal", "Thorax", "ABDO", "Nasal pressure", "Airflow", "Snore"]),
        (None, ["X1", "Temp rectal", "Status", "SpO2", "EXG1"]),
    ],
)
def test_the_name_says_the_kind(kind, names):
    assert {name: kind_of(name) for name in names} == dict.fromkeys(names, kind)


def test_a_kind_that_the_file_says_stays():
    info = mne.create_info(["C3", "chin", "Flow", "X"], 100.0, ["eeg", "eeg", "bio", "eeg"])
    raw = set_kinds(mne.io.RawArray(np.zeros((4, 10)), info, verbose="ERROR"))
    assert raw.get_channel_types() == ["eeg", "emg", "bio", "eeg"]
