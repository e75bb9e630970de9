"""Pages of the reference of options: every key of every option with its value and its explanation."""

import functools
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from eegbench.launch.help_comments import Place, comments_of, place_of

CONF = Path(__file__).resolve().parents[2] / "conf"
AS_FILES = ("hydra/job_logging", "experiment", "sweep", "dataset/labels")
"""Groups whose options set keys of other groups, or map texts: pages show their files."""

HYDRA_KEYS = {"_target_", "defaults", "_partial_", "_recursive_", "_convert_"}
"""Keys that belong to Hydra."""


class Key(NamedTuple):
    """Value of a key, its entry in the docstring of the class that takes it, and the comment in the YAML file."""

    value: Any
    documented: str
    comment: str

    @property
    def explanation(self) -> str:
        """The entry and the comment; empty if there is neither."""
        return "<br>".join(_cell(text) for text in (self.documented, self.comment) if text)


def names() -> list[dict[str, str]]:
    """Return an entry of the navigation for each page."""
    return [{name: f"reference/options/{name}.md"} for name in _roots()]


def pages() -> dict[str, str]:
    """Return the text of each page."""
    return {f"reference/options/{name}.md": _page(name) for name in _roots()}


def keys(path: Path) -> dict[str, Key]:
    """Return each key that a file sets, as a path of names."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    top = place_of(path, ())
    for key in top:
        tree = tree.get(key, tree)
    written = comments_of(path, ())
    return {
        ".".join(place): Key(
            value, _of_part(path, place) or _documented(known, place), _written(written, (*top, *place))
        )
        for place, value, known in _leaves(tree, (), _target(path))
    }


def is_shown_whole(path: Path) -> bool:
    """Return whether the reference shows the file of an option instead of a table."""
    return path.parent.relative_to(CONF).as_posix().startswith(AS_FILES)


def files(group: str) -> list[Path]:
    """Return the options of a group and of the groups in it."""
    return sorted((CONF / group).rglob("*.yaml"), key=lambda path: (path.parent, path.stem))


def _roots() -> list[str]:
    groups = sorted(path.name for path in CONF.iterdir() if path.is_dir())
    return ["train", *groups]


def _page(name: str) -> str:
    root = CONF / f"{name}.yaml"
    sections = [_table(root)] if root.is_file() else []
    lines = [f"# {name}", *sections, *(_option(path) for path in files(name))]
    return "\n\n".join(lines) + "\n"


def _option(path: Path) -> str:
    group = path.parent.relative_to(CONF).as_posix()
    text = path.read_text(encoding="utf-8")
    heading = f"## `{group}={path.stem}`"
    if is_shown_whole(path):
        return f"{heading}\n\n```yaml\n{text.strip()}\n```"
    target = _target(path)
    link = f"Class [`{target.rpartition('.')[2]}`][{target}]." if target.startswith("eegbench.") else ""
    return "\n\n".join(part for part in (heading, _introduction(text), link, _bases(text), _table(path)) if part)


def _introduction(text: str) -> str:
    """Return the comment at the top of a file, with a full stop."""
    lines = re.match(r"(# .*\n)*", text)[0].splitlines()
    said = " ".join(line.removeprefix("# ") for line in lines if not line.startswith("# @package"))
    return f"{said.rstrip('.')}." if said else ""


def _bases(text: str) -> str:
    """Return a sentence about the defaults of an option."""
    listed = (yaml.safe_load(text) or {}).get("defaults", [])
    named = [one if isinstance(one, str) else "{}: {}".format(*next(iter(one.items()))) for one in listed]
    chosen = [f"`{one}`" for one in named if one != "_self_"]
    return f"Starts from {', '.join(chosen)}." if chosen else ""


def _table(path: Path) -> str:
    rows = [f"| `{key}` | `{_shown(known.value)}` | {known.explanation} |" for key, known in keys(path).items()]
    return "\n".join(["| key | value | explanation |", "|---|---|---|", *rows]) if rows else ""


def _shown(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6).removesuffix("\n...\n")
    return text.strip().replace("|", "\\|")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _target(path: Path) -> str:
    """Return the class that an option builds, which may be that of the option it starts from."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for key in place_of(path, ()):
        tree = tree.get(key, tree)
    if "_target_" in tree:
        return tree["_target_"]
    bases = [one.partition("@")[0] for one in tree.get("defaults", []) if isinstance(one, str) and one != "_self_"]
    found = (_target(base) for name in bases if (base := path.with_name(f"{name}.yaml")).is_file())
    return next(found, "")


def _leaves(tree: Mapping[str, Any], place: Place, target: str) -> Iterator[tuple[Place, Any, tuple[str, Place]]]:
    """Yield the place and value of each key, with the class that takes it and the place at which the class stands."""
    yield from _below(tree, place, (target, place))


def _below(node: Mapping[str, Any], place: Place, known: tuple[str, Place]) -> Iterator[tuple[Place, Any, Any]]:
    known = (node["_target_"], place) if "_target_" in node else known
    for key, value in node.items():
        inner = (*place, str(key))
        if key in HYDRA_KEYS:
            continue
        if isinstance(value, dict) and value and key != "labels":
            yield from _below(value, inner, known)
        else:
            yield inner, value, known


def _written(comments: Mapping[Place, str], place: Place) -> str:
    """Return the comment on a key, or on the mapping of folders or texts that it belongs to."""
    own = comments.get(place, "")
    return own or (comments.get(place[:-1], "") if place[-2:-1] in (("roots",), ("labels",)) else "")


def _of_part(path: Path, place: Place) -> str:
    """Return the entry for a key of another option that stands in this one, by ``/GROUP@PLACE: OPTION``."""
    listed = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("defaults", [])
    for name, option in (item for one in listed if isinstance(one, dict) for item in one.items()):
        group, _, package = name.partition("@")
        start, part = tuple(package.split(".")), CONF / group.lstrip("/") / f"{option}.yaml"
        if len(place) > len(start) and place[: len(start)] == start and part.is_file():
            return keys(part).get(".".join(place[len(start) :]), Key(None, "", "")).documented
    return ""


def _documented(known: tuple[str, Place], place: Place) -> str:
    """Return the explanation of a key in the docstring of the class that takes it."""
    target, top = known
    argument = place[len(top)] if len(place) > len(top) else ""
    return next((said[argument] for said in _parameters(target) if argument in said), "")


@functools.cache
def _parameters(target: str) -> list[dict[str, str]]:
    """Return the documented parameters of a class and of its bases."""
    module, _, name = target.rpartition(".")
    if not module or module.startswith("hydra_plugins."):  # such modules exist in a run of eegbench only
        return []
    built = getattr(importlib.import_module(module), name)
    owners = built.__mro__ if inspect.isclass(built) else [built]
    return [_section(inspect.cleandoc(one.__doc__ or "")) for one in owners]


def _section(docstring: str) -> dict[str, str]:
    """Return the entries of the section Parameters of a numpydoc docstring."""
    _, _, rest = docstring.partition("Parameters\n----------\n")
    body = re.split(r"\n\n\w[\w ]+\n---+\n", rest)[0]
    entries = re.findall(r"^(\w[\w, *]*?)(?: *:.*)?\n((?:[ ]+.*\n?|\n(?= ))+)", body, re.MULTILINE)
    return {name.strip(): " ".join(text.split()) for names, text in entries for name in names.split(",")}
