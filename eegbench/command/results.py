"""What a run writes into its folder: tables, facts and numbers, each whole or not at all."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def write_json(path: Path, facts: Mapping[str, Any]) -> None:
    """Write facts as JSON; numbers that are not finite become null."""
    _whole(path, lambda aside: aside.write_text(json.dumps(_plain(facts), indent=2) + "\n", encoding="utf-8"))


def write_text(path: Path, text: str) -> None:
    """Write a text."""
    _whole(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, with all digits that a number has."""
    _whole(path, lambda aside: table.to_csv(aside, index=False))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as parquet."""
    _whole(path, lambda aside: table.to_parquet(aside, index=False))


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as npz."""

    def write(aside: Path) -> None:
        with aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    _whole(path, write)


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


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
