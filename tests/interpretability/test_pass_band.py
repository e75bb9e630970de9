"""Maps of frequencies keep to the pass band of the filters."""

from dataclasses import replace

import numpy as np
import pytest
from interpretability.scenes import LinearScores, noise, scene_of

from eegbench.interpretability.amplitude import class_difference
from eegbench.interpretability.amplitude_gradient import AmplitudeGradient
from eegbench.interpretability.amplitude_perturbation import AmplitudePerturbation
from eegbench.interpretability.faithfulness import faithfulness


@pytest.fixture
def scenes():
    """The same scene without filters, and with signals that were filtered from 2 to 5 Hz (bins of 1 Hz up to 8)."""
    whole = scene_of(LinearScores(noise(2, 3, 16).float()), noise(40, 3, 16, seed=1).float())
    return whole, replace(whole, passed_hz=(2.0, 5.0))


def perturbation(n_permutations: int) -> AmplitudePerturbation:
    return AmplitudePerturbation(
        kind="additive", n_iterations=3, scale=1.0, unit="bin_std", layer=None, n_permutations=n_permutations
    )


def test_values_in_the_pass_band_are_those_of_the_whole_map(scenes):
    for method in (AmplitudeGradient(), perturbation(0)):
        whole, part = (method.explain(scene, np.random.default_rng(0)) for scene in scenes)
        assert part.places.tolist() == [2.0, 3.0, 4.0, 5.0]
        np.testing.assert_allclose(part.values, whole.values[..., 2:6], rtol=1e-12)
        np.testing.assert_allclose(part.standard_error, whole.standard_error[..., 2:6], rtol=1e-12)
    np.testing.assert_array_equal(class_difference(scenes[1]), class_difference(scenes[0])[..., 2:6])


def test_p_values_are_corrected_for_the_places_in_the_pass_band_alone(scenes):
    whole, part = (perturbation(99).explain(scene, np.random.default_rng(0)) for scene in scenes)
    assert (part.p <= whole.p[..., 2:6]).all()
    assert (part.p < whole.p[..., 2:6]).any()


def test_what_lies_outside_is_never_deleted(scenes):
    method = AmplitudeGradient()
    whole, part = (
        faithfulness(method.explain(scene, np.random.default_rng(0)), scene, np.random.default_rng(1))
        for scene in scenes
    )
    assert part.deletion > whole.deletion  # half of what the scores depend on stays


def test_a_pass_band_between_two_frequencies_is_refused(scenes):
    with pytest.raises(ValueError, match=r"no frequency of a window of 1 s lies in the pass band of the filters, 2.2"):
        AmplitudeGradient().explain(replace(scenes[0], passed_hz=(2.2, 2.8)), np.random.default_rng(0))


def test_measures_have_the_unit_of_the_signals(scenes):
    for unit in ("µV", "SD"):
        found = AmplitudeGradient().explain(replace(scenes[0], unit=unit), np.random.default_rng(0))
        assert found.measure == f"score per {unit} of spectral amplitude"
