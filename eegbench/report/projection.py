"""Projections of embeddings to two dimensions: principal components, t-SNE and UMAP."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Literal

import numpy as np
from jaxtyping import Float

from eegbench.figure.style import percent

Projection = Literal["pca", "tsne", "umap"]
"""Values of the option ``projection``."""

NAMES: Mapping[str, str] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
"""Usual names of projections."""

N_NEIGHBOURS = 15
"""Neighbours of a window in UMAP, its default."""

PERPLEXITY = 30.0
"""Perplexity of t-SNE, its default."""

Features = Float[np.ndarray, "n embed_dim"]
Projected = tuple[Float[np.ndarray, "n 2"], tuple[str, str]]


def read_projections(chosen: Projection | Sequence[Projection]) -> tuple[Projection, ...]:
    """Return the chosen projections.

    Raises
    ------
    ValueError
        If one needs a package that is not installed; the message has the command that installs it.
    """
    projections = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    if "umap" in projections and find_spec("umap") is None:
        raise ValueError(
            "projection=umap needs the package umap-learn: pip install 'eegbench[umap]'; or choose projection=pca or "
            "projection=tsne."
        )
    return projections


def project(features: Features, projection: str, seed: int) -> Projected:
    """Return two coordinates of each embedding, and the labels of the two axes.

    Parameters
    ----------
    features
        Embeddings.
    projection
        ``pca``; ``tsne`` (van der Maaten and Hinton 2008, JMLR 9, 2579-2605); or ``umap`` (McInnes et al. 2018,
        doi:10.21105/joss.00861). The last two keep neighbours together; distances between groups mean little.
    seed
        Seed of t-SNE and UMAP. UMAP then uses one thread.
    """
    found: Mapping[str, Callable[[Features, int], Projected]] = {"pca": _pca, "tsne": _tsne, "umap": _umap}
    return found[projection](features, seed)


def _pca(features: Features, seed: int) -> Projected:  # noqa: ARG001  no chance
    """Return the two principal components; the largest loading of each is positive."""
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    centred = np.pad(centred, ((0, 0), (0, max(0, 2 - centred.shape[1]))))
    variance, axes = np.linalg.eigh(centred.T @ centred)  # the largest last
    axes = axes[:, [-1, -2]]
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[None], axis=0))
    first, second = variance[[-1, -2]] / max(variance.sum(), np.finfo(float).tiny)
    return centred @ axes, (f"PC1 ({percent(first)} of the variance)", f"PC2 ({percent(second)} of the variance)")


def _tsne(features: Features, seed: int) -> Projected:
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, max(1.0, (len(features) - 1) / 3))
    points = TSNE(n_components=2, perplexity=perplexity, random_state=seed).fit_transform(features)
    return points, ("t-SNE 1", "t-SNE 2")


def _umap(features: Features, seed: int) -> Projected:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of networks without TensorFlow, which are not used, and of few windows
        from umap import UMAP

        n_neighbors = min(N_NEIGHBOURS, max(2, len(features) - 1))
        fitted = UMAP(n_components=2, n_neighbors=n_neighbors, random_state=seed, n_jobs=1)
        points = np.asarray(fitted.fit_transform(features), dtype=np.float64)
    return points, ("UMAP 1", "UMAP 2")
