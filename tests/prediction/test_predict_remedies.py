"""Error messages of `eegbench predict` contain no options of training."""

import errno

import pytest
from own_recordings import noise, reader, write_edf

from eegbench.dataset import BadRecordingError
from eegbench.launch.error_message import error_message
from eegbench.prediction.listing import list_nights
from eegbench.prediction.predict_remedies import in_words_of_predict, problem_in_words_of_predict


def test_a_missing_channel_is_not_marked_in_predict(tmp_path):
    write_edf(tmp_path / "night.edf", noise(4, 100), 100)
    dataset = reader(tmp_path, subject="file", labels_from=None)
    with pytest.raises(BadRecordingError, match="missing_channels=mark") as caught:
        dataset.read_channels(list_nights(dataset, [])[0], ["C3", "Pz"])
    said = problem_in_words_of_predict(str(caught.value))
    assert said.endswith("night.edf: has no channel 'Pz'; it has C3, C4, O1.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "preprocessing.signal.h_freq=30 Hz is not below half the sampling rate (25 Hz); set a lower one, or null.",
            "the network's filter has an edge at 30 Hz (h_freq), and half the recording's sampling rate is 25 Hz; "
            "record at a higher rate, or leave the recording out.",
        ),
        (
            "channel A is missing; there are B. Set preprocessing.signal.channels to some of these, or "
            "preprocessing.signal.missing_channels=mark.",
            "channel A is missing; there are B.",
        ),
        (
            "channel A is missing and cannot be interpolated: why. Leave the recording out (preprocessing.signal."
            "missing_channels=refuse dataset.on_bad_recording=skip), or set "
            "preprocessing.signal.missing_channels=mark.",
            "channel A is missing and cannot be interpolated: why. Leave the recording out.",
        ),
        (
            "two sampling rates; set preprocessing.signal.sfreq (of groups: that of the group) to a rate to resample "
            "them to, or name channels of one rate.",
            "two sampling rates; the network was trained without resampling, so name channels of one rate with "
            "--channels NAME=ALIAS.",
        ),
        ("export it again, or set dataset.on_bad_recording=skip.", "export it again, or leave it out with --skip-bad."),
        (
            "set preprocessing.signal.reference=as_recorded.",
            "set preprocessing.signal.reference=as_recorded. (Options of preprocessing are kept with the network: "
            "leave the recording out, or prepare it otherwise.)",
        ),
    ],
)
def test_remedies_are_those_of_predict(text, said):
    assert problem_in_words_of_predict(text) == said


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.EEXIST])
def test_what_cannot_be_written_names_the_folder_of_predict(number):
    said = in_words_of_predict(str(error_message(OSError(number, "", "/some/path"), "train")))
    assert "--out FOLDER" in said
    assert "paths." not in said
    assert "dataset." not in said
