"""Shards are written completely or not at all, once, and one per recording."""

import contextlib
import os
import shutil
import threading
import time
from pathlib import Path

import mne
import numpy as np
import pytest
import torch
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.open import open_store
from eegbench.preprocessing.standard import Standard
from eegbench.store import integrity
from eegbench.store.claim import claimed
from eegbench.store.integrity import COMPARED
from eegbench.store.local import Local

CPU = torch.device("cpu")


def filtered(**changes):
    options = {
        "channels": None,
        "exclude": (),
        "l_freq": None,
        "h_freq": 30.0,
        "notch_hz": (),
        "reference": "as_recorded",
        "sfreq": None,
        "missing_channels": "refuse",
    }
    return Filtered(**(options | changes))


def standard(signal=None, **changes):
    options = {
        "window_s": 2.0,
        "stride_s": 2.0,
        "label_rule": "majority",
        "normalise": "none",
        "flat_uv": 1.0,
        "saturated_share": 0.05,
        "features": {},
        "padding": None,
    }
    return Standard(signal=signal or filtered(), **(options | changes))


def local(tmp_path, **changes):
    return Local(**({"folder": str(tmp_path / "stores"), "resident": "auto", "n_workers": 1} | changes))


def opened(tmp_path, dataset=None, preprocessing=None, **changes):
    dataset = dataset or ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    preprocessing, where = preprocessing or standard(), local(tmp_path, **changes)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), where)
    return open_store(plan, dataset, preprocessing, where, CPU)


def test_a_second_opening_builds_nothing_and_a_new_subject_only_its_own_shard(tmp_path):
    assert opened(tmp_path).n_built == 3
    assert opened(tmp_path).n_built == 0
    more = ToyDataset(folder=tmp_path / "toy", n_subjects=4)
    assert opened(tmp_path, more).n_built == 1


def test_windows_and_normalisation_build_nothing_again_but_a_filter_does(tmp_path):
    opened(tmp_path)
    other = standard(window_s=4.0, stride_s=1.0, normalise="recording", flat_uv=None)
    assert opened(tmp_path, preprocessing=other).n_built == 0
    assert opened(tmp_path, preprocessing=standard(filtered(h_freq=20.0))).n_built == 3


def test_the_table_names_who_when_and_the_set_which_is_empty_where_there_is_one(tmp_path):
    store = opened(tmp_path).store
    assert list(store.table.columns[:5]) == ["recording", "set", "subject", "session", "run"]
    assert set(store.table["set"]) == set(store.facts["set"]) == {""}


def test_a_changed_file_is_built_again(tmp_path):
    opened(tmp_path)
    path = tmp_path / "toy" / "s1.txt"
    os.utime(path, (1, 1))
    assert opened(tmp_path).n_built == 1


def test_other_samples_of_equal_size_and_time_of_modification_are_built_again(tmp_path):
    before = opened(tmp_path).store
    path = tmp_path / "toy" / "s1.txt"
    modified = path.stat().st_mtime_ns
    path.write_text("7")
    os.utime(path, ns=(modified, modified))
    after = opened(tmp_path)
    assert after.n_built == 1
    rows = np.flatnonzero(before.table["recording"] == "s1")
    assert not torch.equal(before.gather(rows).only, after.store.gather(rows).only)


def test_a_link_to_a_file_that_was_not_fetched_is_named_with_the_command_that_fetches_it(tmp_path):
    toy = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    found = toy.recordings()
    toy.recordings = lambda: found  # the toy would write the file again
    path = tmp_path / "toy" / "s1.txt"
    path.unlink()
    path.symlink_to("../.git/annex/objects/s1")
    with pytest.raises(BadRecordingError, match=r"s1\.txt: is a link to \.\./\.git/annex/objects/s1, .*datalad get"):
        opened(tmp_path, toy)


def test_a_file_that_cannot_be_read_is_named_or_skipped(tmp_path):
    opened(tmp_path)
    path = tmp_path / "toy" / "s1.txt"
    path.unlink()
    path.mkdir()  # refused to everybody, as a file without permissions is not to root
    with pytest.raises(BadRecordingError, match=r"s1\.txt: this file cannot be read \(Is a directory\); make it"):
        opened(tmp_path)
    skipping = ToyDataset(folder=tmp_path / "toy", n_subjects=3, on_bad_recording="skip")
    result = opened(tmp_path, skipping)
    assert [one.recording for one in result.skipped] == ["s1"]
    assert set(result.store.table["recording"]) == {"s0", "s2"}


@pytest.mark.slow
def test_processes_build_the_same_shards_as_one(tmp_path):
    one, two = opened(tmp_path / "one").store, opened(tmp_path / "two", n_workers=2).store
    rows = np.arange(len(one))
    assert torch.equal(one.gather(rows).only, two.gather(rows).only)


