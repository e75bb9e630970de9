"""Pages of the Python reference: for each package, its public names and the classes that options build."""

import ast
import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE, CONF = ROOT / "eegbench", ROOT / "conf"
CLASS_ONLY = "    options: {members: false}"
"""Setting of a class whose methods are those of its base class."""


def names() -> list[dict[str, str]]:
    """Return an entry of the navigation for each page."""
    return [{name.removeprefix("eegbench."): f"reference/python/{name}.md"} for name in _packages()]


def pages() -> dict[str, str]:
    """Return the text of each page."""
    return {f"reference/python/{name}.md": _page(name) for name in _packages()}


def _packages() -> list[str]:
    """Return the packages that list public names, other than those that eegbench itself lists."""
    files = [CODE / "__init__.py", *sorted(CODE.glob("*/**/__init__.py"))]
    own = set(_exported(files[0]))
    public = [file for file in files if _exported(file) or _module(file) in _built()]
    return [_module(file) for file in public if file == files[0] or not own or not own >= set(_exported(file))]


def _page(package: str) -> str:
    file = CODE.joinpath(*package.split(".")[1:], "__init__.py")
    public, built = _exported(file), _built().get(package, [])
    lines = [f"# {package}", ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""]
    lines += [f"::: {name}" for name in public if name not in built]
    lines += [f"::: {name}\n{CLASS_ONLY}" for name in built]
    return "\n\n".join(lines) + "\n"


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).parent.parts)


def _exported(file: Path) -> list[str]:
    """Return the names in ``__all__``, each as the module that defines it has it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    listed = [node.value for node in assigned if ast.unparse(node.targets[0]) == "__all__"]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    origins = {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    public = ast.literal_eval(listed[0]) if listed else []
    found = [origins.get(name, f"{_module(file)}.{name}") for name in public if not name.startswith("__")]
    return [_defined(name) if name in origins.values() else name for name in found]


def _defined(name: str) -> str:
    """Return a name as the module that defines it has it, if a package passes it on."""
    module, _, last = name.rpartition(".")
    file = CODE.joinpath(*module.split(".")[1:], "__init__.py")
    named = [one for one in _exported(file) if one.endswith(f".{last}")] if file.is_file() else []
    return named[0] if named else name


@functools.cache
def _built() -> dict[str, list[str]]:
    """Return the classes that options build, by package."""
    texts = [path.read_text(encoding="utf-8") for path in CONF.rglob("*.yaml")]
    classes = sorted({name for text in texts for name in re.findall(r"_target_: (eegbench\.[\w.]+)", text)})
    found: dict[str, list[str]] = {}
    for name in classes:
        found.setdefault(name.rpartition(".")[0].rpartition(".")[0], []).append(name)
    return found
