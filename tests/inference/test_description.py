"""Descriptions of networks: they can be read back, and older formats are converted or raise an error."""

import json
from dataclasses import replace

import numpy as np
import pytest
from forms import form_of

from eegbench.inference.description import Description, read_description
from eegbench.types import Padding

KNOWN = Description(
    encoder={"_target_": "eegbench.model.chambon2018.Chambon2018"},
    classes=("W", "N1"),
    form=form_of(("C3", "C4"), 100.0, 3000, "window"),
    preprocessing={"window_s": 30.0},
    steps_version=6,
    temperature=1.5,
    train_quantiles={"eeg": {"std_uv": ((1.0, np.nan), (2.0, np.nan), (3.0, np.nan))}},
    labels={"Sleep stage W": "W", "Sleep stage 1": "N1"},
    ignored=("Sleep stage ?",),
)


def test_a_description_comes_back_from_json():
    found = read_description(json.loads(json.dumps(KNOWN.plain())))
    assert found.plain() == KNOWN.plain()
    assert found.labels == KNOWN.labels
    assert read_description({**KNOWN.plain(), "outputs": "one"}).outputs == "one"
    assert found.ignored == KNOWN.ignored
    np.testing.assert_array_equal(found.train_quantiles["eeg"]["std_uv"], KNOWN.train_quantiles["eeg"]["std_uv"])


def test_format_2_is_read_without_labels_and_with_deviations_alone():
    facts = json.loads(json.dumps(KNOWN.plain()))
    deviations = facts.pop("train_quantiles")["eeg"]["std_uv"]
    del facts["labels"], facts["ignored"]
    found = read_description({**facts, "format": 2, "train_std_uv": {"eeg": deviations}})
    assert found.labels == {}
    assert set(found.train_quantiles["eeg"]) == {"std_uv"}


def test_format_3_is_read_as_a_network_that_answers_for_every_window_of_a_sequence():
    facts = json.loads(json.dumps(KNOWN.plain()))
    del facts["outputs"]
    found = read_description({**facts, "format": 3})
    assert found.outputs == "many"
    assert found.plain() == KNOWN.plain()


def test_unknown_outputs_are_refused():
    with pytest.raises(ValueError, match="outputs=two"):
        read_description({**KNOWN.plain(), "outputs": "two"})


@pytest.mark.parametrize("number", [1, 7, None])
def test_other_formats_are_refused(number):
    with pytest.raises(ValueError, match=f"format {number}; this version reads formats 2, 3, 4, 5, 6"):
        read_description({**KNOWN.plain(), "format": number})


def test_filters_of_format_4_leave_no_channel_out():
    filtered = {"_target_": "eegbench.preprocessing.filtered.Filtered", "channels": None}
    grouped = {"_target_": "eegbench.preprocessing.grouped.Grouped", "groups": {"eeg": filtered}}
    for signal in (filtered, grouped):
        facts = {**KNOWN.plain(), "preprocessing": {"options": {"signal": signal}, "version": 7}}
        found = read_description({**facts, "format": 4}).preprocessing["signal"]
        assert found.get("groups", {"eeg": found})["eeg"] == {**filtered, "exclude": []}
        assert read_description(facts).preprocessing["signal"] == signal


def test_format_5_pads_no_recording():
    options = {"_target_": "eegbench.preprocessing.standard.Standard", "window_s": 30.0}
    facts = {**KNOWN.plain(), "preprocessing": {"options": options, "version": 7}}
    del facts["form"]["padding"]
    found = read_description({**facts, "format": 5})
    assert found.form.padding is None
    assert found.preprocessing == {**options, "padding": None}


def test_padding_comes_back_from_json():
    known = replace(KNOWN, form=replace(KNOWN.form, padding=Padding(30, 1.5)))
    assert read_description(json.loads(json.dumps(known.plain()))).form.padding == Padding(30, 1.5)


@pytest.mark.parametrize("padding", [{"n_windows": 0, "value": 0.0}, {"n_windows": 1, "value": np.nan}])
def test_padding_that_is_none_is_refused(padding):
    facts = KNOWN.plain()
    with pytest.raises(ValueError, match=f"padding of {padding['n_windows']} windows"):
        read_description({**facts, "form": {**facts["form"], "padding": padding}})
