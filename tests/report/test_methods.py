"""The Methods text of a run agrees with its options and results, and has all references."""

import re
from dataclasses import replace

import pytest

from eegbench.config import read_json, read_plain
from eegbench.dataset import Card
from eegbench.document.bibliography import cited_keys
from eegbench.report.methods.augmenting import AUGMENTATIONS
from eegbench.report.methods.clause import describe
from eegbench.report.methods.data import describe_labels
from eegbench.report.methods.text import methods_text
from eegbench.report.run_sources import RunSources
from eegbench.score.interval import KIND

NOISE = {"_target_": "eegbench.augmentation.gaussian_noise.GaussianNoise", "max_share": 0.2}
CHOICES = {"dataset": "toy", "task": "relative_positioning", "model": "chambon2018"}
CARD = Card("Toy 2026", "CC0-1.0", "https://example.org", 8, 8, 100.0, ("A", "B"))


@pytest.fixture
def sources(finished):
    options, summary = read_plain(finished / "config.yaml"), read_json(finished / "summary.json")
    return RunSources(finished, options, summary, CHOICES, CARD)


def with_options(sources, **changed):
    """Return the sources with other values of options, named with two underscores for dots."""
    options = {name: dict(value) if isinstance(value, dict) else value for name, value in sources.options.items()}
    for name, value in changed.items():
        group, _, key = name.partition("__")
        if key:
            options[group][key] = value
        else:
            options[group] = value
    return replace(sources, options=options)


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (False, "Gaussian noise of up to 0.2 of a channel's standard deviation [@mohsenvand2020]"),
        (True, "Gaussian noise of 0.2 of the standard deviation of all samples of the batch"),
    ],
)
def test_the_level_of_noise_is_told_as_it_is_drawn(published, said):
    assert describe(NOISE | {"upstream_compat": published}, AUGMENTATIONS) == said


def test_a_run_leaves_a_text_that_says_what_was_done(finished):
    text, summary = (finished / "methods.md").read_text(encoding="utf-8"), read_json(finished / "summary.json")
    counts = summary["counts"]
    for said in (
        "We used `toy.ToyDataset` [@dataset]",
        "low-pass filtered at 30 Hz (zero-phase FIR filter, MNE's firwin design)",
        "kept in the reference as recorded",
        "Windows of 2 s that follow each other",
        "standardised to mean 0 and standard deviation 1 in each window",
        f"{counts['train']['n_subjects']} subjects with {counts['train']['n_windows']} windows for training",
        f"{counts['test']['n_subjects']} subjects with {counts['test']['n_windows']} windows for test",
        "two convolutions of 0.5 s over time with 4 filters, each max-pooled over 0.125 s",
        f"it had {summary['n_parameters']:,} parameters",
        "40 pairs a recording, windows at most 5 s apart against windows of the same recording 20 s apart or more",
        "Adam [@kingma2015] (β = 0.9, 0.999, weight decay 0.001) with a learning rate of 0.001 that stays constant",
        f"Training took 3 passes, {summary['n_steps']:,} steps of the optimiser",
        f"The weights are those of pass {summary['final_pass']}",
        f"chosen was C = {summary['probes']['linear']['C']}",
        "the same encoder with random weights (its batch-normalisation statistics fitted to the training signals, "
        "without labels), and to features of windows that were not standardised",
        f"Values in brackets are {KIND}s over subjects, computed on the logit of a score",
        f"PyTorch {read_json(finished / 'environment.json')['torch']}",
    ):
        assert said in text, said
    assert "preprocessing." not in text.replace("eegbench.preprocessing.", "")


def test_the_references_are_those_that_the_text_cites(finished):
    text = (finished / "methods.md").read_text(encoding="utf-8")
    cited = (finished / "references.bib").read_text(encoding="utf-8")
    assert re.findall(r"^@\w+\{([\w-]+),", cited, re.MULTILINE) == cited_keys(text)
    assert {"banville2021", "chambon2018", "gramfort2013", "eegbench"} <= set(cited_keys(text))
    assert cited.count("{") == cited.count("}")


