"""What is decided before libraries are loaded."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("given", "found"), [({}, "50000"), ({"GOMP_SPINCOUNT": "7"}, "7")])
def test_threads_wait_a_little_for_each_other_unless_somebody_says_how_long(given: dict, found: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
    code = "import os, eegbench.loading; print(os.environ['GOMP_SPINCOUNT'])"
    done = subprocess.run([sys.executable, "-c", code], env=plain | given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == found
