"""SimpleSleepNet as it was published: each window reads, transforms and encodes its 21 sleep epochs again.

Written from a description of the network (Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181) and of what its authors'
programs do, in plain torch, without eegbench. Where two functions of torch do the same, such as squares of both parts
and the square of an absolute value, the faster is taken. Records are not padded with zeros.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import Dataset

EPOCH, HOP, N_FFT = 3000, 100, 256  # samples at 100 Hz: 30 s, 1 s, and the power of two above 2 s
LIMIT_UV, FLOOR, CEILING, EPSILON = 500.0, 1e-20, 1e32, 1e-15
UNSCORED = -1
PREFIXES = {
    "encoder.signals.normalisers.standardise.": "",
    "encoder.signals.epoch_encoder.": "",
    "encoder.signals.reducer.": "",
    "encoder.features.layers.1.": "features.0.",
    "sequence.beside.": "beside.",
    "sequence.layers.": "grus.",
}
"""What the weights of the same network are called in eegbench, and here."""


class WindowsOfEpochs(Dataset):
    """A window an item: its epochs (length, n_channels, 3000), their features (length, 6) and stages (length,).

    Parameters
    ----------
    signals
        A memory map a record (n_samples, n_channels) in µV, float32.
    features, stages
        Of each record, a row an epoch.
    windows
        Record and first epoch of each window (n, 2).
    length
        Epochs in a window.
    """

    def __init__(self, signals, features, stages, windows, length):
        self.signals, self.features, self.stages = signals, features, stages
        self.windows, self.length = windows, length

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, number):
        record, first = self.windows[number]
        epochs = slice(first, first + self.length)
        samples = self.signals[record][first * EPOCH : (first + self.length) * EPOCH]
        x = samples.reshape(self.length, EPOCH, -1).transpose(0, 2, 1)
        return (
            torch.from_numpy(np.ascontiguousarray(x)),
            torch.from_numpy(self.features[record][epochs]),
            torch.from_numpy(self.stages[record][epochs]),
        )


class WindowedSleepNet(nn.Module):
    """Normalisers, epoch encoder, attention, two residual GRUs and a linear layer, over windows of epochs."""

    def __init__(self, n_channels, n_classes=5, *, hidden=25, n_frequencies=30, n_features=6, dropout=0.5):
        super().__init__()
        hann = torch.hann_window(N_FFT, periodic=False, dtype=torch.float64)
        self.register_buffer("hann", (hann / hann.sum()).float(), persistent=False)
        for name in ("mean", "deviation"):
            self.register_buffer(name, torch.zeros(n_channels, N_FFT // 2 + 1, 1))
        self.frequencies = nn.Linear(N_FFT // 2 + 1, n_frequencies)
        self.channels = nn.Linear(n_channels, n_channels)
        self.gru = nn.GRU(n_channels * n_frequencies, hidden, batch_first=True, bidirectional=True)
        self.context, self.score = nn.Linear(2 * hidden, 25), nn.Linear(25, 1, bias=False)
        self.features = nn.Sequential(nn.Linear(n_features, 5), nn.ReLU())
        sizes = (2 * hidden + 5, 2 * hidden)
        self.grus = nn.ModuleList(nn.GRU(n, hidden, batch_first=True, bidirectional=True) for n in sizes)
        self.beside = nn.ModuleList(nn.Linear(n, 2 * hidden) for n in sizes)
        self.classifier = nn.Linear(2 * hidden, n_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, features):
        """Return class scores of each epoch of each window (batch, length, n_classes)."""
        return self.judged(self.encoded(self.normalised(x)), features)

    def normalised(self, x):
        """Limit, transform and standardise signals (batch, length, n_channels, 3000)."""
        shape = x.shape
        x = x.clamp(-LIMIT_UV, LIMIT_UV) / LIMIT_UV
        made = torch.stft(x.reshape(-1, EPOCH), N_FFT, HOP, N_FFT, self.hann, center=False, return_complex=True)
        powers = made.real.square() + made.imag.square()
        logs = powers.clamp(FLOOR, CEILING).log10().view(*shape[:3], *powers.shape[1:])
        return (logs - self.mean) / (self.deviation + EPSILON)

    def encoded(self, x):
        """Make a vector of each spectrogram (batch, length, n_channels, n_bins, n_frames)."""
        batch, length = x.shape[:2]
        fewer = self.frequencies(x.flatten(0, 1).transpose(2, 3))
        mixed = self.dropout(self.channels(fewer.permute(0, 2, 3, 1)))  # epochs, frames, frequencies, channels
        steps = self.dropout(self.gru(mixed.transpose(2, 3).flatten(2))[0])
        weights = self.score(torch.tanh(self.context(steps))).softmax(1)
        return (steps * weights).sum(1).view(batch, length, -1)

    def judged(self, z, features):
        """Return class scores of epochs from their vectors and features."""
        z = torch.cat([z, self.features(features)], 2)
        for gru, beside in zip(self.grus, self.beside, strict=True):
            z = self.dropout((beside(z) + gru(z)[0]) / 2)
        return self.classifier(z)


def loss_of(scores, stages):
    """Return the mean cross-entropy of the scored epochs of all windows."""
    return cross_entropy(scores.flatten(0, 1), stages.flatten(), ignore_index=UNSCORED)


def stage_night(net, batches, n_epochs):
    """Return the stage of each epoch of a record: the sum of log-probabilities over all windows that hold it.

    Parameters
    ----------
    net
        In evaluation mode. Gradients are recorded unless the caller turns them off; the published program records them.
    batches
        Yields epochs and features of windows one epoch apart, in order.
    n_epochs
        Epochs of the record.
    """
    votes, first = torch.zeros(n_epochs, net.classifier.out_features), 0
    for x, features, *_ in batches:
        for one in net(x, features).log_softmax(2).detach():
            votes[first : first + len(one)] += one
            first += 1
    return votes.argmax(1)


def name_of(ours):
    """Return the network's name of a tensor that a saved network of eegbench calls so."""
    for prefix, own in PREFIXES.items():
        if ours.startswith(prefix):
            turned = "_reverse" if ".backward_in_time." in ours else ""
            name = own + ours.removeprefix(prefix) + turned
            return name.replace(".onward.", ".").replace(".backward_in_time.", ".")
    return f"classifier.{ours}"
