"""Nights of 25 healthy volunteers, each scored by five experts: DOD-H of the Dreem Open Datasets."""

from eegbench.dataset.dod import DreemOpen, dod_card
from eegbench.dataset.dod_records import DOD_H
from eegbench.dataset.simulation.polysomnogram import EEG, OTHERS


class DodH(DreemOpen):
    """DOD-H; its parameters are those of `eegbench.dataset.dod.DreemOpen`.

    References
    ----------
    Guillot et al. 2020, IEEE Trans. Neural Syst. Rehabil. Eng. 28:1955, doi:10.1109/TNSRE.2020.3011181.
    """

    card = dod_card(len(DOD_H), (*EEG["dod_h"], *OTHERS))
    published = DOD_H
