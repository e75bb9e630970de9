"""What a dataset holds, recording by recording, and what is wrong with each: looked at without preprocessing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import mne
import pandas as pd

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Preprocessing
from eegbench.progress import bar
from eegbench.types import Recording


@dataclass(frozen=True)
class Surveyed:
    """What was seen of a recording.

    Attributes
    ----------
    recording
        The recording as its dataset lists it.
    channels
        Names of the channels that are read, over all groups.
    sfreq
        Sampling rates in Hz of each group, as recorded.
    length_s
        Seconds that are read.
    labels
        Minutes and number of the annotations of each description.
    problem
        Why the recording cannot be used; empty where it can.
    """

    recording: Recording
    channels: tuple[str, ...] = ()
    sfreq: tuple[float, ...] = ()
    length_s: float = 0.0
    labels: dict[str, tuple[float, int]] = field(default_factory=dict)
    problem: str = ""

    def row(self) -> dict[str, object]:
        """Return the recording as a row of a table."""
        one = self.recording
        labels = (f"{text} {n} ({minutes:.3g} min)" for text, (minutes, n) in self.labels.items())
        return {
            "recording": one.id,
            "subject": one.subject,
            "session": one.session,
            "run": one.run,
            "channels": len(self.channels),
            "names": ", ".join(self.channels),
            "sfreq_hz": ", ".join(f"{rate:g}" for rate in self.sfreq),
            "minutes": round(self.length_s / 60, 2),
            "labels": "; ".join(labels),
            "problem": self.problem,
            "file": str(one.signal),
        }


def survey(dataset: Dataset, preprocessing: Preprocessing) -> Iterator[Surveyed]:
    """Open every recording that a dataset lists, and yield what is seen of it; samples are not loaded.

    A recording that cannot be used does not end the survey: its problem is told.

    Raises
    ------
    FileNotFoundError, ValueError
        Where the dataset cannot list its recordings.
    """
    recordings = dataset.recordings()
    with bar("looking at recordings", len(recordings)) as advance:
        for recording in recordings:
            try:
                yield _seen(dataset, preprocessing, recording)
            except (BadRecordingError, OSError) as error:
                yield Surveyed(recording, problem=str(error))
            advance(recording.id)


def table(found: list[Surveyed]) -> pd.DataFrame:
    """Return a row a recording."""
    return pd.DataFrame([one.row() for one in found])


def _seen(dataset: Dataset, preprocessing: Preprocessing, recording: Recording) -> Surveyed:
    groups = preprocessing.signal.select(dataset, recording)
    first = next(iter(groups.values())).first
    length_s = first.n_times / first.info["sfreq"]
    channels = tuple(name for group in groups.values() for name in group.channels)
    labels = _labels(first)
    return Surveyed(
        recording=recording,
        channels=channels,
        sfreq=tuple(float(raw.info["sfreq"]) for group in groups.values() for raw in group.raws),
        length_s=length_s,
        labels=labels,
        problem=_problem(dataset, preprocessing, labels, length_s),
    )


def _labels(raw: "mne.io.BaseRaw") -> dict[str, tuple[float, int]]:
    minutes: Counter[str] = Counter()
    n: Counter[str] = Counter()
    for note in raw.annotations:
        minutes[note["description"]] += note["duration"] / 60
        n[note["description"]] += 1
    return {text: (minutes[text], n[text]) for text in sorted(n)}


def _problem(
    dataset: Dataset, preprocessing: Preprocessing, labels: dict[str, tuple[float, int]], length_s: float
) -> str:
    unknown = [text for text in labels if text not in dataset.labels and text not in dataset.ignored]
    if unknown:
        return f"labels that stand neither in dataset.labels nor in dataset.ignored: {', '.join(unknown)}"
    if length_s < preprocessing.least_s:
        return f"{length_s:g} s are shorter than a window of {preprocessing.least_s:g} s"
    return ""
