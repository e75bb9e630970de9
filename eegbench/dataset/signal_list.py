"""Search for recordings in a folder: signal files, with the label file next to each."""

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.recording_subject import recording_subjects
from eegbench.dataset.signal_file import FORMATS, is_part
from eegbench.text import composed, spelled_there
from eegbench.types import Recording


def list_recordings(
    root: Path, pattern: str, *, subject: str | None, labels: str | None, endings: Collection[str] = tuple(FORMATS)
) -> list[Recording]:
    """List the recordings in a folder, sorted by id, which is the path below it without the extension.

    Parameters
    ----------
    root
        Folder of the recordings.
    pattern
        Glob pattern of paths below it, such as ``**/*.edf``; files with other extensions are ignored.
    subject
        See `eegbench.dataset.recording_subject.recording_subjects`.
    labels
        Location of the label file, see `label_file`; None if there is none.
    endings
        Extensions of signal files, in lower case.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist, or contains no recording.
    BadRecordingError
        If two files have the same id, or the subject of a file is unknown.
    """
    files = signal_files(root, pattern, endings)
    beside = {} if labels is None else {path: label_file(path, labels, pattern) for path in files}
    files = [path for path in files if path not in beside.values()]
    if not files:
        raise FileNotFoundError(_nothing(root, pattern, endings))
    ids = {path: composed(path.relative_to(root).with_suffix("").as_posix()) for path in files}
    _check_unique(ids)
    people = recording_subjects(root, ids, subject)
    runs = Counter[tuple[str, str]]()
    found = []
    for path in sorted(files, key=ids.__getitem__):
        person = people[path]
        runs[person.subject, person.session] += 1
        run = person.run or str(runs[person.subject, person.session])
        own = beside.get(path)
        found.append(
            Recording(
                id=ids[path],
                subject=person.subject,
                session=person.session,
                run=run,
                signal=path,
                labels=own if own is not None and own.is_file() else None,
                facts=person.facts,
            )
        )
    return found


def label_file(path: Path, labels: str, pattern: str) -> Path:
    """Return the expected path of the labels of a signal file.

    Parameters
    ----------
    path
        Path of the signal file.
    labels
        Path of the labels, relative to the folder of the signals; a star stands for the text that the star in the last
        part of ``pattern`` matches, without the extension: ``*_stages.csv`` and ``*_raw.edf`` have a common beginning.
    pattern
        Glob pattern of the signal files.
    """
    before, star, after = pattern.rpartition("/")[2].partition("*")
    is_plain = star and "*" not in after and path.name.startswith(before) and path.name.endswith(after)
    name = path.name[len(before) : len(path.name) - len(after)] if is_plain else path.stem
    beside = os.path.normpath(path.parent / labels.replace("*", name.removesuffix(path.suffix)))
    return spelled_there(Path(beside))


def signal_files(root: Path, pattern: str, endings: Collection[str] = tuple(FORMATS)) -> list[Path]:
    """Return the signal files below a folder, without hidden ones and later parts of FIF recordings.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"dataset.root={root}: there is no such folder; one of recordings is expected.")
    try:
        paths = sorted(root.glob(pattern))
    except (ValueError, NotImplementedError) as error:
        raise ValueError(
            f"dataset.pattern={pattern}: a pattern of paths below dataset.root is expected, say **/*.edf ({error})."
        ) from error
    hidden = {path for path in paths if any(part.startswith(".") for part in path.relative_to(root).parts)}
    there = [path for path in paths if path.suffix.lower() in endings and path not in hidden and not path.is_dir()]
    return [path for path in there if is_part(path) is None]


def _nothing(root: Path, pattern: str, endings: Collection[str]) -> str:
    found = Counter(path.suffix for path in root.rglob("*") if path.is_file() and path.suffix)
    shown = ", ".join(f"{ending} ({n})" for ending, n in found.most_common(10))
    return (
        f"dataset.root={root}: holds no recording that matches dataset.pattern={pattern} and ends in one of "
        f"{', '.join(endings)}; there are {shown or 'no files'}."
        + (" Nights in HDF5 are read by dataset=h5_psg." if {".h5", ".hdf5"} & {*found} - {*endings} else "")
    )


def _check_unique(ids: Mapping[Path, str]) -> None:
    counts = Counter(ids.values())
    twice: Sequence[Path] = [path for path, name in ids.items() if counts[name] > 1]
    if twice:
        raise BadRecordingError(
            f"{twice[0]}: has the same name as {twice[1].name}, as if it were the same recording; choose one of the "
            "two by dataset.pattern, or rename one."
        )
