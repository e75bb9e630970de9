"""`torchrun … eegbench train trainer=ddp` gives the history, scores and files of one process, in one run."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pytest
from toy import SMALL

from eegbench.tracking.database import connect, default_place

TESTS = Path(__file__).resolve().parents[1]
PLAIN = [
    *(word for word in SMALL if not word.startswith(("model.", "trust", "trainer.max_passes"))),
    "trust=[toy,plain_encoder]",
    "model=plain",
    "task.dropout=0",
    "trainer.max_passes=12",
    "trainer.batch_size=63",  # odd: the shares of two processes differ
]
NORMALISED = [*SMALL, "model.dropout=0", "task.dropout=0", "task.batch_statistics=view", "trainer.batch_size=63"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def options(toy_options):
    (toy_options / "model").mkdir(exist_ok=True)
    (toy_options / "model" / "plain.yaml").write_text("_target_: plain_encoder.PlainEncoder\nembed_dim: 8\n")
    return toy_options


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("together")


@pytest.fixture(scope="module")
def two(options):
    """Start `eegbench train` in two processes with torchrun."""

    def start(*words):
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
        path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
        return subprocess.Popen(
            [*torchrun, "-m", "eegbench", "train", f"--config-dir={options}", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )

    return start


def ended(started, status=0):
    output, _ = started.communicate(timeout=300)
    assert started.returncode == status, output
    return output


@pytest.fixture(scope="module")
def straight(two, place):
    """Output of a run in two processes, and its folder."""
    output = ended(two(*PLAIN, f"paths.outputs={place}", "trainer=ddp"))
    (folder,) = place.glob("runs/*")
    return output, folder


def curve(folder):
    return pd.read_csv(folder / "history.csv").drop(columns="seconds")


def scores(folder):
    return pd.read_csv(folder / "scores.csv")


@pytest.mark.study
def test_two_processes_give_the_curve_and_the_scores_of_one(straight, options, train):
    status, (alone,) = train(*PLAIN, "tracking=folder", small=False)
    assert status == 0
    _, folder = straight
    assert curve(alone)["train_loss"].iloc[-1] < curve(alone)["train_loss"].iloc[1] - 1e-3
    both = [curve(run) for run in (folder, alone)]
    accuracies = [one.pop("valid_accuracy") for one in both]  # of 120 examples, of which rounding can turn one
    pd.testing.assert_series_equal(*accuracies, rtol=0, atol=1.01 / 120)
    pd.testing.assert_frame_equal(*both, rtol=0, atol=1e-5)
    pd.testing.assert_frame_equal(scores(folder), scores(alone), rtol=0, atol=0.02)
    counted = [json.loads((run / "summary.json").read_text()) for run in (folder, alone)]
    for name in ("n_steps", "n_examples", "n_drawn", "best_pass", "final_pass", "counts", "stopped"):
        assert counted[0][name] == counted[1][name]


def test_they_leave_one_run_folder_one_run_in_mlflow_and_speak_once(straight, place):
    output, folder = straight
    assert [line for line in output.splitlines() if line.startswith("run: ")] == [f"run: {folder}"]
    assert output.count("pass   0") == output.count("14 shards built, 14 in use") == 1
    assert (folder / ".hydra" / "overrides.yaml").is_file()
    client = connect(default_place(place))
    tracked = json.loads((folder / "tracking.json").read_text())
    (run,) = client.search_runs([tracked["experiment_id"]])
    assert run.info.run_id == tracked["run_id"]
    history = client.get_metric_history(tracked["run_id"], "train_loss")
    assert [point.step for point in history] == list(range(1, 13))


@pytest.mark.study
def test_batch_norm_sees_the_batches_of_both(two, train, place):
    status, (alone,) = train(*NORMALISED, "tracking=folder", small=False)
    assert status == 0
    output = ended(two(*NORMALISED, f"paths.outputs={place / 'normalised'}", "trainer=ddp", "tracking=folder"))
    (folder,) = place.glob("normalised/runs/*")
    pd.testing.assert_frame_equal(curve(folder), curve(alone), rtol=0, atol=1e-5)
    assert "Warning" not in output


@pytest.mark.study
def test_killed_and_resumed_in_two_processes_it_ends_with_the_same_bits(straight, two, place):
    cut = two(*PLAIN, f"paths.outputs={place / 'killed'}", "trainer=ddp", "tracking=folder")
    everyone = until("pass   2", cut)
    for process in everyone:
        process.kill()
    cut.communicate()
    (folder,) = place.glob("killed/runs/*")
    assert "pass   1" not in ended(two(f"resume={folder}", "trust=[toy,plain_encoder]"))
    assert list(place.glob("killed/runs/*")) == [folder]
    pd.testing.assert_frame_equal(curve(folder), curve(straight[1]), check_exact=True)
    pd.testing.assert_frame_equal(scores(folder), scores(straight[1]), check_exact=True)


@pytest.mark.study
def test_interrupted_it_says_once_how_to_go_on(two, place):
    running = two(*PLAIN, f"paths.outputs={place / 'cut'}", "trainer=ddp", "tracking=folder", "trainer.max_passes=500")
    until("pass   2", running)
    running.send_signal(signal.SIGINT)
    output = ended(running, status=1)  # torchrun's own
    (folder,) = place.glob("cut/runs/*")
    assert output.replace("\n", "").count(f" resume={folder}") == 1
    assert output.count("eegbench: interrupted") == 1
    assert "PeerLost" not in output


@pytest.mark.study
def test_what_fails_in_two_processes_is_said_once(two, place):
    words = [*NORMALISED, f"paths.outputs={place / 'refused'}", "tracking=folder", "trainer=ddp", "trainer.lr=1e30"]
    output = ended(two(*words), status=1)
    assert output.count("the train loss is nan in pass 1") == 1
    assert output.count("eegbench: ") == 1


def until(beginning, started):
    """Wait for a line of output; return all processes of the run."""
    for line in started.stdout:
        if line.startswith(beginning):
            return [psutil.Process(started.pid), *psutil.Process(started.pid).children(recursive=True)]
    raise AssertionError(f"the run ended without saying {beginning!r}")