def test_early_stopping_and_the_last_pass_are_told(sources):
    stopped = {"stopped": "valid_loss had not improved for trainer.patience=2 passes", "final_pass": 3, "best_pass": 1}
    text = methods_text(replace(sources, summary={**sources.summary, **stopped}))
    assert "ended because validation loss had not improved for 2 passes" in text
    assert "those of the last pass, 3; pass 1 was the best by validation loss" in text


def test_an_averaged_encoder_and_one_that_is_not_trained_are_told(sources):
    averaged = replace(sources, summary={**sources.summary, "averaged": {"n_passes": 2}})
    assert "The weights are the mean of those after the last 2 passes." in methods_text(averaged)
    assert "The encoder was not trained." in methods_text(with_options(sources, trainer__max_passes=0))


def test_an_earlier_run_s_encoder_is_told(sources):
    begun = with_options(sources, encoder="outputs/runs/first", trainable="none", checkpoint=None)
    text = methods_text(begun)
    assert "Its initial weights were those of the earlier run outputs/runs/first" in text
    assert "None of its layers was trained further." in text
    assert "initial weights were random" not in text


def test_what_was_left_out_is_told(sources):
    summary = {**sources.summary, "skipped": [{"recording": "S99", "reason": "damaged"}], "n_dropped": 12}
    summary["notes"] = ["Of 9 trials 1 was moved (preprocessing.max_shift_s)."]
    counts = {split: dict(of) for split, of in summary["counts"].items()}
    counts["train"]["n_flat"], counts["test"]["n_unscored"] = 3, 4
    text = methods_text(replace(sources, summary={**summary, "counts": counts}))
    assert "1 recording could not be used: S99 (damaged)." in text
    assert "12 examples could not be drawn." in text
    assert "Of 9 trials 1 was moved." in text
    assert "3 with a flat channel were rejected." in text
    assert "4 windows had no class" in text


def test_scores_within_subjects_and_transductive_ones_are_called_so(sources):
    summary = {**sources.summary, "within_subject": True, "transductive_subjects": ["S01", "S02"]}
    text = methods_text(replace(sources, summary=summary))
    assert "Scores are therefore within subjects" in text
    assert "The encoder was trained on signals of the test subjects S01 and S02 before" in text


def test_batch_statistics_of_random_weights_are_told_where_there_are_any(sources):
    fitted = {name: of for name, of in sources.summary["fitted_with"].items() if name != "random_weights_unfitted"}
    text = methods_text(replace(sources, summary={**sources.summary, "fitted_with": fitted}))
    assert "the same encoder with random weights, and to features" in text


def test_a_run_without_labels_has_no_probe_in_its_text(sources):
    text = methods_text(replace(sources, summary={**sources.summary, "scores": []}))
    assert "The data had no labels, so there are no scores." in text
    assert "logistic regression on the frozen" not in text


def test_maps_of_a_run_are_told_in_its_text_and_next_to_them(stager):
    maps = (stager / "tables" / "interpretability" / "methods.md").read_text(encoding="utf-8")
    for text in (maps, (stager / "methods.md").read_text(encoding="utf-8")):
        assert "occlusion [@zeiler2014] of channels and of their bands (low 3–8, high 10–14 Hz)" in text
        assert "20 windows of the split test" in text
    assert "zeiler2014" in (stager / "tables" / "interpretability" / "references.bib").read_text(encoding="utf-8")
    assert "sequences of 5 windows that begin 1 window apart" in (stager / "methods.md").read_text(encoding="utf-8")


def test_brackets_are_announced_only_where_a_label_differs_from_its_class():
    assert describe_labels({"labels": {"rest": "rest"}}, ["rest"]) == "The classes were rest."
    text = describe_labels(
        {"labels": {"T1": "left", "T2": "right", "T3": "none"}, "ignored": ["T0"]}, ["left", "right"]
    )
    assert text == (
        "The classes, with their labels in brackets, were left (T1) and right (T2). Labels without a class were T0."
    )
