"""Nights of 55 patients with sleep apnoea, each scored by five experts: DOD-O of the Dreem Open Datasets."""

from eegbench.dataset.dod import DreemOpen, dod_card
from eegbench.dataset.dod_records import DOD_O
from eegbench.dataset.simulation.polysomnogram import EEG, OTHERS


class DodO(DreemOpen):
    """DOD-O; its parameters are those of `eegbench.dataset.dod.DreemOpen`.

    References
    ----------
    Guillot et al. 2020, IEEE Trans. Neural Syst. Rehabil. Eng. 28:1955, doi:10.1109/TNSRE.2020.3011181.
    """

    card = dod_card(len(DOD_O), (*EEG["dod_o"], *OTHERS))
    published = DOD_O
