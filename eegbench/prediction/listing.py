"""Recordings to stage: those of a folder or of any dataset, or files by name."""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.content import H5_ENDINGS, named
from eegbench.dataset.edf_header import ANNOTATIONS, read_header
from eegbench.dataset.h5_psg import H5Psg
from eegbench.dataset.recordings import Recordings
from eegbench.dataset.signal_file import FORMATS, STRICT
from eegbench.dataset.signal_labels import IN_SIGNAL
from eegbench.dataset.signal_list import label_file, signal_files
from eegbench.score.render import plural
from eegbench.text import composed
from eegbench.types import Recording

_log = logging.getLogger(__name__)


def list_nights(dataset: Dataset, files: Sequence[Path]) -> list[Recording]:
    """List the recordings of one dataset (see `list_of_all`)."""
    return [one for _, one in list_of_all([(dataset, files)])]


def list_of_all(asked: Sequence[tuple[Dataset, Sequence[Path]]]) -> list[tuple[Dataset, Recording]]:
    """List recordings, each with its dataset; EDF files with annotations only are left out.

    Parameters
    ----------
    asked
        Datasets, each with the requested files; without files, all recordings of the dataset.

    Raises
    ------
    FileNotFoundError
        If a file is not there, or there is no recording.
    ValueError
        If two recordings would be written to the same file names.
    """
    found = [(reader, one) for reader, files in asked for one in _listed(reader, files)]
    dataset, files = asked[0]
    others = "" if files or len(asked) > 1 else _other_formats(dataset, [one for _, one in found])
    if not found:
        hint = f" Omit dataset={dataset.name} to stage {others}." if others else ""
        raise FileNotFoundError(f"{dataset.source}: contains no recording; name a folder or files of recordings.{hint}")
    if others:
        _log.warning(
            "dataset=%s ignores %s in %s. Omit dataset=%s to stage them as well.",
            *(dataset.name, others, dataset.source, dataset.name),
        )
    counts = Counter(stem(one) for _, one in found)
    if twice := [one for _, one in found if counts[stem(one)] > 1]:
        same = [one for one in twice if stem(one) == stem(twice[0])]
        raise ValueError(
            f"{same[0].signal} and {same[1].signal}: both would be written as {stem(same[0])}; rename one, or "
            "choose one of the two by its name or by dataset.pattern."
        )
    return found


def stem(recording: Recording) -> str:
    """Return the beginning of the file names of a recording, which is its id without slashes."""
    return recording.id.replace("/", "_")


def files_read(listed: Sequence[tuple[Dataset, Recording]], lights: Path | None) -> list[Path]:
    """Return the input files: signals, labels, sidecar files of recordings, and the table of lights.

    Parameters
    ----------
    listed
        Recordings, each with its dataset.
    lights
        Table of lights; None if there is none.
    """
    found = [] if lights is None else [lights]
    for dataset, recording in listed:
        found += recording.files
        with suppress(BadRecordingError, OSError):  # reported when the recording is staged
            found += dataset.sidecars(recording)
    return found


def _listed(dataset: Dataset, files: Sequence[Path]) -> list[Recording]:
    """List the recordings of a dataset: all, or those of some files."""
    for path in files:
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file.")
    if isinstance(dataset, Recordings) and dataset.subject == "file":
        return _of_files(dataset, files)
    return _among(dataset.recordings(), files, dataset.name)


def _other_formats(dataset: Dataset, found: Sequence[Recording]) -> str:
    """Count, by file ending, the files in a dataset's folder with other formats than its recordings."""
    if dataset.source is None or not Path(dataset.source).is_dir():
        return ""
    pattern = dataset.pattern if isinstance(dataset, Recordings | H5Psg) else "**/*"
    own = {path.suffix.lower() for one in found for path in one.files}
    files = signal_files(Path(dataset.source), pattern, {*FORMATS, *H5_ENDINGS} - own)
    counts = Counter(path.suffix.lower() for path in files)
    each = ", ".join(f"{n} {ending}" for ending, n in sorted(counts.items()))
    return f"{plural(len(files), 'file')} of other formats ({each})" if files else ""


def _of_files(dataset: Recordings, files: Sequence[Path]) -> list[Recording]:
    """Return each file as a recording of a different subject; if no files are named, those of the dataset's folder."""
    if files or dataset.root is None:
        return [_recording(dataset, path, path.stem) for path in files]
    root, paths = dataset.root, signal_files(dataset.root, dataset.pattern)
    found = [_recording(dataset, path, path.relative_to(root).with_suffix("").as_posix()) for path in paths]
    beside = {one.labels for one in found}
    lists = {one.signal for one in found if one.signal not in beside and _holds_annotations_alone(one.signal)}
    if lists:
        _log.info("Files of annotations without a signal are left out: %s.", named(sorted(one.name for one in lists)))
    return [one for one in found if one.signal not in beside | lists]


def _among(recordings: list[Recording], files: Sequence[Path], name: str) -> list[Recording]:
    """Return the recordings of some files; all if no files are named."""
    wanted = {path.resolve() for path in files}
    there = {one.signal.resolve() for one in recordings}
    if absent := sorted(wanted - there):
        raise FileNotFoundError(f"{absent[0]}: dataset={name} lists no recording of this file.")
    return [one for one in recordings if not wanted or one.signal.resolve() in wanted]


def _recording(dataset: Recordings, path: Path, name: str) -> Recording:
    """Return a file as a recording, with its label file if there is one."""
    id_, where = composed(name), dataset.labels_from
    labels = None if where is None or where in IN_SIGNAL else label_file(path, where, dataset.pattern)
    is_there = labels is not None and labels.is_file()
    return Recording(id=id_, subject=id_, session="1", signal=path, labels=labels if is_there else None)


def _holds_annotations_alone(path: Path) -> bool:
    """Return whether an EDF file has annotations only, as hypnograms do; a damaged file counts as a recording."""
    if path.suffix.lower() not in STRICT:
        return False
    try:
        return all(signal.label in ANNOTATIONS for signal in read_header(path).signals)
    except BadRecordingError:
        return False
