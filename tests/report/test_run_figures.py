"""The data of a run's figures are computed correctly."""

import pandas as pd
import pytest
from forms import form_of
from options import CONF, node_of
from small_training import FakeStore

from eegbench.config import build
from eegbench.preprocessing import Preprocessing
from eegbench.report.run_figures import _hypnogram_facts, _panels, over_time


def test_classes_and_splits_of_embeddings_keep_their_order_and_so_their_colours():
    store = FakeStore()
    store.__dict__.update(classes=("W", "light", "absent", "deep"), facts=pd.DataFrame())  # frozen, like the class
    table = pd.DataFrame({"subject": "s", "split": ["test", "valid", "train", "train"], "label": [3, 1, 0, -1]})
    panels = _panels(table.assign(scored=table["label"] >= 0, set="a", recording="r"), store)
    assert panels["label"].cat.categories.tolist() == ["W", "light", "deep"]
    assert panels["label"].tolist()[:3] == ["deep", "light", "W"]
    assert panels["label"].isna().tolist() == [False, False, False, True]
    assert panels["split"].cat.categories.tolist() == ["train", "valid", "test"]


@pytest.mark.parametrize(("rule", "first_s", "length_s"), [("centre", 300.0, 30.0), ("majority", 0.0, 630.0)])
def test_a_hypnogram_shows_windows_that_have_the_class_of_their_centre_there(rule, first_s, length_s):
    node = node_of(CONF / "preprocessing" / "dreem_context.yaml") | {"label_rule": rule}
    store = FakeStore()
    store.__dict__.update(form=form_of(("C3",), 100.0, 63_000), classes=("W", "N2"))  # frozen, like the class
    said = {"start_s": [0.0, 30.0], "label": ["W", "N2"], "predicted": ["W", "N2"]}
    facts = _hypnogram_facts(pd.DataFrame(said), store, build(node, Preprocessing, path="preprocessing"))
    assert facts["frame"]["start_s"].tolist() == [first_s, first_s + 30.0]
    assert facts["window_s"] == length_s


@pytest.mark.parametrize(
    ("classes", "folder"),
    [
        (("W", "N1", "N2", "N3", "R"), "hypnograms"),
        (("W", "Sleep"), "hypnograms"),
        (("N2", "N3"), "hypnograms"),
        (("left", "right"), "predictions_over_time"),
        (("L", "R"), "predictions_over_time"),
    ],
)
def test_predictions_over_time_are_called_hypnograms_where_they_are_of_sleep(classes, folder):
    assert over_time(classes) == folder
