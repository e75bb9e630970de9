"""Extension of a finished run by more training passes, which is recorded because its scores were known before."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eegbench.atomic import write_json
from eegbench.config import read_json
from eegbench.experiment.base import Experiment
from eegbench.progress import tell

FILE = "extended.json"
"""File in the folder of a run that was extended: the numbers of passes after which it had been finished."""

MAX_PASSES = "trainer.max_passes"
"""Option that an extension raises."""


def is_extension(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether flat options of a resumed run ask for more passes than its earlier ones."""
    before, after = earlier.get(MAX_PASSES), now.get(MAX_PASSES)
    return isinstance(before, int) and isinstance(after, int) and after > before


def record_extension(folder: Path, n_passes: int) -> None:
    """Record that the finished run in a folder had this number of passes before it was extended."""
    write_json(folder / FILE, {"n_passes": sorted({*extensions(folder), n_passes})})


def extensions(folder: Path) -> list[int]:
    """Return the numbers of passes after which a run had been finished before it was extended; empty if it was not."""
    file = folder / FILE
    found = read_json(file).get("n_passes", []) if file.is_file() else []
    return [number for number in found if isinstance(number, int)] if isinstance(found, list) else []


def extension_facts(experiment: Experiment, folder: Path, notes: Sequence[str]) -> dict[str, Any]:
    """Return the earlier numbers of passes of a run, and its notes; those about an extension are printed and added."""
    earlier = extensions(folder)
    own = _notes(experiment, earlier)
    for note in own:
        tell(f"note: {note}")
    return {"extended": earlier, "notes": [*notes, *own]}


def _notes(experiment: Experiment, n_passes: list[int]) -> list[str]:
    """Return notes for readers of the scores of an extended run; none for other runs."""
    if not n_passes:
        return []
    told = " and ".join(f"after {one}" for one in n_passes)
    notes = [
        f"The run was extended to trainer.max_passes={experiment.trainer.max_passes}: it had been finished {told} "
        "passes, so its test scores were known when the number of passes was chosen."
    ]
    if str(experiment.options["trainer"]["schedule"]["_target_"]).rpartition(".")[2] == "Cosine":
        notes.append(
            "The learning-rate schedule was computed for the passes of each part, so the run differs from one with "
            "all passes from the start."
        )
    return notes
