"""A finding about the installation: its state, in words, and the remedy."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    topic
        Name of the thing that was checked.
    state
        ``ok``; ``warning`` if runs work, but are slower or lack something; ``broken`` if runs fail.
    text
        Description of what was found.
    remedy
        Description of what to do; empty if the state is ``ok``.
    """

    topic: str
    state: State
    text: str
    remedy: str = ""
