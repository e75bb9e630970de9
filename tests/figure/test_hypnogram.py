import numpy as np
import pandas as pd
import pytest

from eegbench.figure import hypnogram


def test_label_stands_above_prediction_above_disagreement_above_probability(night, stages):
    figure = hypnogram(night, classes=stages, window_s=30.0, scores={"accuracy": 0.751, "κ": 0.6})
    differs = (night["label"] != night["predicted"]).mean()
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == [
        "label",
        "prediction",
        f"disagreement ({100 * differs:.0f} % of 240 windows)",
        "class probability",
    ]
    assert figure.get_suptitle() == "SC4001E0, hand made, accuracy 0.75, κ 0.60"
    assert figure.axes[-1].get_xlabel() == "time (h)"


def test_stages_stand_from_wake_at_the_top_to_deep_sleep(night, stages):
    axes = hypnogram(night, classes=stages, window_s=30.0).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["W", "R", "N1", "N2", "N3"]
    assert axes.yaxis_inverted()


def test_the_curve_holds_each_label_for_its_window_and_breaks_at_the_gap(night, stages):
    x, y = hypnogram(night, classes=stages, window_s=30.0).axes[0].lines[0].get_data()
    assert np.isnan(y).sum() == 1
    gap = int(np.flatnonzero(np.isnan(y))[0])
    assert x[gap - 1] == pytest.approx(1.0)  # h
    assert x[gap + 1] == pytest.approx(2.0)
    levels = ["W", "R", "N1", "N2", "N3"]
    assert [levels[int(level)] for level in np.delete(y, gap)[::2]] == night["label"].tolist()


def test_disagreement_is_marked_where_it_is(night, stages):
    strip = hypnogram(night, classes=stages, window_s=30.0).axes[2]
    starts = [path.vertices[:, 0].min() for path in strip.collections[0].get_paths()]
    wrong = night.loc[night["label"] != night["predicted"], "start_s"] / 3600
    np.testing.assert_allclose(starts, wrong)


def test_probabilities_fill_the_panel(night, stages):
    axes = hypnogram(night, classes=stages, window_s=30.0).axes[3]
    assert len(axes.collections) == 5
    tops = [collection.get_paths()[0].vertices[:, 1].max() for collection in axes.collections]
    assert max(tops) == pytest.approx(1.0)


@pytest.mark.parametrize(("window_s", "unit"), [(2.0, "s"), (20.0, "min"), (240.0, "h")])
def test_other_classes_and_durations_are_drawn_in_a_unit_that_fits(window_s, unit):
    label = ["rest"] * 15 + ["subtraction"] * 16
    frame = pd.DataFrame({"recording": "Subject00", "probe": "linear", "label": label, "predicted": label})
    frame = frame.assign(start_s=np.arange(31) * window_s, rest=0.5, subtraction=0.5)
    figure = hypnogram(frame, classes=("rest", "subtraction"), window_s=window_s)
    assert figure.axes[-1].get_xlabel() == f"time ({unit})"
    assert figure.axes[2].get_title("left") == "disagreement (0 % of 31 windows)"
    figure.draw_without_rendering()


def test_windows_that_overlap_show_until_the_next(night, stages):
    x, _ = hypnogram(night, classes=stages, window_s=60.0).axes[0].lines[0].get_data()
    assert (np.diff(x) >= 0).all()


def test_rows_in_another_order_are_sorted(night, stages):
    shuffled = hypnogram(night.sample(frac=1, random_state=0), classes=stages, window_s=30.0)
    straight = hypnogram(night, classes=stages, window_s=30.0)
    for one, other in zip(shuffled.axes[1].lines, straight.axes[1].lines, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def test_two_recordings_or_none_are_an_error(night, stages):
    two = pd.concat([night, night.assign(recording="SC4002E0")])
    with pytest.raises(ValueError, match="shows one recording, and the frame has 2"):
        hypnogram(two, classes=stages, window_s=30.0)
    with pytest.raises(ValueError, match="the frame has 0"):
        hypnogram(night.iloc[:0], classes=stages, window_s=30.0)


def test_without_labels_there_are_the_prediction_and_its_probabilities(night, stages):
    figure = hypnogram(night.assign(label=None), classes=stages, window_s=30.0)
    assert [axes.get_title("left") for axes in figure.axes] == ["prediction", "class probability"]
    figure.draw_without_rendering()


def test_windows_that_were_not_scored_are_blank_and_agree_with_nothing(night, stages):
    some = night.assign(label=night["label"].where(np.arange(len(night)) >= 100, None))
    figure = hypnogram(some, classes=stages, window_s=30.0)
    _, y = figure.axes[0].lines[0].get_data()
    assert np.isnan(y[:200]).all()
    assert figure.axes[2].get_title("left").endswith("% of 140 windows)")


def test_windows_that_are_flagged_are_shaded_where_they_are(night, stages):
    flagged = np.arange(len(night)) % 60 == 7
    axes = hypnogram(night.assign(flagged=flagged), classes=stages, window_s=30.0).axes[1]
    starts = [path.vertices[:, 0].min() for path in axes.collections[0].get_paths()]
    np.testing.assert_allclose(starts, night.loc[flagged, "start_s"] / 3600)
    assert axes.get_title("left") == "prediction (grey: flagged)"


def test_lights_are_lines_over_prediction_and_probability(night, stages):
    figure = hypnogram(night.assign(label=None), classes=stages, window_s=30.0, lights_s=(1800.0, None))
    assert figure.axes[0].get_title("left") == "prediction (dashed: lights off)"
    for axes in figure.axes:
        dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
        assert [line.get_xdata()[0] for line in dashed] == [0.5]  # h
