"""Embeddings of a recording's windows by a saved encoder, as a table."""

from pathlib import Path

import numpy as np
import pandas as pd

from eegbench.inference.trial import embed_trials
from eegbench.prediction.epochs import whole_trials
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.prediction.staged import FLAGS
from eegbench.prediction.staging import answered_rows, window_store
from eegbench.types import Recording


def embedding_frame(predictor: Predictor, dataset: Renamed, recording: Recording, folder: Path) -> pd.DataFrame:
    """Return a row for each window or trial: ``start_s, duration_s, flag``, and the embedding as ``z0, z1, …``.

    Parameters
    ----------
    predictor
        Network with the encoder.
    dataset
        Dataset with the network's names.
    recording
        A recording of the dataset.
    folder
        Folder for temporary files; empty, or not existing.

    Raises
    ------
    BadRecordingError
        If it cannot be read, lacks a channel, is shorter than a window, or has unknown labels.
    """
    store = window_store(predictor, dataset, recording, folder)
    rows = answered_rows(store)
    embeddings = embed_trials(predictor.network.encoder, store, rows)
    table = store.table.loc[rows]
    windows = (whole_trials(store.table, table) if "trial" in table else table).reset_index(drop=True)
    frame = windows[["start_s", "window_s"]].rename(columns={"window_s": "duration_s"})
    frame["flag"] = np.select([windows[name] for name in FLAGS], FLAGS, "")
    columns = [f"z{number}" for number in range(embeddings.features.shape[1])]
    return pd.concat([frame, pd.DataFrame(embeddings.features, columns=columns)], axis=1)
