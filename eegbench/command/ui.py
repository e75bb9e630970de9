"""Opens the runs in MLflow's pages: ``eegbench ui``, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from eegbench.tracking.database import database_file
from eegbench.tracking.server import server_command, server_environment

LOG = "ui.log"
PATIENCE_S = 120
"""The server answers after about five seconds; a cold disk may take much longer."""


def main(argv: list[str]) -> int:
    """Serve the runs of an outputs folder; return 0 after Ctrl-C, 1 where there is nothing to serve."""
    options = _parser().parse_args(argv)
    folder = Path(options.outputs).resolve()
    problem = _problem(folder, options.host, options.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as after Ctrl-C
    return _serve(folder, options.host, options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eegbench ui", description="Open the runs in MLflow's pages.")
    parser.add_argument("--outputs", default="outputs", metavar="FOLDER", help="the outputs folder (outputs)")
    parser.add_argument("--port", default=5000, type=int, help="the port to answer on (5000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to answer on (127.0.0.1: only here)")
    return parser


def _problem(folder: Path, host: str, port: int) -> str:
    """Return a sentence about what stands in the way, or nothing."""
    file = database_file(folder)
    if not file.is_file():
        return f"no runs yet: there is no {file}; run `eegbench train`, or name another with --outputs FOLDER."
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server that just ended is no obstacle
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as error:
            return f"port {port} on {host} cannot be used ({error}); choose another with --port {port + 1}."
    return ""


def _serve(folder: Path, host: str, port: int) -> int:
    log = folder / LOG
    with log.open("w") as output:
        server = subprocess.Popen(
            server_command(folder, host=host, port=port),
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a group of its own, which ends as a whole
        )
    try:
        return _wait(server, f"http://{host}:{port}", log)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(server)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> int:
    if not _answers(server, url):
        print(f"MLflow's server did not start; its words are in {log}.", file=sys.stderr)
        return 1
    print(f"MLflow: {url}  (Ctrl-C ends it)", flush=True)
    server.wait()
    print(f"MLflow's server ended by itself; its words are in {log}.", file=sys.stderr)
    return 1


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    ends = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=10).close()
            return True
        time.sleep(0.2)
    return False


def _end(server: subprocess.Popen[bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave the server behind
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)  # whoever of the group is left
