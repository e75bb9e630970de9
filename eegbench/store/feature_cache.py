"""Cache of features that do not depend on trained weights, in a folder next to the shards."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float

from eegbench.atomic import write_arrays


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
    file = folder / f"{digest[:32]}.npz"  # holds a checksum of the array, which is compared on reading
    damaged = contextlib.suppress(OSError, ValueError, EOFError, KeyError, BadZipFile)  # or missing
    with damaged, np.load(file, allow_pickle=False) as stored:
        return np.asarray(stored["features"])
    made = make()
    try:
        write_arrays(file, {"features": made})
    except OSError as error:
        logging.getLogger(__name__).info("%s: features are not cached for later runs (%s)", folder, error.strerror)
    return made
