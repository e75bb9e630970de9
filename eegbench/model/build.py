"""Build an encoder for windows of a form."""

from eegbench.config import ConfigError, Spec
from eegbench.model.base import Encoder
from eegbench.types import Form


def build_encoder(spec: Spec[Encoder], form: Form) -> Encoder:
    """Build an encoder for windows of a form.

    Raises
    ------
    ConfigError
        Where the encoder takes one group of signals and there are several.
    """
    if len(form.groups) > 1:
        if spec.takes("n_channels"):
            raise ConfigError(
                f"{spec.path}={spec.option} takes one group of signals, and the windows have several "
                f"({', '.join(form.groups)}); choose {spec.path}=grouped, or a preprocessing of one group."
            )
        return spec.build(form=form)
    group = form.only
    return spec.build(form=form, n_channels=group.n_channels, n_times=group.n_times, sfreq=group.sfreq)
