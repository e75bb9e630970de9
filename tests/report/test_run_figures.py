"""What is drawn of a run is computed as it should be."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from eegbench.report.run_figures import _project


def test_principal_components_are_those_of_scikit_learn_but_for_their_signs():
    rng = np.random.default_rng(0)
    features = (rng.standard_normal((300, 7)) @ rng.standard_normal((7, 7)) + 3).astype(np.float32)
    points, words = _project(features, "pca", seed=0)
    pca = PCA(n_components=2).fit(features.astype(np.float64))
    np.testing.assert_allclose(np.abs(points), np.abs(pca.transform(features.astype(np.float64))), atol=1e-5)
    assert words == tuple(f"PC{i + 1} ({pca.explained_variance_ratio_[i]:.0%} of variance)" for i in range(2))
    repeated, _ = _project(features[::-1], "pca", seed=0)
    np.testing.assert_allclose(repeated[::-1], points, atol=1e-9)  # the signs do not depend on the order


@pytest.mark.parametrize("features", [np.ones((5, 3)), np.arange(6.0).reshape(6, 1)])
def test_embeddings_of_one_direction_or_none_can_be_drawn_too(features):
    points, words = _project(features.astype(np.float32), "pca", seed=0)
    assert np.isfinite(points).all()
    assert points.shape == (len(features), 2)
    assert words[1] == "PC2 (0% of variance)"
