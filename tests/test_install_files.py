"""Files for conda and Docker name files and versions that exist."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOWEST = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")


def test_conda_takes_the_oldest_python_and_the_pinned_versions():
    made = yaml.safe_load((ROOT / "environment.yml").read_text())
    *packages, last = made["dependencies"]
    assert f"python={LOWEST}" in packages
    assert {"--constraint constraints.txt", "--editable ."} <= set(last["pip"])


def test_the_image_copies_files_that_exist_and_are_not_ignored():
    copied = {name for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.M) for name in line.split()[:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)
    assert f"ARG PYTHON={LOWEST}\n" in DOCKERFILE


def test_the_image_runs_a_verb_as_an_ordinary_user():
    assert 'ENTRYPOINT ["eegbench"]' in DOCKERFILE
    assert "\nUSER 1000\n" in DOCKERFILE


def test_the_linter_of_dockerfiles_finds_nothing():
    if not (linter := shutil.which("hadolint")):
        pytest.skip("hadolint is not installed")
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == ""
