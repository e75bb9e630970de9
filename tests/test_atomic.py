"""A file is there whole or not at all."""

import os
from pathlib import Path

import pandas as pd
import pytest

from eegbench.atomic import atomic_path, read_factors, remove_unfinished, write_parquet


def test_what_was_written_takes_the_files_place_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "deep" / "a.csv"
    for text in ("first", "second"):
        with atomic_path(path) as aside:
            assert aside.suffix == ".csv"
            aside.write_text(text)
        assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def interrupted(path):
    with atomic_path(path) as aside:
        aside.write_text("half")
        raise KeyboardInterrupt


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        interrupted(path)
    assert {file: file.read_text() for file in tmp_path.iterdir()} == {path: "before"}


def test_a_block_that_writes_nothing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a.csv"):
        pass


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    left = [".scores.123.png", "figures/.scores.recording.7.png", ".model.99"]
    kept = ["scores.png", ".hydra/overrides.yaml", ".hidden.png", "figures/pass.1.png"]
    for name in (*left, *kept):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    remove_unfinished(tmp_path)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()) == sorted(kept)


def test_a_file_is_on_disk_before_it_is_renamed_and_its_folder_afterwards(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(Path(f"/proc/self/fd/{handle}").readlink()))
    with atomic_path(tmp_path / "a.csv") as aside:
        aside.write_text("text")
    assert seen == [aside, tmp_path]


def test_a_tables_columns_are_read_as_indices_of_their_values(tmp_path):
    path = tmp_path / "a.parquet"
    write_parquet(path, pd.DataFrame({"name": ["b", "a", "b"], "start_s": [0.5, 2.0, 2.0], "W": [0.1, 0.2, 0.3]}))
    columns, others = read_factors(path, ["name", "start_s"])
    found = {name: [one.values[i] for i in one.index] for name, one in columns.items()}
    assert found == {"name": ["b", "a", "b"], "start_s": [0.5, 2.0, 2.0]}
    assert others == ("W",)


def test_a_table_with_an_empty_cell_or_without_a_column_is_refused_with_its_name(tmp_path):
    path = tmp_path / "a.parquet"
    write_parquet(path, pd.DataFrame({"name": ["b", None]}))
    with pytest.raises(ValueError, match=r"a\.parquet: this file is damaged \(the column name has empty cells\)"):
        read_factors(path, ["name"])
    with pytest.raises(ValueError, match=r"a\.parquet: has no column start_s"):
        read_factors(path, ["start_s"])
    path.write_bytes(b"PAR1" + b"\xff" * 100 + b"PAR1")
    with pytest.raises(ValueError, match=r"a\.parquet: this file is damaged"):
        read_factors(path, ["name"])
