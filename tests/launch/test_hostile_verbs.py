"""Run folders made by an attacker, given to every verb that reads one: nothing is executed, sent or written outside.

A verb may refuse the folder or use what is harmless in it. Either way it ends, and prints only messages of eegbench.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from eegbench.__main__ import main

pytestmark = pytest.mark.slow

SMALL = [
    "dataset.n_subjects=4",
    "dataset.hours=1",
    "model.n_filters=4",
    "sampler.n_pairs=60",
    "sampler.tau_neg_s=600",
    "trainer.max_passes=1",
    "probe.of.linear.C=0.01",
    "name=night",
    "figures=[]",
    "device=cpu",
]

TOKEN = "S3CRETtoken"
"""Value of an environment variable of the user."""

ENV = "${oc.env:LAB_TOKEN}"
SERVER = "http://203.0.113.7:5995"
TIME_LIMIT_S = 300


@dataclass(frozen=True)
class Place:
    """Folders of a test: the attacked run, the user's private folder, and a file that only executed code creates."""

    run: Path
    private: Path
    trap: Path


Attack = Callable[[Path, Place], None]
ATTACKS: dict[str, Attack] = {}


def attack(function: Attack) -> Attack:
    ATTACKS[function.__name__] = function
    return function


def yaml_changed(name: str, keys: tuple[str, ...], value: Callable[[Place], object]) -> Attack:
    """Return an attack that sets a value of a YAML file."""

    def change(folder: Path, place: Place) -> None:
        options = yaml.safe_load((folder / name).read_text())
        node = options
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value(place)
        (folder / name).write_text(yaml.safe_dump(options))

    return change


def json_changed(name: str, keys: tuple[str, ...], value: Callable[[Place], object]) -> Attack:
    """Return an attack that sets a value of a JSON file."""

    def change(folder: Path, place: Place) -> None:
        facts = json.loads((folder / name).read_text())
        node = facts
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value(place)
        (folder / name).write_text(json.dumps(facts))

    return change


def worded(*words: str) -> Attack:
    """Return an attack that adds overrides to those of the run."""

    def add(folder: Path, place: Place) -> None:
        file = folder / ".hydra" / "overrides.yaml"
        own = [word.format(trap=place.trap, private=place.private) for word in words]
        file.write_text(yaml.safe_dump([*yaml.safe_load(file.read_text()), *own]))

    return add


def written(name: str, content: bytes) -> Attack:
    """Return an attack that replaces a file."""
    return lambda folder, _: replaced(folder / name).write_bytes(content) and None


def replaced(path: Path) -> Path:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    return path


def pipe(name: str) -> Attack:
    return lambda folder, _: os.mkfifo(replaced(folder / name))


def link(name: str, to: str) -> Attack:
    """Return an attack that replaces a file by a link; ``{private}`` is the user's folder."""
    return lambda folder, place: replaced(folder / name).symlink_to(to.format(private=place.private))


def system(place: Place) -> dict[str, str]:
    return {"_target_": "os.system", "command": f"touch {place.trap}"}


FILES = (
    "config.yaml",
    "summary.json",
    "environment.json",
    "split.json",
    "recordings.json",
    "tracking.json",
    "predictions.parquet",
    "scores.csv",
    "history.csv",
    "model/model.json",
    "model/model.safetensors",
    "checkpoints/last.safetensors",
    ".hydra/overrides.yaml",
)
BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(9)
)

