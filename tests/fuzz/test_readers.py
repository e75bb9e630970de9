"""Readers get mutated files: they read them, or raise an error with our own message, in time and little memory."""

import itertools
import json
import random
from pathlib import Path

import pytest
from fuzz.attack import MEMORY, Outcome, Target, attack, fate
from fuzz.mutation import mutated
from fuzz.targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eegbench.dataset.subject_table import read_subjects

N_QUICK, N_STUDY = 25, 1550
"""Inputs of each reader in the shorter suite, and in the study."""

SLOW = {"bids": 100, "h5": 200}
"""Inputs of readers that take a second each, in the study; 20,450 of 15 readers in all."""


def summary(outcome: Outcome) -> dict[str, list[int]]:
    return {kind: seeds[:3] for kind, seeds in outcome.found.items()}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_mutated_files_are_read_or_refused(name, tmp_path):
    outcome = attack(TARGETS[name], tmp_path, range(N_QUICK))
    assert (summary(outcome), outcome.n) == ({}, N_QUICK)
    assert outcome.n_refused > N_QUICK // 5, "the mutations do no harm"


@pytest.mark.study
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_many_mutated_files_are_read_or_refused(name, tmp_path):
    outcome = attack(TARGETS[name], tmp_path, range(SLOW.get(name, N_STUDY)))
    (tmp_path / "outcome.json").write_text(json.dumps({"reader": name, **vars(outcome)}))
    assert summary(outcome) == {}


def test_the_study_has_20000_inputs():
    assert sum(SLOW.get(name, N_STUDY) for name in TARGETS) > 20_000


@pytest.mark.parametrize("name", ["json", "hypnogram json", "yaml", "yaml of overrides", "bids"])
@pytest.mark.parametrize("opening", ["[", '{"a":', "- "])
def test_more_brackets_than_a_reader_holds_are_refused(name, opening, tmp_path):
    target, path = TARGETS[name], tmp_path
    target.write(path)
    attacked = next(one for one in sorted(path.glob(target.attacked)) if one.suffix in (".json", ".yaml"))
    attacked.write_text(opening * 100_000)
    assert fate(target, path) in (("read", "refused") if name == "bids" else ("refused",))


def test_a_seed_gives_the_same_input_again():
    raw = bytes(range(256)) * 4
    pairs = [(mutated(raw, random.Random(seed)), mutated(raw, random.Random(seed))) for seed in range(50)]
    assert all(first == again for first, again in pairs)
    assert sum(first != raw for first, _ in pairs) > 40


def _error(root: Path) -> None:
    {}["a key"]


def _silent(root: Path) -> None:
    raise ValueError("a message of a library, which names no file")


def _endless(root: Path) -> None:
    for _ in itertools.count():
        pass


def _greedy(root: Path) -> None:
    bytearray(2 * MEMORY)


def _careless(root: Path) -> None:
    (root / "rest.tmp").write_text("half")


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (_error, "KeyError: "),
        (_silent, "ValueError: "),
        (_endless, "hang: "),
        (_greedy, "memory: "),
    ],
)
def test_the_attack_notices_what_must_not_happen(read, kind, tmp_path, monkeypatch):
    monkeypatch.setattr("fuzz.attack.LIMIT_S", 0.2)
    assert fate(Target(lambda root: None, read), tmp_path).startswith(kind)


def test_the_attack_notices_a_file_that_a_reader_leaves_behind(tmp_path):
    calls = itertools.count()
    target = Target(lambda root: (root / "a").write_text("x"), lambda root: _careless(root) if next(calls) else None)
    assert list(attack(target, tmp_path, range(1)).found) == ["wrote into the folder"]


CELLS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["30", "F", "nan", "-5", "1e308", '"', "S1"]
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=6),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)
def test_any_table_of_subjects_is_read_or_refused_with_its_name(rows, separator, encoding, tmp_path):
    text = "\n".join(separator.join(row) for row in [["subject", "age", "sex"], *rows])
    path = tmp_path / "subjects.csv"
    path.write_bytes(text.encode(encoding, errors="replace"))
    table = Target(lambda root: None, lambda root: read_subjects(path, key="subject", columns=("age", "sex")))
    assert fate(table, tmp_path) in ("read", "refused")
