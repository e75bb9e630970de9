"""Turns the remedies of error messages, which are options of training, into those of `eegbench predict`."""

import re

_MARK = r"preprocessing\.signal\.missing_channels=mark"
_SKIP = r"dataset\.on_bad_recording=skip"

_REMEDIES = (
    (rf" Set {_MARK} to go on without it\.", ""),
    (rf" Set preprocessing\.signal\.channels to some of these, or {_MARK}\.", ""),
    (rf"Leave the recording out \(\S+ {_SKIP}\), or set {_MARK}", "Leave the recording out"),
    (rf"[;,]( or)? set {_MARK}( to go on without( \w+)?)?", ", or name another with --channels NAME=ALIAS"),
    (
        r"preprocessing\.signal\.(\w+)=(\S+) Hz is not below half the sampling rate \((\S+) Hz\); "
        "set a lower one, or null",
        r"the network's filter has an edge at \2 Hz (\1), and half the recording's sampling rate is \3 Hz; record at a "
        "higher rate, or leave the recording out",
    ),
    (
        r"set preprocessing\.signal\.sfreq .* resample them to, or name channels of one rate",
        "the network was trained without resampling, so name channels of one rate with --channels NAME=ALIAS",
    ),
    (rf"set {_SKIP}", "leave it out with --skip-bad"),
    (_SKIP, "--skip-bad"),
    (r"dataset\.root=FOLDER for recordings", "other files or another folder of recordings"),
    (r"paths\.outputs=FOLDER", "--out FOLDER"),
    (r"say name=NAME", "for --out or for the recording"),
)
"""Patterns of remedies that are options of training, and what is said instead, in this order."""


def in_words_of_predict(text: str) -> str:
    """Return an error message whose remedies are options of ``eegbench predict``."""
    for pattern, here in _REMEDIES:
        text = re.sub(pattern, here, text)
    return text


def problem_in_words_of_predict(text: str) -> str:
    """Return what is wrong with a recording; of other options of preprocessing it says that they are the network's."""
    text = in_words_of_predict(text)
    if "preprocessing." not in text:
        return text
    rest = "(Options of preprocessing are kept with the network: leave the recording out, or prepare it otherwise.)"
    return f"{text} {rest}"
