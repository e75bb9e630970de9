"""An interrupt ends the work, also where Python dropped it."""

import signal

import pytest

from eegbench.launch.interrupt import answer_interrupts, stop_if_interrupted


@pytest.fixture
def answering():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    answer_interrupts(has_jobs=True)
    yield
    answer_interrupts(has_jobs=True)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_nothing_is_stopped_before_an_interrupt(answering):
    stop_if_interrupted()


def test_an_interrupt_that_was_dropped_comes_again(answering):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        stop_if_interrupted()


def test_a_new_command_begins_uninterrupted(answering):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    answer_interrupts(has_jobs=True)
    stop_if_interrupted()