def test_what_a_killed_process_left_is_swept_away_and_built_again(tmp_path):
    opened(tmp_path)
    shards = tmp_path / "stores" / "shards"
    whole = next(shards.glob("s1-*"))
    whole.rename(shards / f".{whole.name}.999999999")
    assert opened(tmp_path).n_built == 1
    assert not list(shards.glob(".s1-*"))


def test_a_bad_recording_stops_with_its_file_and_the_others_are_kept(tmp_path):
    bad = ToyDataset(folder=tmp_path / "toy", n_subjects=3, bad=("s1",))
    with pytest.raises(BadRecordingError, match=r"s1\.txt: the toy is broken"):
        opened(tmp_path, bad)


def test_a_bad_recording_is_skipped_and_told_where_that_is_asked_for(tmp_path):
    bad = ToyDataset(folder=tmp_path / "toy", n_subjects=3, bad=("s1",), on_bad_recording="skip")
    result = opened(tmp_path, bad)
    assert [one.recording for one in result.skipped] == ["s1"]
    assert "broken" in result.skipped[0].reason
    assert set(result.store.table["recording"]) == {"s0", "s2"}


def test_nothing_usable_is_refused_even_where_bad_ones_are_skipped(tmp_path):
    bad = ToyDataset(folder=tmp_path / "toy", n_subjects=2, bad=("s0", "s1"), on_bad_recording="skip")
    with pytest.raises(BadRecordingError, match=r"no recording can be used; the first: .*s0\.txt"):
        opened(tmp_path, bad)


def test_a_recording_that_breaks_while_it_is_built_leaves_the_others_whole(tmp_path):
    class Late(ToyDataset):
        n_read = 0

        def read(self, recording, *, may_lack_channels=False):
            Late.n_read += 1
            if recording.id == "s0" and Late.n_read > 3:  # after the look ahead
                raise BadRecordingError("torn in the middle")
            return super().read(recording, may_lack_channels=may_lack_channels)

    dataset = Late(folder=tmp_path / "toy", n_subjects=3)
    with pytest.raises(BadRecordingError, match="torn"):
        opened(tmp_path, dataset)
    assert len(list((tmp_path / "stores" / "shards").glob("s*"))) == 2


def test_a_recording_shorter_than_a_window_is_named_before_anything_is_built(tmp_path):
    with pytest.raises(BadRecordingError, match=r"s0\.txt: its 80 s are shorter than a window of 100 s"):
        opened(tmp_path, preprocessing=standard(window_s=100.0))
    assert not list((tmp_path / "stores" / "shards").iterdir())


def test_a_window_that_is_longer_than_a_built_recording_is_refused_too(tmp_path):
    opened(tmp_path)
    with pytest.raises(BadRecordingError, match="contain no window of 100 s"):
        opened(tmp_path, preprocessing=standard(window_s=100.0))


def test_a_missing_channel_is_named_with_those_that_are_there(tmp_path):
    with pytest.raises(BadRecordingError, match="channel Cz is missing; there are A, B"):
        opened(tmp_path, preprocessing=standard(filtered(channels=("Cz",))))


def test_a_band_edge_above_half_the_rate_is_refused(tmp_path):
    with pytest.raises(BadRecordingError, match="h_freq=60 Hz"):
        opened(tmp_path, preprocessing=standard(filtered(h_freq=60.0)))


def test_a_full_disk_is_known_before_the_work(tmp_path, monkeypatch):
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")(10, 10, 10)
    monkeypatch.setattr("eegbench.preprocessing.build.shutil.disk_usage", lambda _: usage)
    with pytest.raises(OSError, match="MB are free"):
        opened(tmp_path)


def test_a_label_outside_the_map_is_named(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=1, ignored=())
    with pytest.raises(BadRecordingError, match=r"s0: the label 'rest' is in neither.*dataset\.ignored"):
        opened(tmp_path, dataset)


def test_resampling_and_reference_do_what_they_say(tmp_path):
    plain = opened(tmp_path / "a").store
    other = opened(tmp_path / "b", preprocessing=standard(filtered(sfreq=50.0, h_freq=20.0, reference="average"))).store
    assert (plain.form.only.n_times, other.form.only.n_times) == (200, 100)
    assert torch.allclose(other.gather(np.arange(5)).only.sum(dim=1), torch.zeros(5, 100), atol=1e-3)


def test_signals_are_in_microvolts(tmp_path):
    store = opened(tmp_path, preprocessing=standard(filtered(h_freq=None))).store
    assert 20 < float(store.gather(np.arange(len(store))).only.std()) < 30


