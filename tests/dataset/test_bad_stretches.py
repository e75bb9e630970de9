"""Annotations of bad signal, as written by MNE: windows and trials that overlap one are rejected."""

from pathlib import Path

import mne
import pytest
import torch
from own_recordings import NAMES, noise, reader

from eegbench.dataset import BadRecordingError
from eegbench.dataset.timed_texts import MIN_MARK_S, Mark, lasting
from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.open import open_store
from eegbench.preprocessing.standard import Standard
from eegbench.store.local import Local

PLAIN = Filtered(
    channels=None,
    exclude=(),
    l_freq=None,
    h_freq=None,
    notch_hz=(),
    reference="as_recorded",
    sfreq=None,
    missing_channels="refuse",
)
PLAINLY = {
    "label_rule": "majority",
    "normalise": "none",
    "flat_uv": 1.0,
    "saturated_share": 0.05,
    "features": {},
    "padding": None,
}
STAGES = {"W": "wake", "N2": "asleep"}


def write(path: Path, notes: list[tuple[float, float, str]], *, seconds: int = 60, first_samp: int = 0) -> None:
    info = mne.create_info(list(NAMES), 100.0, "eeg")
    raw = mne.io.RawArray(1e-6 * noise(seconds, 100.0), info, first_samp=first_samp, verbose="ERROR")
    onset, duration, text = zip(*notes, strict=True)
    raw.set_annotations(mne.Annotations(onset, duration, text), verbose="ERROR")
    raw.save(path, verbose="ERROR")


def table(folder: Path, tmp_path: Path, **options):
    """Return the windows of 10 s."""
    dataset = reader(folder, **{"subject": "file", "labels": STAGES, **options})
    storage = Local(folder=str(tmp_path / "store"), resident=True, n_workers=1)
    preprocessing = Standard(signal=PLAIN, window_s=10.0, stride_s=10.0, **PLAINLY)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), storage)
    return open_store(plan, dataset, preprocessing, storage, torch.device("cpu")).store.table


HYPNOGRAM = [(0.0, 30.0, "W"), (30.0, 30.0, "N2")]


@pytest.mark.parametrize("first_samp", [0, 1234])
def test_windows_that_overlap_a_bad_stretch_are_rejected_and_keep_their_label(tmp_path: Path, first_samp: int):
    folder = tmp_path / "in"
    folder.mkdir()
    bad = [(19.5, 1.0, "BAD_muscle"), (45.0, 0.0, "bad moment")]
    write(folder / "a_raw.fif", [*HYPNOGRAM, *bad], first_samp=first_samp)
    found = table(folder, tmp_path)
    assert found["sample_eeg"].tolist() == [0, 1000, 2000, 3000, 4000, 5000]
    assert found["marked_bad"].tolist() == found["rejected"].tolist() == [False, True, True, False, True, False]
    assert found["label"].tolist() == [0, 0, 0, 1, 1, 1]


def test_a_text_in_ignored_marks_nothing(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a_raw.fif", [*HYPNOGRAM, (19.5, 1.0, "BAD_muscle")])
    assert not table(folder, tmp_path, ignored=("BAD_muscle",))["marked_bad"].any()


def test_stages_of_a_table_beside_bad_stretches_of_the_signal(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a_raw.fif", [(0.5, 1.0, "Bad_blink"), (12.0, 1.0, "a remark")])
    (folder / "a_raw.csv").write_text("onset,duration,label\n0,30,W\n30,30,N2\n")
    found = table(folder, tmp_path, labels_from="*.csv")
    assert found["marked_bad"].tolist() == [True, False, False, False, False, False]


def test_a_bad_stretch_is_no_label_that_could_be_missing_or_end_others():
    found = lasting([Mark(0.0, None, "W"), Mark(10.0, None, "BAD"), Mark(30.0, None, "N2")], 60.0, STAGES)
    assert found == [Mark(0.0, 30.0, "W"), Mark(30.0, 30.0, "N2"), Mark(10.0, MIN_MARK_S, "BAD")]
    assert lasting([Mark(0.0, 5.0, "bad")], 60.0, {"bad"}) == [Mark(0.0, 5.0, "bad")]  # it has a class


def test_bad_stretches_alone_are_no_labels(tmp_path: Path):
    write(tmp_path / "a_raw.fif", [(1.0, 1.0, "BAD_")])
    dataset = reader(tmp_path, subject="file", labels=STAGES)
    with pytest.raises(BadRecordingError, match="has 0 labels, and none with a class"):
        dataset.read(dataset.recordings()[0])
