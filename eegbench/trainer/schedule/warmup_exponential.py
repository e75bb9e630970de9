"""Learning rate with a linear warm-up over steps, followed by an exponential decay over passes."""

from typing import Annotated

from eegbench.config import Index, Range
from eegbench.trainer.schedule.base import Schedule


class WarmupExponential(Schedule):
    """A factor of (step + 1) / warmup_steps, followed by decay to the power of the passes completed since the warm-up.

    The pass with the last warm-up step counts as the first pass at the full learning rate, so the first decay is at the
    start of the next pass. Training that stops during the warm-up never reaches the full learning rate.

    Parameters
    ----------
    warmup_steps
        Number of steps until the learning rate is ``trainer.lr``; 0 starts with it.
    decay
        Factor on the learning rate after each pass, above 0 and at most 1.
    """

    def __init__(self, *, warmup_steps: Index, decay: Annotated[float, Range(low=0, high=1, above=True)]) -> None:
        self.warmup_steps = warmup_steps
        self.decay = decay

    def factor(self, step: int, *, steps_of_pass: int, max_passes: int) -> float:  # noqa: ARG002  does not depend on it
        """Return the completed fraction of the warm-up, then the decay for the passes since."""
        if step < self.warmup_steps:
            return (step + 1) / self.warmup_steps
        last = max(0, self.warmup_steps - 1)
        return float(self.decay ** (step // steps_of_pass - last // steps_of_pass))

    def shortfall(self, n_steps: int) -> str | None:
        """Return a note where training ended within the warm-up; None otherwise, and where nothing was trained."""
        if not 0 < n_steps < self.warmup_steps:
            return None
        return (
            f"Training ended after {n_steps} of trainer.schedule.warmup_steps={self.warmup_steps} steps: the learning "
            f"rate rose to {n_steps / self.warmup_steps:.3g} times trainer.lr only. Set fewer warm-up steps, or train "
            "longer (trainer.max_passes, trainer.patience)."
        )
