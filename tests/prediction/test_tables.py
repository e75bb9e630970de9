"""Lists of stages: with the numbers of `eegbench consensus`, and as long as the recording."""

from staged_nights import staged

from eegbench.prediction.tables import stage_list

STAGES = ["W", "W", "N1", "N2", "W", "N3", "R", "W"]


def test_stages_have_the_numbers_of_consensus_and_gaps_have_none():
    assert stage_list(staged(STAGES)).tolist() == [0, 0, 1, 2, 0, 3, 4, 0]
    at = [12, 42, 72, 132, 162, 192, 222, 252]  # none begins at 102
    assert stage_list(staged(STAGES, at=at)).tolist() == [0, 0, 1, -1, 2, 0, 3, 4, 0]


def test_a_night_that_begins_late_in_its_file_keeps_its_place():
    assert stage_list(staged(STAGES, at=[60 + 30 * i for i in range(8)])).tolist()[:4] == [-1, -1, 0, 0]


def test_epochs_at_both_ends_that_no_window_answers_for_have_no_stage():
    night = staged(STAGES, at=[60 + 30 * i for i in range(8)], begin_s=0.0, length_s=30.0 * 12 + 29)
    assert stage_list(night).tolist() == [-1, -1, 0, 0, 1, 2, 0, 3, 4, 0, -1, -1]