ATTACKS |= {f"pipe {name}": pipe(name) for name in FILES}
ATTACKS |= {f"link {name}": link(name, "{private}/key") for name in FILES}
ATTACKS |= {f"device {name}": link(name, "/dev/zero") for name in ("model/model.json", "checkpoints/last.safetensors")}
ATTACKS |= {
    "link to a folder": link("figures", "{private}"),
    "link to a link": link("model", "model"),
    "link to the root": link("tables", "/"),
    "bomb of aliases": written("config.yaml", BOMB),
    "bomb of overrides": written(".hydra/overrides.yaml", BOMB),
    "deep nesting": written("summary.json", b"[" * 100_000),
    "deep YAML": written("config.yaml", b"a: " + b"[" * 3000),
    "zero bytes": written("config.yaml", b"\0" * 100),
    "other encoding": written("config.yaml", "name: ä".encode("utf-16")),
    "python object": written("config.yaml", b"a: !!python/object/apply:os.system ['touch /tmp/x']\n"),
    "endless header": written("model/model.safetensors", struct.pack("<Q", 2**62)),
    "huge tensor": written(
        "checkpoints/last.safetensors",
        struct.pack("<Q", 72) + b'{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}}      ' + b"\0" * 4,
    ),
    "table of nothing": written("predictions.parquet", b"PAR1" + b"\xff" * 100 + b"PAR1"),
    "number without end": written("summary.json", b'{"metrics": {"a": ' + b"9" * 100_000 + b"}}"),
    "name of the environment": yaml_changed("config.yaml", ("name",), lambda _: ENV),
    "path of the environment": yaml_changed("config.yaml", ("paths", "outputs"), lambda _: f"/tmp/{ENV}"),
    "encoder of the environment": yaml_changed("config.yaml", ("encoder",), lambda _: f"x/{ENV}"),
    "band of the environment": yaml_changed("config.yaml", ("explain", "bands_hz"), lambda _: [[ENV, 1, 4]]),
    "directory of the environment": json_changed("environment.json", ("directory",), lambda _: f"/{ENV}"),
    "server": yaml_changed(
        "config.yaml",
        ("tracking",),
        lambda _: {
            "_target_": "eegbench.tracking.mlflow.Mlflow",
            "uri": SERVER,
            "folder": ".",
            "experiment": None,
            "metrics": "headline",
        },
    ),
    "server in words": worded(f"tracking.uri={SERVER}"),
    "server by another key": worded(f"++tracking={{{{uri: '{SERVER}'}}}}"),
    "place in words": worded("tracking.folder={private}"),
    "outputs in words": worded("paths.outputs={private}"),
    "shards in words": worded("paths.stores={private}"),
    "shards": yaml_changed("config.yaml", ("store", "folder"), lambda place: str(place.private)),
    "outputs": yaml_changed("config.yaml", ("paths", "outputs"), lambda place: str(place.private)),
    "name above": worded("name=../../../x"),
    "maps above": yaml_changed("config.yaml", ("explain", "folder"), lambda _: "../../../x"),
    "probe above": json_changed("summary.json", ("main_probe",), lambda _: "../../../x"),
    "model above": json_changed("summary.json", ("tracked", "model", "folder"), lambda _: "../../.."),
    "loader": json_changed("summary.json", ("tracked", "model", "loader"), lambda _: "antigravity"),
    "parent": json_changed("summary.json", ("tracked", "parent"), lambda _: "/dev"),
    "dataset that is a command": yaml_changed("config.yaml", ("dataset",), system),
    "tracker that is a command": yaml_changed("config.yaml", ("tracking",), system),
    "encoder that is a command": json_changed("model/model.json", ("encoder",), system),
    "sequence that is a command": json_changed("model/model.json", ("sequence",), system),
    "steps that are a command": json_changed("model/model.json", ("preprocessing",), system),
    "callback": worded("+hydra.callbacks.evil={{_target_: os.system, command: 'touch {trap}'}}"),
    "folder of options": worded("--config-dir={private}"),
    "trusted module": worded("trust=[os]"),
    "trusted module in the config": yaml_changed("config.yaml", ("trust",), lambda _: ["os"]),
    "threads": json_changed("environment.json", ("threads",), lambda _: "9" * 5000),
}


@attack
def pickled_predictions(folder: Path, place: Place) -> None:
    """Write predictions whose metadata name a type of pandas that would be loaded by pickle."""

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {place.trap}",)

    pd.DataFrame({"a": [1]}).to_parquet(folder / "predictions.parquet")
    np.savez(folder / "embeddings.npz", a=np.array([Evil()], dtype=object))


@attack
def outputs_above(folder: Path, place: Place) -> None:
    """Name the folder above as the outputs folder, in which a database would be created."""
    above = str(place.private.parent)
    options = yaml.safe_load((folder / "config.yaml").read_text())
    options["paths"]["outputs"] = options["tracking"]["folder"] = above
    (folder / "config.yaml").write_text(yaml.safe_dump(options))
    record = json.loads((folder / "tracking.json").read_text())
    (folder / "tracking.json").write_text(json.dumps(record | {"uri": f"sqlite:///{above}/mlflow.db"}))
    worded(f"paths.outputs={above}")(folder, place)


@attack
def files_elsewhere(folder: Path, place: Place) -> None:
    """Let the database store the files of its runs in the user's private folder."""
    elsewhere = place.private.as_uri()
    with contextlib.closing(sqlite3.connect(place.run.parents[1] / "mlflow.db")) as database, database:
        database.execute("UPDATE runs SET artifact_uri = ?", (elsewhere,))
        database.execute("UPDATE experiments SET artifact_location = ?", (elsewhere,))
    (folder / "key").write_text("overwritten")


@attack
def sparse_summary(folder: Path, _: Place) -> None:
    os.truncate(folder / "summary.json", 2**36)


@attack
def sparse_words(folder: Path, _: Place) -> None:
    os.truncate(folder / ".hydra" / "overrides.yaml", 2**36)


@attack
def socket_among_the_files(folder: Path, _: Place) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("s")
    os.chdir(here)


@attack
def everything_gone(folder: Path, _: Place) -> None:
    for path in folder.iterdir():
        replaced(path)


