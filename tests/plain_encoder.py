"""An encoder without batch norm and dropout: what it computes of a window depends on nothing else."""

from torch import nn

from eegbench.model.base import SignalEncoder


class PlainEncoder(SignalEncoder):
    """Spectral-like filters, rectified and averaged over time, and a linear layer."""

    def __init__(self, *, n_channels, n_times, sfreq, embed_dim):
        super().__init__()
        self.embed_dim = embed_dim
        self.filters = nn.Conv1d(n_channels, 8, int(sfreq / 4))
        self.linear = nn.Linear(8, embed_dim)

    def features(self, x):
        return self.filters(x).square().mean(2).unsqueeze(1)

    def embed(self, x):
        return self.linear(self.features(x).squeeze(1))
