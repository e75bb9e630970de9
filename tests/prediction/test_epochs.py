"""Overlapping windows vote for pieces as long as their stride."""

import numpy as np
import pandas as pd
import pytest
from toy import ToyDataset

from eegbench.inference.voting import Votes
from eegbench.prediction.epochs import epoch_votes, whole_trials, windows_of
from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.shard_job import Job, build
from eegbench.preprocessing.standard import Standard
from eegbench.store import open_shard

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
ONE_VOTE = np.array([[0.7, 0.3], [0.2, 0.8], [0.4, 0.6]])


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    dataset = ToyDataset(folder=folder, n_subjects=1, n_blocks=1)  # 10 s of one class
    build(Job(dataset, PLAIN, dataset.recordings()[0], folder / "shard"))
    return dataset, dataset.recordings()[0], open_shard(folder / "shard")


def cut(recording, stride_s, **changes):
    dataset, one, shard = recording
    options = {"window_s": 4.0, "stride_s": stride_s, "label_rule": "majority", "normalise": "none", "flat_uv": 1.0}
    made = Standard(**{**options, "signal": PLAIN, "saturated_share": 0.05, "features": {}, "padding": None, **changes})
    return made, windows_of(made, dataset, one, shard)


def votes(probabilities):
    said = np.eye(2)[probabilities.argmax(1)]
    return Votes(np.log(probabilities), probabilities, said, np.ones(len(probabilities), dtype=np.int64))


def test_windows_that_do_not_overlap_are_epochs(recording):
    made, windows = cut(recording, 4.0)
    said = votes(ONE_VOTE[:2])
    epochs, found = epoch_votes(made, *recording, windows, said)
    assert epochs is windows
    assert found is said


def test_each_step_has_the_votes_of_the_windows_that_hold_it(recording):
    made, windows = cut(recording, 2.0)  # at 0, 2, 4 and 6 s; the last holds 6 to 10 s
    assert windows["start_s"].tolist() == [0, 2, 4, 6]
    probabilities = np.vstack([ONE_VOTE, [0.9, 0.1]])
    epochs, found = epoch_votes(made, *recording, windows, votes(probabilities))
    assert epochs["start_s"].tolist() == [0, 2, 4, 6, 8]
    assert (epochs["window_s"] == 2).all()
    assert found.n.tolist() == [1, 2, 2, 2, 1]
    pairs = [[0], [0, 1], [1, 2], [2, 3], [3]]
    np.testing.assert_allclose(found.by("arithmetic"), [probabilities[pair].mean(0) for pair in pairs])
    geometric = np.array([np.exp(np.log(probabilities[pair]).mean(0)) for pair in pairs])
    np.testing.assert_allclose(found.by("geometric"), geometric / geometric.sum(1, keepdims=True))
    assert found.counts.tolist() == [[1, 0], [1, 1], [0, 2], [1, 1], [1, 0]]
    assert found.winners("majority").tolist() == [0, 1, 1, 0, 0]  # ties go to the higher mean probability


def test_windows_that_have_the_class_of_their_centre_vote_for_its_step_alone(recording):
    made, windows = cut(recording, 2.0, window_s=6.0, label_rule="centre")  # at 0, 2 and 4 s, with centres at 3, 5, 7
    epochs, found = epoch_votes(made, *recording, windows, votes(ONE_VOTE))
    assert epochs["start_s"].tolist() == [2, 4, 6]  # the first and the last step are in no centre
    assert found.n.tolist() == [1, 1, 1]
    np.testing.assert_allclose(found.by("geometric"), ONE_VOTE)


def test_a_centre_between_two_steps_counts_for_the_later_one_whose_class_it_has(recording):
    made, windows = cut(recording, 2.0, label_rule="centre")  # at 0, 2, 4 and 6 s, with centres at 2, 4, 6 and 8
    epochs, found = epoch_votes(made, *recording, windows, votes(np.vstack([ONE_VOTE, [0.9, 0.1]])))
    assert epochs["start_s"].tolist() == [2, 4, 6, 8]
    assert found.n.tolist() == [1, 1, 1, 1]


def test_a_rejected_window_votes_only_where_no_other_does(recording):
    made, windows = cut(recording, 2.0)
    windows = windows.assign(rejected=[True, False, False, False])
    _, found = epoch_votes(made, *recording, windows, votes(np.vstack([ONE_VOTE, [0.9, 0.1]])))
    assert found.n.tolist() == [1, 1, 2, 2, 1]
    np.testing.assert_allclose(found.by("arithmetic")[:2], ONE_VOTE[:2])


def test_time_that_no_window_holds_has_no_epoch(recording):
    made, windows = cut(recording, 3.0)  # at 0, 3 and 6 s
    epochs, found = epoch_votes(made, *recording, windows, votes(ONE_VOTE))
    assert epochs["start_s"].tolist() == [0, 3, 6]  # each of 3 s; 9 to 10 s hold none
    assert found.n.tolist() == [1, 1, 1]  # a step from 3 s ends at 6 s, where the first window has ended


def test_a_trial_lasts_from_its_first_crop_to_the_end_of_its_last():
    crops = pd.DataFrame(
        {
            "start_s": [10.0, 11.0, 12.0, 30.0, 31.0, 32.0],
            "window_s": 2.0,
            "trial": [0, 0, 0, 1, 1, 1],
            "label": [1, 1, 1, 0, 0, 0],
            "flat": [False, False, True, False, False, False],
            "saturated": False,
            "marked_bad": False,
        }
    )
    found = whole_trials(crops, crops.iloc[[1, 3]])
    assert found["start_s"].tolist() == [10, 30]
    assert found["window_s"].tolist() == [4, 4]
    assert found["flat"].tolist() == [True, False]
    assert found["label"].tolist() == [1, 0]
