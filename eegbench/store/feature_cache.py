"""Cache of features that do not depend on trained weights, in a folder next to the shards."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from eegbench.atomic import atomic_path


def cached(
    folder: Path, identity: Mapping[str, object], make: Callable[[], Float[np.ndarray, "n dim"]]
) -> Float[np.ndarray, "n dim"]:
    """Return the cached array of this identity; compute and cache it if there is none.

    Parameters
    ----------
    folder
        Folder with one file per identity. If it is not writable, a note is logged and nothing is cached.
    identity
        All values that determine the array.
    make
        Function that computes the array.
    """
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    file = folder / f"{digest[:32]}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):  # missing or damaged
        return np.asarray(np.load(file, allow_pickle=False))
    made = make()
    try:
        with atomic_path(file) as aside:
            np.save(aside, made, allow_pickle=False)
    except OSError as error:
        logging.getLogger(__name__).info("%s: features are not cached for later runs (%s)", folder, error.strerror)
    return made