def test_volts_that_are_named_microvolts_are_refused(tmp_path):
    class Wrong(ToyDataset):
        def read(self, recording, *, may_lack_channels=False):
            return (
                super()
                .read(recording, may_lack_channels=may_lack_channels)
                .load_data()
                .apply_function(lambda x: x * 1e6)
            )

    with pytest.raises(BadRecordingError, match="the unit in the file's header is wrong"):
        opened(tmp_path, Wrong(folder=tmp_path / "toy", n_subjects=1))


def test_shards_hold_no_pickle(tmp_path):
    opened(tmp_path)
    for path in (tmp_path / "stores").rglob("*.npy"):
        np.load(path, allow_pickle=False)
    assert {path.suffix for path in (tmp_path / "stores").rglob("*") if path.is_file()} == {".npy", ".json"}


def test_paths_are_absolute_whatever_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert local(Path()).shards.is_absolute()


def test_a_recording_whose_labels_cannot_be_used_is_skipped_cold_and_warm(tmp_path):
    class Odd(ToyDataset):
        def read(self, recording, *, may_lack_channels=False):
            raw = super().read(recording, may_lack_channels=may_lack_channels)
            if recording.id == "s1":
                raw.annotations.append(5.0, 10.0, "right")
            return raw

    dataset = Odd(folder=tmp_path / "toy", n_subjects=3, on_bad_recording="skip")
    for _ in range(2):
        found = opened(tmp_path, dataset)
        assert [recording.id for recording in found.recordings] == ["s0", "s2"]
        ((recording, reason),) = ((one.recording, one.reason) for one in found.skipped)
        assert recording == "s1"
        assert "it is labelled left and right" in reason
        assert set(found.store.table["shard"]) == {0, 1}
    with pytest.raises(BadRecordingError, match=r"s1\.txt: s1: from 5 s to 10 s"):
        opened(tmp_path, Odd(folder=tmp_path / "toy", n_subjects=3))


def cut(file, n_bytes):
    file.write_bytes(file.read_bytes()[:n_bytes])


def zeroed(file):
    content = bytearray(file.read_bytes())
    content[2000:4000] = bytes(2000)
    file.write_bytes(content)


def pickled(file):
    np.save(file, np.array([object()], dtype=object), allow_pickle=True)


DAMAGE = {
    "half of the signal": (lambda to: cut(to / "signal-eeg.npy", 30_000), "signal-eeg.npy has 30,000 bytes instead"),
    "empty signal": (lambda to: cut(to / "signal-eeg.npy", 0), "signal-eeg.npy has 0 bytes instead of 64,128"),
    "no signal": (lambda to: (to / "signal-eeg.npy").unlink(), "signal-eeg.npy is missing"),
    "zeros in the signal": (
        lambda to: zeroed(to / "signal-eeg.npy"),
        "bytes 0 to 64,128 of signal-eeg.npy differ from their checksum",
    ),
    "half of the quality": (lambda to: cut(to / "quality.npy", 500), "quality.npy has 500 bytes instead"),
    "pickle in the quality": (lambda to: pickled(to / "quality.npy"), "quality.npy has"),
    "empty header": (lambda to: cut(to / "header.json", 0), "header.json has 0 bytes instead"),
    "no header": (lambda to: (to / "header.json").unlink(), "header.json is missing"),
    "other header": (
        lambda to: (to / "header.json").write_text((to / "header.json").read_text().replace("left", "loft")),
        "of header.json differ from their checksum",
    ),
    "half of the checksums": (lambda to: cut(to / "checksums.json", 20), "checksums.json cannot be read"),
    "no checksums": (
        lambda to: (to / "checksums.json").unlink(),
        "checksums.json is missing, as in shards of earlier versions",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_shard_is_named_and_built_again(tmp_path, caplog, kind):
    before = opened(tmp_path).store
    folder = before.shards[1].folder
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != COMPARED}
    rows = np.arange(len(before))
    expected = before.gather(rows).only.clone()
    damage, message = DAMAGE[kind]
    damage(folder)
    caplog.set_level("INFO", logger="eegbench")
    after = opened(tmp_path)
    assert after.n_built == 1
    (said,) = [one.getMessage() for one in caplog.records if "damaged" in one.getMessage()]
    assert said.startswith("s1: its shard is damaged (")
    assert message in said
    assert str(folder) in said
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.name != COMPARED} == files
    assert torch.equal(after.store.gather(rows).only, expected)
    assert opened(tmp_path).n_built == 0


def test_a_copied_store_is_read_once_and_its_damage_found(tmp_path, monkeypatch):
    opened(tmp_path)
    shards = tmp_path / "stores" / "shards"
    shutil.copytree(shards, tmp_path / "copy")
    shutil.rmtree(shards)
    shutil.copytree(tmp_path / "copy", shards)
    read = []
    real = integrity._blocks
    monkeypatch.setattr(integrity, "_blocks", lambda path: read.append(path.name) or real(path))
    for expected in (3, 0):
        assert opened(tmp_path).n_built == 0
        assert read.count("signal-eeg.npy") == expected
        read.clear()


