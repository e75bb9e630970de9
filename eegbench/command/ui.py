"""Open the runs in MLflow's pages: ``eegbench ui``, until Ctrl-C."""

import argparse
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from eegbench.tracking.database import database_file
from eegbench.tracking.server import serve


def main(argv: Sequence[str]) -> int:
    """Serve the runs of an outputs folder; return 0 after Ctrl-C, and 1 if there are no runs."""
    options = _parser().parse_args(argv)
    folder = Path(options.outputs).resolve()
    problem = _problem(folder, options.host, options.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as after Ctrl-C
    return serve(folder, host=options.host, port=options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eegbench ui", description="Open the runs in MLflow's pages.")
    parser.add_argument("--outputs", default="outputs", metavar="FOLDER", help="the outputs folder (outputs)")
    parser.add_argument("--port", default=5000, type=int, help="the port to answer on (5000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to answer on (127.0.0.1: only here)")
    return parser


def _problem(folder: Path, host: str, port: int) -> str:
    """Return an error message if the server cannot be started, or an empty string."""
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
