"""Headings of figures from the names of options and files."""

import pytest

from eegbench.report.heading import heading, in_brackets


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("confusion_linear_test", "Confusion matrix, linear test"),
        ("report_linear_test", "Classification report, linear test"),
        ("embeddings_pca", "Embeddings, PCA"),
        ("grad_cam", "Grad-CAM"),
        ("interpretability/grad_cam_eeg_map", "Interpretability/Grad-CAM eeg map"),
        ("input_x_gradient", "Input × gradient"),
    ],
)
def test_names_are_written_out_with_established_spellings(name, expected):
    assert heading(name) == expected


def test_facts_are_in_one_pair_of_brackets():
    assert in_brackets("Grad-CAM", "network, test (within subject)") == "Grad-CAM (network, test, within subject)"
    assert in_brackets("Grad-CAM", "network, test") == "Grad-CAM (network, test)"
