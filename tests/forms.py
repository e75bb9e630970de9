"""Forms and windows of one group of signals, for tests."""

import numpy as np
import torch

from eegbench.store.windows import Windows
from eegbench.types import Form, Group


def group_of(channels, sfreq, n_times, positions=None) -> Group:
    nowhere = np.full((len(channels), 3), np.nan)
    return Group(tuple(channels), sfreq, n_times, nowhere if positions is None else positions)


def form_of(channels, sfreq, n_times, normalise="none") -> Form:
    return Form({"eeg": group_of(channels, sfreq, n_times)}, normalise)


def windows_of(x: torch.Tensor) -> Windows:
    return Windows({"eeg": x})
