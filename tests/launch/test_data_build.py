"""`eegbench data build` makes a store's shards in jobs, resumes, and reports the outcome of each recording."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy import ToyDataset

from eegbench.__main__ import main

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def build(toy_options, tmp_path, capsys):
    """Build the toy's shards in this process; return the exit status and the output."""

    def run(*words):
        folders = [f"--config-dir={toy_options}", f"paths.outputs={tmp_path}"]
        small = ["dataset=toy", "trust=[toy]", "store.n_workers=1", "dataset.n_subjects=4"]
        status = main(["data", "build", *folders, *small, *words])
        return status, capsys.readouterr().err

    return run


def shards(outputs):
    return sorted(path.name.partition("-")[0] for path in (outputs / "stores" / "shards").iterdir())


@pytest.mark.slow
def test_jobs_build_their_shares_and_a_second_build_has_nothing_to_do(build, tmp_path):
    status, said = build("--recordings-per-job", "3")
    assert status == 0
    assert "4 of 4 recordings have no shard: 2 jobs (basic)" in said
    assert "4 of 4 recordings have shards in" in said
    assert said.rstrip().endswith(": 4 built now")
    assert shards(tmp_path) == ["s0", "s1", "s2", "s3"]
    assert [path.name for path in (tmp_path / "stores").iterdir()] == ["shards"]
    assert build()[1].rstrip().endswith(": 0 built now")


@pytest.mark.slow
def test_a_recording_that_cannot_be_used_does_not_stop_the_others(build, tmp_path):
    status, said = build("dataset.bad=[s1]", "--recordings-per-job", "2")
    assert status == 1
    assert "failed s1: " in said
    assert "the toy is broken" in said
    assert said.rstrip().endswith(": 3 built now, 1 failed")
    assert shards(tmp_path) == ["s0", "s2", "s3"]


@pytest.mark.slow
def test_a_recording_that_runs_skip_is_no_failure(build):
    status, said = build("dataset.bad=[s1,s0,s2,s3]", "dataset.on_bad_recording=skip")
    assert status == 0
    assert said.count("skipped s") == 4
    assert said.rstrip().endswith(": 0 built now, 4 skipped")


def test_a_part_reports_in_the_same_words(build):
    status, said = build("--part", "1/2", "dataset.bad=[s1]")
    assert status == 1
    assert said.rstrip().endswith(": 1 built now, 1 failed")
    assert "1 of 2 recordings have shards" in said


@pytest.mark.slow
def test_an_interrupt_keeps_what_was_built_and_what_jobs_left_is_named(build, tmp_path, monkeypatch):
    read = ToyDataset.read

    def interrupted(self, recording, **options):
        if recording.id == "s2":
            raise KeyboardInterrupt
        return read(self, recording, **options)

    with monkeypatch.context() as patched:
        patched.setattr(ToyDataset, "read", interrupted)
        status, said = build("--recordings-per-job", "2")
    assert status == 130
    assert "interrupted; preprocessed recordings are saved" in said
    assert "1 of 2 jobs did not finish" in said
    assert "2 of 4 recordings have shards" in said
    assert shards(tmp_path) == ["s0", "s1"]
    (folder,) = (tmp_path / "stores" / "builds").iterdir()
    assert json.loads((folder / "shares.json").read_text())["shares"] == [["s0", "s1"], ["s2", "s3"]]
    assert build("--part", "0/1")[1].rstrip().endswith(": 2 built now")


@pytest.mark.slow
def test_a_fault_in_a_job_leaves_the_other_jobs(build, tmp_path, monkeypatch):
    read = ToyDataset.read

    def full(self, recording, **options):
        if recording.id == "s0":
            raise OSError(28, "No space left on device")
        return read(self, recording, **options)

    monkeypatch.setattr(ToyDataset, "read", full)
    status, said = build("--recordings-per-job", "2")
    assert status == 1
    assert "the disk is full" in said
    assert shards(tmp_path) == ["s2", "s3"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hydra/sweeper=optuna"], "building shards is not a search"),
        (["--part", "0/2", "hydra/launcher=joblib"], "--part builds in this process"),
        (["hydra/launcher=slurm"], "hydra/launcher=slurm: there is no such option"),
        (["split.seed=1,2"], "a comma separates values"),
    ],
)
def test_words_that_do_not_belong_here_are_refused(build, words, message):
    status, said = build(*words)
    assert status == 1
    assert message in said


def test_the_number_of_recordings_in_a_job_is_one_or_more(capsys):
    with pytest.raises(SystemExit):
        main(["data", "build", "--recordings-per-job", "0"])
    assert "1 or more" in capsys.readouterr().err


@pytest.mark.study
def test_builds_at_the_same_time_share_the_work_and_build_no_shard_twice(toy_options, tmp_path):
    words = [sys.executable, "-m", "eegbench", "data", "build", f"--config-dir={toy_options}"]
    words += [f"paths.outputs={tmp_path}", "dataset=toy", "trust=[toy]", "store.n_workers=1", "+dataset.n_blocks=60"]
    launched = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "--recordings-per-job", "4"]
    environment = os.environ | {"PYTHONPATH": f"{TESTS.parent}:{TESTS}"}
    running = [
        subprocess.Popen([*words, *more], stderr=subprocess.PIPE, text=True, env=environment)
        for more in (launched, ["--part", "0/1"])
    ]
    said = [program.communicate(timeout=300)[1] for program in running]
    assert [program.returncode for program in running] == [0, 0], said
    assert all("14 of 14 recordings have shards" in text for text in said), said
    built = [int(text.rstrip().rpartition(": ")[2].removesuffix(" built now")) for text in said]
    assert sum(built) == 14, said
    assert len(shards(tmp_path)) == 14
