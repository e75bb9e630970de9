"""Joblib's workers load what every job needs while the program still checks what the jobs are."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from eegbench.loading import loading

GROWTH_BYTES = int(4e9)
"""How much a worker may grow after its first task, which here only loads, before joblib replaces it (else 300 MB)."""


@contextlib.contextmanager
def loaded_workers(config: DictConfig) -> Iterator[None]:
    """Start the workers of joblib's launcher, if it is the launcher; at the end of the block they are ready.

    The launcher then takes them, as they are started with its own words.
    """
    words = {str(name): value for name, value in config.hydra.launcher.items() if name != "_target_"}
    if "n_jobs" not in words or config.sweep.dry_run:
        yield
        return
    from joblib import Parallel, delayed, effective_n_jobs

    tracking = OmegaConf.to_container(config.tracking, resolve=True)
    tasks = [delayed(_load)(tracking)] * effective_n_jobs(words["n_jobs"])
    ready = Parallel(**words | {"backend": "loky", "return_as": "generator"})(tasks)
    try:
        yield
    finally:  # also before an error: joblib complains loudly of workers that are ended in between
        with contextlib.suppress(Exception):
            for _ in ready:
                pass


def _load(tracking: Mapping[str, Any]) -> None:
    with loading():
        import eegbench.command.trial  # noqa: F401
    from joblib.externals.loky import process_executor

    from eegbench.config import build

    process_executor._MAX_MEMORY_LEAK_SIZE = GROWTH_BYTES
    with contextlib.suppress(Exception):  # the program meets the same error, and tells it
        build(tracking).open()
