"""Channels from front to back and from left to right."""

import pytest

from eegbench.dataset.eegbci import Eegbci
from eegbench.report.channel_order import topographical

MIDDLE = ["T9", "T7", "C5", "C3", "C1", "Cz", "C2", "C4", "C6", "T8", "T10"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("O2 Cz Fp2 C4 C3 Fp1 T8 T7", "Fp1 Fp2 T7 C3 Cz C4 T8 O2"),
        ("PO8 P9 Pz FT8 FC1 CP2 TP7", "FC1 FT8 TP7 CP2 P9 Pz PO8"),
        ("T6 T5 T4 T3 C4 C3 Cz F8 P3 Pz P4 F7", "F7 F8 T3 C3 Cz C4 T4 T5 P3 Pz P4 T6"),
        ("EEG Pz-Oz EEG Fpz-Cz", None),
        ("Cz EOG Fp1", None),
    ],
)
def test_channels_of_the_10_10_system_are_sorted_and_others_stay(given, expected):
    names = given.split(" ") if expected else [given, "Fp1"]
    found = [names[i] for i in topographical(names)]
    assert found == (expected.split(" ") if expected else names)


def test_all_channels_of_a_real_montage_have_a_place():
    names = [Eegbci.card.channels[i] for i in topographical(Eegbci.card.channels)]
    assert names[:3] == ["Fp1", "Fpz", "Fp2"]
    assert names[-4:] == ["O1", "Oz", "O2", "Iz"]
    assert names[names.index("T9") : names.index("T10") + 1] == [
        "T9",
        "T7",
        "C5",
        "C3",
        "C1",
        "Cz",
        "C2",
        "C4",
        "C6",
        "T8",
        "T10",
    ]
