import json

import numpy as np
import pandas as pd
import pytest
from comparison.known_predictions import predictions, write_predictions

from eegbench.comparison import counted_files
from eegbench.comparison.counted_files import RunFiles, read_counted


@pytest.fixture
def files(tmp_path):
    """Return the files of five runs; the last one tests other subjects."""
    made = []
    for seed, subjects in enumerate([(0, 1), (0, 1), (0, 1), (0, 1), (2, 3)]):
        table, summary = tmp_path / f"{seed}.parquet", tmp_path / f"{seed}.json"
        write_predictions(predictions(0.7, subjects, seed), ("left", "right"), table)
        metrics = {"valid/linear/accuracy": 0.1 * seed, "test/linear/accuracy": 0.9}
        summary.write_text(json.dumps({"main_probe": "linear", "scores": [1, 2], "metrics": metrics}))
        made.append(RunFiles(table, summary, 0.0))
    return made


@pytest.mark.slow
def test_several_processes_read_the_same_as_one(files, monkeypatch):
    alone = read_counted("test", files)
    monkeypatch.setattr(counted_files, "CHUNK", 2)
    monkeypatch.setattr(counted_files, "n_cores", lambda: 2)
    together = read_counted("test", files)
    for one, other in zip(alone, together, strict=True):
        assert one.facts == other.facts
        assert one.classes == other.classes
        assert one.counts.keys() == other.counts.keys()
        for name, count in one.counts.items():
            np.testing.assert_array_equal(count, other.counts[name])
        pd.testing.assert_series_equal(one.windows.labels, other.windows.labels)
    for found in (alone, together):  # equal windows are one object
        assert all(one.windows is found[0].windows for one in found[:4])
        assert found[4].windows is not found[0].windows
        assert found[4].windows.subjects == {"s2", "s3"}
    assert together[3].facts == {"main_probe": "linear", "metrics": {"valid/linear/accuracy": 0.1 * 3}}


def test_a_damaged_file_among_many_is_named(files, monkeypatch):
    files[3].predictions.write_bytes(b"PAR1 and nothing else")
    monkeypatch.setattr(counted_files, "CHUNK", 2)
    monkeypatch.setattr(counted_files, "n_cores", lambda: 1)
    with pytest.raises(ValueError, match=r"3\.parquet: this file is damaged"):
        read_counted("test", files)
