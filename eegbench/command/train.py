"""Pretrain an encoder on windows, evaluate it with probes, and write a complete run."""

import contextlib
from collections.abc import Sequence

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from eegbench.launch.data_arguments import as_experiment
from eegbench.launch.exit_status import failed
from eegbench.launch.multirun import close_sweep
from eegbench.launch.override import (
    config_dir,
    is_override,
    one_word_flags,
    with_dry_run,
    with_home,
    with_multirun,
    with_whole_labels,
)
from eegbench.launch.ranks import joint_words, together
from eegbench.launch.resume import with_resume
from eegbench.launch.run import run_verb
from eegbench.launch.run_config import with_run_config
from eegbench.launch.training import train


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench train`` with Hydra overrides; return the exit status."""
    return together(_main, argv)


def _main(argv: Sequence[str]) -> int:
    try:
        words = with_run_config(with_home(one_word_flags(argv)), "train")
        words = with_multirun(with_whole_labels(words))
        printed = with_dry_run(words)
        if len(printed) > len(words):
            _check(words)
        words = joint_words(with_resume(printed))
    except (ValueError, OSError) as error:
        return failed(error)
    status = 1
    try:
        status = run_verb(train, config_name="train", argv=words)
    finally:
        close_sweep(status)
    return status


def _check(words: Sequence[str]) -> None:
    """Check the options of a single run that is only printed; a sweep checks its jobs itself."""
    with contextlib.suppress(HydraException, OmegaConfBaseException):  # reported when they are composed again
        as_experiment([word for word in words if is_override(word)], config_dir(words))