def test_a_damaged_shard_that_cannot_be_removed_is_an_error(tmp_path, monkeypatch):
    store = opened(tmp_path).store
    zeroed(store.shards[1].folder / "signal-eeg.npy")

    def refused(folder, ignore_errors=False):
        if not ignore_errors:
            raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(PermissionError, match="Permission denied"):
        opened(tmp_path)


def test_a_shard_is_on_disk_before_it_has_its_name_and_then_its_name(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(Path(f"/proc/self/fd/{handle}").readlink()))
    opened(tmp_path, ToyDataset(folder=tmp_path / "toy", n_subjects=1))
    names = [path.name for path in seen if "stores" in path.parts]
    files = {"checksums.json", "compared.json", "header.json", "quality.npy", "signal-eeg.npy"}
    assert set(names[:5]) == files
    assert names[5].startswith(".s0-")
    assert names[6] == "shards"


@contextlib.contextmanager
def another_builds(shard, finish):
    """Hold the claim of a shard in another thread for 0.3 s, and finish it then."""
    held = threading.Event()

    def hold():
        with claimed(shard, wait=False):
            held.set()
            time.sleep(0.3)
            finish()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    yield
    thread.join()


def test_a_shard_that_another_process_builds_is_awaited_and_used(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("eegbench.store.claim.POLL_S", 0.01)
    opened(tmp_path)
    shards = tmp_path / "stores" / "shards"
    whole = next(shards.glob("s1-*"))
    aside = whole.rename(tmp_path / "aside")
    with another_builds(whole, lambda: aside.rename(whole)):
        found = opened(tmp_path)
    assert found.n_built == 0
    assert {recording.id for recording in found.recordings} == {"s0", "s1", "s2"}
    assert capsys.readouterr().err.count("waiting for shards that another process builds (1: s1)") == 1


def test_a_shard_whose_builder_gave_up_is_built_by_who_waited(tmp_path, monkeypatch):
    monkeypatch.setattr("eegbench.store.claim.POLL_S", 0.01)
    opened(tmp_path)
    whole = next((tmp_path / "stores" / "shards").glob("s1-*"))
    shutil.rmtree(whole)
    with another_builds(whole, lambda: None):
        assert opened(tmp_path).n_built == 1


def test_what_a_living_process_has_half_written_stays(tmp_path):
    opened(tmp_path)
    aside = tmp_path / "stores" / "shards" / ".s9-0123.ab12"
    aside.mkdir()
    with claimed(aside.with_name("s9-0123"), wait=False):
        opened(tmp_path)
        assert aside.is_dir()
    opened(tmp_path)
    assert not aside.exists()


def test_no_claim_is_made_for_shards_that_are_there(tmp_path, monkeypatch):
    opened(tmp_path)
    monkeypatch.setattr("eegbench.store.claim.SoftFileLease", None)
    assert opened(tmp_path).n_built == 0


def test_samples_that_are_no_numbers_are_refused_with_their_place(tmp_path, monkeypatch):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    whole = type(dataset).read

    def broken(self, recording, **options):
        raw = whole(self, recording, **options).load_data()
        raw.apply_function(lambda x: np.where(np.arange(len(x)) == 250, np.nan, x), picks=["B"], verbose="ERROR")
        return raw

    monkeypatch.setattr(type(dataset), "read", broken)
    with pytest.raises(
        BadRecordingError,
        match=r"channel B has NaN or infinite samples in 1 of its seconds, first in the one from 2 s",
    ):
        opened(tmp_path, dataset)


@pytest.mark.parametrize(("volts", "shown"), [(1e300, r"1e\+300 V"), (-12.0, "12 V")])
def test_samples_that_no_amplifier_gives_are_refused_although_most_are_plausible(tmp_path, monkeypatch, volts, shown):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    whole = type(dataset).read

    def broken(self, recording, **options):
        raw = whole(self, recording, **options).load_data()
        raw.apply_function(lambda x: np.where(np.arange(len(x)) == 250, volts, x), picks=["B"], verbose="ERROR")
        return raw

    monkeypatch.setattr(type(dataset), "read", broken)
    with pytest.raises(BadRecordingError, match=rf"channel B has samples of {shown}, and at most 10 V are possible"):
        opened(tmp_path, dataset)


def test_samples_that_cannot_be_read_are_refused_and_named(tmp_path, monkeypatch):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)

    def cut(self, **options):
        raise RuntimeError("Incorrect number of samples")

    monkeypatch.setattr(mne.io.BaseRaw, "load_data", cut)
    with pytest.raises(BadRecordingError, match=r"its samples cannot be read \(Incorrect number of samples\)"):
        opened(tmp_path, dataset)
