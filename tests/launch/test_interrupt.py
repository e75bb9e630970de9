"""An interrupt ends the work, also where Python dropped it."""

import signal

import pytest

from eegbench.launch.interrupt import SIGNALS, answer_interrupts, stop_if_interrupted


@pytest.fixture
def answering():
    before = {number: signal.getsignal(number) for number in SIGNALS}
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU])
def test_a_kill_a_closed_terminal_and_the_end_of_the_time_interrupt_as_ctrl_c_does(answering, number):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_signal_that_nohup_lets_a_program_ignore_stays_ignored():
    before = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        answer_interrupts(has_jobs=False)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_new_command_begins_uninterrupted(answering):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    answer_interrupts(has_jobs=True)
    stop_if_interrupted()
