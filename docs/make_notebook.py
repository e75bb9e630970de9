"""Run the code cells of ``python.ipynb`` in a temporary folder, and store their outputs in it."""

import ast
import base64
import contextlib
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib.pyplot as plt

NOTEBOOK = Path(__file__).with_name("python.ipynb")


def run_cell(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run the source of a cell as Jupyter does, and return its outputs: text, the last value, and figures.

    Parameters
    ----------
    source
        Python code.
    names
        Names of the earlier cells; those of this cell are added.
    """
    tree, printed = ast.parse(source), io.StringIO()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(tree, NOTEBOOK.name, "exec"), names)
        value = eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names) if last else None
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": lines(printed.getvalue())})
    figures = [plt.figure(number) for number in plt.get_fignums()]
    outputs += [_shown("display_data", {"image/png": _png(figure)}) for figure in figures]
    plt.close("all")
    if value is not None and not figures:
        html = {"text/html": lines(value.to_html())} if hasattr(value, "to_html") else {}
        outputs.append(
            {"execution_count": None, **_shown("execute_result", {"text/plain": lines(repr(value)), **html})}
        )
    return outputs


def lines(text: str) -> list[str]:
    """Return text as the list of lines that the format stores, without the path of the temporary folder."""
    return text.replace(f"{Path.cwd()}/", "").splitlines(keepends=True)


def main() -> None:
    """Run all cells and write the notebook."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        for number, cell in enumerate(cells, 1):
            outputs = run_cell("".join(cell["source"]), names)
            cell["execution_count"] = number
            cell["outputs"] = [
                one | {"execution_count": number} if "execution_count" in one else one for one in outputs
            ]
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _shown(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": kind, "metadata": {}, "data": data}


def _png(figure: "plt.Figure") -> str:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=80, bbox_inches="tight")
    return base64.b64encode(stream.getvalue()).decode()


if __name__ == "__main__":
    main()
