"""The Python interface: open data, train, use finished runs, and encode in pipelines of scikit-learn."""

from eegbench.interface.encoder_transformer import EncoderTransformer
from eegbench.interface.finished_run import Run, load_run
from eegbench.interface.opened_data import OpenData, open_data
from eegbench.interface.training import train

__all__ = ["EncoderTransformer", "OpenData", "Run", "load_run", "open_data", "train"]
