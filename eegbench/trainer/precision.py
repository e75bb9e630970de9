"""Precision of an encoder's forward pass: float32, or automatic mixed precision."""

from typing import Literal

import torch

from eegbench.environment import multiplies_bf16
from eegbench.model.base import Encoder

Precision = Literal["auto", "float32", "bf16", "fp16"]

DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose(precision: Precision, encoder: Encoder) -> str:
    """Return the precision; ``auto`` is bf16 on a CPU with instructions for it, if the encoder scores the same."""
    if precision != "auto":
        return precision
    on_cpu = all(not parameter.is_cuda for parameter in encoder.parameters())
    return "bf16" if on_cpu and encoder.bf16_on_cpu and multiplies_bf16() else "float32"


def check_precision(precision: Precision, device: torch.device) -> None:
    """Raise an error for fp16 on a CPU.

    Raises
    ------
    ValueError
        With the option to change.
    """
    if precision == "fp16" and device.type == "cpu":
        raise ValueError("trainer.precision=fp16 needs a GPU; on a CPU set trainer.precision=bf16 or float32.")


def autocast(precision: str, device: torch.device) -> torch.autocast:
    """Return the context of an encoder's forward pass in a precision."""
    return torch.autocast(device.type, dtype=DTYPES[precision], enabled=precision != "float32")
