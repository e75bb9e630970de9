"""Every test named in docs/odd_recordings.md exists, and each line names one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "odd_recordings.md"
ROWS = [line for line in PAGE.read_text().splitlines() if line.startswith("|") and not line.startswith("| **")]
ODDITIES = ROWS[2:]  # without the head of the table


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", ODDITIES)
def test_each_oddity_names_a_test_that_shows_it(line):
    _, oddity, outcome, test, _ = (cell.strip() for cell in line.split("|"))
    found = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", test)
    assert oddity
    assert outcome
    assert found
    assert found[2] in functions(found[1])
