"""Printed or forwarded overrides are parsed by Hydra, and by a shell, as the original texts."""

import shlex

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from eegbench.config import quoted, retyped, typed, unquoted

NAMES = [
    *(
        "Anna's Drive",
        "two words",
        "site=A",
        "a,b",
        "a(1)",
        "Zürich",
        "データ",
        "x#1",
        "50%",
        "cost$5",
        "a\\b",
        'say "hi"',
    ),
    *("{x}", "[1]", " lead", "a&b", "both ' and \"", "end\\", "`x`!", "2024", "x.y~z", "plain/path_1.edf"),
]


def read(word):
    return OverridesParser.create().parse_overrides([word])[0].value()


@pytest.mark.parametrize("name", NAMES)
def test_a_quoted_text_is_read_back_as_it_is(name):
    assert read(f"root={quoted(name)}") == name
    assert unquoted(quoted(name)) == name


@pytest.mark.parametrize("name", NAMES)
def test_a_printed_word_survives_the_shell_and_hydra(name):
    (word,) = shlex.split(typed("resume", f"/outputs/{name}"))
    assert unquoted(word.partition("=")[2]) == f"/outputs/{name}"


def test_a_word_that_needs_no_quotes_has_none():
    assert typed("resume", "/outputs/runs/2026-11-28_23-59_sleep") == "resume=/outputs/runs/2026-11-28_23-59_sleep"


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("root=/a/O'Brien", '''"root=\\"/a/O'Brien\\""'''),
        ("root=/a/x#1", """'root="/a/x#1"'"""),
        ("seed = a b", """'seed="a b"'"""),
        ("channels=[EEG(sec),EEG]", """'channels=["EEG(sec)",EEG]'"""),
        ("bands_hz=[[α,8,13],[beta,13,30]]", """'bands_hz=[["α",8,13],[beta,13,30]]'"""),
    ],
)
def test_a_word_that_cannot_be_read_is_printed_so_that_it_can(word, better):
    assert retyped(word) == better
    (again,) = shlex.split(better)
    read(again)


def test_a_text_that_hydra_cannot_read_stands_for_itself():
    assert unquoted("/a/Anna's Drive") == "/a/Anna's Drive"
    assert unquoted("'one'") == "one"
