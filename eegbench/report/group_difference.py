"""Mean over runs of the differences between the classes in their data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from eegbench.atomic import read_parquet
from eegbench.interpretability.spread import mean_there

DIFFERENCE = "class_difference"


@dataclass(frozen=True)
class GroupDifference:
    """Amplitudes of each class minus those of the others, mean over the runs of a group.

    Attributes
    ----------
    values
        Differences in standard deviations.
    freqs
        Frequencies in Hz.
    """

    values: Float[np.ndarray, "n_classes n_channels n_freqs"]
    freqs: Float[np.ndarray, "n_freqs"]


def mean_difference(runs: Sequence[Path], place: str, suffix: str, n_channels: int) -> GroupDifference:
    """Return the mean over runs of the differences between classes in the data.

    Parameters
    ----------
    runs
        Folders of finished runs.
    place
        Folder of their maps, relative to ``tables``.
    suffix
        Suffix of the names of files: the name of the group of signals if there are several.
    n_channels
        Number of channels.
    """
    tables = [read_parquet(run / "tables" / place / f"{DIFFERENCE}{suffix}.parquet") for run in runs]
    values = mean_there(np.stack([table["value"].to_numpy(dtype=np.float64) for table in tables]))
    freqs = tables[0]["frequency_hz"].unique()
    return GroupDifference(values.reshape(-1, n_channels, len(freqs)), freqs)
