"""Replacement of remedies in error messages: options of training become options of `eegbench predict`."""

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
"""Patterns of remedies with options of training, and their replacements, in this order."""


def in_words_of_predict(text: str) -> str:
    """Return an error message with options of ``eegbench predict`` as remedies."""
    for pattern, here in _REMEDIES:
        text = re.sub(pattern, here, text)
    return text


def problem_in_words_of_predict(text: str) -> str:
    """Return the problem of a recording, with a note if its remedy is an option of preprocessing."""
    text = in_words_of_predict(text)
    if "preprocessing." not in text:
        return text
    rest = "(Options of preprocessing are kept with the network: leave the recording out, or prepare it otherwise.)"
    return f"{text} {rest}"
