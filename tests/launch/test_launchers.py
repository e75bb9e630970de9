"""Jobs of a multirun under each launcher: they share cores and stores, and give the same results as in one process."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from hydra import compose, initialize_config_dir
from toy import SMALL

from eegbench.__main__ import main
from eegbench.config import conf_folder
from eegbench.progress import n_cores

TESTS = Path(__file__).resolve().parents[1]
PATIENCE_S = 300
ENDLESS = ["trainer.max_passes=100000", "trainer.patience=100000"]


@pytest.fixture
def said(tmp_path):
    """Return the output so far of the main program, without that of its jobs under submitit."""
    file = tmp_path / "said.txt"
    return lambda: file.read_text(encoding="utf-8")


@pytest.fixture
def start(toy_options, tmp_path):
    """Start a multirun on the toy in a separate program with a new outputs folder; it is stopped after the test."""
    running = []

    def program(*words, **environment):
        folders = [f"--config-dir={toy_options}", f"paths.outputs={tmp_path}"]
        with (tmp_path / "said.txt").open("w") as said:
            running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "eegbench", "train", "-m", *folders, *SMALL, *words],
                    stdout=said,
                    stderr=said,
                    cwd=TESTS.parent,
                    env=os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"} | environment,
                    start_new_session=True,
                )
            )
        return running[-1]

    yield program
    for program in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def statuses(outputs):
    with sqlite3.connect(outputs / "mlflow.db") as database:
        return sorted(status for (status,) in database.execute("select status from runs"))


def threads(outputs):
    files = sorted(outputs.glob("sweeps/*/[0-9]/environment.json"))
    return [json.loads(file.read_text(encoding="utf-8"))["threads"] for file in files]


def said_by_jobs(outputs):
    logs = sorted(outputs.glob("sweeps/*/.submitit/*/*_log.err"))
    return "".join(log.read_text(encoding="utf-8") for log in logs)


@pytest.mark.parametrize(
    ("launcher", "value"),
    [
        ("joblib", {"n_jobs": -1}),
        ("submitit_local", {"timeout_min": 60}),
        ("submitit_slurm", {"array_parallelism": 256}),
        ("slurm_cpu", {"array_parallelism": 8, "gres": None, "cpus_per_task": 4, "partition": None}),
        ("slurm_gpu", {"array_parallelism": 8, "gres": "gpu:1", "cpus_per_task": 8, "timeout_min": 240}),
    ],
)
def test_a_launcher_composes(launcher, value):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        node = compose("train", overrides=[f"hydra/launcher={launcher}"], return_hydra_config=True).hydra.launcher
    assert {name: node[name] for name in value} == value
    if "slurm" in launcher:
        assert "/.submitit/" in node._get_node("submitit_folder")._value()


@pytest.mark.study
def test_four_jobs_of_joblib_share_cores_a_fresh_database_and_fresh_shards(start, said, tmp_path):
    running = start("hydra/launcher=joblib", "hydra.launcher.n_jobs=4", "seed=1,2,3,4")
    assert running.wait(PATIENCE_S) == 0, said()
    assert "Traceback" not in said()
    assert statuses(tmp_path) == ["FINISHED"] * 5  # four jobs and their parent
    assert len(list(tmp_path.glob("stores/shards/s*"))) == 14
    assert list(tmp_path.glob("stores/shards/.s*")) == []
    assert threads(tmp_path) == [str(max(1, n_cores() // 4))] * 4


@pytest.mark.study
def test_a_job_of_joblib_builds_shards_in_processes_of_its_own(start, said, tmp_path):
    words = ["hydra.launcher.n_jobs=2", "seed=1,2", "store.n_workers=2", "trainer.max_passes=0", "tracking=folder"]
    assert start("hydra/launcher=joblib", *words).wait(PATIENCE_S) == 0, said()
    assert len(list(tmp_path.glob("stores/shards/s*"))) == 14


@pytest.mark.study
@pytest.mark.parametrize("launcher", ["joblib", pytest.param("submitit_local", marks=pytest.mark.study)])
def test_what_is_wrong_in_a_job_is_a_sentence(start, said, launcher):
    running = start(f"hydra/launcher={launcher}", "seed=1,2", "device=gpu", "tracking=folder")
    assert running.wait(PATIENCE_S) == 1
    assert said().splitlines()[-1] == "eegbench: device=gpu is none of auto, cpu, cuda and cuda:N; set device=auto."
    assert "Traceback" not in said()


@pytest.mark.slow
def test_without_slurm_a_sentence_says_so(start, said, tmp_path):
    running = start("hydra/launcher=slurm_cpu", "seed=1,2", "tracking=folder", PATH=str(tmp_path))
    assert running.wait(PATIENCE_S) == 1
    assert "SLURM is not installed here" in said().splitlines()[-1]


@pytest.mark.study
@pytest.mark.parametrize(
    ("launcher", "to_all"),
    [
        ("joblib", True),
        pytest.param("joblib", False, marks=pytest.mark.study),
        pytest.param("submitit_local", False, marks=pytest.mark.study),
    ],
)
def test_an_interrupt_ends_every_job_and_says_so_in_each_run(start, said, tmp_path, launcher, to_all):
    running = start(f"hydra/launcher={launcher}", "seed=1,2", *ENDLESS)
    program = psutil.Process(running.pid)
    deadline = time.monotonic() + PATIENCE_S
    while (said() + said_by_jobs(tmp_path)).count("pass   1 ") < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    below = program.children(recursive=True)
    assert len(below) >= 2
    os.killpg(running.pid, signal.SIGINT) if to_all else running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=60) == 130  # the shells' number for Ctrl-C
    assert psutil.wait_procs(below, timeout=30)[1] == []
    assert statuses(tmp_path) == ["KILLED"] * 3, said()  # two jobs and their parent


@pytest.mark.slurm
@pytest.mark.study
@pytest.mark.parametrize(
    ("launcher", "seeds"), [("slurm_cpu", "1,2"), pytest.param("slurm_gpu", "3", marks=pytest.mark.study)]
)
def test_slurm_does_the_jobs_of_a_multirun(start, said, tmp_path, slurm_environment, launcher, seeds):
    small = ["hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=1", "hydra.launcher.timeout_min=10"]
    running = start(f"hydra/launcher={launcher}", *small, f"seed={seeds}", **slurm_environment)
    assert running.wait(PATIENCE_S) == 0, said() + said_by_jobs(tmp_path)
    n_jobs = len(seeds.split(","))
    assert statuses(tmp_path) == ["FINISHED"] * (n_jobs + 1)  # and the parent
    assert threads(tmp_path) == ["1"] * n_jobs
    assert said_by_jobs(tmp_path).count("pass   3") == n_jobs


@pytest.mark.slurm
@pytest.mark.study
def test_slurm_builds_the_shards_of_a_store(toy_options, tmp_path, slurm_environment):
    small = ["hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=1", "hydra.launcher.timeout_min=10"]
    words = ["dataset=toy", "trust=[toy]", "dataset.n_subjects=4", f"--config-dir={toy_options}"]
    command = [sys.executable, "-m", "eegbench", "data", "build", *words, f"paths.outputs={tmp_path}"]
    done = subprocess.run(
        [*command, "hydra/launcher=slurm_cpu", *small, "--recordings-per-job", "2"],
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"} | slurm_environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "4 of 4 recordings have no shard: 2 jobs (slurm_cpu)" in done.stderr
    assert done.stderr.rstrip().endswith(": 4 built now")
    assert len(list(tmp_path.glob("stores/shards/s*"))) == 4


@pytest.mark.study
@pytest.mark.slurm
def test_what_slurm_refuses_is_a_sentence(start, said, slurm_environment):
    running = start("hydra/launcher=slurm_cpu", "hydra.launcher.partition=night", "seed=1", **slurm_environment)
    assert running.wait(PATIENCE_S) == 1
    assert "invalid partition specified: night" in said().splitlines()[-1]
    assert "Traceback" not in said()


@pytest.mark.slow
def test_a_resumed_run_takes_as_many_threads_as_it_had(train, toy_options, capfd):
    status, (folder,) = train("trainer.max_passes=1")
    assert status == 0
    facts = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    assert int(facts["threads"]) == torch.get_num_threads()
    (folder / "summary.json").unlink()
    (folder / "environment.json").write_text(json.dumps(facts | {"threads": "999"}))
    assert main(["train", f"--config-dir={toy_options}", f"resume={folder}", "trust=[toy]"]) == 0
    assert "this run had 999 threads" in capfd.readouterr().err
