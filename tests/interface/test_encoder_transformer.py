"""The transformer stands in scikit-learn's pipelines, and passes scikit-learn's own checks."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Tags
from sklearn.utils.estimator_checks import check_estimator

from eegbench import EncoderTransformer, load_run


@pytest.fixture(scope="module")
def run(finished):
    return load_run(finished, device="cpu", trust=["toy"])


@pytest.fixture(scope="module")
def windows():
    """Windows of two frequencies in µV, their class, and their subject."""
    rng, t = np.random.default_rng(0), np.arange(200) / 100
    y = np.tile(["left", "right"], 30)
    tones = np.sin(2 * np.pi * np.where(y == "left", 5, 12)[:, None, None] * t)
    return 20 * (tones + rng.standard_normal((60, 2, 200))), y, np.repeat(np.arange(6), 10)


def test_it_stands_in_a_pipeline(run, windows):
    X, y, subjects = windows
    pipeline = make_pipeline(EncoderTransformer(run.folder), LogisticRegression())
    scores = cross_val_score(pipeline, X, y, groups=subjects, cv=GroupKFold(3))
    by_hand = cross_val_score(LogisticRegression(), run.embed(X), y, groups=subjects, cv=GroupKFold(3))
    np.testing.assert_allclose(scores, by_hand)
    assert scores.mean() > 0.8


def test_it_embeds_as_the_run_does_whatever_names_the_run(run, windows):
    X, _, _ = windows
    for named in (run, run.folder, str(run.folder)):
        np.testing.assert_array_equal(EncoderTransformer(named).fit_transform(X), run.embed(X))
    fitted = EncoderTransformer(run).fit(X)
    for copy in (pickle.loads(pickle.dumps(fitted)), clone(fitted).fit(X)):
        np.testing.assert_array_equal(copy.transform(X), run.embed(X))
    frame = fitted.set_output(transform="pandas").transform(X[:3])
    assert frame.columns.tolist() == [f"encodertransformer{number}" for number in range(run.embed_dim)]


def test_what_is_not_windows_of_the_run_is_refused(run, windows):
    X, _, _ = windows
    with pytest.raises(NotFittedError):
        EncoderTransformer(run).transform(X)
    for wrong in (X[0], X[:0], X[:, :1], X[..., :100]):
        with pytest.raises(ValueError, match="Expected"):
            EncoderTransformer(run).fit(wrong)
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        EncoderTransformer("nowhere").fit(X)


class Tiled(EncoderTransformer):
    """The transformer for rows of any length, which are repeated to fill a window: scikit-learn checks rows only."""

    def fit(self, X, y=None):
        self._tiled(X, reset=True)
        return super().fit(self._tiled(X, reset=True), y)

    def transform(self, X):
        return super().transform(self._tiled(X, reset=False))

    def _tiled(self, X, *, reset):
        from sklearn.utils.validation import check_is_fitted, validate_data

        if not reset:
            check_is_fitted(self)
        rows = validate_data(self, X, reset=reset, dtype=np.float64)
        return 20.0 * np.stack([np.resize(row, (2, 200)) for row in rows])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def test_it_passes_the_checks_of_scikit_learn_on_rows_that_fill_windows(run):
    check_estimator(Tiled(run.folder), on_skip=None)


class Rows(EncoderTransformer):
    """The transformer as it is, declared to take rows, so that scikit-learn does not skip its checks."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


ROWS = "it fits rows (n, n_features), and windows have three dimensions"
WORDS = "it expects other words in the error message"
FAILED = {
    "check_complex_data": WORDS,
    "check_dict_unchanged": ROWS,
    "check_dont_overwrite_parameters": ROWS,
    "check_dtype_object": WORDS,
    "check_estimator_sparse_array": WORDS,
    "check_estimator_sparse_matrix": WORDS,
    "check_estimator_sparse_tag": WORDS,
    "check_estimators_dtypes": ROWS,
    "check_estimators_empty_data_messages": WORDS,
    "check_estimators_fit_returns_self": ROWS,
    "check_estimators_nan_inf": "its rows are refused for their shape, before their NaN",
    "check_estimators_overwrite_params": ROWS,
    "check_estimators_pickle": ROWS,
    "check_f_contiguous_array_estimator": ROWS,
    "check_fit2d_1feature": WORDS,
    "check_fit2d_1sample": WORDS,
    "check_fit2d_predict1d": ROWS,
    "check_fit_check_is_fitted": ROWS,
    "check_fit_idempotent": ROWS,
    "check_fit_score_takes_y": ROWS,
    "check_methods_sample_order_invariance": ROWS,
    "check_methods_subset_invariance": ROWS,
    "check_n_features_in": ROWS,
    "check_n_features_in_after_fitting": ROWS,
    "check_pipeline_consistency": ROWS,
    "check_positive_only_tag_during_fit": ROWS,
    "check_readonly_memmap_input": ROWS,
    "check_transformer_data_not_an_array": ROWS,
    "check_transformer_general": ROWS,
}
"""Checks of scikit-learn that the class itself cannot pass, with the reason; `Tiled` passes them."""


def test_of_these_checks_it_fails_only_those_that_fit_rows(run):
    results = check_estimator(Rows(run.folder), expected_failed_checks=FAILED, on_skip=None)
    assert {one["check_name"] for one in results if one["status"] == "xfail"} == {*FAILED}
    assert len([one for one in results if one["status"] == "passed"]) >= 10


def first_two_channels(X):
    return X[:, :2, :200]


def test_moabb_evaluates_it(run, tmp_path):
    fake = pytest.importorskip("moabb.datasets.fake", reason="pip install moabb")
    from moabb.evaluations import CrossSubjectEvaluation
    from moabb.paradigms import LeftRightImagery

    windows = FunctionTransformer(first_two_channels)
    pipeline = make_pipeline(windows, EncoderTransformer(run.folder), LogisticRegression(max_iter=1000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MOABB
        dataset = fake.FakeDataset(["left_hand", "right_hand"], n_subjects=3, n_sessions=1, seed=12)
        paradigm = LeftRightImagery(resample=100)
        evaluation = CrossSubjectEvaluation(
            paradigm=paradigm, datasets=[dataset], overwrite=True, hdf5_path=str(tmp_path)
        )
        scores = evaluation.process({"encoder": pipeline})
    assert sorted(scores["subject"].astype(str)) == ["1", "2", "3"]
    assert scores["score"].between(0, 1).all()
