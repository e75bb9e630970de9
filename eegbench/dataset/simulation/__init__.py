"""Simulator of nights: realistic hypnograms, signals that follow them, and the true stages behind both."""

from eegbench.dataset.simulation.night import SIMULATOR_VERSIONS, Night, Version, simulate_night
from eegbench.dataset.simulation.statistics import STAGES
from eegbench.dataset.simulation.subject import Subject, draw_subject
from eegbench.dataset.simulation.write import night_files, write_night, write_subjects

__all__ = [
    "SIMULATOR_VERSIONS",
    "STAGES",
    "Night",
    "Subject",
    "Version",
    "draw_subject",
    "night_files",
    "simulate_night",
    "write_night",
    "write_subjects",
]
