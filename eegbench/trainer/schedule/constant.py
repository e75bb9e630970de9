"""The learning rate stays as it is."""

from eegbench.trainer.schedule.base import Schedule


class Constant(Schedule):
    """A factor of 1 throughout."""

    def factor(self, step: int, n_steps: int) -> float:  # noqa: ARG002  a schedule may look at both
        """Return 1."""
        return 1.0
