"""Location in a run's folder of an encoder with the head of each predictor."""

from pathlib import Path

PROBED, NETWORK = "model", "network"
"""Folders of a run: the encoder with the head of its probe, and with the head trained with it."""


def model_folder(run: Path, predictor: str, main: str) -> Path:
    """Return the folder of a saved encoder with its head.

    Parameters
    ----------
    run
        The run's folder.
    predictor
        ``network``, or the name of a probe.
    main
        Name of the main probe.
    """
    if predictor == NETWORK:
        return run / NETWORK
    return run / PROBED if predictor == main else run / "probes" / predictor
