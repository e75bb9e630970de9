"""Wherever a run or a sweep is killed, the next start finishes it with the results of an undisturbed one."""

import collections
import json
import random
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from fault.killing import run
from fault.outcome import of_run, of_sweep, with_pictures
from fault.toy_command import again, options_in, words_for

PLACES = {
    "pictures": r"half a picture|(open|os\.rename) runs/.*/figures/",
    "creation of the database": r"statement \.mlflow|(open|os\.\w+) \.?mlflow\.db",
    "building of the store": r"\S+ stores",
    "training": r"step|.*/checkpoints",
    "probing": r"probe",
    "logging": r"statement mlflow",
    "upload": r"\S+ mlartifacts",
    "study": r"\S+ sweeps/s?\.",
    "files of the run": "",
}
"""Places of a kill, each with the pattern of its events; the first that matches counts."""

SAMPLE = {"building of the store": 1, "training": 1, "logging": 2, "upload": 1, "files of the run": 1}

STUDY = {
    **{"creation of the database": 30, "building of the store": 45, "training": 40, "probing": 6},
    **{"logging": 45, "upload": 40, "files of the run": 45},
}

SWEEP = ["hydra/sweeper=optuna", "hydra/sweeper/sampler=grid", "hydra.sweeper.study_name=s", "hydra.sweeper.n_trials=3"]
SWEEP += ["sampler.tau_pos_s=choice(3,5,10)", "tracking=folder", "trainer.max_passes=1"]


def place_of(event: str) -> str:
    return next(place for place, pattern in PLACES.items() if re.match(pattern, event))


def chosen(events: Sequence[str], wanted: dict[str, int], seed: int) -> list[int]:
    """Draw numbers of events, so many of each place."""
    of_place = collections.defaultdict(list)
    for number, event in enumerate(events):
        of_place[place_of(event)].append(number)
    rng = random.Random(seed)
    return sorted(n for place, k in wanted.items() for n in rng.sample(of_place[place], min(k, len(of_place[place]))))


def killed_and_finished(folder: Path, words: Sequence[str], wanted: dict[str, int], outcome, *, seed: int) -> int:
    """Kill a command at events of each place, finish it after each kill, and compare; return the number of kills."""
    options, outputs = folder / "mine", folder / "outputs"
    status, events = run(words, outputs, folder / "straight.txt")
    assert status == 0, (folder / "straight.txt").read_text()
    expected = outcome(outputs)
    kills = chosen(events, wanted, seed)
    shutil.rmtree(outputs)
    status, events = run(words, outputs, folder / "killed.txt", kills=kills, left=folder / "left")
    assert status == 0
    assert outcome(outputs) == expected  # the kills of forks disturb nothing
    log = folder / "after.txt"
    differing, counts = {}, collections.Counter()
    random.Random(seed).shuffle(kills)  # the figures of an interrupted study are those of all places
    for number in kills:
        shutil.rmtree(outputs, ignore_errors=True)
        if (folder / "left" / str(number)).exists():
            (folder / "left" / str(number)).rename(outputs)
        status, _ = run(again(words, options, outputs), outputs, log)
        if status and "this run is finished" not in log.read_text():
            differing[f"{number} {events[number]}"] = log.read_text()
        elif (found := outcome(outputs)) != expected:
            differing[f"{number} {events[number]}"] = {
                k: (expected[k], v) for k, v in found.items() if v != expected[k]
            }
        counts[place_of(events[number])] += 1
        (folder / "counts.json").write_text(
            json.dumps({"kills": counts, "differing": differing}, indent=1, default=str)
        )
    assert not differing, differing
    return sum(counts.values())


@pytest.mark.slow
def test_a_run_that_was_killed_is_finished_as_if_it_had_not_been(tmp_path):
    words = words_for(options_in(tmp_path), tmp_path / "outputs")
    assert killed_and_finished(tmp_path, words, SAMPLE, of_run, seed=1) == 6


@pytest.mark.study
def test_a_run_that_was_killed_at_250_places_is_finished_as_if_it_had_not_been(tmp_path):
    words = words_for(options_in(tmp_path), tmp_path / "outputs")
    assert killed_and_finished(tmp_path, words, STUDY, of_run, seed=2) > 200


@pytest.mark.study
def test_a_run_that_was_killed_while_its_database_was_made_or_its_files_uploaded_is_finished(tmp_path):
    words = words_for(options_in(tmp_path), tmp_path / "outputs")
    wanted = {"creation of the database": 25, "upload": 25}
    assert killed_and_finished(tmp_path, words, wanted, of_run, seed=4) == 50


@pytest.mark.study
def test_a_run_that_was_killed_while_pictures_were_written_has_whole_ones_only(tmp_path):
    words = [*words_for(options_in(tmp_path), tmp_path / "outputs"), "figures=[png]"]
    assert killed_and_finished(tmp_path, words, {"pictures": 8, "upload": 4}, with_pictures, seed=5) == 12


@pytest.mark.study
def test_a_sweep_that_was_killed_has_each_trial_once(tmp_path):
    words = [*words_for(options_in(tmp_path), tmp_path / "outputs"), *SWEEP, "-m"]
    wanted = {"study": 20, "training": 5, "files of the run": 10}
    assert killed_and_finished(tmp_path, words, wanted, of_sweep, seed=3) > 30
