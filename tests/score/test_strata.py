"""Strata of test: stable windows and transitions by their neighbours, and groups of subjects by their facts."""

import numpy as np
import pandas as pd
import pytest

from eegbench.score.strata import scores_by_stratum

LABELS = list("aaabbbba")


@pytest.fixture
def frame():
    """Two recordings of test with eight windows of 30 s each; the second one has a gap after its fourth window."""
    rows = []
    for recording, gap in (("r1", 0), ("r2", 300)):
        for number, label in enumerate(LABELS):
            start = 30.0 * number + (gap if number > 3 else 0)
            right = (number % 2 == 0) if recording == "r1" else True
            predicted = label if right else "ab"["ab".index(label) - 1]
            rows.append({"recording": recording, "subject": recording, "start_s": start, "split": "test", "probe": "p"})
            rows[-1] |= {"label": label, "predicted": predicted, "a": 0.5, "b": 0.5}
    other = pd.DataFrame(rows).assign(probe="q", predicted="a")
    train = pd.DataFrame(rows).assign(split="train")
    return pd.concat([pd.DataFrame(rows).sample(frac=1, random_state=0), other, train], ignore_index=True)


def accuracy(found, **where):
    part = found[(found["metric"] == "accuracy") & (found["aggregation"] == "pooled") & (found["probe"] == "p")]
    for name, value in where.items():
        part = part[part[name] == value]
    return part["value"].item(), part["n"].item()


def test_windows_next_to_another_label_are_transitions_and_a_gap_is_no_neighbour(frame):
    found = scores_by_stratum(frame, pd.DataFrame(), ("a", "b"), window_s=30.0, mark="")
    # r1 changes between 2 and 3 and between 6 and 7: 4 transitions, of which 2 and 6 are right;
    # r2 as well, all right; its window 3 has the label of 4, from which a gap divides it
    assert accuracy(found, stratum="windows", group="transition") == (6 / 8, 8)
    assert accuracy(found, stratum="windows", group="stable") == (6 / 8, 8)
    assert set(found["split"]) == {"test"}


def test_a_window_without_neighbours_is_in_neither_part(frame):
    alone = frame[(frame["recording"] == "r1") | frame["start_s"].isin([0.0, 60.0])]
    found = scores_by_stratum(alone, pd.DataFrame(), ("a", "b"), window_s=30.0, mark="")
    assert accuracy(found, group="stable")[1] + accuracy(found, group="transition")[1] == 8


def test_groups_of_subjects_have_their_own_scores_and_a_single_group_is_left_out(frame):
    facts = pd.DataFrame({"sex": ["F", "M"], "age": [30.0, np.nan]}, index=["r1", "r2"])
    found = scores_by_stratum(frame, facts, ("a", "b"), window_s=30.0, mark="")
    assert accuracy(found, stratum="sex", group="F") == (0.5, 8)
    assert accuracy(found, stratum="sex", group="M") == (1.0, 8)
    assert "age" not in set(found["stratum"])  # the age of r2 is unknown
    facts["age"] = [39.0, 65.0]
    found = scores_by_stratum(frame, facts, ("a", "b"), window_s=30.0, mark="")
    assert accuracy(found, stratum="age", group="below 40") == (0.5, 8)
    assert accuracy(found, stratum="age", group="65 and above") == (1.0, 8)
