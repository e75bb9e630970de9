"""Search for nights in a folder: pairs of PSG and hypnogram, with the subject of each.

Conventions
-----------
Published names, ``SC4ssN…`` (cassette study) and ``ST7ssN…`` (telemetry study), contain subject ss and night N. Any
other name is a separate subject, unless the table of subjects in the folder assigns one. For the pairing of files see
`eegbench.dataset.night_pairs`.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from eegbench.dataset.content import named
from eegbench.dataset.night_pairs import HYPNOGRAM, PSG, has_ending, pair_files
from eegbench.dataset.night_subjects import PUBLISHED, Sleeper, is_cassette, sleeper_of
from eegbench.dataset.subjects_file import TABLE, find_subjects_file
from eegbench.text import composed
from eegbench.types import Recording

ABSENT_SUBJECTS = (39, 68, 69, 78, 79)
"""Numbers that no subject of the cassette study has."""

ABSENT_NIGHTS = ((36, 1), (52, 1), (13, 2))
"""Subjects and nights of the cassette study that were lost."""

_log = logging.getLogger(__name__)


def list_nights(
    root: Path, *, labelled: bool, subjects: Sequence[int] | None = None, nights: Sequence[int] = (1, 2)
) -> list[Recording]:
    """List the nights in a folder, sorted by id.

    A file without a partner is listed too, and raises an error when it is read, so that it can be skipped.

    Parameters
    ----------
    root
        Folder of the nights; subfolders are not searched.
    labelled
        Whether to search for hypnograms.
    subjects, nights
        Selection of published names.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist, or contains no PSG.
    ValueError
        If a requested subject or all requested nights are missing, or two files belong to one night.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"dataset.root={root}: there is no such folder; one with *{PSG} files is expected.")
    files = [path for path in sorted(root.iterdir()) if not path.name.startswith(".")]
    if not any(has_ending(path, PSG) for path in files):
        deeper = next(iter(sorted(path for path in root.rglob("*") if has_ending(path, PSG))), None)
        hint = f"set dataset.root={deeper.parent}" if deeper else "put them there or leave dataset.root=null to fetch"
        raise FileNotFoundError(f"dataset.root={root}: no *{PSG} in it; {hint}.")
    return pair_nights(files, labelled=labelled, subjects=subjects, nights=nights)


def pair_nights(
    files: Iterable[Path],
    *,
    labelled: bool,
    subjects: Sequence[int] | None,
    nights: Sequence[int],
    fetched: bool = False,
) -> list[Recording]:
    """Create recordings from files; MNE has verified the checksums of downloaded files. See `list_nights`."""
    files = [path for path in files if labelled or not has_ending(path, HYPNOGRAM)]
    table = None if fetched or not files else find_subjects_file(files[0].parent)
    psgs, hypnograms = pair_files(files, table if labelled else None)
    keys = sorted({*psgs, *hypnograms})
    chosen = [key for key in keys if _wanted(key, subjects, nights)]
    _check_found(keys, chosen, subjects, nights)
    found = [_recording(key, psgs.get(key), hypnograms.get(key), fetched=fetched) for key in chosen]
    if not fetched:
        _note_strangers(found)
    return _numbered(sorted(found, key=lambda recording: recording.id))


def _numbers(key: str) -> tuple[int, int] | None:
    """Return subject and night of a published name."""
    found = PUBLISHED.match(key)
    return None if found is None else (int(found[2]), int(found[3]))


def _wanted(key: str, subjects: Sequence[int] | None, nights: Sequence[int]) -> bool:
    numbers = _numbers(key)
    if numbers is None:  # a name without numbers cannot be chosen by them
        return subjects is None
    return (subjects is None or numbers[0] in subjects) and numbers[1] in nights


def _check_found(
    keys: Sequence[str], chosen: Sequence[str], subjects: Sequence[int] | None, nights: Sequence[int]
) -> None:
    there = sorted({numbers[0] for key in keys if (numbers := _numbers(key))})
    here = {numbers[0] for key in chosen if (numbers := _numbers(key))}
    missing = [subject for subject in subjects or () if subject not in here]
    lost = [subject for subject in missing if _never_published(subject, nights)]
    unmet = [subject for subject in missing if subject not in lost]
    if unmet or not chosen:
        wanted = "all" if subjects is None else unmet or missing
        raise ValueError(
            f"dataset.subjects={wanted}: no recordings of nights {list(nights)}; "
            f"there are subjects {', '.join(map(str, there)) or 'without numbers'} (dataset.subjects, dataset.nights)."
        )
    if lost:
        _log.info("Sleep-EDF has no nights %s of subjects %s; going on without them.", list(nights), lost)


def _never_published(subject: int, nights: Sequence[int]) -> bool:
    return subject in ABSENT_SUBJECTS or all((subject, night) in ABSENT_NIGHTS for night in nights)


def _recording(key: str, psg: Path | None, hypnogram: Path | None, *, fetched: bool) -> Recording:
    """Describe a night; without a PSG, its signal is the hypnogram too, for which `read_night` raises an error."""
    signal = psg or hypnogram
    if signal is None:
        raise ValueError(f"{key}: a night needs a PSG or a hypnogram.")
    who = Sleeper(key, "") if psg is None else sleeper_of(signal, key, fetched=fetched)
    return Recording(
        id=composed(signal.name[: -len(PSG)] if has_ending(signal, PSG) else signal.stem),
        subject=who.subject,
        session=who.session,
        signal=signal,
        labels=hypnogram,
        facts=who.facts,
    )


def _numbered(recordings: Sequence[Recording]) -> list[Recording]:
    """Set unknown sessions to numbers: those of each subject in order, from 1."""
    count: Counter[str] = Counter()
    numbered = []
    for one in recordings:
        count[one.subject] += 1
        numbered.append(one if one.session else replace(one, session=str(count[one.subject])))
    return numbered


def _note_strangers(recordings: Sequence[Recording]) -> None:
    """Log files that have names of the cassette study but are not part of it."""
    strangers = [
        one.id
        for one in recordings
        if one.id.startswith("SC4") and find_subjects_file(one.signal.parent) is None and not is_cassette(one.signal)
    ]
    if strangers:
        _log.info(
            "Files are named like Sleep-EDF's, but their headers have not the sex and age of its subjects (%d: %s): "
            "nothing is known of the sleepers. Write it into %s (columns subject, age, sex).",
            *(len(strangers), named(strangers), TABLE),
        )
