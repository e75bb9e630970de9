"""Write files atomically: each is written to a temporary path first, and renamed when it is complete."""

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_ASIDE = re.compile(r"\..+\.\d+(\.\w+)?")
"""Names of temporary files: those of the files, after a dot, with the id of the process."""


@dataclass(frozen=True)
class Factor:
    """A column as indices of its distinct values."""

    index: np.ndarray
    values: tuple[Any, ...]


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, flush it to disk and rename it to `path`, unless the block raises.

    Missing folders are created. If several processes write the same file at once, the last one to finish wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield aside
        to_disk(aside)
        aside.replace(path)
        to_disk(path.parent)
    finally:
        with suppress(OSError):
            aside.unlink()


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files below a folder, which were left by processes that were killed.

    No other process may be writing to the folder.
    """
    for path in folder.rglob(".*"):
        if _ASIDE.fullmatch(path.name) and not path.is_dir():
            path.unlink()


def to_disk(path: Path) -> None:
    """Flush a file, or the names of files in a folder, to disk, so that a power failure cannot undo it."""
    refused = suppress(OSError) if path.is_dir() else nullcontext()  # folders: by Windows and some network file systems
    with refused:
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, facts: Mapping[str, Any]) -> None:
    """Write a mapping as JSON; numbers that are not finite become null."""
    write_text(path, json.dumps(_plain(facts), indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8."""
    with atomic_path(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, with all digits of each number."""
    with atomic_path(path) as aside:
        table.to_csv(aside, index=False)


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet."""
    with atomic_path(path) as aside:
        table.to_parquet(aside, index=False)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as npz."""
    with atomic_path(path) as aside, aside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_csv(path: Path, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a CSV written by `write_csv`.

    Parameters
    ----------
    path
        The file.
    columns
        Columns that it must have.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or lacks a column.
    """
    with _readable(path):
        table = pd.read_csv(path)
    return _with_columns(path, table, columns)


def read_parquet(path: Path, columns: Collection[str] = (), *, only: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table written by `write_parquet`; parameters and errors as in `read_csv`; ``only`` reads some columns."""
    with _readable(path):
        table = pd.read_parquet(path, columns=None if only is None else list(only))
    return _with_columns(path, table, columns)


def read_factors(path: Path, columns: Sequence[str]) -> tuple[dict[str, Factor], tuple[str, ...]]:
    """Read columns of a table written by `write_parquet` as indices of their distinct values.

    This is ten times as fast as `read_parquet` for text.

    Returns
    -------
    factors, others
        The indices and the values of each column, and the names of the other columns; errors as in `read_csv`.
    """
    import pyarrow
    from pyarrow import parquet

    with _readable(path):
        known = parquet.read_metadata(path)
        names = [str(name) for name in known.schema.names]
    if missing := [name for name in columns if name not in names]:
        raise _no_column(path, missing)
    with _readable(path), parquet.ParquetFile(path, metadata=known, read_dictionary=list(columns)) as file:
        table = file.read(columns=list(columns), use_threads=False)
        found = {}
        for name in columns:
            column = table.column(name).combine_chunks()
            if not pyarrow.types.is_dictionary(column.type):
                column = column.dictionary_encode()
            if column.null_count or column.dictionary.null_count:
                raise ValueError(f"the column {name} has empty cells")
            found[name] = Factor(column.indices.to_numpy(), tuple(column.dictionary.to_pylist()))
    return found, tuple(name for name in names if name not in columns)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read arrays written by `write_arrays`; errors as in `read_csv`."""
    with _readable(path), np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise an error with the name of the file for whatever a library raises where it is damaged."""
    try:
        yield
    except (FileNotFoundError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ValueError(f"{path}: this file is damaged ({reason}); copy it again, or make the run again.") from error


def _with_columns(path: Path, table: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    if missing := [name for name in columns if name not in table]:
        raise _no_column(path, missing)
    return table


def _no_column(path: Path, missing: Sequence[str]) -> ValueError:
    return ValueError(
        f"{path}: has no column {', '.join(missing)}; it is not the file that a run writes. Copy it again, or make the "
        "run again."
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float) else str(value)
