import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from comparison.known_predictions import predictions, write_predictions

from eegbench.comparison.counted import SplitCounter
from eegbench.comparison.tested_run import missing_folds, read_tested
from eegbench.score.count import confusion_by
from eegbench.tracking.finished_runs import Archive


class Folders(Archive):
    """Runs whose files lie in a folder of their id."""

    def __init__(self, folder):
        self.folder = folder

    def fetch(self, run, name):
        path = self.folder / run.id / name
        return path if path.exists() else None


@pytest.fixture
def keep(tmp_path, make_run):
    def keep(
        id_, *, files=True, transductive=(), status="FINISHED", main="linear", extra=(), fitted_with=None, **changes
    ):
        one = make_run(subjects=range(3), **changes)
        folder = tmp_path / id_
        folder.mkdir()
        if files:
            frame = predictions(0.7, tuple(range(3)), int(one.run.parameters["seed"]))
            parts = [frame, *(frame[frame["probe"] == like].assign(probe=name) for name, like in extra)]
            write_predictions(pd.concat(parts), one.classes, folder / "predictions.parquet")
            facts = {"within_subject": False, "transductive_subjects": list(transductive), "main_probe": main}
            facts |= {"recordings_sha256": one.recordings, "fitted_with": fitted_with or {}}
            (folder / "summary.json").write_text(json.dumps(facts))
        return replace(one.run, id=id_, status=status)

    return keep


def test_a_runs_predictions_classes_and_marks_are_read(keep, tmp_path):
    (plain, marked), left_out = read_tested(
        Folders(tmp_path), [keep("a"), keep("b", seed=1, transductive=["s1"])], "test", None
    )
    assert plain.classes == ("left", "right")
    assert plain.subjects == {"s0", "s1", "s2"}
    assert (plain.mark, marked.mark) == ("", "(transductive)")
    assert left_out == {}


def test_what_cannot_be_compared_is_counted_by_its_reason(keep, tmp_path):
    runs = [
        keep("a", status="FAILED"),
        keep("b", status="RUNNING"),
        keep("c", files=False),
        keep("d", tags={"kind": "comparison"}),
        keep("e"),
    ]
    found, left_out = read_tested(Folders(tmp_path), runs, "test", None)
    assert [one.run.id for one in found] == ["e"]
    assert left_out == {"failed": 1, "running": 1, "without predictions": 1, "made by eegbench compare": 1}
    assert read_tested(Folders(tmp_path), runs[-1:], "valid", None)[1] == {"without predictions on valid": 1}


def test_of_runs_with_the_same_options_the_newest_stays_wherever_it_lies(keep, tmp_path):
    runs = [keep("old", paths__outputs="x"), keep("new", paths__outputs="y"), keep("other", seed=1)]
    found, left_out = read_tested(Folders(tmp_path), runs, "test", None)
    assert [one.run.id for one in found] == ["new", "other"]
    assert left_out == {"repeated with the same options by a newer run": 1}


def test_a_run_with_the_same_options_on_other_recordings_is_no_repetition(keep, tmp_path):
    runs = [keep("raw", dataset__root="x"), keep("clean", dataset__root="y", recordings="b")]
    found, left_out = read_tested(Folders(tmp_path), runs, "test", None)
    assert [one.run.id for one in found] == ["raw", "clean"]
    assert left_out == {}


def test_the_folds_that_are_missing_are_named_where_their_number_is_known():
    assert missing_folds(["0", "3"], "4") == ["1", "2"]
    assert missing_folds([0, 1], 2) == []
    assert missing_folds([0], None) == []


def test_a_probe_is_compared_with_its_own_controls_whichever_is_the_main_one(keep, tmp_path):
    own = [("knn", "linear"), ("knn_random_weights", "random_weights"), ("knn_hand_made", "hand_made")]
    runs = [keep("a", extra=own), keep("b", seed=1, main="knn", extra=own[:1]), keep("c", seed=2)]

    def probes(name):
        found, left_out = read_tested(Folders(tmp_path), runs, "test", name)
        return {one.run.id: (one.probe, set(one.counts)) for one in found}, left_out

    controls = ["random_weights", "hand_made", "majority", "chance"]
    main, left_out = probes(None)
    assert main == {"a": ("linear", {"linear", *controls}), "b": ("knn", {"knn", *controls}), "c": main["c"]}
    assert left_out == {}
    knn, left_out = probes("knn")
    assert knn["a"] == ("knn", {"knn", *controls})
    assert knn["b"] == main["b"]
    assert left_out == {"without predictions of knn on test": 1}


