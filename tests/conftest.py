"""Shapes are checked at run time under pytest, and the real recordings are found or skipped with a sentence."""

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

_hook = install_import_hook("eegbench", "beartype.beartype")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = Path(os.environ.get("EEGBENCH_TEST_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real recordings are not there: no folder {folder} (set EEGBENCH_TEST_DATA)")
    return folder
