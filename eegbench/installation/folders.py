"""Check of the folders of recordings that the options name, and of downloads that were interrupted."""

from collections.abc import Sequence

from eegbench.dataset.overview import Overview
from eegbench.dataset.resumable import PART
from eegbench.installation.finding import Finding


def check_folders(overviews: Sequence[Overview]) -> list[Finding]:
    """Check the folder of every published data set; one that is absent is a fault only if the user named it."""
    published = [one for one in overviews if one.kind == "published"]
    found = [finding for one in published for finding in _check(one)]
    there = [
        f"{one.name} ({one.n_there:,} of {one.card.n_recordings:,})" for one in published if one.card and one.n_there
    ]
    text = f"recordings of {', '.join(there)}" if there else "no published data set is here; simulated nights need none"
    return [*found, Finding("data", "ok", f"{text}; `eegbench data list` shows all")]


def _check(one: Overview) -> list[Finding]:
    assert one.folder is not None
    option = f"paths.roots.{one.name}"
    if one.is_own_folder and not one.folder.is_dir():
        return [Finding("data", "broken", f"{option}={one.folder}: there is no such folder", f"correct {option}")]
    if one.is_own_folder and not one.n_there:
        pattern = one.card.pattern if one.card else ""
        text = f"{option}={one.folder}: has no file {pattern}"
        return [Finding("data", "broken", text, f"correct {option}, or copy the recordings to this folder")]
    parts = sum(1 for _ in one.folder.rglob(f"{PART}*")) if one.folder.is_dir() else 0
    if parts:
        text = f"{one.folder} has {parts} incomplete download{'s' * (parts != 1)}"
        return [Finding("data", "warning", text, f"eegbench data fetch {one.name} continues")]
    return []
