import numpy as np

from eegbench.dataset.timed_texts import Mark, annotations, lasting


def stages(*onsets, duration=None):
    return [Mark(float(onset), duration, f"stage {i}") for i, onset in enumerate(onsets)]


def test_marks_without_a_duration_last_until_the_next_and_the_last_as_long_as_most():
    for none in (None, 0.0):
        found = lasting(stages(60, 0, 30, 150, duration=none), 1000.0, ())
        assert [(mark.onset_s, mark.duration_s) for mark in found] == [(0, 30), (30, 30), (60, 90), (150, 30)]


def test_a_single_mark_without_a_duration_lasts_until_the_end():
    assert lasting(stages(20), 100.0, ()) == [Mark(20.0, 80.0, "stage 0")]


def test_durations_that_are_given_stay_and_do_not_end_others():
    events = [Mark(5.0, 3.0, "arousal"), *stages(0, 30)]
    assert [(mark.text, mark.duration_s) for mark in lasting(events, 60.0, ())] == [
        ("stage 0", 30.0),
        ("arousal", 3.0),
        ("stage 1", 30.0),
    ]


def test_annotations_are_moved_and_cut_at_both_ends_of_the_recording():
    found = annotations(
        [Mark(0.0, 30.0, "a"), Mark(30.0, 30.0, "b"), Mark(60.0, 90.0, "c"), Mark(200.0, 30.0, "d")],
        shift_s=-20.0,
        length_s=100.0,
    )
    np.testing.assert_array_equal(found.onset, [0, 10, 40])
    np.testing.assert_array_equal(found.duration, [10, 30, 60])
    assert list(found.description) == ["a", "b", "c"]
