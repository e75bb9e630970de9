"""Reading of sleep stages from XML files of the National Sleep Research Resource (NSRR) or Compumedics Profusion.

Conventions
-----------
NSRR's ``PSGAnnotation`` lists events; those of type ``Stages|Stages`` are labels, for example ``Stage 2 sleep|2``, and
others (arousals, breathing) are ignored. Compumedics' ``CMPStudyConfig`` has a list ``SleepStages`` with a number for
each epoch of ``EpochLength`` seconds. Times are relative to the start of the recording.
"""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.delimited import MOST_BYTES
from eegbench.dataset.label_list import LabelList
from eegbench.dataset.timed_texts import Mark

STAGES = "stages"
CLOCK = re.compile(r"(?:\S+ )?(\d\d?)[.:](\d\d)[.:](\d\d)")
"""``00.00.00 22.15.30``: an anonymised date, and the time of day."""


def read_nsrr_xml(path: Path) -> LabelList:
    """Read the stages of an XML file. Entities are not expanded or loaded: a document type raises an error.

    Raises
    ------
    BadRecordingError
        If it is not such a file, or has no stages.
    """
    root = _parsed(path)
    events = [event for event in root.iter("ScoredEvent") if _child(event, "EventType").lower().startswith(STAGES)]
    if events:
        marks = tuple(_mark(path, event) for event in events)
        return LabelList(path, marks, start_s=_start_s(root))
    texts = [(stage.text or "").strip() for stages in root.iter("SleepStages") for stage in stages.iter("SleepStage")]
    if not texts:
        raise BadRecordingError(
            f"{path}: has no stages: events of EventType Stages|Stages (NSRR) or a list SleepStages (Compumedics) are "
            "expected."
        )
    epoch_s = _seconds(path, "EpochLength", root.findtext(".//EpochLength") or "30")
    if epoch_s <= 0:
        raise BadRecordingError(f"{path}: has the EpochLength {epoch_s:g}; a time in seconds above 0 is expected.")
    marks = tuple(Mark(number * epoch_s, epoch_s, text) for number, text in enumerate(texts))
    return LabelList(path, marks, epoch_s=epoch_s)


def _parsed(path: Path) -> ElementTree.Element:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadRecordingError(f"{path}: has more than {MOST_BYTES // 10**6} MB; a list of stages is expected.")
        content = path.read_bytes()
        checker = expat.ParserCreate()
        checker.StartDoctypeDeclHandler = _refusing(path)
        checker.Parse(content, True)
        root = ElementTree.fromstring(content)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]  # without its namespace
        return root
    except (OSError, expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, BadRecordingError):
            raise
        raise BadRecordingError(f"{path}: is not XML ({error}); copy or export it again.") from error


def _refusing(path: Path) -> Callable[..., None]:
    def refuse(*_: object) -> NoReturn:
        raise BadRecordingError(
            f"{path}: declares a document type (<!DOCTYPE), which a list of stages does not need and which can make a "
            "small file endless; take the declaration out."
        )

    return refuse


def _mark(path: Path, event: ElementTree.Element) -> Mark:
    onset_s = _seconds(path, "Start", _child(event, "Start"))
    duration = _child(event, "Duration")
    duration_s = _seconds(path, "Duration", duration) if duration else None
    if duration_s is not None and duration_s < 0:
        raise BadRecordingError(f"{path}: has a stage with the Duration {duration}; 0 or more seconds are expected.")
    return Mark(onset_s, duration_s, _child(event, "EventConcept"))


def _child(event: ElementTree.Element, name: str) -> str:
    return (event.findtext(name) or "").strip()


def _seconds(path: Path, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRecordingError(f"{path}: has the {name} {text!r}; a number of seconds is expected.")
    return value


def _start_s(root: ElementTree.Element) -> float | None:
    """Return the time of day of the recording's start in seconds, from the corresponding event; None if unknown."""
    for event in root.iter("ScoredEvent"):
        if _child(event, "EventConcept").lower() == "recording start time":
            match = CLOCK.fullmatch(_child(event, "ClockTime"))
            return None if match is None else 3600.0 * int(match[1]) + 60 * int(match[2]) + int(match[3])
    return None
