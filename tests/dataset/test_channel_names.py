import pytest

from eegbench.dataset.channel_names import AmbiguousNameError, find


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("C3", ["C4", "C3"], ("C3",)),
        ("C3", ["EEG C3", "ECG"], ("EEG C3",)),
        ("C3", ["C3", "EEG C3"], ("C3",)),
        ("C3", ["EEG C3-Ref", "EEG C4-Ref"], ("EEG C3-Ref",)),
        ("Fp1", ["EEG FP1-LE"], ("EEG FP1-LE",)),
        ("Fcz", ["Fcz.", "Cz.."], ("Fcz.",)),
        ("T7", ["T3", "T4"], ("T3",)),
        ("T4", ["EEG T8-REF"], ("EEG T8-REF",)),
        ("Fpz-Cz", ["EEG Fpz-Cz", "EEG Pz-Oz"], ("EEG Fpz-Cz",)),
        ("C3-M2", ["C3-A2", "C3", "A2"], ("C3-A2",)),
        ("C3-M2", ["C3:M2", "C4:M1"], ("C3:M2",)),
        ("C3-M2", ["C3_M2", "C4_M1"], ("C3_M2",)),
        ("C3_A2", ["C3", "M2"], ("C3", "M2")),
        ("EEG C3/A2", ["EEG C3-M2"], ("EEG C3-M2",)),
        ("C3:A2", ["C3", "M2"], ("C3", "M2")),
        ("C3-M2", ["EEG C3-Ref", "EEG A2-Ref"], ("EEG C3-Ref", "EEG A2-Ref")),
        ("C3", ["C3-A2"], ()),
        ("C3-M2", ["C3", "C4"], ()),
        ("C3-T7", ["C3", "T5"], ()),
        ("T3-T7", ["T3", "T7"], ("T3", "T7")),
        ("A-B-C", ["A", "B", "C"], ()),
    ],
)
def test_a_name_stands_for_a_signal_or_a_difference_of_two(name, labels, expected):
    assert find(name, labels) == expected


def test_several_signals_of_one_name_are_not_chosen_from():
    with pytest.raises(AmbiguousNameError, match=r"2 signals are called 'C3' \(EEG C3-Ref, EEG C3-LE\)"):
        find("C3", ["EEG C3-Ref", "EEG C3-LE"])
