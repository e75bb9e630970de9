import numpy as np
import pandas as pd
import pytest

from eegbench.score import predictions_frame
from eegbench.types import Predictions

TABLE = pd.DataFrame(
    {
        "recording": ["a", "a", "b", "b"],
        "subject": ["s1", "s1", "s2", "s2"],
        "session": "1",
        "start_s": [0.0, 30.0, 0.0, 30.0],
        "split": ["train", "train", "test", "test"],
        "label": [0, 1, 1, -1],
    },
    index=[10, 11, 12, 13],
)


def predictions(probe="linear", classes=("rest", "task"), label=(1, 0)) -> Predictions:
    return Predictions(probe, np.array([12, 10]), np.array(label), np.array([[0.2, 0.8], [0.4, 0.6]]), classes)


def test_the_table_has_a_row_a_probe_and_window_with_class_names_and_a_column_a_class():
    frame = predictions_frame([predictions(), predictions("chance")], TABLE)
    fixed = ["recording", "subject", "start_s", "split", "probe", "label", "predicted"]
    assert list(frame) == [*fixed, "rest", "task"]
    assert frame["probe"].tolist() == ["linear", "linear", "chance", "chance"]
    assert frame["recording"].tolist() == ["b", "a", "b", "a"]
    assert frame["label"].tolist() == ["task", "rest"] * 2
    assert frame["predicted"].tolist() == ["task", "task"] * 2
    assert frame["rest"].tolist() == [0.2, 0.4] * 2


def test_it_survives_parquet_unchanged(tmp_path):
    frame = predictions_frame([predictions()], TABLE)
    frame.to_parquet(tmp_path / "predictions.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "predictions.parquet"), frame)


def test_a_class_named_like_a_column_is_an_error():
    with pytest.raises(ValueError, match="'label' is also a column"):
        predictions_frame([predictions(classes=("label", "task"))], TABLE)


def test_probes_with_different_classes_are_an_error():
    with pytest.raises(ValueError, match="different classes"):
        predictions_frame([predictions(), predictions("other", ("task", "rest"))], TABLE)


def test_an_unscored_window_is_an_error():
    with pytest.raises(ValueError, match="1 windows without a label"):
        predictions_frame([predictions(label=(1, -1))], TABLE)


def test_no_predictions_are_an_error():
    with pytest.raises(ValueError, match="no predictions"):
        predictions_frame([], TABLE)