def resume(place: Place) -> list[str]:
    (place.run / "summary.json").unlink(missing_ok=True)
    return ["train", f"resume={place.run}"]


def as_encoder(place: Place) -> list[str]:
    return ["train", *SMALL, "tracking=folder", f"paths.outputs={place.run.parents[1]}", f"encoder={place.run}"]


def as_checkpoint(place: Place) -> list[str]:
    return [*as_encoder(place), "checkpoint=last"]


def explain(place: Place) -> list[str]:
    return ["explain", f"run={place.run}", "figures=[]", "device=cpu", "interpretability=filter_spectrum"]


def predict(place: Place) -> list[str]:
    data = ["dataset=simulated_sleep", "dataset.n_subjects=1", "dataset.hours=1", f"dataset.root={place.run.parent}/n"]
    return ["predict", "--run", str(place.run), "--out", f"{place.run.parent}/p", "--no-figures", *data]


def pool(place: Place) -> list[str]:
    return ["pool", str(place.run), str(place.run), "--into", f"{place.run.parent}/pooled"]


def track(place: Place) -> list[str]:
    return ["track", str(place.run)]


def compare(place: Place) -> list[str]:
    outputs = place.run.parents[1]
    return ["compare", "--outputs", str(outputs), "--experiment", "night", "--into", f"{outputs}/compared", "--no-log"]


def compare_parent(place: Place) -> list[str]:
    return ["compare", "--outputs", str(place.run.parents[1]), "--parent", str(place.run), "--no-log"]


VERBS = (resume, as_encoder, as_checkpoint, explain, predict, pool, track, compare, compare_parent)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """Outputs with a finished run."""
    outputs = tmp_path_factory.mktemp("honest")
    assert main(["train", *SMALL, f"paths.outputs={outputs}"]) == 0
    return outputs


def moved(database: Path, before: Path, after: Path) -> None:
    """Let a database store its files in another outputs folder."""
    columns = {"experiments": "artifact_location", "runs": "artifact_uri", "logged_models": "artifact_location"}
    with contextlib.closing(sqlite3.connect(database)) as kept, kept:
        for table, column in columns.items():
            kept.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (before.as_uri(), after.as_uri()))


@pytest.fixture
def place(honest, tmp_path, monkeypatch):
    """A copy of that run, and what it must not reach."""
    outputs, private = tmp_path / "given", tmp_path / "private"
    outputs.mkdir()
    for name in ("runs", "mlartifacts"):
        shutil.copytree(honest / name, outputs / name)
    shutil.copy(honest / "mlflow.db", outputs)
    moved(outputs / "mlflow.db", honest, outputs)
    (outputs / "stores").symlink_to(honest / "stores")
    (run,) = outputs.glob("runs/*")
    private.mkdir()
    (private / "key").write_text("PRIVATE key")
    monkeypatch.setenv("LAB_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return Place(run, private, tmp_path / "called")


@pytest.fixture
def contacted(monkeypatch):
    """Addresses that were contacted."""
    found = []

    def connect(self, address):
        found.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


@pytest.fixture(autouse=True)
def ends():
    """Fail a test that does not end."""

    def late(*_):
        pytest.fail(f"no end after {TIME_LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(TIME_LIMIT_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def content(folder: Path) -> bytes:
    """Return the content of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return b"".join(path.read_bytes() for path in files if path.stat().st_size < 2**27)


PAIRS = [
    pytest.param(name, verb, marks=() if (i + j) % len(VERBS) == 0 else pytest.mark.study, id=f"{name}-{verb.__name__}")
    for i, name in enumerate(ATTACKS)
    for j, verb in enumerate(VERBS)
]


@pytest.mark.parametrize(("name", "verb"), PAIRS)
def test_a_hostile_folder_does_nothing_outside(name, verb, place, contacted, capfd, tmp_path):
    words = verb(place)
    copies = [place.run, *place.run.parents[1].glob("mlartifacts/*/artifacts")]
    for folder in copies if verb is compare else copies[:1]:
        try:
            ATTACKS[name](folder, place)
        except FileNotFoundError:  # an unfinished run has no summary
            continue
    before = {path.name for path in tmp_path.iterdir()}
    status = main(words)
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert status == 0 or "eegbench: " in said
    assert contacted == []
    assert TOKEN not in said
    assert "PRIVATE" not in said
    assert {path.name for path in tmp_path.iterdir()} == before
    assert [path.name for path in place.private.iterdir()] == ["key"]
    assert (place.private / "key").read_text() == "PRIVATE key"
    made = content(place.run.parents[1])
    assert TOKEN.encode() not in made
    assert b"PRIVATE" not in made


def test_there_are_many_attacks():
    assert len(ATTACKS) >= 40
