"""What MLflow runs to load the model of a run: windows in, class probabilities out."""

from eegbench.model.predictor import load_predictor
from eegbench.tracking.served import serve

serve(lambda folder: load_predictor(folder).probabilities)
