"""Run all checks of the installation with the paths that overrides of ``eegbench train`` set."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eegbench.config import plain
from eegbench.launch.data_list import overviews
from eegbench.launch.help import composed

if TYPE_CHECKING:  # so that --help need not import torch
    from eegbench.installation import Finding


def findings(overrides: Sequence[str], config_dir: str | None, *, is_full: bool) -> "list[Finding]":
    """Return the findings of all checks.

    Parameters
    ----------
    overrides
        Overrides of ``eegbench train``; only paths, the store and tracking matter.
    config_dir
        Folder of the user's own options.
    is_full
        Whether all bytes of stored data are read.
    """
    from eegbench.installation.folders import check_folders
    from eegbench.installation.machine import check_machine
    from eegbench.installation.packages import check_packages
    from eegbench.installation.shards import check_shards
    from eegbench.installation.tracking import check_tracking

    if strange := [word for word in overrides if "=" not in word]:
        raise ValueError(f"doctor {strange[0]}: an override is expected, say paths.outputs={strange[0]}.")
    options = plain(composed("train", ["name=data", *overrides], config_dir))
    outputs, store = Path(options["paths"]["outputs"]).resolve(), Path(options["paths"]["stores"]).resolve()
    found = [*check_packages(), *check_machine(outputs)]
    found += check_folders(overviews(overrides, config_dir))
    found += check_shards(store / "shards", is_full=is_full)
    return [*found, check_tracking(options["tracking"].get("uri"), outputs)]
