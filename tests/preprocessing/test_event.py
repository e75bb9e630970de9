"""Windows that begin at events: one per trial, and as many as fit in a minute of rest."""

import logging

import mne
import numpy as np
import pytest
from options import CONF, node_of
from preprocessing.test_build import filtered, standard
from toy import ToyDataset

from eegbench.config import build
from eegbench.dataset import BadRecordingError
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.event import Event
from eegbench.preprocessing.shard_job import Job, build_one
from eegbench.store import open_shard
from eegbench.types import Recording

SFREQ = 160.0
REST = [(0.0, 60.2, "rest_open")]
TRIALS = [(0.0, 4.2, "rest"), (4.2, 4.1, "left"), (8.3, 4.2, "rest"), (12.5, 4.1, "right")]


class Runs(ToyDataset):
    """Recordings from arrays: seconds, and events with onset and duration in seconds."""

    def __init__(self, folder, *made):
        labels = {"rest_open": "rest_open", "left": "left", "right": "right"}
        super().__init__(folder=folder, labels=labels, ignored=("rest",))
        self.made = made

    def read(self, recording, *, may_lack_channels=False):
        seconds, events = self.made[int(recording.id)]
        signal = 30e-6 * np.random.default_rng(0).standard_normal((1, round(seconds * SFREQ)))
        raw = mne.io.RawArray(signal, mne.create_info(1, SFREQ, "eeg"), verbose="ERROR")
        return raw.set_annotations(mne.Annotations(*map(list, zip(*events, strict=True))), verbose="ERROR")


def event(**changes) -> Event:
    options = {name: value for name, value in node_of(CONF / "preprocessing/event.yaml").items() if name[0] != "_"}
    return Event(**(options | {"signal": filtered(h_freq=None)} | changes))


def cuts(tmp_path, *made, **changes):
    dataset, preprocessing, found = Runs(tmp_path, *made), event(**changes), []
    for number in range(len(made)):
        path = tmp_path / f"{number}.txt"
        path.write_text("one")
        folder = tmp_path / f"shard{number}"
        build_one(Job(dataset, preprocessing.signal, Recording(str(number), "1", "1", path), folder))
        found.append(preprocessing.cut(open_shard(folder), dataset))
    preprocessing.tell(found)
    return found


def test_a_minute_of_rest_is_cut_into_windows_of_exactly_320_samples_that_follow_each_other(tmp_path):
    (cut,) = cuts(tmp_path, (61, REST))
    assert event().n_times(SFREQ) == 320
    assert cut.sample.tolist() == [320 * i for i in range(30)]  # the published code: 30 windows a baseline run
    assert set(cut.label) == {0}
    assert cut.window_s == 2.0
    assert cut.trial is None


def test_a_trial_gives_one_window_from_its_cue(tmp_path):
    (cut,) = cuts(tmp_path, (17, TRIALS))
    assert (cut.sample / SFREQ).tolist() == pytest.approx([4.2, 12.5])
    assert cut.label.tolist() == [1, 2]


def test_runs_of_both_kinds_give_windows_of_one_length(tmp_path):
    rest, trials = cuts(tmp_path, (61, REST), (17, TRIALS))
    assert (rest.window_s, trials.window_s) == (2.0, 2.0)
    assert (len(rest.sample), len(trials.sample)) == (30, 2)


def test_a_window_ends_with_the_recording_but_not_after_it(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    whole, cut = cuts(tmp_path, (14.5, TRIALS), (14.49375, TRIALS))  # and a sample less
    assert (whole.label.tolist(), cut.label.tolist()) == ([1, 2], [1])
    assert caplog.messages[-1].startswith("Of 4 events, 1 have no window: the recording ends or the next event comes")


def test_no_window_reaches_past_the_next_event(tmp_path):
    (cut,) = cuts(tmp_path, (80, [(0.0, 0.0, "left"), (1.5, 40.0, "rest_open"), (30.0, 1.0, "right")]))
    assert cut.label.tolist() == [0] * 14 + [2]  # 28.5 s until the next event
    assert cut.counts == {"events": 3, "without": 1, "repeated": 0}


def test_the_length_that_makes_an_event_long_is_an_option(tmp_path):
    (cut,) = cuts(tmp_path, (17, TRIALS), long_from_s=4.0)
    assert (cut.sample / SFREQ).tolist() == pytest.approx([4.2, 6.2, 12.5, 14.5])


def test_a_recording_without_a_window_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(BadRecordingError, match=r"contains no trial: .* set a lower preprocessing\.window_s, or leave"):
        cuts(tmp_path, (5.5, [(4.2, 1.3, "left")]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"long_from_s": 1.0}, r"long_from_s=1: expected at least .*window_s=2"),
    ],
)
def test_times_that_cannot_be_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        event(**changes)


def test_the_option_builds_it():
    made = build(node_of(CONF / "preprocessing/event.yaml"), Preprocessing)
    assert (made.window_s, made.long_from_s, made.needs_labels, made.least_s) == (2.0, 30.0, True, 2.0)


def test_of_a_run_of_rest_windows_are_those_of_standard(tmp_path):
    (cut,) = cuts(tmp_path, (61, REST))
    like = standard(event().signal, window_s=2.0, stride_s=2.0)
    expected = like.cut(open_shard(tmp_path / "shard0"), Runs(tmp_path, (61, REST)))
    assert cut.sample.tolist() == expected.sample.tolist()
    assert cut.label.tolist() == expected.label.tolist()
