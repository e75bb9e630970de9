"""The learning rate rises step by step to its full value, then falls by a factor after each pass."""

from eegbench.trainer.schedule.base import Schedule


class WarmupExponential(Schedule):
    """A factor of (step + 1) / warmup_steps, and then of decay to the power of the passes that ended since.

    The pass in which the last step of the warm-up lies is the first of the full learning rate: it counts as ended when
    the next pass begins. Training that stops within the warm-up never reaches the full learning rate.

    Parameters
    ----------
    warmup_steps
        Steps after which the learning rate is ``trainer.lr``; 0 begins with it.
    decay
        Factor on the learning rate after each pass, above 0 and at most 1.

    Raises
    ------
    ValueError
        Where an option is out of range.
    """

    def __init__(self, *, warmup_steps: int, decay: float) -> None:
        if warmup_steps < 0:
            raise ValueError(f"trainer.schedule.warmup_steps={warmup_steps}: 0 steps or more are expected.")
        if not 0 < decay <= 1:
            raise ValueError(f"trainer.schedule.decay={decay:g}: a factor above 0 and at most 1 is expected.")
        self.warmup_steps = warmup_steps
        self.decay = decay

    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:  # noqa: ARG002  has no last pass
        """Return the share of the warm-up that is done, then the decay of the passes since."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        last = max(0, self.warmup_steps - 1)
        return float(self.decay ** (step // steps_of_pass - last // steps_of_pass))
