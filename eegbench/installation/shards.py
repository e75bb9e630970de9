"""Check of stored data: preprocessed recordings against their checksums."""

from pathlib import Path

from eegbench.installation.finding import Finding
from eegbench.progress import bar
from eegbench.store.integrity import full_damage, quick_damage

MAX_NAMED = 5
"""Maximum number of damaged shards that are named."""


def check_shards(folder: Path, *, is_full: bool) -> list[Finding]:
    """Compare the shards in a folder with their checksums.

    Parameters
    ----------
    folder
        Folder of the shards, which may not exist.
    is_full
        Whether all bytes are read; otherwise sizes and headers are compared.
    """
    if not folder.is_dir():
        return [Finding("store", "ok", f"{folder}: nothing is stored yet; the first run preprocesses its recordings")]
    shards = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    wrong = {}
    with bar("checking stored data", len(shards)) as advance:
        for shard in shards:
            if damage := quick_damage(shard) or (full_damage(shard) if is_full else ""):
                wrong[shard] = damage
            advance("")
    found = [
        Finding("store", "warning", f"{shard}: {damage}", "nothing: the next run that needs it builds it again")
        for shard, damage in list(wrong.items())[:MAX_NAMED]
    ]
    if len(wrong) > MAX_NAMED:
        text = f"{len(wrong) - MAX_NAMED} more shards are damaged"
        found.append(Finding("store", "warning", text, "check the disk (its log, fsck)"))
    how = "all bytes" if is_full else "sizes and headers; --full compares all bytes"
    intact = f"{folder}: {len(shards) - len(wrong)} of {len(shards)} preprocessed recordings are intact ({how})"
    return [*found, Finding("store", "ok", intact)]
