"""The program as a process: modules imported for help, and no loss of results if it is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

TESTS = Path(__file__).resolve().parents[1]
WORDS = [
    "dataset.n_subjects=6",
    "dataset.hours=1",
    "model.n_filters=4",
    "sampler.n_pairs=60",
    "sampler.tau_neg_s=600",
    "trainer.max_passes=6",
    "tracking=folder",
    "figures=[]",
    "split.n_test=0.34",
    "probe.of.linear.C=0.01",
]


def program(*words, **options):
    command = [sys.executable, "-m", "eegbench", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TESTS.parent, **options
    )


def folder_of(output):
    return Path(next(line for line in output.splitlines() if line.startswith("run: ")).removeprefix("run: "))


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["train", "--cfg", "job"]])
def test_help_and_config_are_answered_without_the_heavy_libraries(words):
    code = "\n".join(
        [
            "import sys",
            "from eegbench.__main__ import main",
            "try:",
            "    status = main(sys.argv[1:])",
            "except SystemExit as done:",
            "    status = done.code",
            "heavy = {'torch', 'mlflow', 'sklearn', 'mne', 'pandas', 'matplotlib'} & set(sys.modules)",
            "sys.exit(f'imported {heavy}' if heavy else status)",
        ]
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=TESTS.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.study
def test_killed_and_resumed_a_run_ends_with_the_scores_of_a_straight_one(tmp_path):
    words = ["train", *WORDS, f"paths.outputs={tmp_path}"]
    straight = program(*words)
    output, _ = straight.communicate(timeout=300)
    assert straight.returncode == 0, output
    cut = program(*words)
    assert cut.stdout is not None
    for line in cut.stdout:
        if line.startswith("pass   2"):
            cut.send_signal(signal.SIGKILL)
            break
    cut.communicate()
    (folder,) = set(tmp_path.glob("runs/*")) - {folder_of(output)}
    resumed = program("train", f"resume={folder}")
    again, _ = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, again
    assert "pass   1" not in again
    one, other = folder_of(output), folder_of(again)
    assert other == folder
    pd.testing.assert_frame_equal(pd.read_csv(one / "scores.csv"), pd.read_csv(other / "scores.csv"), check_exact=True)
    assert (one / "model/model.safetensors").read_bytes() == (other / "model/model.safetensors").read_bytes()


@pytest.mark.study
def test_killed_while_it_builds_shards_the_next_run_builds_only_the_rest(tmp_path):
    words = ["train", *WORDS, "trainer.max_passes=0", f"paths.outputs={tmp_path}", "store.n_workers=1"]
    cut = program(*words, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("stores/shards/SC*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(cut.pid, signal.SIGKILL)
    cut.communicate()
    n_whole = len(list(tmp_path.glob("stores/shards/SC*")))
    after = program(*words)
    output, _ = after.communicate(timeout=300)
    assert after.returncode == 0, output
    assert f"{6 - n_whole} shards built, 6 in use" in output
    assert not list(tmp_path.glob("stores/shards/.SC*"))


@pytest.mark.slow
def test_ctrl_c_is_answered_with_the_words_to_go_on(tmp_path):
    running = program("train", *WORDS, f"paths.outputs={tmp_path}")
    assert running.stdout is not None
    shown = []
    for line in running.stdout:
        shown.append(line)
        if line.startswith("pass   1"):
            running.send_signal(signal.SIGINT)
            break
    rest, _ = running.communicate()
    shown.append(rest)
    assert running.returncode == 130
    assert " resume=" in "".join(shown)
    assert "Traceback" not in "".join(shown)
