"""A run's page: what it says, that it stands by itself, and that no name becomes an element of it."""

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pandas as pd
import pytest
from services.browser import chromium, needs_browser

from eegbench.config import read_json, read_plain
from eegbench.dataset import Card
from eegbench.report.run_page import run_page
from eegbench.report.run_sources import RunSources

EVIL = "<script>alert(1)</script>"
WRITTEN = datetime(2026, 5, 4, 3, 2)
CHOICES = {"dataset": "toy", "task": "relative_positioning", "model": "chambon2018"}
CARD = Card("Toy 2026", "CC0-1.0", "https://example.org", 8, 8, 100.0, ("A", "B"))


class Words(HTMLParser):
    """The elements of a page with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words += data


def sources(folder, **changed):
    known = RunSources(folder, read_plain(folder / "config.yaml"), read_json(folder / "summary.json"), CHOICES, CARD)
    return replace(known, **changed)


def page(run) -> str:
    return run_page(run, WRITTEN, "eegbench train", "# Methods")


def test_a_run_leaves_a_page_with_its_scores_data_settings_versions_and_command(finished):
    text = (finished / "report.html").read_text(encoding="utf-8")
    words = Words(text).words
    scores = pd.read_csv(finished / "scores.csv")
    row = scores.query("probe == 'linear' and metric == 'balanced_accuracy' and split == 'test'").iloc[0]
    assert f"{row['value']:.2f} [{row['ci_low']:.2f}, {row['ci_high']:.2f}]" in words
    for control in ("random weights", "hand made", "majority", "chance"):
        assert control in words
    counts = read_json(finished / "summary.json")["counts"]["train"]
    assert re.search(rf"train\s*{counts['n_subjects']}\s*{counts['n_recordings']}\s*{counts['n_windows']}", words)
    split = read_json(finished / "split.json")
    assert ", ".join(split["train"]["subjects"]) in words
    assert ", ".join(split["seen"]["ToyDataset"]) in words
    assert "trainer.max_passes" in words
    assert "eegbench train --config-dir" in words
    assert "dataset=toy 'trust=[toy]' preprocessing.window_s=2" in words
    assert read_json(finished / "environment.json")["torch"] in words
    assert "written" in words


def test_the_figures_stand_in_the_page_and_nothing_is_asked_of_any_other_place(finished):
    read = Words((finished / "report.html").read_text(encoding="utf-8"))
    images = [value for name, value in read.attributes if name == "src"]
    assert len(images) == len(list((finished / "figures").rglob("*.png")))
    assert all(value.startswith("data:image/png;base64,") for value in images)
    assert {"script", "link", "iframe", "a"}.isdisjoint(read.tags)
    assert "url(" not in (finished / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def renamed(finished, tmp_path):
    """A copy of a run whose name, subject, class, probe, reason and folder are an element of HTML."""
    folder = tmp_path / f"run {EVIL.replace('/', '_')}"
    shutil.copytree(finished, folder)
    summary, split = read_json(folder / "summary.json"), read_json(folder / "split.json")
    summary["name"] = summary["coverage"] = summary["command"] = EVIL
    summary["notes"], summary["skipped"] = [EVIL], [{"recording": EVIL, "reason": EVIL}]
    for of in summary["counts"].values():
        of[f"n_{EVIL}"] = of.pop("n_left")
    split["train"]["subjects"], split["seen"] = [EVIL], {EVIL: [EVIL]}
    (folder / "split.json").write_text(json.dumps(split), encoding="utf-8")
    scores = pd.read_csv(folder / "scores.csv").replace({"linear": EVIL, "f1/left": f"f1/{EVIL}"})
    scores.to_csv(folder / "scores.csv", index=False)
    card = replace(CARD, citation=EVIL, url=EVIL)
    return sources(folder, summary=summary, choices=dict.fromkeys(CHOICES, EVIL), card=card)


@pytest.mark.slow
def test_no_name_becomes_an_element(renamed, finished):
    read, plain = Words(page(renamed)), Words(page(sources(finished)))
    assert "script" not in read.tags
    assert set(read.tags) <= {*plain.tags, "ul", "li"}
    assert read.words.count(EVIL) >= 12
    assert {name for name, _ in read.attributes} == {name for name, _ in plain.attributes}


@needs_browser
def test_chromium_shows_the_page_and_runs_nothing(renamed, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(page(renamed), encoding="utf-8")
    with chromium() as browser:
        browser.open(file.as_uri())
        assert EVIL in browser.text
        assert "balanced accuracy" in browser.text
        assert browser.count("script") == 0
        broken = "return [...document.images].filter((one) => !one.complete || !one.naturalWidth).length"
        assert browser.driver.execute_script(broken) == 0
        assert browser.count("img") > 0


def test_what_was_left_out_and_absent_classes_are_named(finished):
    summary = read_json(finished / "summary.json")
    summary["skipped"] = [{"recording": "S99", "reason": "flat"}]
    for of in summary["counts"].values():
        of["n_both"] = 0
    words = Words(page(sources(finished, summary=summary))).words
    assert "S99: flat" in words
    assert "No window has the class both." in words


def test_marks_of_scores_are_explained(finished):
    summary = read_json(finished / "summary.json") | {"within_subject": True, "transductive_subjects": ["S07"]}
    words = Words(page(sources(finished, summary=summary))).words
    assert "the same subjects are in several splits" in words
    assert "the encoder was trained on signals of these test subjects: S07." in words


def test_passwords_are_on_no_page(finished):
    options = read_plain(finished / "config.yaml")
    options["tracking"]["uri"] = "postgresql://me:hidden@host/db"
    options["preprocessing"]["hint"] = "https://example.org/set?token=hidden"
    text = page(sources(finished, options=options))
    assert "https://example.org/set?token=***" in text
    assert "hidden" not in text


def test_a_run_without_labels_says_so(finished):
    summary = read_json(finished / "summary.json") | {"scores": []}
    words = Words(page(sources(finished, summary=summary))).words
    assert "The data have no labels, so there are no scores" in words
