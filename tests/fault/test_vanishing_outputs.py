"""Outputs that cannot be written or disappear, and clocks that go back, end with a message or change no result."""

import itertools
import shutil
import time

import pandas as pd
import pytest
from fault.disk import mounted
from fault.killing import run
from fault.outcome import of_run
from fault.toy_command import again, options_in, words_for
from torch.optim.optimizer import register_optimizer_step_pre_hook

from eegbench.__main__ import main

pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path):
    """Mount a disk at the outputs folder; return a function that makes it read-only or writable."""
    with mounted(tmp_path / "outputs") as remount:
        yield remount


@pytest.mark.study
def test_a_folder_that_is_read_only_is_named_and_a_run_goes_on_where_it_is_writable_again(tmp_path, disk):
    options, outputs, log = options_in(tmp_path), tmp_path / "outputs", tmp_path / "log.txt"
    words = words_for(options, outputs)

    def refused(words):
        disk("ro")
        status, _ = run(words, outputs, log)
        disk("rw")
        assert status == 1
        assert "Traceback" not in log.read_text()
        assert f"eegbench: {outputs}" in log.read_text().replace("'", "") or str(outputs) in log.read_text()

    refused(words)
    assert list(outputs.iterdir()) == []
    assert run([*words, "trainer.max_passes=1"], outputs, log)[0] == 0
    (folder,) = outputs.glob("runs/*")
    (folder / "summary.json").unlink()
    before = sorted(outputs.rglob("*"))
    refused(again(words, options, outputs))
    assert sorted(outputs.rglob("*")) == before
    assert run(again(words, options, outputs), outputs, log)[0] == 0


@pytest.fixture
def words(tmp_path):
    return words_for(options_in(tmp_path), tmp_path / "outputs")


@pytest.mark.study
def test_outputs_that_disappear_in_the_middle_end_the_run_with_a_message(tmp_path, words, capfd):
    outputs, steps = tmp_path / "outputs", itertools.count()

    def disappear(*_):
        if next(steps) == 1:
            shutil.rmtree(outputs)

    hook = register_optimizer_step_pre_hook(disappear)
    try:
        status = main(words)
    finally:
        hook.remove()
    said = capfd.readouterr().err
    assert status == 1
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if line.startswith("eegbench: ") and str(outputs) in line]
    shutil.rmtree(outputs, ignore_errors=True)
    assert run(words, outputs, tmp_path / "log.txt")[0] == 0


def test_a_clock_that_goes_back_changes_no_result(tmp_path, words, monkeypatch):
    outputs, straight = tmp_path / "outputs", tmp_path / "straight"
    assert main([*words, f"paths.outputs={straight}"]) == 0
    expected = of_run(straight)
    real, real_ns, calls = time.time, time.time_ns, itertools.count()
    with monkeypatch.context() as patched:  # each look at the clock is a minute earlier than the last
        patched.setattr(time, "time", lambda: real() - 60 * next(calls))
        patched.setattr(time, "time_ns", lambda: real_ns() - 60 * 10**9 * next(calls))
        assert main(words) == 0
    assert next(calls) > 10
    assert of_run(outputs) == expected
    (history,) = outputs.glob("runs/*/history.csv")
    assert (pd.read_csv(history)["seconds"] >= 0).all()
