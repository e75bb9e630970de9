import re

import numpy as np
import pytest

from eegbench.score.sheet import Sheet, as_html, escape_latex, latex, markdown, number, p_value, terminal, with_interval


@pytest.fixture
def sheet():
    rows = (("a_b & c", "0.62 [0.55, 0.69]", "–"), ("x<y|z", "−0.10", "3"), ("chance", "0.50", "12"))
    return Sheet("Scores of 100 %", ("group", "d_z", "runs"), rows, "κ is a note.", rule=2)


def test_numbers_have_a_true_minus_and_no_minus_zero():
    assert number(-0.126) == "−0.13"
    assert number(-0.001) == "0.00"
    assert number(0.05, signed=True) == "+0.05"
    assert number(np.nan) == "–"
    assert with_interval(0.5, -0.1, 0.75) == "0.50 [−0.10, 0.75]"
    assert with_interval(0.5, np.nan, np.nan) == "0.50"
    assert [p_value(p) for p in (0.0004, 0.03125, 1.0, np.nan)] == ["<0.001", "0.031", "1.000", "–"]


def test_in_a_terminal_every_cell_is_there_and_a_line_parts_the_controls(sheet):
    lines = terminal(sheet, 60).splitlines()
    assert lines[0] == "Scores of 100 %"
    assert lines[3].split() == ["a_b", "&", "c", "0.62", "[0.55,", "0.69]", "–"]
    assert lines[-1] == "κ is a note."
    assert max(map(len, lines)) <= 60


def test_in_markdown_a_pipe_parts_no_cell(sheet):
    text = markdown(sheet)
    assert "| group | d_z | runs |\n| --- | ---: | ---: |\n" in text
    assert r"| x<y\|z | −0.10 | 3 |" in text


def test_in_latex_what_is_special_is_escaped_and_the_rules_are_those_of_booktabs(sheet):
    text = latex(sheet, "tab:scores")
    assert r"a\_b \& c & 0.62 [0.55, 0.69] & -- \\" in text
    assert r"x$<$y|z & $-$0.10 & 3 \\" + "\n" + r"\midrule" in text
    assert r"group & $d_z$ & runs \\" in text
    assert r"\caption{Scores of 100 \%. $\kappa$ is a note.}" in text
    assert text.count("{") == text.count("}")
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 2, 1]
    assert escape_latex(r"a\b^~#") == r"a\textbackslash{}b\textasciicircum{}\textasciitilde{}\#"
    assert text.isascii()


def test_in_html_what_is_special_is_escaped_and_controls_are_a_body_of_their_own(sheet):
    text = as_html(sheet)
    assert "<td>x&lt;y|z</td>" in text
    assert text.count("<tbody>") == 2
    assert len(re.findall("<tr>", text)) == 4
