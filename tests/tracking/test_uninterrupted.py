"""A write to the database is completed before Ctrl-C takes effect."""

import signal
import threading

import pytest

from eegbench.tracking.uninterrupted import uninterrupted


def interrupted_write(done):
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        done.append("written")
    done.append("after")


def test_an_interrupt_waits_for_the_end_of_the_block_and_comes_once():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done = []
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted_write(done)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["written"]


def test_without_an_interrupt_nothing_is_changed():
    before = signal.getsignal(signal.SIGTERM)
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGTERM) is before


def test_other_threads_may_write_too():
    done = []

    def write():
        with uninterrupted():
            done.append("written")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert done == ["written"]
