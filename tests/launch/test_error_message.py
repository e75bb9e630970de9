"""What a person can mend is an error message; a fault of the program keeps its traceback."""

import errno

import pytest

from eegbench.launch.error_message import error_message


def test_disk_errors_become_sentences_with_the_path():
    for number, words in ((errno.ENOSPC, "disk is full"), (errno.EACCES, "not permitted"), (errno.ENOTDIR, "a file")):
        sentence = error_message(OSError(number, "what the system says", "/some/path"), "train")
        assert sentence.startswith("/some/path: ")
        assert words in sentence
        assert "paths.outputs=FOLDER" in sentence


def test_a_fault_of_the_program_is_not_hidden():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("not a number")
    assert error_message(caught.value, "train") is None
