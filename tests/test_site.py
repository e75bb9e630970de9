"""The documentation site is built without warnings, and its pages load nothing from other servers."""

import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import diagrams
import option_reference
import pytest
import python_reference

ROOT = Path(__file__).resolve().parents[1]
CONF, DOCS = ROOT / "conf", ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built site."""
    if missing := [name for name in ("mkdocs", "material", "mkdocstrings") if importlib.util.find_spec(name) is None]:
        pytest.skip(f"the extra docs is not installed: no {', '.join(missing)} (pip install 'eegbench[docs]')")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", folder]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


class Loaded(HTMLParser):
    """Addresses that a browser loads to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag in ("script", "img", "iframe", "source") and "src" in known:
            self.found.append(known["src"])
        if tag == "link" and known.get("rel") in ("stylesheet", "icon", "preconnect", "preload"):
            self.found.append(known["href"])


@pytest.mark.slow
def test_pages_load_only_files_of_the_site(site):
    names = sorted(site.rglob("*.html"))
    assert len(names) > 60
    for name in names:
        page = Loaded()
        page.feed(name.read_text(encoding="utf-8"))
        files = [address.partition("?")[0].partition("#")[0] for address in page.found]
        base = site if name.name == "404.html" else name.parent
        there = [(base / address.lstrip("/")).is_file() or address.startswith("data:") for address in files]
        assert [address for address, found in zip(files, there, strict=True) if not found] == [], name


@pytest.mark.slow
def test_the_site_has_every_page_of_docs_each_option_and_each_class(site):
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    assert {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")} <= built
    assert {f"reference/options/{path.name}" for path in CONF.iterdir() if path.is_dir()} <= built
    model = (site / "reference/options/model.html").read_text(encoding="utf-8")
    assert all(f"model={path.stem}<" in model for path in (CONF / "model").glob("*.yaml"))
    assert 'href="../python/eegbench.model.html#eegbench.model.chambon2018.Chambon2018"' in model


@pytest.mark.slow
def test_a_tutorial_has_a_script_of_its_commands(site):
    script = (site / "tutorials/eyes_open_closed.sh").read_text(encoding="utf-8")
    page = (DOCS / "tutorials/eyes_open_closed.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert blocks
    newest = '"$(ls -td outputs/runs/*/ | head -n 1)"'
    assert all(block.replace("outputs/runs/FOLDER", newest) in script for block in blocks)
    own = (site / "tutorials/my_own_recordings.sh").read_text(encoding="utf-8")
    assert "python - << 'END'\nfrom pathlib import Path\n" in own
    assert own.index("raw.save(") < own.index("\nEND\n") < own.index("eegbench data check practice")
    assert 'href="eyes_open_closed.sh"' in (site / "tutorials/eyes_open_closed.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", diagrams.DIAGRAMS)
def test_a_diagram_is_that_of_the_script(name):
    stored = (DOCS / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    assert stored == diagrams.drawn(name), "run python docs/hooks/diagrams.py"


FILES = [path for path in sorted(CONF.rglob("*.yaml")) if not option_reference.is_shown_whole(path)]


@pytest.mark.slow
@pytest.mark.parametrize("group", sorted({path.relative_to(CONF).parts[0] for path in FILES}))
def test_every_key_of_an_option_is_explained(group):
    for path in (path for path in FILES if path.relative_to(CONF).parts[0] == group):
        unexplained = [key for key, known in option_reference.keys(path).items() if not known.explanation]
        assert unexplained == [], f"{path}: add a comment, or an entry to the docstring of the class"


def test_every_public_name_is_on_a_page():
    text = "".join(python_reference.pages().values())
    files = [file for file in (ROOT / "eegbench").rglob("__init__.py") if "__all__ = [" in file.read_text()]
    assert len(files) > 10
    for file in files:
        listed = re.search(r"__all__ = \[(.*?)\]", file.read_text(), re.DOTALL)[1]
        missing = [name for name in re.findall(r'"(\w+)"', listed) if not re.search(rf"::: [\w.]+\.{name}\n", text)]
        assert [name for name in missing if not name.startswith("__")] == [], file
