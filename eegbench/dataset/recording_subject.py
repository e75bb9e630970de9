"""Subject of a recording, from its folder, its name, or the table of subjects in the folder."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.subjects_file import TABLE, SubjectsFile, find_subjects_file
from eegbench.text import composed
from eegbench.types import Fact


@dataclass(frozen=True)
class RecordingSubject:
    """Subject of a recording, with session and run.

    Attributes
    ----------
    subject, session, run
        Identifiers; ``run`` is empty if unknown.
    facts
        Known properties of the subject.
    """

    subject: str
    session: str = "1"
    run: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def recording_subjects(root: Path, ids: Mapping[Path, str], subject: str | None) -> dict[Path, RecordingSubject]:
    """Return the subjects of the recordings in a folder.

    Parameters
    ----------
    root
        Folder of the recordings.
    ids
        Ids of the recordings, by their file.
    subject
        ``folder``, ``file``, or a regular expression with a group ``subject``; None uses the table of recordings, or
        else the folder.

    Raises
    ------
    BadRecordingError
        If the subject of a recording is unknown, or the table contradicts itself.
    ValueError
        If ``subject`` is none of these.
    """
    table = find_subjects_file(root)
    if subject is None and table is not None and table.key is not None:
        names = {path: _name(table, _below(path, root), recording) for path, recording in ids.items()}
        found = {path: _by_table(table, name) for path, name in names.items()}
        table.tell_others(set(names.values()))
        return found
    rule = _rule(subject)
    found = {path: rule(path, _below(path, root)) for path in ids}
    if table is None:
        return found
    facts = {one.subject: table.facts(table.of_subject(one.subject)) for one in found.values()}
    return {path: replace(one, facts=facts[one.subject]) for path, one in found.items()}


def _below(path: Path, root: Path) -> Path:
    return Path(composed(path.relative_to(root).as_posix()))


def _name(table: SubjectsFile, below: Path, recording: str) -> str:
    return recording if table.key == "recording" else below.as_posix()


def _by_table(table: SubjectsFile, name: str) -> RecordingSubject:
    row = table.of_recording([name])
    return RecordingSubject(row["subject"], row.get("session") or "1", row.get("run", ""), table.facts(row))


def _rule(subject: str | None) -> Callable[[Path, Path], RecordingSubject]:
    if subject is None or subject == "folder":
        return _by_folder
    if subject == "file":
        return _by_file
    try:
        pattern = re.compile(subject)
    except re.error as error:
        raise ValueError(f"dataset.subject={subject}: is not a regular expression ({error}).") from error
    if "subject" not in pattern.groupindex:
        raise ValueError(
            f"dataset.subject={subject}: folder, file, or a regular expression with a group (?P<subject>…) is expected."
        )
    return lambda path, below: _by_pattern(path, below, pattern)


def _by_folder(path: Path, below: Path) -> RecordingSubject:
    if len(below.parts) < 2:
        raise BadRecordingError(
            f"{path}: is not in a folder of a subject, so its subject is unknown. Set dataset.subject=file where each "
            "file is another person, 'dataset.subject=\"(?P<subject>REGULAR_EXPRESSION)\"' where a part of its path is "
            f"the subject, or write {TABLE} in dataset.root with the columns file and subject: eegbench data check "
            f"FOLDER dataset=recordings dataset.subject=file --subjects FOLDER/{TABLE} writes one to correct."
        )
    return RecordingSubject(below.parts[0])


def _by_file(path: Path, below: Path) -> RecordingSubject:  # noqa: ARG001  a rule
    return RecordingSubject(below.with_suffix("").as_posix())


def _by_pattern(path: Path, below: Path, pattern: re.Pattern[str]) -> RecordingSubject:
    match = pattern.search(below.as_posix())
    if match is None or not match["subject"]:
        raise BadRecordingError(
            f"{path}: dataset.subject={pattern.pattern} matches nowhere in {below.as_posix()}; correct it, or choose "
            "other files by dataset.pattern."
        )
    groups = match.groupdict()
    return RecordingSubject(match["subject"], groups.get("session") or "1", groups.get("run") or "")
