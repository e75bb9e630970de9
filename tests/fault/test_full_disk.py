"""A full disk ends a run with a message; with more space, the run is finished as if there had been enough."""

import random
import subprocess
from pathlib import Path

import pytest
from fault.disk import mounted
from fault.killing import run
from fault.outcome import of_run
from fault.toy_command import again, options_in, words_for

SIZES_KB = sorted(random.Random(0).sample(range(50, 2100, 25), 20))
"""Sizes of the disk; the outputs of the run take about 2 MB."""


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk at the outputs folder; return a function that sets its size in KiB."""
    with mounted(tmp_path / "outputs") as remount:
        yield lambda kilobytes: remount(f"size={kilobytes}k")


def emptied(folder: Path) -> None:
    subprocess.run(["find", str(folder), "-mindepth", "1", "-delete"], check=True)


def finished_after_full_disks(folder: Path, disk, sizes) -> int:
    """Run on disks of these sizes, and finish each run on a larger one; return how many disks were full."""
    options, outputs, log = options_in(folder), folder / "outputs", folder / "log.txt"
    words, n_full = words_for(options, outputs), 0
    assert run(words, outputs, log)[0] == 0
    expected = of_run(outputs)
    for size in sizes:
        emptied(outputs)
        disk(size)
        status, _ = run(words, outputs, log)
        said = log.read_text()
        assert "Traceback" not in said, said
        assert status == 0 or "free some space" in said, said
        n_full += status != 0
        disk(64_000)
        status, _ = run(again(words, options, outputs), outputs, log)
        assert status == 0 or "this run is finished" in log.read_text(), log.read_text()
        assert of_run(outputs) == expected
        with (folder / "sizes.txt").open("a") as file:
            file.write(f"{size} {n_full}\n")
    return n_full


@pytest.mark.slow
def test_a_run_on_a_full_disk_ends_with_a_message_and_can_be_finished(tmp_path, disk):
    assert finished_after_full_disks(tmp_path, disk, [600]) == 1


@pytest.mark.study
def test_disks_of_20_sizes(tmp_path, disk):
    assert finished_after_full_disks(tmp_path, disk, SIZES_KB) > 10
