"""Construction of an encoder for windows of a given form."""

from collections.abc import Collection

from eegbench.config import ConfigError, Spec
from eegbench.model.base import Encoder
from eegbench.types import Form


def build_encoder(spec: Spec[Encoder], form: Form) -> Encoder:
    """Build an encoder for windows of a form.

    Raises
    ------
    ConfigError
        If the encoder takes one group of signals and there are several.
    """
    check_groups(spec, form.groups)
    if len(form.groups) > 1:
        encoder = spec.build(form=form)
    else:
        group = form.only
        encoder = spec.build(form=form, n_channels=group.n_channels, n_times=group.n_times, sfreq=group.sfreq)
    encoder.form = form
    return encoder


def check_groups(spec: Spec[Encoder], groups: Collection[str]) -> None:
    """Raise an error for an encoder of one group of signals if there are several; nothing is built.

    Raises
    ------
    ConfigError
        With the groups, and the options to choose.
    """
    if len(groups) > 1 and spec.takes("n_channels"):
        chosen = "model=grouped" if spec.path == "model" else f"model@{spec.path}=grouped_features"
        raise ConfigError(
            f"{spec.path}={spec.option} takes one group of signals, but the windows have several "
            f"({', '.join(groups)}); choose {chosen}, or a preprocessing of one group."
        )
