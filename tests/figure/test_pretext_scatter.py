import numpy as np
import pandas as pd

from eegbench.figure import pretext_scatter

TASKS = ("relative_positioning", "vicreg", "cpc", "simclr")


def points():
    rows = [
        (task, "loss" if task == "vicreg" else "accuracy", 0.5 + 0.01 * i + k, 0.4 + 0.02 * (i + k))
        for k, task in enumerate(TASKS)
        for i in range(6)
    ]
    return pd.DataFrame(rows, columns=["task", "pretext_metric", "pretext", "downstream"])


def test_each_task_has_a_panel_with_its_own_horizontal_scale():
    figure = pretext_scatter(points(), notes=dict.fromkeys(TASKS, "ρ = +0.50"), measure="κ")
    assert len(figure.axes) == 4
    assert figure.axes[0].get_title(loc="left") == "relative positioning, 6 runs\nρ = +0.50"
    assert figure.axes[1].get_xlabel() == "pretext loss on valid (lower is better)"
    for axes, task in zip(figure.axes, TASKS, strict=True):
        frame = points()
        of_task = frame[frame["task"] == task]
        np.testing.assert_array_equal(axes.lines[0].get_xydata(), of_task[["pretext", "downstream"]])
        low, high = axes.get_xlim()
        assert low < of_task["pretext"].min() < of_task["pretext"].max() < high
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_tasks_without_a_note_are_not_drawn_and_equal_scores_have_a_range():
    frame = points().assign(downstream=0.5)
    (axes,) = pretext_scatter(frame, notes={"cpc": "undefined"}, measure="κ").axes
    assert len(axes.lines[0].get_xdata()) == 6
    low, high = axes.get_ylim()
    assert low < 0.5 < high
