"""What was computed of windows and depends on nothing that is trained: computed once, kept beside the shards."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from eegbench.whole import whole


def kept(
    folder: Path, identity: Mapping[str, object], make: Callable[[], Float[np.ndarray, "n dim"]]
) -> Float[np.ndarray, "n dim"]:
    """Return what was made before under this identity, or make it now and keep it.

    Parameters
    ----------
    folder
        Holds a file for each identity. Where it cannot be written, a note says so, and nothing is kept.
    identity
        All that decides what is made.
    make
        Makes it.
    """
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    file = folder / f"{digest[:32]}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # not there, or damaged
        return np.asarray(np.load(file, allow_pickle=False))
    made = make()
    try:
        with whole(file) as aside:
            np.save(aside, made, allow_pickle=False)
    except OSError as error:
        logging.getLogger(__name__).info("%s: features are not kept for later runs (%s)", folder, error.strerror)
    return made
