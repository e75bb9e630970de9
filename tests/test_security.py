"""Nothing that is read is executed: calls that would do so do not occur in the code; and every dependency is pinned."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "eegbench").rglob("*.py"))

PICKLING = {"pickle", "_pickle", "cloudpickle", "dill", "shelve", "marshal", "joblib", "jsonpickle"}
"""Modules whose files execute code when they are loaded."""

BUILT_IN = {"eval", "exec", "compile", "__import__"}
EXECUTING = BUILT_IN | {
    *("os.system", "os.popen", "runpy.run_path", "runpy.run_module"),
    *("torch.load", "torch.jit.load", "torch.hub.load", "read_pickle", "read_hdf"),
    *("unsafe_load", "unsafe_load_all", "full_load", "full_load_all", "hydra.utils.instantiate", "instantiate"),
    *("pyfunc.load_model", "pytorch.load_model", "sklearn.load_model"),
}
"""Functions that execute what they are given, by the end of their dotted name."""

DATA_LOADERS = {"BaseLoader", "SafeLoader", "CSafeLoader", "CBaseLoader"}


def executed(tree: ast.AST) -> Iterator[str]:
    """Yield the code of each import or call that would execute what is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            modules = []
        if any(name.partition(".")[0] in PICKLING or name in EXECUTING for name in modules):
            yield ast.unparse(node)
        if isinstance(node, ast.Call) and _executes(node):
            yield ast.unparse(node)


def _executes(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    given = {word.arg: word.value for word in call.keywords}
    if name in EXECUTING or any(name.endswith(f".{one}") for one in EXECUTING - BUILT_IN):
        return True
    if name in ("np.load", "numpy.load"):
        allowed = given.get("allow_pickle")
        return not (isinstance(allowed, ast.Constant) and allowed.value is False)
    if name in ("yaml.load", "yaml.load_all"):
        loader = given.get("Loader", call.args[1] if len(call.args) > 1 else None)
        return loader is None or ast.unparse(loader).rpartition(".")[2] not in DATA_LOADERS
    shell = given.get("shell")
    return shell is not None and not (isinstance(shell, ast.Constant) and shell.value is False)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_that_is_read_is_executed(file):
    assert list(executed(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import dill as d",
        "torch.load(path)",
        "torch.load(path, weights_only=True)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "numpy.load(path, allow_pickle=flag)",
        "pd.read_pickle(path)",
        "yaml.load(text)",
        "yaml.load(text, yaml.Loader)",
        "yaml.load(text, Loader=yaml.UnsafeLoader)",
        "yaml.unsafe_load(text)",
        "eval(text)",
        "exec(text)",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
        "from hydra.utils import instantiate",
        "hydra.utils.instantiate(node)",
        "mlflow.pyfunc.load_model(uri)",
    ],
)
def test_what_would_be_executed_is_found(code):
    assert list(executed(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "np.load(path, allow_pickle=False)",
        "yaml.load(text, Loader=yaml.BaseLoader)",
        "yaml.safe_load(text)",
        "network.eval()",
        "re.compile(text)",
        "subprocess.run([program], shell=False)",
        "json.load(file)",
    ],
)
def test_what_reads_data_is_not_found(code):
    assert not list(executed(ast.parse(code)))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required() -> set[str]:
    """Return the names of all installed packages that eegbench needs, directly or in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    chosen = (
        *project["dependencies"],
        *(one for name in ("postgresql", "bids", "riemann", "docs", "dev") for one in extras[name]),
    )
    todo = [Requirement(one) for one in chosen]
    found: set[tuple[str, frozenset[str]]] = set()
    while todo:
        one = todo.pop()
        key = (normal(one.name), frozenset(one.extras))
        if key in found or key[0] == "eegbench":
            continue
        try:
            needed = [Requirement(text) for text in distribution(one.name).requires or []]
        except PackageNotFoundError:
            continue
        found.add(key)
        extra_names = ("", *one.extras)
        todo += [r for r in needed if r.marker is None or any(r.marker.evaluate({"extra": e}) for e in extra_names)]
    return {name for name, _ in found}


def test_every_package_that_is_needed_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [normal(line.partition("==")[0]) for line in lines if "==" in line and not line.startswith("#")]
    assert len(pinned) == len(set(pinned))
    assert required() - set(pinned) == set()


def test_no_pinned_version_has_a_weakness_that_is_listed():
    listed = re.findall(r"^\| (\w+) \| .* \| ([\d.]+) \|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    assert len(listed) >= 20
    assert [(name, pins[name]) for name, mended in listed if Version(pins[name]) < Version(mended)] == []
