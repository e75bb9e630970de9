"""A pretrained encoder as a transformer of scikit-learn."""

from os import PathLike

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from eegbench.inference.window_array import as_batch
from eegbench.interface.finished_run import Run, load_run


class EncoderTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Embed windows with the encoder of a finished run, as a step of a scikit-learn pipeline.

    The encoder is not trained further: ``fit`` loads it and checks the form of the windows. A score of a pipeline with
    this step is a test score only for people whose recordings were not used to train the run.

    Parameters
    ----------
    run
        Folder of a finished run, or a `Run` (``load_run(folder, predictor="linear", device="cpu")``).

    Attributes
    ----------
    run_
        The opened run.

    Examples
    --------
    >>> pipeline = make_pipeline(EncoderTransformer("outputs/runs/FOLDER"), LogisticRegression())  # doctest: +SKIP
    >>> cross_val_score(pipeline, X, y, groups=subjects, cv=GroupKFold(5))  # doctest: +SKIP
    """

    def __init__(self, run: "str | PathLike[str] | Run") -> None:
        self.run = run

    def fit(self, X: Float[np.ndarray, "n n_channels n_times"], y: object = None) -> "EncoderTransformer":  # noqa: ARG002
        """Load the encoder, and check the windows.

        Parameters
        ----------
        X
            Windows in µV (see `eegbench.Run`).
        y
            Ignored.

        Raises
        ------
        TypeError, ValueError
            If they are not windows of the run.
        FileNotFoundError
            If there is no such run.
        """
        self.run_ = self.run if isinstance(self.run, Run) else load_run(self.run)
        self._check(X)
        self._n_features_out = self.run_.embed_dim
        return self

    def transform(self, X: Float[np.ndarray, "n n_channels n_times"]) -> Float[np.ndarray, "n embed_dim"]:
        """Return the embeddings of windows as float32.

        Parameters
        ----------
        X
            Windows in µV (see `eegbench.Run`).

        Raises
        ------
        NotFittedError
            If ``fit`` was not called.
        TypeError, ValueError
            If they are not windows of the run.
        """
        check_is_fitted(self)
        self._check(X)
        return np.asarray(self.run_.embed(X))

    def _check(self, X: object) -> None:
        """Raise an error for what is not an array of several windows of the run."""
        batch, is_single = as_batch(X, self.run_.form)
        if is_single or not len(next(iter(batch.values()))):
            raise ValueError(
                f"Expected at least one window in an array (n, n_channels, n_times), got {np.asarray(X).shape}."
            )

    def __sklearn_tags__(self) -> Tags:
        """Return scikit-learn's tags: the input has three dimensions, the output is float32."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = False, True
        tags.transformer_tags.preserves_dtype = []  # embeddings are float32
        return tags
