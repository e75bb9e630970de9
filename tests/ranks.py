"""Several processes that train as one, for tests: each does the same work, and the results come back by rank."""

import multiprocessing
import os
import pickle
import socket
import sys
import traceback

from eegbench import distributed

DEADLINE_S = 120


def in_processes(work, *arguments, n=2):
    """Call a function of an importable module in n processes that have joined; return what each returned."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe(duplex=False) for _ in range(n)]
    started = [
        context.Process(target=_joined, args=(rank, n, port, pipe[1], work, arguments), daemon=True)
        for rank, pipe in enumerate(pipes)
    ]
    for process in started:
        process.start()
    try:
        answers = [
            pickle.loads(mine.recv_bytes()) if mine.poll(DEADLINE_S) else (False, "no answer in time")
            for mine, _ in pipes
        ]
    finally:
        for process in started:
            process.join(10)
            process.kill()
    assert all(well for well, _ in answers), "\n".join(str(said) for well, said in answers if not well)
    return [said for _, said in answers]


def _joined(rank, n, port, pipe, work, arguments):
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": str(n), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(n)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    distributed.join(gpu=False)
    try:
        pipe.send_bytes(pickle.dumps((True, work(*arguments))))  # tensors by value: this process ends
    except BaseException:  # noqa: BLE001  the test tells it
        pipe.send_bytes(pickle.dumps((False, traceback.format_exc())))
        sys.exit(1)
    finally:
        distributed.leave()
