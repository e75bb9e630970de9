"""Lines of Python in the documentation do what is said of them."""

import re
from pathlib import Path

import torch
from forms import form_of, windows_of
from options import CONF, node_of

from eegbench.model.eeg_transformer import EegTransformer

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_attention_is_recorded_in_three_lines():
    text = (DOCS / "interpretability.md").read_text(encoding="utf-8")
    (lines,) = (block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "record_attention" in block)
    statements = [line for line in lines.splitlines() if line.strip()]
    assert len(statements) == 4  # an import, and three lines
    node = {name: value for name, value in node_of(CONF / "model/eeg_transformer.yaml").items() if name != "_target_"}
    network = EegTransformer(form=form_of(("Fz", "Cz", "Oz"), 100.0, 200), **node).eval()
    known = {"network": network, "windows": windows_of(torch.randn(4, 3, 200))}
    exec(compile(lines, "interpretability.md", "exec"), known)
    attention = known["attention"]
    assert attention.weights.shape == (4, 5, 8, 4, 4)
    assert attention.tokens.channels == ("Fz", "Cz", "Oz")
