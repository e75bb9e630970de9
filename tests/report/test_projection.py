"""Projections of embeddings are those of the methods, whatever the number of windows."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from eegbench.report.projection import project, read_projections


def test_principal_components_are_those_of_scikit_learn_but_for_their_signs():
    rng = np.random.default_rng(0)
    features = (rng.standard_normal((300, 7)) @ rng.standard_normal((7, 7)) + 3).astype(np.float32)
    points, words = project(features, "pca", seed=0)
    pca = PCA(n_components=2).fit(features.astype(np.float64))
    np.testing.assert_allclose(np.abs(points), np.abs(pca.transform(features.astype(np.float64))), atol=1e-5)
    assert words == tuple(
        f"PC{i + 1} ({100 * pca.explained_variance_ratio_[i]:.0f} % of the variance)" for i in range(2)
    )
    repeated, _ = project(features[::-1], "pca", seed=0)
    np.testing.assert_allclose(repeated[::-1], points, atol=1e-9)  # the signs do not depend on the order


@pytest.mark.parametrize("features", [np.ones((5, 3)), np.arange(6.0).reshape(6, 1)])
def test_embeddings_of_one_direction_or_none_can_be_drawn_too(features):
    points, words = project(features.astype(np.float32), "pca", seed=0)
    assert np.isfinite(points).all()
    assert points.shape == (len(features), 2)
    assert words[1] == "PC2 (0 % of the variance)"


@pytest.mark.slow
@pytest.mark.parametrize("projection", ["tsne", "umap"])
@pytest.mark.parametrize("n", [12, 90])
def test_windows_of_two_groups_are_nearest_to_their_own(projection, n):
    if projection == "umap":
        pytest.importorskip("umap")
    group = np.arange(n) % 2
    features = np.random.default_rng(0).standard_normal((n, 10)).astype(np.float32) + 8 * group[:, None]
    points, words = project(features, projection, seed=3)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (group[distances.argmin(axis=1)] == group).all()
    assert words == {"tsne": ("t-SNE 1", "t-SNE 2"), "umap": ("UMAP 1", "UMAP 2")}[projection]
    np.testing.assert_array_equal(project(features, projection, seed=3)[0], points)


def test_a_projection_without_its_package_is_refused_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr("eegbench.report.projection.find_spec", lambda name: None)
    assert read_projections("tsne") == ("tsne",)
    assert read_projections(("pca", "tsne")) == ("pca", "tsne")
    with pytest.raises(ValueError, match=r"projection=umap needs .* pip install 'eegbench\[umap\]'"):
        read_projections(("pca", "umap"))
