"""The examples of docs/python.md and the cells of docs/python.ipynb run, at a reduced size."""

import importlib.util
import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTEBOOK = json.loads((DOCS / "python.ipynb").read_text(encoding="utf-8"))
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
SIZE = 'size = ["dataset.n_subjects=10", "dataset.hours=2", "trainer.max_passes=3"]'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A working directory, in which both find the nights that the first simulated."""
    return tmp_path_factory.mktemp("documentation")


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    mpl.use("agg")


@pytest.mark.study
@pytest.mark.filterwarnings("ignore")  # of MNE and scikit-learn; a user sees them
def test_the_examples_of_the_page_run(here):
    text = (DOCS / "python.md").read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```python\n(.*?)```", text, re.S) if "Evaluation(" not in block]
    known = {}
    for block in blocks:
        exec(compile(block, "python.md", "exec"), known)
    run, X, staged, embedded = (known[name] for name in ("run", "X", "staged", "embedded"))
    assert known["Z"].shape == (len(X), run.embed_dim)
    assert known["P"].shape == (len(X), len(run.classes))
    assert len(staged) == len(embedded) == 120
    np.testing.assert_allclose(staged[[*run.classes]].sum(axis=1), 1)


@pytest.mark.study
@pytest.mark.filterwarnings("ignore")  # as above
def test_the_cells_of_the_notebook_run(here):
    assert SIZE in CELLS[0]
    spec = importlib.util.spec_from_file_location("make_notebook", DOCS / "make_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    small = SIZE.replace("=10", "=6").replace("hours=2", "hours=1").replace("passes=3", "passes=2")
    known, kinds = {}, []
    for cell in CELLS:
        outputs = module.run_cell(cell.replace(SIZE, small), known)
        kinds.append([kind for output in outputs for kind in output.get("data", {})])
    assert kinds == [[kind for one in cell["outputs"] for kind in one.get("data", {})] for cell in code_cells()]
    assert known["scores"].shape == (2,)


def code_cells() -> list[dict]:
    return [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_has_five_cells_with_outputs_and_no_place_on_a_machine():
    assert [cell["execution_count"] for cell in code_cells()] == [1, 2, 3, 4, 5]
    assert all(cell["outputs"] for cell in code_cells())
    text = json.dumps([cell["outputs"] for cell in code_cells()])
    assert not re.search(r"/(tmp|home|root|work)\b|Traceback", re.sub(r'"image/png": "[^"]*"', "", text))


@pytest.mark.study
@pytest.mark.filterwarnings("ignore")  # of Jupyter
def test_jupyter_runs_the_notebook(folder):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    small = json.dumps(NOTEBOOK).replace("n_subjects=10", "n_subjects=6").replace("hours=2", "hours=1")
    notebook = nbformat.reads(small, as_version=4)
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    assert all(cell["outputs"] for cell in notebook.cells if cell["cell_type"] == "code")
