"""The page of a comparison: names from MLflow stay text."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eegbench.comparison.groups import group_runs
from eegbench.comparison.notes import notes
from eegbench.comparison.page import Report, as_page
from eegbench.comparison.tables import Question, compare_groups

EVIL = '"><script>alert(1)</script>'


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def page(make_run):
    """Return the page of two groups of runs whose names, ids, tags, classes and notes contain a text."""

    def make(text):
        runs = [
            make_run(skill, seed=seed, tags={"dataset": text, "model": f"{model} {text}"}, classes=("left", "right"))
            for model, skill in (("a", 0.6), ("b", 0.8))
            for seed in (0, 1)
        ]
        runs = [
            replace(one, run=replace(one.run, id=f"{text}{i}", name=text, experiment=text, link=f"http://h/{text}"))
            for i, one in enumerate(runs)
        ]
        compared = compare_groups(
            group_runs(runs, ("model",)), Question(("model",), "balanced_accuracy", "pooled", "test", None)
        )
        said = [*notes(compared, Counter({text: 1})), text]
        return as_page(Report(compared, said, text, {text: text}, {"scores": text}), {"scores": b"<svg/>"})

    return make


def test_no_name_becomes_an_element_or_an_attribute(page):
    plain, evil = Elements(page("plain")), Elements(page(EVIL))
    assert "script" not in evil.found
    assert evil.found == plain.found
    assert evil.attributes == plain.attributes
    assert evil.words.count(EVIL) >= 12
