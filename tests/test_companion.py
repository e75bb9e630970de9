"""The process beside a run does what it is asked for, in order; its errors come back, and it never outlives the run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from eegbench import companion
from eegbench.command.launch import explain
from eegbench.store.shard import open_shard


@pytest.fixture
def beside():
    companion.begin()
    yield
    companion.end(waits=True)


class StubbornError(Exception):
    """Cannot be made again from a pickle."""

    def __init__(self, one, other):
        super().__init__(one)


def refuse(kind, *words):
    raise kind(*words)


def append(path, text):
    with path.open("a") as file:
        file.write(text)


def test_without_a_process_everything_is_done_here_and_at_once(tmp_path):
    assert not companion.is_there()
    companion.do(append, tmp_path / "a", "x")
    assert (tmp_path / "a").read_text() == "x"
    assert companion.ask(os.getpid) == os.getpid()
    with pytest.raises(ZeroDivisionError):
        companion.do(refuse, ZeroDivisionError)


def test_it_does_what_it_is_asked_for_in_order(beside, tmp_path):
    for text in "abcdef":
        companion.do(append, tmp_path / "a", text)
    assert companion.ask(os.getpid) not in (os.getpid(), os.getppid())
    assert (tmp_path / "a").read_text() == "abcdef"


def note_process(path, number):
    path.with_name(f"{number}").write_text(str(os.getpid()))


def test_the_last_of_what_is_shared_is_done_here_while_the_other_is_busy(beside, tmp_path):
    companion.share(note_process, tmp_path / "a", 0)
    while not (tmp_path / "0").is_file():
        time.sleep(0.01)
    companion.do(time.sleep, 1.0)
    for number in range(1, 8):
        companion.share(note_process, tmp_path / "a", number)
    companion.settle()
    where = [int((tmp_path / f"{number}").read_text()) for number in range(8)]
    assert where[-1] == os.getpid() != where[0]
    assert where == sorted(where, key=lambda pid: pid == os.getpid())  # first there, then here
    assert companion.ask(os.getpid) == where[0]


def test_few_shared_things_are_left_where_they_are(beside, tmp_path):
    companion.do(time.sleep, 0.5)
    for number in range(companion.WORTH - 1):
        companion.share(note_process, tmp_path / "a", number)
    companion.settle()
    assert {int(file.read_text()) for file in tmp_path.iterdir()} == {companion.ask(os.getpid)}


def test_what_is_shared_is_done_at_once_where_there_is_no_other(tmp_path):
    companion.share(note_process, tmp_path / "a", 0)
    assert (tmp_path / "0").read_text() == str(os.getpid())


def test_an_error_here_comes_up_and_the_rest_is_done_there(beside, tmp_path):
    companion.do(time.sleep, 0.5)
    for number in range(5):
        companion.share(note_process, tmp_path / "a", number)
    companion.share(refuse, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        companion.settle()
    companion.settle()
    assert len(list(tmp_path.iterdir())) == 5


def test_an_error_comes_with_the_next_word_and_says_where_it_was_raised(beside, tmp_path):
    companion.do(open_shard, tmp_path)
    with pytest.raises(FileNotFoundError, match="header.json") as caught:
        companion.settle()
    assert Path(caught.value.raised_in.filename).name == "pathlib.py"
    companion.do(companion.do, companion.do, None)
    with pytest.raises(TypeError):
        companion.ask(os.getpid)
    assert companion.ask(os.getpid) > 0


def test_a_sentence_of_ours_stays_one(beside):
    from eegbench.environment import choose_device

    with pytest.raises(ValueError, match="device=gpu") as caught:
        companion.ask(choose_device, "gpu")
    assert explain(caught.value, "train") == str(caught.value)


def test_an_error_that_cannot_travel_is_told_as_text(beside):
    with pytest.raises(RuntimeError, match="StubbornError"):
        companion.ask(refuse, StubbornError, "one", "other")


def test_what_is_forgotten_raises_nothing(beside):
    companion.do(refuse, ValueError, "late")
    companion.forget()
    assert companion.ask(os.getpid) > 0


def test_where_it_was_killed_a_sentence_says_so(beside):
    process = psutil.Process(companion.ask(os.getpid))
    process.kill()
    process.wait()
    with pytest.raises(ChildProcessError, match="companion=false") as caught:
        companion.ask(os.getpid)
    assert explain(caught.value, "train") == str(caught.value)


def test_it_leaves_interrupts_to_the_run(beside):
    pid = companion.ask(os.getpid)
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    assert companion.ask(os.getpid) == pid


def test_it_ends_with_a_run_that_is_killed(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import os, time\nfrom eegbench import companion\n"
        "if __name__ == '__main__':\n"
        "    companion.begin()\n    print(companion.ask(os.getpid), flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as run:
        process = psutil.Process(int(run.stdout.readline()))
        run.kill()
    assert psutil.wait_procs([process], timeout=20)[1] == []
