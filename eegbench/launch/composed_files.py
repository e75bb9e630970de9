"""The files that Hydra keeps of a job's options, written without the passwords of addresses.

Hydra itself would write options as they are (``hydra.output_subdir``), before any code of a job runs.
"""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from eegbench.address import kept
from eegbench.atomic import write_text

SUBFOLDER = ".hydra"
"""Folder of these files below that of a run, with the names that Hydra gives them."""


def write_composed(config: DictConfig, hydra: DictConfig, folder: Path) -> None:
    """Write the options of a job, those of Hydra, and the job's overrides; interpolations are not evaluated.

    Parameters
    ----------
    config, hydra
        Composed options, without Hydra's, and those of Hydra.
    folder
        Folder of the run.
    """
    files = {"config.yaml": config, "hydra.yaml": {"hydra": hydra}, "overrides.yaml": hydra.overrides.task}
    for name, options in files.items():
        values = OmegaConf.to_container(OmegaConf.create(options), resolve=False)
        write_text(folder / SUBFOLDER / name, OmegaConf.to_yaml(OmegaConf.create(kept(values))))
