"""Removal of overlaps between annotations."""

import mne

TOLERANCE_S = 1e-6
"""Tolerance for the rounding of seconds, far below the time between samples."""


def without_overlaps(annotations: "mne.Annotations") -> tuple["mne.Annotations", int]:
    """End each annotation where the next begins; of two with the same onset, the first is used.

    Returns
    -------
    annotations, n_cut
        Annotations in order of time, relative to the same origin; and the number that was cut or dropped.
    """
    onset: list[float] = []
    duration: list[float] = []
    description: list[str] = []
    n_cut = 0
    for one in sorted(annotations, key=lambda one: float(one["onset"])):
        if onset and one["onset"] - onset[-1] <= TOLERANCE_S:
            n_cut += 1
            continue
        if onset and onset[-1] + duration[-1] > one["onset"] + TOLERANCE_S:
            duration[-1] = one["onset"] - onset[-1]
            n_cut += 1
        onset.append(one["onset"])
        duration.append(one["duration"])
        description.append(one["description"])
    return mne.Annotations(onset, duration, description, orig_time=annotations.orig_time), n_cut
