"""An interrupt stops the work, even if Python dropped the exception."""

import signal
from contextlib import contextmanager

import pytest

from eegbench.launch.interrupt import SIGNALS, answer_interrupts, stop_if_interrupted


@contextmanager
def own_answers():
    """Set signal handlers as a program in the foreground has them, and restore the previous ones afterwards."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture
def answering():
    with own_answers():
        answer_interrupts(has_jobs=True)
        yield
        answer_interrupts(has_jobs=True)


def test_nothing_is_stopped_before_an_interrupt(answering):
    stop_if_interrupted()


def test_an_interrupt_that_was_dropped_comes_again(answering):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        stop_if_interrupted()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1, signal.SIGQUIT])
def test_a_kill_a_closed_terminal_and_the_end_of_the_time_interrupt_as_ctrl_c_does(answering, number):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_signal_that_nohup_lets_a_program_ignore_stays_ignored():
    with own_answers():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        answer_interrupts(has_jobs=False)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_new_command_begins_uninterrupted(answering):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    answer_interrupts(has_jobs=True)
    stop_if_interrupted()


def test_a_launcher_answers_slurm_s_warning_in_its_own_way():
    with own_answers():
        signal.signal(signal.SIGUSR1, own := lambda *_: None)
        answer_interrupts(has_jobs=False)
        assert signal.getsignal(signal.SIGUSR1) is own


def test_a_second_ctrl_backslash_ends_a_process_that_hangs():
    with own_answers():
        answer_interrupts(has_jobs=False)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL
