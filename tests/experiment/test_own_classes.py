"""Error messages for mistakes in users' classes: equal ids, and values that are not probabilities."""

import numpy as np
import pytest

from eegbench.probe.base import Classifier
from eegbench.probe.linear import Linear


class Odd(Classifier):
    """Returns the same row for every window."""

    def __init__(self, row):
        self.row, self.facts = row, {}

    def probabilities(self, rows):
        return np.tile(np.array(self.row, dtype=float), (len(rows), 1))

    def network(self, description):
        return None


def test_two_recordings_of_one_id_are_refused(train, monkeypatch, capsys):
    from dataclasses import replace

    from toy import ToyDataset

    listed = ToyDataset.recordings
    monkeypatch.setattr(ToyDataset, "recordings", lambda self: [replace(one, id="same") for one in listed(self)])
    status, _ = train()
    assert status == 1
    assert "two recordings have the id 'same'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1.0, 1.0], r"\[1\.0, 1\.0\] are not probabilities"),
        ([1.5, -0.5], "are not probabilities"),
        ([np.nan, np.nan], "are not probabilities"),
        ([1.0], r"shape \(\d+, 1\); \(n_windows, 2\) is expected"),
    ],
)
def test_values_that_are_not_probabilities_are_refused_with_the_name_of_the_probe(
    train, monkeypatch, capsys, row, message
):
    import re

    monkeypatch.setattr(Linear, "fit", lambda self, train, valid, rng: Odd(row))
    status, _ = train("trainer.max_passes=1")
    assert status == 1
    assert re.search(f"probe=linear: .*{message}", capsys.readouterr().err)
