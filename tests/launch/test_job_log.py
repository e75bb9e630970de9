"""The text that a run prints is in a file of its folder."""

import io
import logging
import re
import sys

import pytest
from hydra.errors import HydraException

from eegbench.launch.job_log import LOGGER, RecordedStream, RunLog, WithoutSecrets, recorded


@pytest.fixture
def lines():
    """Handle the logger of printed text as `hydra/job_logging` does; return the recorded text."""
    text = io.StringIO()
    handler, logger = logging.StreamHandler(text), logging.getLogger(LOGGER)
    handler.setFormatter(WithoutSecrets("%(message)s"))
    before, logger.handlers = logger.handlers, [handler]
    logger.propagate, logger.level = False, logging.INFO
    yield lambda: text.getvalue().splitlines()
    logger.handlers = before


def test_complete_lines_are_recorded_without_codes_and_progress_bars(lines):
    shown = io.StringIO()
    stream = RecordedStream(shown)
    for text in ("first\nsec", "ond\n\n", "\x1b[2K━━━━ 3/4\r\x1b[1mthird\x1b[0m\n", "bar ━━\n", "unfinished"):
        assert stream.write(text) == len(text)
    assert lines() == ["first", "second", "third"]
    assert shown.getvalue().endswith("unfinished")
    assert stream.isatty() is False


def test_printing_is_recorded_and_still_printed(lines, capsys):
    with recorded("train"):
        sys.stdout.write("scores\n")
    sys.stdout.write("after\n")
    assert lines() == ["scores"]
    assert capsys.readouterr().out == "scores\nafter\n"


def test_the_other_processes_of_a_training_record_nothing(lines, monkeypatch, capsys):
    monkeypatch.setenv("RANK", "1")
    with recorded("train"):
        sys.stdout.write("pass 1\n")
    assert lines() == []


def test_an_error_is_recorded_by_its_message_or_its_traceback(lines):
    with pytest.raises(HydraException), recorded("train"):
        raise HydraException("no config")
    assert lines() == ["no config"]
    assert logging.getLogger(LOGGER).handlers == []  # the next job has its own file


def test_an_error_of_the_program_is_recorded_with_its_traceback(lines):
    with pytest.raises(ZeroDivisionError), recorded("train"):
        raise ZeroDivisionError("by zero")
    assert lines()[0].startswith("Traceback")
    assert lines()[-1] == "ZeroDivisionError: by zero"


def test_passwords_are_not_recorded(lines):
    logging.getLogger(LOGGER).info("at %s", "https://user:secret@example.org/x")
    assert "secret" not in lines()[0]


@pytest.mark.parametrize("place", ["/dev/full", "gone/train.log"])
def test_a_log_that_cannot_be_written_is_given_up_without_a_word(lines, tmp_path, capsys, place):
    log, logger = RunLog(tmp_path / place, delay=True), logging.getLogger(LOGGER)
    logger.addHandler(log)
    logger.info("first")
    logger.info("second")
    assert lines() == ["first", "second"]
    assert log not in logger.handlers
    assert capsys.readouterr().err == ""


def test_a_run_has_a_file_with_what_it_printed(finished):
    text = (finished / "train.log").read_text()
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d pass   1", text, re.MULTILINE)
    assert "balanced accuracy" in text
    assert str(finished) in text
    assert "━" not in text


def test_the_file_is_switched_off_by_hydras_own_option(train):
    status, (folder,) = train("hydra/job_logging=none", "trainer.max_passes=0")
    assert status == 0
    assert (folder / "summary.json").is_file()
    assert not (folder / "train.log").exists()
