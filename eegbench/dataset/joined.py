"""Several datasets as one, to train on one and test on another, or on all of them.

Conventions
-----------
A recording's id, and its subject unless subjects are shared, begin with the name of its set and a hyphen: ``home-00``.
If sets differ, for example in channels or sampling rate, preprocessing must harmonise them.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import nan
from typing import Literal

import mne

from eegbench.dataset.base import Card, Dataset
from eegbench.types import Recording

_log = logging.getLogger(__name__)


class Joined(Dataset):
    """Recordings of two or more sets.

    Shards are the same as for the separate sets. Classes are united in the order of the sets. Each set has its own
    ``on_bad_recording``.

    Parameters
    ----------
    sets
        Sets by name; names consist of letters, digits and ``_``.
    same_subject_id
        Whether a subject id that occurs in two sets means two people (``different_people``) or one
        (``same_person``). Files in one folder with the same subject id always belong to one person, for which
        ``different_people`` raises an error.

    Raises
    ------
    ValueError
        If there are fewer than two sets, one is joined already, or a label has different classes in two of them.
    """

    def __init__(
        self, *, sets: Mapping[str, Dataset], same_subject_id: Literal["different_people", "same_person"]
    ) -> None:
        _check_sets(sets)
        self.sets = sets
        self.same_subject_id = same_subject_id
        self.card = _card(sets)
        self.labels = _labels(sets)
        self.ignored = tuple(dict.fromkeys(text for one in sets.values() for text in one.ignored))
        self.on_bad_recording = "skip" if {one.on_bad_recording for one in sets.values()} == {"skip"} else "raise"

    @property
    def name(self) -> str:
        """Names of the sets and of their options: ``home=simulated_sleep, away=sleep_physionet``."""
        return ", ".join(f"{name}={one.name}" for name, one in self.sets.items())

    @property
    def source(self) -> str | None:
        """Folders or addresses of the sets that have one; None if none has."""
        return ", ".join(f"{name}={one.source}" for name, one in self.sets.items() if one.source) or None

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Settings of each set; the name of a shard depends only on the settings of its own set."""
        return {name: dict(one.read_settings) for name, one in self.sets.items()}

    def origin(self, recording: Recording) -> tuple[Dataset, Recording]:
        """Return the set whose files contain a recording, and the recording as listed there."""
        prefix, subject = f"{recording.set}-", recording.subject
        if self.same_subject_id == "different_people":
            subject = subject.removeprefix(prefix)
        return self.sets[recording.set], replace(
            recording, id=recording.id.removeprefix(prefix), subject=subject, set=""
        )

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Return the share of each set."""
        parts = {name: [one for one in recordings if one.set == name] for name in self.sets}
        return "; ".join(f"{name}: {self.sets[name].coverage(part)}" for name, part in parts.items())

    def how_to_join(self, recordings: Sequence[Recording]) -> str:
        """Return advice, for an error message, on assigning recordings to one subject, within a set or across two."""
        sets = {one.set for one in recordings}
        if len(sets) == 1:
            return self.sets[sets.pop()].how_to_join([self.origin(one)[1] for one in recordings])
        return "give them one subject's id in both sets, and set dataset.same_subject_id=same_person"

    def recordings(self) -> list[Recording]:
        """List the recordings of all sets.

        Raises
        ------
        ValueError
            If two sets have a common file, or a common person despite ``different_people``.
        """
        self._note_classes()
        listed = []
        for name, one in self.sets.items():
            with _named(name):
                listed += [self._of(name, recording) for recording in one.recordings()]
        self._check_apart(listed)
        return sorted(listed, key=lambda recording: recording.id)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its own set's reader."""
        origin, own = self.origin(recording)
        with _named(recording.set):
            return origin.read(own, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording with its own set's reader."""
        origin, own = self.origin(recording)
        with _named(recording.set):
            return origin.read_channels(own, channels, may_lack_channels=may_lack_channels)

    def _of(self, name: str, own: Recording) -> Recording:
        subject = f"{name}-{own.subject}" if self.same_subject_id == "different_people" else own.subject
        return replace(own, id=f"{name}-{own.id}", subject=subject, set=name)

    def _check_apart(self, recordings: Sequence[Recording]) -> None:
        """Raise an error for files in two sets, and for persons that count twice: one id in one folder or root."""
        files: dict[object, Recording] = {}
        for recording in recordings:
            path = recording.signal.resolve()
            origin, own = self.origin(recording)
            persons = (path.parent, own.subject), (origin.people, origin.source or path.parent, own.subject)
            for key in (path, *persons) if self.same_subject_id == "different_people" else (path,):
                other = files.setdefault(key, recording)
                if other.set != recording.set:
                    raise ValueError(_overlap(other, recording, is_file=key == path))

    def _note_classes(self) -> None:
        if len({frozenset(one.classes) for one in self.sets.values()}) > 1:
            listed = "; ".join(f"{name}: {', '.join(one.classes) or 'none'}" for name, one in self.sets.items())
            _log.info("The joined sets have different classes (%s); all of them are used.", listed)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Add to error messages of a set, which mention ``dataset.KEY``, the name of the option in joined sets."""
    try:
        yield
    except (ValueError, FileNotFoundError) as error:
        if len(error.args) == 1 and "dataset." in str(error):
            error.args = (f"{error} This is the set {name}: dataset.KEY is dataset.sets.{name}.KEY here.",)
        raise


def _check_sets(sets: Mapping[str, Dataset]) -> None:
    if len(sets) < 2:
        raise ValueError(
            f"dataset.sets={list(sets)}: two or more sets are expected; add one with +dataset@dataset.sets.NAME=OPTION."
        )
    for name, one in sets.items():
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise ValueError(f"dataset.sets.{name}: a name of letters, digits and _ is expected, with a letter first.")
        if isinstance(one, Joined):
            raise ValueError(f"dataset.sets.{name}: this set is joined itself; name the sets in it next to the others.")


def _card(sets: Mapping[str, Dataset]) -> Card:
    """Return the sums of all cards, their common channels, and NaN for rates that differ."""
    cards = [one.card for one in sets.values()]
    rates = {card.sfreq for card in cards}
    return Card(
        citation=" ".join(dict.fromkeys(card.citation for card in cards)),
        licence=" AND ".join(dict.fromkeys(card.licence for card in cards)),
        url=" ".join(dict.fromkeys(card.url for card in cards)),
        n_subjects=sum(card.n_subjects for card in cards),
        n_recordings=sum(card.n_recordings for card in cards),
        sfreq=rates.pop() if len(rates) == 1 else nan,
        channels=tuple(name for name in cards[0].channels if all(name in card.channels for card in cards)),
    )


def _labels(sets: Mapping[str, Dataset]) -> dict[str, str]:
    """Unite the label maps; a label that differs between sets, or is ignored in one only, raises an error."""
    united: dict[str, tuple[str, str | None]] = {}
    for name, one in sets.items():
        for label, meaning in [*one.labels.items(), *((label, None) for label in one.ignored)]:
            first, earlier = united.setdefault(label, (name, meaning))
            if earlier != meaning and first != name:
                raise ValueError(
                    f"dataset.sets: the label {label!r} is {_meaning(earlier)} in {first} and {_meaning(meaning)} in "
                    f"{name}; give it one class by dataset.sets.{first}.labels and dataset.sets.{name}.labels."
                )
    return {label: meaning for label, (_, meaning) in united.items() if meaning is not None}


def _meaning(name: str | None) -> str:
    return "ignored" if name is None else f"of class {name}"


def _overlap(first: Recording, other: Recording, *, is_file: bool) -> str:
    sets = f"dataset.sets: {first.set} and {other.set}"
    remedy = f"choose by dataset.sets.{other.set}.subjects"
    if is_file:
        return f"{sets} both have {other.signal}, and one recording must not stand there twice; {remedy}."
    return (
        f"{sets} both have {other.subject.removeprefix(f'{other.set}-')} of {other.signal.parent}, one person who "
        f"would count as two; {remedy}, or set dataset.same_subject_id=same_person."
    )
