"""Check whether runs can be tracked."""

from pathlib import Path

from eegbench.installation.finding import Finding
from eegbench.tracking.reachable import reachable


def check_tracking(uri: str | None, outputs: Path) -> Finding:
    """Check that the tracking store answers; a database that does not exist yet is none of the faults."""
    try:
        return Finding("tracking", "ok", reachable(uri, outputs))
    except ValueError as error:
        text, _, remedy = str(error).rstrip(".").partition("; ")
        return Finding("tracking", "broken", text, remedy)
