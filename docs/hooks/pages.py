"""Pages of the site that are made from other files: README, options, docstrings, scripts of the tutorials."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import option_reference
import python_reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
COPIED = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "SECURITY.md": "security.md"}
"""Files of the project's root, and the names of their pages."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation: pages that it does not list, and the two references."""
    sections = {name: entry for entry in config.nav for name in entry if isinstance(entry, dict)}
    listed = set(_leaves(config.nav)) | {"extend/index.md"}
    pages = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    for page in (page for page in pages if page not in listed):
        section = {"extend": "Extend"}.get(page.partition("/")[0])
        how_to = sections["How-to"]["How-to"]
        place = next((part[section] for part in how_to if isinstance(part, dict) and section in part), how_to)
        place.append(page)
    sections["Reference"]["Reference"] = [
        "reference/index.md",
        {"Options": option_reference.names()},
        {"Python": python_reference.names()},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and a script for each tutorial."""
    made = {
        **_from_root(),
        **option_reference.pages(),
        **python_reference.pages(),
        **{f"tutorials/{path.stem}.sh": _script(path) for path in _tutorials()},
    }
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links to the project's root at the copies; add a link to a tutorial's script."""
    for name, copy in {**COPIED, "README.md": "getting_started.md"}.items():
        markdown = markdown.replace(f"](../{name}", f"]({copy}")
    name = page.file.src_uri
    if "/" not in name:  # links to code lead out of the site: their text stays
        markdown = re.sub(r"\[([^\[\]]*)\]\(\.\./[^)]*\)", r"\1", markdown)
    if any(name == f"tutorials/{path.name}" for path in _tutorials()):
        script = f"{Path(name).stem}.sh"
        markdown += f"\n## Script\n[Download the code of this page as a script]({script}){{ download }}. "
        markdown += "It explains the newest run. Words in capitals, such as `FOLDER`, stand for folders of yours.\n"
    return markdown


def _leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for child in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else []:
        yield from _leaves(child)


def _tutorials() -> list[Path]:
    return sorted(path for path in (DOCS / "tutorials").glob("*.md") if path.stem != "index")


def _script(page: Path) -> str:
    """Return the code of a page, each block under its heading; ``FOLDER`` of a run becomes that of the newest one."""
    text = page.read_text(encoding="utf-8")
    parts = re.findall(r"^#+ ([^\n]+)|^```(sh|python)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = ["#!/bin/sh", "set -e"]
    for heading, language, block in parts:
        code = block.rstrip().replace("outputs/runs/FOLDER", '"$(ls -td outputs/runs/*/ | head -n 1)"')
        code = f"python - << 'END'\n{code}\nEND" if language == "python" else code
        lines.append(f"\n# {heading}" if heading else code)
    return "\n".join(lines) + "\n"


def _from_root() -> dict[str, str]:
    """Return the pages that are copies, or parts, of files in the project's root."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start = _between(readme, "## Quick start", "## Options")
    options = _between(readme, "## Options", "## Tests").replace("## Options", "# Reference", 1)
    pages = {
        "getting_started.md": "# Getting started\n\n" + start,
        "reference/index.md": options.replace("](docs/", "](../docs/"),
    }
    pages |= {copy: (ROOT / name).read_text(encoding="utf-8") for name, copy in COPIED.items()}
    return {name: _relinked(text, "../" * name.count("/")) for name, text in pages.items()}


def _between(text: str, first: str, last: str) -> str:
    return text[text.index(f"{first}\n") : text.index(f"{last}\n")]


def _relinked(text: str, up: str) -> str:
    """Return text with links that lead from the root, as on the site."""
    text = re.sub(r"\]\((\.\./)?docs/", f"]({up}", text)
    for name, copy in COPIED.items():
        text = text.replace(f"]({name}", f"]({up}{copy}")
    return text.replace("](README.md", f"]({up}getting_started.md")
