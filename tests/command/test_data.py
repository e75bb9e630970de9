"""`eegbench data` looks at every recording, and preprocesses a share of them."""

import pandas as pd
import pytest
from own_recordings import noise, write_edf

from eegbench.__main__ import main
from eegbench.dataset.simulated_sleep import SimulatedSleep

pytestmark = pytest.mark.slow  # each reads recordings in processes of their own

LABELS = {"Sleep stage W": "W", "Sleep stage 2": "N2"}


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Return a folder of three simulated nights of an hour."""
    options = {"n_subjects": 3, "n_nights": 1, "hours": 1.0, "seed": 7, "version": 2, "labels": LABELS, "ignored": ()}
    made = SimulatedSleep(root=str(tmp_path_factory.mktemp("nights")), on_bad_recording="raise", **options)
    return made.recordings()[0].signal.parent


def test_every_recording_is_listed_with_what_it_holds(nights, tmp_path, capsys):
    table, people = tmp_path / "all.csv", tmp_path / "subjects.csv"
    assert main(["data", "check", str(nights), "--csv", str(table), "--subjects", str(people)]) == 0
    assert "3 recordings of 3 subjects; all can be used" in capsys.readouterr().out
    rows = pd.read_csv(table, keep_default_na=False, dtype=str)
    assert rows["names"].tolist() == ["Fpz-Cz, Pz-Oz"] * 3
    assert set(rows["sfreq_hz"]) == {"100"}
    assert rows["labels"].str.contains("Sleep stage 2").all()
    assert pd.read_csv(people)["recording"].tolist() == rows["recording"].tolist()
    assert main(["data", "check", str(nights), "--subjects", str(people)]) == 1
    assert "this file exists already" in capsys.readouterr().err


def test_recordings_with_a_problem_are_named_and_do_not_end_the_list(nights, tmp_path, capsys):
    for file in nights.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (broken,) = tmp_path.glob("SC4011*-PSG.edf")
    broken.write_bytes(b"version https://git-lfs.github.com/spec/v1")
    assert main(["data", "check", str(tmp_path), "dataset.labels={Sleep stage W: W, Sleep stage 2: N2}"]) == 1
    shown = capsys.readouterr().out
    assert f"{broken}: is a git-lfs pointer" in shown
    assert "which are neither in dataset.labels nor in dataset.ignored" in shown
    assert "3 recordings of 3 subjects; 0 can be used" in shown


def test_parts_build_the_shards_of_their_recordings_alone(nights, tmp_path, capsys):
    words = [str(nights), f"paths.outputs={tmp_path}"]
    for part, n in (("0/2", 2), ("1/2", 1), ("0/2", 0)):
        assert main(["data", "build", *words, "--part", part]) == 0
        assert f"{n} built now" in capsys.readouterr().err
    assert len(list((tmp_path / "stores" / "shards").iterdir())) == 3


def test_a_folder_of_other_files_is_listed_file_by_file(nights, tmp_path, capsys):
    for file in nights.glob("*-PSG.edf"):
        (tmp_path / f"{file.name[:6]}.edf").write_bytes(file.read_bytes())
    assert main(["data", "check", str(tmp_path)]) == 1
    assert "the channels asked for have 2 sampling rates" in capsys.readouterr().out
    people = tmp_path / "subjects.csv"
    words = ["dataset.channels=[Fpz-Cz]", "dataset.labels_from=null", "--subjects", str(people)]
    assert main(["data", "check", str(tmp_path), *words]) == 0
    assert "3 recordings of 3 subjects; all can be used" in capsys.readouterr().out
    assert pd.read_csv(people)["recording"].tolist() == ["SC4001", "SC4011", "SC4021"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "/no/such/folder"], "/no/such/folder: there is no such folder"),
        (["check", "dataset=sleep"], "dataset=sleep: there is no such option"),
        (["check", "/tmp", "/var"], "one folder is expected"),
    ],
)
def test_wrong_words_are_named(words, message, capsys):
    assert main(["data", *words]) == 1
    assert message in capsys.readouterr().err


def test_a_part_is_a_number_of_several(capsys):
    with pytest.raises(SystemExit):
        main(["data", "build", "--part", "8/8"])
    assert "PART/PARTS is expected" in capsys.readouterr().err


def test_a_channel_that_no_recording_has_is_no_missing_one(tmp_path, capsys):
    for name in "ab":
        write_edf(tmp_path / f"{name}.edf", noise(60, 100.0, seed=ord(name)), 100.0, names=("C3", "C4", "Pz"))
    read = ["dataset.labels_from=null", "dataset.labels={}", "preprocessing.signal.missing_channels=mark"]
    assert main(["data", "check", str(tmp_path), *read, "dataset.channels=[C3,Pzz]"]) == 1
    assert "no recording has the channel Pzz; there are C3." in capsys.readouterr().out


def test_a_table_that_cannot_be_written_is_refused_before_anything_is_read(nights, tmp_path, capsys):
    assert main(["data", "check", str(nights), "--subjects", str(tmp_path / "no" / "subjects.csv")]) == 1
    assert "does not exist; make it" in capsys.readouterr().err


def test_a_recording_whose_labels_have_no_class_is_still_described(tmp_path, capsys):
    for name in "ab":
        notes = [(0.0, 30.0, "left"), (30.0, 30.0, "right")]
        write_edf(tmp_path / f"{name}.edf", noise(60, 100.0, seed=ord(name)), 100.0, notes=notes)
    table = tmp_path / "all.csv"
    assert main(["data", "check", str(tmp_path), "--csv", str(table)]) == 1
    said = capsys.readouterr()
    assert "'left' (1), 'right' (1)" in said.out
    assert "no dataset is named; using dataset=recordings dataset.subject=file" in said.err
    rows = pd.read_csv(table)
    assert rows["channels"].tolist() == [3, 3]
    assert rows["sfreq_hz"].tolist() == [100, 100]
    assert rows["minutes"].tolist() == [1.0, 1.0]


def test_a_class_that_no_window_has_is_noted(tmp_path, capsys):
    for name in "ab":
        write_edf(tmp_path / f"{name}.edf", noise(60, 100.0, seed=ord(name)), 100.0, notes=[(0.0, 60.0, "left")])
    labels = "dataset.labels={left: left, rigth: right}"
    assert main(["data", "check", str(tmp_path), labels, "preprocessing.window_s=10"]) == 0
    assert "note: No window has the class right" in capsys.readouterr().out
