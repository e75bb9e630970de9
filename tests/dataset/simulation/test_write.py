"""Written nights have the format of Sleep-EDF's files."""

from functools import cache
from pathlib import Path

import edfio
import numpy as np
import pytest

from eegbench.dataset.simulation import Night, draw_subject, night_files, simulate_night, write_night, write_subjects


@cache
def short_night() -> Night:
    return simulate_night(draw_subject(5, seed=7), session=2, hours=1.0, seed=7)


@pytest.mark.realdata
def test_the_psg_has_labels_units_rates_and_ranges_of_the_real_one(shared_data: Path, tmp_path: Path):
    path, _ = write_night(short_night(), tmp_path)
    ours, real = edfio.read_edf(path), edfio.read_edf(shared_data / "sleep-edf" / "SC4001E0-PSG.first300s.edf")
    assert ours.data_record_duration == real.data_record_duration == 30
    for signal in ours.signals:
        (other,) = [other for other in real.signals if other.label == signal.label]
        assert signal.physical_dimension == other.physical_dimension
        assert signal.sampling_frequency == other.sampling_frequency
        assert signal.digital_range == other.digital_range
        assert signal.physical_range.min == pytest.approx(other.physical_range.min, abs=10)


def test_the_signal_comes_back_within_a_step_and_clipped(tmp_path: Path):
    night = short_night()
    psg, _ = write_night(night, tmp_path)
    frontal = edfio.read_edf(psg).get_signal("EEG Fpz-Cz").data
    np.testing.assert_allclose(frontal, np.clip(night.signals[0], -192, 192), atol=0.1)


def test_the_hypnogram_tiles_the_record_and_goes_on_unscored(tmp_path: Path):
    night = short_night()
    _, hypnogram = write_night(night, tmp_path)
    annotations = edfio.read_edf(hypnogram).annotations
    ends = [a.onset + a.duration for a in annotations]
    assert [a.onset for a in annotations] == [0, *ends[:-1]]
    assert (annotations[-1].onset, annotations[-1].text) == (3600, "Sleep stage ?")
    words = [a.text for a in annotations[:-1] for _ in range(round(a.duration / 30))]
    assert tuple(words) == night.descriptions


def test_names_are_sleep_edfs_and_the_patient_is_described(tmp_path: Path):
    night = short_night()
    paths = write_night(night, tmp_path)
    assert paths == night_files(tmp_path, 5, 2)
    assert [path.name for path in paths] == ["SC4052E0-PSG.edf", "SC4052EC-Hypnogram.edf"]
    assert edfio.read_edf(paths[0]).patient.name.endswith(f"_{night.subject.age}yr")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)


def test_a_table_of_sleepers_stands_beside(tmp_path: Path):
    sleeper = draw_subject(5, seed=7)
    table = write_subjects([sleeper], tmp_path)
    assert table.read_text() == f"subject,age,sex\n05,{sleeper.age},{sleeper.sex}\n"


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot be written .* dataset.root=FOLDER"):
        write_night(short_night(), tmp_path / "file")
