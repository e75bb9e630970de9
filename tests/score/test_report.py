import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import classification_report

from eegbench.score import confusion, evaluate, report_frame


def sklearn_report(frame: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    report = classification_report(
        frame["label"], frame["predicted"], labels=list(classes), output_dict=True, zero_division=np.nan
    )
    return pd.DataFrame(report).T.rename(index={"macro avg": "macro average", "weighted avg": "weighted average"})


def test_the_report_equals_scikit_learns(frame, classes):
    frame = frame[frame["predicted"] != "N1"]
    ours = report_frame(confusion(frame, classes), classes)
    assert list(ours) == ["class", "precision", "recall", "f1", "support"]
    theirs = sklearn_report(frame, classes).loc[ours["class"]]
    for mine, name in {"precision": "precision", "recall": "recall", "f1": "f1-score", "support": "support"}.items():
        np.testing.assert_allclose(ours[mine], theirs[name], err_msg=mine)


def test_averaged_recalls_are_balanced_accuracy_and_accuracy(frame, classes):
    matrix = confusion(frame, classes)
    recall = report_frame(matrix, classes).set_index("class")["recall"]
    values = evaluate(matrix, classes)
    assert recall["macro average"] == pytest.approx(values["balanced_accuracy"])
    assert recall["weighted average"] == pytest.approx(values["accuracy"])


def test_an_empty_matrix_is_undefined_without_a_warning(classes):
    report = report_frame(np.zeros((5, 5), dtype=int), classes)
    assert report[["precision", "recall", "f1"]].isna().all(axis=None)
    assert (report["support"] == 0).all()
