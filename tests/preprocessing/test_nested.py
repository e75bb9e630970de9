"""A group with separately prepared parts, and signals computed from several channels."""

import mne
import numpy as np
import pytest
from own_recordings import noise, write_edf
from prediction import test_staging
from preprocessing import test_mixed_rates
from preprocessing.test_build import filtered, opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.nested import Nested
from eegbench.preprocessing.recorded import Recorded
from eegbench.preprocessing.step.bessel_band import BesselBand
from eegbench.preprocessing.step.linear_resampling import LinearResampling
from eegbench.preprocessing.step.weighted_sum import WeightedSum
from eegbench.preprocessing.stepped import Stepped

BAND, SLOWER = BesselBand(low_hz=0.5, high_hz=20.0), LinearResampling(sfreq=50.0)
MINUS = WeightedSum(weights=(1.0, -1.0), channel="A-B")


def steps_of(*steps, channels=("A", "B")) -> Stepped:
    named = {f"step{i}": step for i, step in enumerate(steps)}
    return Stepped(channels=channels, steps=named, missing_channels="refuse")


def nested(*steps, **parts) -> Nested:
    return Nested(parts=parts, steps={f"step{i}": step for i, step in enumerate(steps)})


def toy(tmp_path, **changes) -> ToyDataset:
    return ToyDataset(folder=tmp_path / "toy", n_subjects=2, **changes)


def shard_of(tmp_path, signal, dataset=None) -> np.ndarray:
    """Return the signal of the first shard."""
    store = opened(tmp_path, dataset or toy(tmp_path), standard(signal, window_s=2.0)).store
    return np.array(store.shards[0].signal("eeg"))


def test_a_difference_takes_the_place_of_its_channels(tmp_path):
    store = opened(tmp_path, toy(tmp_path), standard(steps_of(BAND, MINUS, SLOWER))).store
    assert (store.form.only.channels, store.form.only.sfreq) == (("A-B",), 50.0)
    assert np.isnan(store.form.only.positions).all()
    assert store.shards[0].header.groups["eeg"].recorded_sfreq == {"A": 100.0, "B": 100.0}
    a, b = shard_of(tmp_path, steps_of(BAND, SLOWER))
    np.testing.assert_allclose(store.shards[0].signal("eeg")[0], a - b, atol=1e-4)


def test_parts_are_what_they_are_alone_side_by_side(tmp_path):
    parts = {"one": filtered(channels=("B",), h_freq=10.0), "other": steps_of(BAND, channels=("A",))}
    alone = np.concatenate([shard_of(tmp_path, part) for part in parts.values()])
    together = opened(tmp_path, toy(tmp_path), standard(nested(**parts))).store
    assert together.form.only.channels == ("B", "A")
    np.testing.assert_array_equal(together.shards[0].signal("eeg"), alone)
    np.testing.assert_allclose(shard_of(tmp_path, nested(SLOWER, **parts)), alone[:, ::2], atol=1e-5)


def test_parts_may_be_nested_and_share_channels(tmp_path):
    inner = nested(WeightedSum(weights=None, channel="sum"), a=steps_of(channels=("A",)), b=steps_of(channels=("B",)))
    outer = nested(both=inner, b=filtered(channels=("B",), h_freq=None), difference=steps_of(MINUS))
    assert (outer.channels, outer.out_channels) == (("A", "B"), ("sum", "B", "A-B"))
    a, b = shard_of(tmp_path, filtered(channels=("A", "B"), h_freq=None))
    np.testing.assert_allclose(shard_of(tmp_path, outer), [a + b, b, a - b], atol=1e-4)


def test_parts_recorded_at_different_rates_meet_at_one(tmp_path):
    folder = test_mixed_rates.write(tmp_path / "set", slow_hz=0.02)
    dataset = test_mixed_rates.reader(folder, subject="file", channels=None, labels={"left": "left", "right": "right"})
    signal = nested(eeg=filtered(channels=("C3",), sfreq=128.0, h_freq=None), emg=steps_of(channels=("EMG",)))
    store = opened(tmp_path, dataset, standard(signal)).store
    assert (store.form.only.channels, store.form.only.sfreq) == (("C3", "EMG"), 128.0)
    times = np.arange(120 * 128) / 128
    eeg, emg = store.shards[0].signal("eeg")
    np.testing.assert_allclose(emg, sum(test_mixed_rates.sine(hz, times) for hz in (3.0, 60.0)), atol=0.01)
    np.testing.assert_allclose(eeg[300:-300], test_mixed_rates.sine(5.0, times)[300:-300], atol=0.1)