def test_a_network_is_compared_with_the_controls_of_the_main_probe(keep, tmp_path):
    (found,), _ = read_tested(Folders(tmp_path), [keep("a", extra=[("network", "linear")])], "test", "network")
    assert (found.probe, found.control_probe) == ("network", "linear")
    assert set(found.counts) == {"network", "random_weights", "hand_made", "majority", "chance"}


def test_controls_of_windows_are_read_whichever_probe_is_compared(keep, tmp_path):
    fitted_with = {"random_weights": "linear", "csp_lda": "csp_lda"}
    run = keep("a", extra=[("knn", "linear"), ("csp_lda", "hand_made")], fitted_with=fitted_with)
    for probe in ("linear", "knn", "csp_lda"):
        (found,), _ = read_tested(Folders(tmp_path), [run], "test", probe)
        assert found.probe == probe
        assert {"csp_lda", "majority", "chance", probe} <= set(found.counts)


def test_a_random_forest_on_hand_made_features_is_a_control_whichever_probe_is_compared(keep, tmp_path):
    fitted_with = {"random_weights": "linear", "hand_made": "linear", "knn_hand_made": "knn", "wood_hand_made": "wood"}
    run = keep(
        "a",
        extra=[(name, "hand_made") for name in ("knn", "knn_hand_made", "wood", "wood_hand_made")],
        fitted_with=fitted_with,
        probe__of__wood___target_="eegbench.probe.random_forest.RandomForest",
    )
    (found,), _ = read_tested(Folders(tmp_path), [run], "test", None)
    assert set(found.counts) == {"linear", "random_weights", "hand_made", "wood_hand_made", "majority", "chance"}
    (found,), _ = read_tested(Folders(tmp_path), [run], "test", "wood")
    assert set(found.counts) == {"wood", "hand_made", "majority", "chance"}  # it is the control of the probe itself


def test_windows_that_answer_for_their_centre_are_compared_there(keep, tmp_path):
    long = {"preprocessing__label_rule": "centre", "preprocessing__window_s": 42.0, "preprocessing__stride_s": 2.0}
    runs = [
        keep("epochs"),
        keep("context", **long),
        keep("majority", seed=1, **long | {"preprocessing__label_rule": "m"}),
    ]
    found, _ = read_tested(Folders(tmp_path), runs, "test", None)
    assert [one.windows.labels.index.get_level_values("start_s").min() for one in found] == [0.0, 20.0, 0.0]


def test_where_joined_sets_lie_does_not_tell_runs_apart_but_which_subjects_they_have_does(keep, tmp_path):
    runs = [
        keep("old", dataset__sets__home__root="x", dataset__sets__away__cache="x"),
        keep("new", dataset__sets__home__root="y", dataset__sets__away__cache="y"),
        keep("other", dataset__sets__home__subjects="[1]"),
    ]
    found, _ = read_tested(Folders(tmp_path), runs, "test", None)
    assert [one.run.id for one in found] == ["new", "other"]


def test_the_files_of_a_run_are_opened_once_and_what_its_windows_tell_is_computed_once_for_all(
    keep, tmp_path, monkeypatch
):
    fetched, laid_out = [], []

    class Watched(Folders):
        def fetch(self, run, name):
            fetched.append((run.id, name))
            return super().fetch(run, name)

    runs = [keep(str(seed), seed=seed) for seed in range(6)]
    layout = SplitCounter._layout
    monkeypatch.setattr(SplitCounter, "_layout", lambda *words: laid_out.append(1) or layout(*words))
    found, _ = read_tested(Watched(tmp_path), runs, "test", None)
    assert sorted(fetched) == sorted((run.id, name) for run in runs for name in ("predictions.parquet", "summary.json"))
    assert len(laid_out) == 1
    assert len({one.windows for one in found}) == 1


def test_counts_are_those_of_the_table(keep, tmp_path):
    (found,), _ = read_tested(Folders(tmp_path), [keep("a")], "test", None)
    frame = predictions(0.7, tuple(range(3)), 0)
    for probe, counts in found.counts.items():
        names, expected = confusion_by(frame[frame["probe"] == probe], "recording", found.classes)
        assert found.windows.recordings == tuple(names)
        np.testing.assert_array_equal(counts, expected)
    assert found.windows.of_recording == ("s0", "s1", "s2")


def test_a_prediction_that_is_no_class_is_refused_with_the_file(keep, tmp_path):
    run = keep("a")
    path = tmp_path / "a/predictions.parquet"
    pd.read_parquet(path).assign(predicted="elsewhere").to_parquet(path)
    with pytest.raises(
        ValueError, match=r"predictions\.parquet: has the class 'elsewhere', but columns for left, right"
    ):
        read_tested(Folders(tmp_path), [run], "test", None)
