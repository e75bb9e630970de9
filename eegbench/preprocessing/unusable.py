"""Recordings that cannot be used: a run stops at the first one, or continues without them and lists them."""

from collections.abc import Collection, Mapping
from pathlib import Path

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.types import Recording


def refuse_or_note(
    dataset: Dataset, recording: Recording, error: BadRecordingError, bad: dict[str, str], *, keep_going: bool = False
) -> None:
    """Raise the error of a recording with its file, or add it to ``bad`` if the dataset skips bad recordings."""
    message = str(error)
    if not any(file is not None and file.name in message for file in (recording.signal, recording.labels)):
        message = f"{recording.signal}: {message}"
    if not (keep_going or skips(dataset, recording)):
        raise BadRecordingError(message) from error
    bad[recording.id] = message


def skips(dataset: Dataset, recording: Recording) -> bool:
    """Return whether a run continues without this recording if it cannot be used."""
    origin, _ = dataset.origin(recording)
    return origin.on_bad_recording == "skip"


def check_any(good: Collection[object], bad: Mapping[str, str]) -> None:
    """Raise an error if no recording can be used."""
    if not good:
        raise BadRecordingError(f"no recording can be used; the first: {next(iter(bad.values()))}")


def not_read(path: Path, error: OSError) -> BadRecordingError:
    """Return the error for an unreadable file; a broken link is a file not yet fetched by git-annex or DataLad."""
    if path.is_symlink() and not path.exists():
        return BadRecordingError(
            f"{path}: is a link to {path.readlink()}, which is not there; fetch the file (datalad get, or git annex "
            "get, in its folder), or set dataset.on_bad_recording=skip."
        )
    return BadRecordingError(
        f"{path}: this file cannot be read ({error.strerror or error}); make it readable, or set "
        "dataset.on_bad_recording=skip."
    )