def test_parts_that_begin_a_little_later_are_moved_and_the_longer_is_cut():
    ramp = np.arange(2000.0)[None] / 1000
    raws = [
        mne.io.RawArray(ramp, mne.create_info(["A"], 1000.0), first_samp=500, verbose="ERROR"),
        mne.io.RawArray(ramp[:, :200], mne.create_info(["B"], 100.0), first_samp=51, verbose="ERROR"),
    ]
    signal = nested(a=steps_of(LinearResampling(sfreq=100.0), channels=("A",)), b=steps_of(channels=("B",)))
    found = signal.prepared(Recorded(("A", "B"), tuple(raws))).get_data()
    np.testing.assert_allclose(found, [np.arange(200) / 100, np.r_[0.0, np.arange(199) / 1000]], atol=1e-9)


def test_electrodes_keep_their_places_and_types(tmp_path):
    class Placed(ToyDataset):
        def read(self, recording, **kwargs):
            raw = super().read(recording, **kwargs).rename_channels({"A": "Cz", "B": "E"})
            return raw.set_channel_types({"E": "eog"}).set_montage("colin27_1005", on_missing="ignore")

    dataset = Placed(folder=tmp_path / "toy", n_subjects=2)
    alone = opened(tmp_path, dataset, standard(filtered(channels=("Cz",)))).store.form.only.positions
    parts = {"cz": steps_of(BAND, channels=("Cz",)), "e": steps_of(channels=("E",))}
    store = opened(tmp_path, dataset, standard(nested(**parts))).store
    np.testing.assert_allclose(store.form.only.positions[0], alone[0], atol=1e-6)
    assert store.shards[0].header.groups["eeg"].kinds == ("eeg", "eog")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nested(), r"preprocessing\.signal\.parts=\{\}: expected at least one part"),
        (
            lambda: nested(a=steps_of(channels=None)),
            r"parts\.a\.channels=None: expected the names of the part's channels",
        ),
        (
            lambda: nested(a=filtered(channels=("A",), missing_channels="zeros")),
            r"missing_channels=zeros: expected refuse",
        ),
        (lambda: nested(a=steps_of(), b=steps_of(channels=("B",))), "B is an output of two parts; remove it from one"),
        (lambda: nested(MINUS, a=steps_of(channels=("A",))), r"steps: the step weighted_sum with 2 weights for 1 chan"),
        (
            lambda: steps_of(MINUS, channels=("A", "B", "C")),
            r"2 weights for 3 channels \(A, B, C\): expected one weight",
        ),
        (
            lambda: steps_of(MINUS, channels=None),
            r"combines channels, so list them in preprocessing\.signal\.channels",
        ),
    ],
)
def test_parts_and_sums_that_make_no_sense_are_refused(make, message: str):
    with pytest.raises(ValueError, match=message):
        make()


def test_parts_that_end_at_different_rates_are_named(tmp_path):
    signal = nested(a=steps_of(SLOWER, channels=("A",)), b=steps_of(channels=("B",)))
    with pytest.raises(BadRecordingError, match=r"parts end at different rates \(a 50 Hz, b 100 Hz\); resample them"):
        opened(tmp_path, toy(tmp_path), standard(signal))


def test_channels_of_two_rates_in_one_part_are_named(tmp_path):
    folder = test_mixed_rates.write(tmp_path / "set")
    dataset = test_mixed_rates.reader(folder, subject="file", channels=None, labels={"left": "left", "right": "right"})
    with pytest.raises(BadRecordingError, match=r"at several rates \(C3 256 Hz, EMG 128 Hz\); define a part for each"):
        opened(tmp_path, dataset, standard(nested(a=steps_of(channels=("C3", "EMG")))))


def test_other_parts_are_another_shard(tmp_path):
    made = [
        opened(tmp_path, toy(tmp_path), standard(nested(**parts))).n_built
        for parts in ({"a": steps_of(BAND)}, {"a": steps_of(SLOWER)}, {"other": steps_of(SLOWER)})
    ]
    assert made == [2, 2, 0]  # names of parts do not matter


def test_a_saved_network_asks_new_recordings_for_the_channels_of_its_sums(tmp_path):
    def node(steps, channels):
        return {"_target_": f"{test_staging.STEPS}.stepped.Stepped", "channels": channels, "steps": steps} | {
            "missing_channels": "refuse"
        }

    sums = f"{test_staging.STEPS}.step.weighted_sum.WeightedSum"
    parts = {
        "left": node({"mean": {"_target_": sums, "weights": [0.5, 0.5], "channel": "C3"}}, ["F3", "P3"]),
        "right": node({}, ["C4"]),
    }
    signal = {"_target_": f"{test_staging.STEPS}.nested.Nested", "parts": parts, "steps": {}}
    network = test_staging.predictor(tmp_path, test_staging.standard() | {"signal": signal})
    assert network.channels == ("F3", "P3", "C4")
    write_edf(tmp_path / "n" / "a.edf", noise(20, 100), 100, names=("P3", "F3", "C4"))
    found = test_staging.staged(tmp_path / "n", network)
    assert found.epochs["start_s"].tolist() == [0.0, 4.0, 8.0, 12.0, 16.0]
