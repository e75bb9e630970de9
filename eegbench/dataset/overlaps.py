"""Cuts annotations so that none lies over another: at no time do two say what was done."""

import mne

SLACK_S = 1e-6
"""Rounding of seconds, far below the time between samples."""


def without_overlaps(annotations: "mne.Annotations") -> tuple["mne.Annotations", int]:
    """End each annotation where the next begins; of two that begin together the first stays.

    Returns
    -------
    annotations, n_cut
        In order of time, relative to the same origin; and how many were cut or dropped.
    """
    onset: list[float] = []
    duration: list[float] = []
    description: list[str] = []
    n_cut = 0
    for one in sorted(annotations, key=lambda one: float(one["onset"])):
        if onset and one["onset"] - onset[-1] <= SLACK_S:
            n_cut += 1
            continue
        if onset and onset[-1] + duration[-1] > one["onset"] + SLACK_S:
            duration[-1] = one["onset"] - onset[-1]
            n_cut += 1
        onset.append(one["onset"])
        duration.append(one["duration"])
        description.append(one["description"])
    return mne.Annotations(onset, duration, description, orig_time=annotations.orig_time), n_cut
