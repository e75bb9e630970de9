import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix

from eegbench.score import absent_classes, confusion, confusion_by, held_classes


def test_counts_equal_those_of_scikit_learn_in_the_order_of_the_classes(frame, classes):
    theirs = confusion_matrix(frame["label"], frame["predicted"], labels=list(classes))
    np.testing.assert_array_equal(confusion(frame, classes), theirs)


def test_counts_by_recording_add_up(frame, classes):
    units, matrices = confusion_by(frame, "recording", classes)
    assert list(units) == sorted(frame["recording"].unique())
    np.testing.assert_array_equal(matrices.sum(axis=0), confusion(frame, classes))
    first = frame[frame["recording"] == units[0]]
    np.testing.assert_array_equal(matrices[0], confusion(first, classes))


def test_categories_are_counted_as_names_are(frame, classes):
    categories = frame.astype({"label": "category", "predicted": "category", "recording": "category"})
    np.testing.assert_array_equal(confusion(categories, classes), confusion(frame, classes))
    np.testing.assert_array_equal(
        confusion_by(categories, "recording", classes)[1], confusion_by(frame, "recording", classes)[1]
    )


def test_a_class_unknown_is_an_error_that_names_it(frame):
    with pytest.raises(ValueError, match="'label' has 'R', expected one of W, N1, N2, N3"):
        confusion(frame, ("W", "N1", "N2", "N3"))


def labelled(split, label, predicted):
    """One window a pair of label and prediction, with a column for each of four classes."""
    frame = pd.DataFrame({"recording": "r", "subject": "s", "start_s": 0.0, "split": split, "probe": "linear"}, [0])
    frame = frame.loc[[0] * len(label)].assign(label=label, predicted=predicted)
    return frame.assign(**dict.fromkeys(("W", "N1", "N2", "N3"), 0.25))


def test_classes_that_a_split_lacks_are_found_and_those_that_nothing_names_hold_nothing():
    frame = pd.concat([labelled("train", ["W", "N1"], ["W", "N1"]), labelled("test", ["W", "W"], ["W", "N2"])])
    assert absent_classes(frame) == {"train": ("N2", "N3"), "test": ("N1", "N2", "N3")}
    assert held_classes(frame, ("W", "N1", "N2", "N3")) == ("W", "N1", "N2")
