"""Supervised training draws each scored window once, or all classes equally often."""

import numpy as np
import pandas as pd
import pytest

from eegbench.sampler.single_window import SingleWindow


def windows() -> pd.DataFrame:
    made = pd.DataFrame({"recording": "a", "start_s": 30.0 * np.arange(100), "rejected": False})
    made["label"] = [0] * 70 + [1] * 20 + [2] * 5 + [-1] * 5
    made.loc[[3, 99], "rejected"] = True
    return made.set_index(made.index + 50)


def test_each_scored_and_accepted_window_comes_once_with_its_label() -> None:
    table = windows()
    draw = SingleWindow(class_balanced=False).draw(table, np.random.default_rng(0))
    assert draw.windows.shape == (94, 1)
    assert sorted(draw.windows[:, 0]) == sorted(table.index[(table["label"] >= 0) & ~table["rejected"]])
    assert (table["label"].loc[draw.windows[:, 0]].to_numpy() == draw.targets).all()
    assert draw.targets.dtype == np.int64
    assert not (np.diff(draw.windows[:, 0]) > 0).all()


def test_balanced_classes_are_equally_often_there() -> None:
    table = pd.concat([windows()] * 20, ignore_index=True)
    draw = SingleWindow(class_balanced=True).draw(table, np.random.default_rng(0))
    assert len(draw) == 94 * 20
    assert np.abs(np.bincount(draw.targets) / len(draw) - 1 / 3).max() < 0.04
    assert (table["label"].loc[draw.windows[:, 0]].to_numpy() == draw.targets).all()


def test_without_a_scored_window_there_is_a_sentence() -> None:
    table = windows().assign(label=-1)
    with pytest.raises(ValueError, match="None of 100 windows is scored and accepted"):
        SingleWindow(class_balanced=False).draw(table, np.random.default_rng(0))
