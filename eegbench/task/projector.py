"""Multilayer perceptrons between embeddings and the losses of tasks."""

from torch import nn


def perceptron(in_dim: int, hidden_dim: int, out_dim: int) -> nn.Sequential:
    """Return a multilayer perceptron with one hidden layer and ReLU, without batch normalisation."""
    return nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, out_dim))


def projector(
    in_dim: int, hidden_dim: int, out_dim: int, *, n_hidden: int, bias: bool, normalised: bool = False
) -> nn.Sequential:
    """Return a multilayer perceptron with batch normalisation and ReLU after each hidden layer.

    Parameters
    ----------
    in_dim, hidden_dim, out_dim
        Number of inputs, of units of each hidden layer, and of outputs.
    n_hidden
        Number of hidden layers.
    bias
        Whether the output layer has a bias.
    normalised
        Whether batch normalisation without weights follows the output layer.
    """
    layers: list[nn.Module] = []
    for _ in range(n_hidden):
        layers += [nn.Linear(in_dim, hidden_dim, bias=False), nn.BatchNorm1d(hidden_dim), nn.ReLU()]
        in_dim = hidden_dim
    layers.append(nn.Linear(in_dim, out_dim, bias=bias))
    if normalised:
        layers.append(nn.BatchNorm1d(out_dim, affine=False))
    return nn.Sequential(*layers)
