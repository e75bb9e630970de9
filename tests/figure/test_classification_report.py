import numpy as np
import pandas as pd

from eegbench.figure import classification_report

REPORT = pd.DataFrame(
    {
        "class": ["rest", "task", "macro average", "weighted average"],
        "precision": [0.5, np.nan, 0.5, 0.5],
        "recall": [1.0, 0.0, 0.5, 0.6],
        "f1": [0.67, 0.0, 0.33, 0.4],
        "support": [1500, 1000, 2500, 2500],
    }
)


def test_every_value_of_the_report_is_a_cell():
    axes = classification_report(REPORT, "linear, test").axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert texts[:8] == ["0.50", "1.00", "0.67", "1,500", "–", "0.00", "0.00", "1,000"]
    assert len(texts) == 16
    names = REPORT["class"].replace("macro average", "macro average, 2 classes").tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == names
    assert axes.get_title() == "linear, test"


def test_the_last_column_names_what_is_counted():
    for unit in ("windows", "examples"):
        axes = classification_report(REPORT, "linear, test", unit=unit).axes[0]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["precision", "recall", "F1", unit]


def test_averages_stand_apart_from_classes():
    ticks = classification_report(REPORT, "linear, test").axes[0].get_yticks()
    assert np.diff(ticks)[1] > np.diff(ticks)[0] == np.diff(ticks)[2]


def test_the_title_stands_above_the_names_of_the_columns():
    figure = classification_report(REPORT, "linear, test")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    names = max(tick.label2.get_window_extent().ymax for tick in axes.xaxis.get_major_ticks())
    assert axes.title.get_window_extent().ymin > names
