"""The folder of the user's own options, as a job sees it."""

from omegaconf import DictConfig


def user_options(hydra: DictConfig) -> str:
    """Return the folder of ``--config-dir``, which Hydra lists as a source from the command line.

    Parameters
    ----------
    hydra
        Options of Hydra of a job.

    Returns
    -------
    folder
        An empty text without ``--config-dir``.
    """
    sources = [one for one in hydra.runtime.config_sources if one.provider == "command-line"]
    return str(sources[0].path) if sources else ""
