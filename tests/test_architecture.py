"""Layout of the project: names shared by packages and configs, one class and one YAML per file, import order."""

import ast
import fnmatch
import functools
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CODE, CONF, TESTS = ROOT / "eegbench", ROOT / "conf", ROOT / "tests"

CONFIG_ONLY = {"paths", "experiment", "explain", "hydra"}
CODE_ONLY = {
    "agreement",
    "command",
    "comparison",
    "config",
    "installation",
    "document",
    "experiment",
    "figure",
    "inference",
    "interface",
    "launch",
    "prediction",
    "report",
    "score",
}
SPACES = {"sweep"}  # options that name what varies, and no class
MAX_YAML_LINES = 16


def packages(folder: Path) -> set[str]:
    return {child.name for child in folder.iterdir() if child.is_dir() and any(child.rglob("*.py"))}


def config_groups() -> set[str]:
    return {child.name for child in CONF.iterdir() if child.is_dir() and any(child.rglob("*.yaml"))}


MODULES = sorted(CODE.rglob("*.py"))
OPTIONS = sorted(file for group in config_groups() - CONFIG_ONLY for file in (CONF / group).rglob("*.yaml"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def targets(node: object) -> list[str]:
    """All `_target_`s of a YAML, nested ones too."""
    if isinstance(node, dict):
        own = [node["_target_"]] if "_target_" in node else []
        return own + [target for value in node.values() for target in targets(value)]
    return [target for item in node for target in targets(item)] if isinstance(node, list) else []


@functools.cache
def read(file: Path) -> dict:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}


@functools.cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_packages_and_config_groups_have_the_same_names():
    assert packages(CODE) - CODE_ONLY == config_groups() - CONFIG_ONLY
    assert packages(CODE) >= CODE_ONLY
    assert config_groups() >= CONFIG_ONLY | SPACES


@pytest.mark.parametrize("package", sorted(packages(CODE)))
def test_every_package_has_tests_under_its_name(package):
    contract = TESTS / "contract" / f"test_{package}.py"
    assert contract.is_file() or any((TESTS / package).rglob("test_*.py"))


def test_every_folder_of_tests_mirrors_a_package():
    assert packages(TESTS) - {"contract", "data", "fault", "fuzz", "golden", "services"} <= packages(CODE)


@pytest.mark.parametrize("name", sorted(packages(CODE) | config_groups() - CONFIG_ONLY))
def test_names_of_packages_and_groups_are_singular(name):
    assert not name.endswith("s")


@pytest.mark.parametrize("package", sorted(packages(CODE)))
def test_every_package_begins_with_its_contract(package):
    assert (CODE / package / "__init__.py").is_file()
    if package not in CODE_ONLY:
        assert (CODE / package / "base.py").is_file()


def test_every_root_of_options_is_a_verb():
    verbs = {file.stem for file in (CODE / "command").glob("*.py")}
    assert {file.stem for file in CONF.glob("*.yaml")} <= verbs


@pytest.mark.parametrize("file", OPTIONS, ids=name_of)
def test_an_option_is_short(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_YAML_LINES


def is_variation(file: Path) -> bool:
    """Return whether a YAML only changes values of another option of its group."""
    first = read(file).get("defaults", [None])[0]
    return "_target_" not in read(file) and file.with_name(f"{str(first).partition('@')[0]}.yaml").is_file()


VALUES = {"labels"}
"""Groups whose options are values, not classes."""

NAMED = [file for file in OPTIONS if file.parent.name not in SPACES | VALUES and not is_variation(file)]


@pytest.mark.parametrize("file", NAMED, ids=name_of)
def test_an_option_names_the_class_of_the_module_with_its_name_or_says_whose_variant_it_is(file):
    module, _, name = read(file)["_target_"].rpartition(".")
    assert inspect.isclass(getattr(importlib.import_module(module), name))
    is_variant = file.read_text().startswith(f"# {module.rpartition('.')[2]}, ")
    if module.startswith("eegbench.") and not is_variant:
        assert module == ".".join(("eegbench", *file.relative_to(CONF).with_suffix("").parts))
        assert snake_case(name) == file.stem


OURS = sorted({t for file in OPTIONS for t in targets(read(file)) if t.startswith("eegbench.")})


@pytest.mark.parametrize("target", OURS)
def test_a_class_that_options_build_takes_keywords_without_defaults(target):
    module, _, name = target.rpartition(".")
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters.values()
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.KEYWORD_ONLY}
    assert [parameter.name for parameter in parameters if parameter.default is not parameter.empty] == []


def is_option(node: ast.ClassDef) -> bool:
    """Return whether a class is built from options: these, and only these, accept keyword arguments only."""
    dataclasses = [d for d in node.decorator_list if "dataclass" in ast.unparse(d)]
    if dataclasses:
        return "kw_only=True" in ast.unparse(dataclasses[0])
    inits = [f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
    return not any(len(init.args.posonlyargs + init.args.args) > 1 for init in inits)


@pytest.mark.slow
def test_every_implementation_has_an_option():
    named = {target for file in OPTIONS for target in targets(read(file))}
    for file in MODULES:
        if file.relative_to(CODE).parts[0] in CODE_ONLY | SPACES or file.parent == CODE:
            continue
        for node in parse(file).body:
            if isinstance(node, ast.ClassDef) and snake_case(node.name) == file.stem and is_option(node):
                path = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                assert f"{path}.{node.name}" in named, f"{name_of(file)} has no YAML"


@pytest.mark.slow
@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_every_module_begins_with_a_sentence(file):
    docstring = ast.get_docstring(parse(file)) or ""
    first = docstring.split("\n\n")[0]
    assert len(first.split()) >= 3
    assert first.endswith((".", "?"))


QUESTION = re.compile(r"(What|Which|How|Where|Whether|Who|Whose|When|Why|Does|Is|Are|Did|Can)\b")


def docstrings(file: Path) -> list[str]:
    """Return all docstrings of a file, including those of constants."""
    nodes = (node.value for node in ast.walk(parse(file)) if isinstance(node, ast.Expr))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("package", [".", "contract", *sorted(packages(CODE))])
def test_no_docstring_opens_with_a_question_word(package):
    files = [file for root in (CODE, TESTS) for file in (root / package).glob("*.py" if package == "." else "**/*.py")]
    assert files
    found = [(name_of(file), text) for file in files for text in docstrings(file) if QUESTION.match(text.strip())]
    assert found == []


def ours(file: Path) -> bool:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return not any(fnmatch.fnmatch(file.name, pattern.rstrip("/")) for pattern in [".git*", *ignored])


def test_a_line_of_the_readme_begins_with_each_part_of_the_project():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    top = {file.name for file in ROOT.iterdir() if ours(file)} - {"README.md"}
    parts = packages(CODE) | {file.name for file in CODE.glob("*.py") if not file.name.startswith("__")}
    line = r"^\W*(eegbench/)?{}\b"
    missing = {name for name in top | parts if not re.search(line.format(re.escape(name.strip("."))), readme, re.M)}
    assert missing == set()


def test_arrows_point_down():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


DOCUMENTED = {"_exit", "_target_", "_partial_", "_recursive_"}
"""Names that begin with an underscore and are public all the same: `os._exit`, and words of Hydra's configs."""

BY_NAME = {"getattr", "setattr", "hasattr", "delattr", "attrgetter", "methodcaller"}
"""Functions that reach an attribute by its name."""


def is_private(path: str) -> bool:
    """Return whether a part of a dotted path is private; names such as ``__file__`` belong to Python."""
    parts = [part for part in path.split(".") if part not in DOCUMENTED]
    return any(part.startswith("_") and not (part.startswith("__") and part.endswith("__")) for part in parts)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []


def attribute(node: ast.AST, own: set[str]) -> list[str]:
    """Return the attribute that a node reaches, unless it is one of the instance or of a class of the same module."""
    match node:
        case ast.Attribute(value=ast.Name(id=name)) if name in {"self", "cls", *own}:
            return []
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
            return []
        case ast.Attribute(attr=name):
            return [name]
    return []


def text(node: ast.AST) -> list[str]:
    """Return a string where it names an attribute or, dotted, a module or a member of one."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in BY_NAME:
            return [one.value for one in args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        case ast.Constant(value=str(value)) if re.fullmatch(r"[a-z]\w*(\.\w+)+", value):
            return [value]
    return []


def private_names(tree: ast.Module) -> list[str]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    reached = [(node, path) for node in ast.walk(tree) for path in imported(node) + attribute(node, own) + text(node)]
    return [f"line {node.lineno}: {path}" for node, path in reached if is_private(path)]


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_uses_no_private_names_of_others(file):
    assert private_names(parse(file)) == []


@pytest.mark.parametrize(
    "code",
    [
        "import hydra._internal.utils",
        "from hydra._internal import utils",
        "from torch.nn.modules.batchnorm import _BatchNorm",
        "from . import _other",
        "study._storage",
        "self.study._storage",
        "storage()._backend",
        "Override._value = 1",
        "getattr(study, '_storage')",
        "setattr(hidden, '__dynamo_disable', hidden)",
        "operator.attrgetter('study._storage')",
        "importlib.import_module('hydra._internal')",
    ],
)
def test_private_names_of_others_are_found(code):
    assert private_names(ast.parse(code)) != []


@pytest.mark.parametrize(
    "code",
    [
        "from __future__ import annotations",
        "self._storage",
        "cls._open()",
        "super()._begin()",
        "class Own: ...\nOwn._count",
        "os._exit(1)",
        "torch.__version__",
        "sweeper._target_",
        "_open.clear()",
        "getattr(self, 'name')",
        "'a sentence with _emphasis_.'",
    ],
)
def test_other_names_with_underscores_are_allowed(code):
    assert private_names(ast.parse(code)) == []
