"""Arrays of windows from outside, checked before a network reads them.

Conventions
-----------
An array holds windows as the network of a run was trained on them: preprocessed, in µV, with the channels of the run in
their order, at its sampling rate. MNE's recordings are in volts; they are preprocessed by eegbench.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32

from eegbench.types import Form, Group

MIN_UV = 0.01
"""Arrays whose largest value is below this, in µV, are taken for volts and refused; noise of amplifiers is larger."""


def as_batch(windows: object, form: Form) -> tuple[dict[str, Float32[np.ndarray, "n _ _"]], bool]:
    """Return windows by group of signals with a batch dimension, and whether they came as one window without it.

    Parameters
    ----------
    windows
        Array (n_channels, n_times) or (n, n_channels, n_times) in µV; if the form has several groups, a mapping from
        the name of each group to such an array.
    form
        Form of the windows of the network.

    Raises
    ------
    TypeError
        If they are not arrays of real numbers.
    ValueError
        If they have other groups or another shape than the form, NaN or infinite values, or are in volts.
    """
    if form.features:
        raise ValueError(
            f"The network reads the features {', '.join(form.features)} of each window next to its signals, which "
            "arrays do not have; give recordings."
        )
    given = windows if isinstance(windows, Mapping) or len(form.groups) > 1 else {next(iter(form.groups)): windows}
    if not isinstance(given, Mapping) or given.keys() != form.groups.keys():
        found = ", ".join(map(str, given)) if isinstance(given, Mapping) else "one array"
        raise ValueError(
            f"Expected a mapping with an array for each group of signals ({', '.join(form.groups)}), got {found}."
        )
    arrays = {name: _numbers(given[name]) for name in form.groups}
    single = {array.ndim == 2 for array in arrays.values()}
    batch = {name: _checked(array, form.groups[name]) for name, array in arrays.items()}
    if len(single) > 1 or len({len(one) for one in batch.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"Expected the same number of windows in each group of signals, got {shapes}.")
    return batch, single.pop()


def _numbers(windows: object) -> np.ndarray:
    if hasattr(windows, "get_data"):
        raise TypeError(
            f"Expected an array, got {type(windows).__name__} of MNE; of epochs, give epochs.get_data(units='uV')."
        )
    array = np.asarray(windows)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"Expected an array of real numbers, got the dtype {array.dtype}.")
    return array


def _checked(array: np.ndarray, group: Group) -> Float32[np.ndarray, "n _ _"]:
    expected = (group.n_channels, group.n_times)
    if array.ndim not in (2, 3) or array.shape[-2:] != expected:
        turned = array.ndim in (2, 3) and array.shape[-2:] == expected[::-1]
        raise ValueError(
            f"Expected an array of shape {expected} or (n, {expected[0]}, {expected[1]}) (channels "
            f"{', '.join(group.channels)}; {group.n_times / group.sfreq:g} s at {group.sfreq:g} Hz), got {array.shape}"
            + ("; swap its last two axes." if turned else ".")
        )
    made = np.ascontiguousarray(array.reshape(-1, *expected), dtype=np.float32)
    finite = np.isfinite(made).all(axis=(1, 2))
    if not finite.all():
        raise ValueError(
            f"Expected finite values, got NaN or infinity in {(~finite).sum()} of {len(made)} windows, the first at "
            f"position {int(np.argmin(finite))}; leave these windows out."
        )
    largest = float(np.abs(made).max(initial=0))
    if 0 < largest < MIN_UV:
        raise ValueError(
            f"Expected µV, got values up to {largest:.3g}, which seem to be volts; multiply them by 1e6, or take MNE's "
            "epochs.get_data(units='uV')."
        )
    return made
