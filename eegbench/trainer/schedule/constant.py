"""Constant learning rate."""

from eegbench.trainer.schedule.base import Schedule


class Constant(Schedule):
    """A factor of 1 at every step."""

    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:  # noqa: ARG002  for other schedules
        """Return 1."""
        return 1.0
