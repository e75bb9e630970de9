"""Controls without an encoder: classifiers that are fitted to the signals of windows."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from eegbench.inference.description import Description
from eegbench.inference.embedding import Embeddings
from eegbench.probe.base import Classifier, Facts, Labelled, Probe, ProbeNotConvergedError
from eegbench.probe.linear import Linear
from eegbench.store.base import WindowStore

AT_A_TIME = 256
"""Number of windows whose signals and covariances are in memory together."""

Transform = Callable[[Float[np.ndarray, "n n_channels n_times"]], Float[np.ndarray, "n dim"]]
"""Function from the signals of windows to their features."""

Decide = Callable[[Float[np.ndarray, "n dim"]], Float[np.ndarray, "n n_classes"]]
"""Function from features to the probabilities of all classes."""


class WindowsProbe(Probe):
    """Base class of probes of windows, which are controls: they are fitted once, whatever the encoder is."""

    needs: Literal["embeddings", "encoder", "windows"] = "windows"

    def check(self, name: str, store: WindowStore) -> None:
        """Refuse crops of trials, several groups of signals, and recordings that lack channels.

        Raises
        ------
        ValueError
            In these cases; the message has the option to change.
        """
        start = f"probe={name} is fitted to the channels of whole windows"
        if len(store.form.groups) > 1:
            raise ValueError(f"{start}, and there are several groups of signals; leave {name} out of probe=[…].")
        if store.has_crops:
            raise ValueError(f"{start}, and windows are crops of trials; set preprocessing=trial, or leave {name} out.")
        if store.lacks_channels:
            raise ValueError(
                f"{start}, and some recordings lack channels; name the channels that all have in "
                f"preprocessing.signal.channels=[…], or leave {name} out of probe=[…]."
            )


class WindowsClassifier(Classifier):
    """Classifier of the features of windows' signals.

    Parameters
    ----------
    store
        Store of the windows.
    transform, decide
        Functions from signals to features, and from these to the probabilities of all classes.
    facts
        Selected options and cost of the fit.
    """

    def __init__(self, store: WindowStore, *, transform: Transform, decide: Decide, facts: Facts) -> None:
        self.store, self.transform, self.decide, self.facts = store, transform, decide, facts

    def probabilities(self, rows: Int[np.ndarray, "n"]) -> Float[np.ndarray, "n n_classes"]:
        """Return class probabilities of windows by their rows in the store's table."""
        if not len(rows):
            return np.empty((0, len(self.store.classes)))
        return self.decide(features_of(self.store, rows, self.transform))

    def network(self, description: Description) -> None:
        """Return None, because there is no encoder."""


def signals(store: WindowStore, rows: Int[np.ndarray, "n"]) -> Iterator[Float[np.ndarray, "_ n_channels n_times"]]:
    """Yield the signals of windows in batches, in double precision."""
    batches = [rows[first : first + AT_A_TIME] for first in range(0, len(rows), AT_A_TIME)]
    for windows in store.each(store.gather, batches):
        yield windows.only.double().cpu().numpy()


def features_of(store: WindowStore, rows: Int[np.ndarray, "n"], transform: Transform) -> Float[np.ndarray, "n dim"]:
    """Return the features of windows, computed in batches."""
    return np.concatenate([transform(x) for x in signals(store, rows)])


def fit_logistic(name: str, probe: Linear, train: Labelled, valid: Labelled, transform: Transform) -> WindowsClassifier:
    """Fit the linear probe to features of windows in place of embeddings.

    Raises
    ------
    ProbeNotConvergedError
        If the fit did not converge; the message names the options of this probe.
    """
    rows = np.concatenate([train.rows, valid.rows])
    features = Embeddings(features_of(train.store, rows, transform).astype(np.float32), rows)
    parts = (Labelled(one.rows, one.y, features, one.encoder, one.store) for one in (train, valid))
    try:
        head, facts = probe.fit_head(*parts)
    except ProbeNotConvergedError as error:
        option = error.option.replace("probe.of.linear", f"probe.of.{name}")
        raise ProbeNotConvergedError(str(error).replace("probe.of.linear", f"probe.of.{name}"), option) from error
    return WindowsClassifier(train.store, transform=transform, decide=head.probabilities, facts=facts)


def need_pyriemann(name: str) -> None:
    """Raise an error if the package pyriemann is not installed.

    Raises
    ------
    ValueError
        If it is not; the message has the command that installs it.
    """
    if find_spec("pyriemann") is None:
        raise ValueError(
            f"probe={name} needs the package pyriemann: pip install 'eegbench[riemann]'; or leave {name} out of "
            "probe=[…]."
        )
