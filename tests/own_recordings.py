"""Small recordings in the formats of the field, written by hand or by other libraries than eegbench."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import edfio
import mne
import numpy as np
import scipy.io
from omegaconf import OmegaConf
from options import CONF

from eegbench.config import build
from eegbench.dataset.recordings import Recordings

NAMES = ("C3", "C4", "O1")

HEADER = """Brain Vision Data Exchange Header File Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile={stem}.eeg
MarkerFile={stem}.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels={n}
SamplingInterval={interval:g}

[Binary Infos]
BinaryFormat=IEEE_FLOAT_32

[Channel Infos]
{channels}
"""

MARKERS = """Brain Vision Data Exchange Marker File, Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile={stem}.eeg

[Marker Infos]
{markers}
"""


def noise(seconds: float, sfreq: float, *, seed: int = 0, n_channels: int = 3) -> np.ndarray:
    """Return noise of 20 µV."""
    return np.random.default_rng(seed).normal(0, 20, (n_channels, round(seconds * sfreq)))


def write_brainvision(
    path: Path,
    data_uv: np.ndarray,
    sfreq: float,
    markers: Sequence[tuple[float, str, str]],
    *,
    units: Sequence[str] = ("µV", "µV", "µV"),
    start: str = "20240301220000000000",
    paused_s: Sequence[float] = (),
) -> Path:
    """Write a BrainVision recording: markers are onset (s), type and description."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(0.0, "New Segment", ""), *((at, "New Segment", "") for at in paused_s), *markers]
    lines = [
        f"Mk{i}={kind},{text},{round(onset * sfreq) + 1},1,0" + (f",{start}" if kind == "New Segment" else "")
        for i, (onset, kind, text) in enumerate(sorted(rows), start=1)
    ]
    channels = [f"Ch{i}={name},,1,{unit}" for i, (name, unit) in enumerate(zip(NAMES, units, strict=True), start=1)]
    words = {"stem": path.stem, "n": len(NAMES), "interval": 1e6 / sfreq}
    path.write_text(HEADER.format(**words, channels="\n".join(channels)), encoding="utf-8")
    path.with_suffix(".vmrk").write_text(MARKERS.format(**words, markers="\n".join(lines)), encoding="utf-8")
    path.with_suffix(".eeg").write_bytes(data_uv.T.astype("<f4").tobytes())
    return path


def write_eeglab(
    path: Path,
    data_uv: np.ndarray,
    sfreq: float,
    events: Sequence[tuple[float, str]],
    *,
    n_trials: int = 1,
    xmin: float = 0.0,
    in_one_file: bool = False,
) -> Path:
    """Write an EEGLAB set, its samples in an ``.fdt`` or in itself: events are onset (s) and type.

    Epochs follow each other in the samples and in the onsets of events; each begins ``xmin`` s after its time zero.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    n_pnts = data_uv.shape[1] // n_trials
    inside = data_uv.astype("<f4").reshape(len(data_uv), n_trials, n_pnts).transpose(0, 2, 1)
    if not in_one_file:
        data_uv.T.astype("<f4").tofile(path.with_suffix(".fdt"))
    event = [{"type": text, "latency": onset * sfreq + 1.0, "duration": 0.0} for onset, text in events]
    eeg = {
        **{"setname": path.stem, "nbchan": float(len(data_uv)), "pnts": float(n_pnts)},
        **{"srate": sfreq, "trials": float(n_trials), "xmin": xmin, "xmax": xmin + (n_pnts - 1) / sfreq},
        **{"ref": "common", "data": np.squeeze(inside) if in_one_file else path.with_suffix(".fdt").name},
        **{"icawinv": [], "icasphere": [], "icaweights": [], "epoch": []},
        "chanlocs": [{"labels": name, "X": [], "Y": [], "Z": [], "type": "EEG"} for name in NAMES],
        "event": event,
    }
    scipy.io.savemat(path, {"EEG": eeg}, appendmat=False)
    return path


def write_fif(
    path: Path, data_uv: np.ndarray, sfreq: float, triggers: Sequence[tuple[float, int]], *, first_samp: int = 0
) -> Path:
    """Write a FIF with a trigger channel: triggers are onset (s) and code, 5 samples long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    codes = np.zeros(data_uv.shape[1])
    for onset, code in triggers:
        codes[round(onset * sfreq) : round(onset * sfreq) + 5] = code
    info = mne.create_info([*NAMES, "STI 014"], sfreq, ["eeg"] * len(NAMES) + ["stim"])
    raw = mne.io.RawArray(np.vstack([1e-6 * data_uv, codes]), info, first_samp=first_samp, verbose="ERROR")
    raw.save(path, verbose="ERROR")
    return path


def write_edf(
    path: Path,
    data_uv: np.ndarray,
    sfreq: float,
    *,
    notes: Sequence[tuple[float, float | None, str]] = (),
    names: Sequence[str] = NAMES,
    **options: Any,
) -> Path:
    """Write an EDF+ with annotations: onset (s), duration (s) and text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    signals = [
        edfio.EdfSignal(one, sfreq, label=name, physical_dimension="uV", physical_range=(-500.0, 500.0))
        for name, one in zip(names, data_uv, strict=True)
    ]
    annotations = [edfio.EdfAnnotation(*note) for note in notes]
    edfio.Edf(signals, annotations=annotations or None, data_record_duration=1.0, **options).write(path)
    return path


def reader(root: Path | None, **options: Any) -> Recordings:
    """Build the reader with the options of its YAML."""
    node = OmegaConf.load(CONF / "dataset" / "recordings.yaml")
    node.pop("defaults")
    node["root"] = None if root is None else str(root)
    return build({**OmegaConf.to_container(node), **options}, Recordings)
