"""Samples that are NaN or infinite, and limits that no number has, are refused with their file, in every format."""

import random

import edfio
import numpy as np
import pytest
import torch
from h5_files import psg, signal, write_h5
from options import composed
from own_recordings import noise, reader, write_brainvision, write_edf

from eegbench.config import build
from eegbench.dataset import BadRecordingError
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.open import open_store
from eegbench.store.local import Local

pytestmark = pytest.mark.slow

SFREQ, SECONDS = 100.0, 120
BROKEN = (np.nan, np.inf, -np.inf)
NOTES = [(30.0 * place, 30.0, stage) for place, stage in enumerate(("W", "N1", "N2", "R"))]
STAGES = {"W": "W", "N1": "N1", "N2": "N2", "R": "R"}


def broken_noise(value, seed):
    """Return noise of three channels, in which a few samples, drawn with the seed, have a value."""
    x, rng = noise(SECONDS, SFREQ), random.Random(seed)
    for _ in range(rng.randrange(1, 5)):
        x[1, rng.randrange(x.shape[1])] = value
    return x


def opened(dataset, folder):
    preprocessing = build(composed()["preprocessing"], Preprocessing)
    storage = Local(folder=str(folder / "stores"), resident="auto", n_workers=1)
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), storage)
    return open_store(plan, dataset, preprocessing, storage, torch.device("cpu"))


def brainvision(root, value, seed):
    markers = [(onset, "Stimulus", f"S{place:3d}") for place, (onset, *_) in enumerate(NOTES)]
    labels = dict(zip((f"Stimulus/S{place:3d}" for place in range(4)), STAGES, strict=True))
    write_brainvision(root / "01/a.vhdr", noise(SECONDS, SFREQ), SFREQ, markers)
    write_brainvision(root / "02/a.vhdr", broken_noise(value, seed), SFREQ, markers)
    return reader, {"labels": labels}, "02/a"


def h5(root, value, seed):
    for name, x in (("a", noise(SECONDS, SFREQ)), ("b", broken_noise(value, seed))):
        entries = [signal(channel) for channel in ("C3_M2", "F3_M2", "EOG1")]
        values = {one["path"]: row.astype(np.float32) for one, row in zip(entries, x, strict=True)}
        write_h5(root / f"{name}.h5", values, description=entries, hypnogram=(0, 1, 2, 4))
    return psg, {}, "b.h5"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize("write", [brainvision, h5])
def test_samples_that_are_no_numbers_are_refused_or_their_recording_is_left_out(tmp_path, write, value, seed):
    root = tmp_path / "set"
    root.mkdir()
    read, options, file = write(root, value, seed)
    with pytest.raises(BadRecordingError, match=rf"{file}.*channel .*(NaN or infinite)"):
        opened(read(root, **options, on_bad_recording="raise"), tmp_path)
    found = opened(read(root, **options, on_bad_recording="skip"), tmp_path)
    assert len(found.recordings) == 1
    assert [file in one.recording or "NaN" in one.reason for one in found.skipped] == [True]


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "NaN()"])
@pytest.mark.parametrize("limit", ["physical_max", "physical_min"])
def test_physical_limits_of_an_edf_that_are_no_numbers_are_refused_with_the_file(tmp_path, text, limit):
    path = write_edf(tmp_path / "01/a.edf", noise(SECONDS, SFREQ), SFREQ, notes=NOTES)
    n_signals = len(edfio.read_edf(path).signals) + 1  # with that of the annotations
    first = 256 + n_signals * (16 + 80 + 8 + (8 if limit == "physical_max" else 0))
    raw = bytearray(path.read_bytes())
    assert float(raw[first : first + 8]) in (500.0, -500.0)
    raw[first : first + 8] = text.encode().ljust(8)
    path.write_bytes(raw)
    with pytest.raises(BadRecordingError, match=r"01/a\.edf"):
        opened(reader(tmp_path, labels=STAGES, on_bad_recording="raise"), tmp_path / "made")
