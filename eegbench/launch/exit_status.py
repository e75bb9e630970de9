"""The exit status of a verb with ordinary options: what stopped it is said in a sentence."""

import sys
from collections.abc import Callable


def exit_status(work: Callable[[], int], *, interrupted: str) -> int:
    """Do the work of a verb, and return its exit status.

    Parameters
    ----------
    work
        Returns the exit status where nothing stopped it.
    interrupted
        What is left after Ctrl-C, for the message.
    """
    try:
        return work()
    except KeyboardInterrupt:
        print(f"eegbench: interrupted; {interrupted}", file=sys.stderr)
        return 130
    except Exception as error:
        from eegbench.launch.error_message import error_message

        message = error_message(error, "train")
        if message is None:
            raise
        print(f"eegbench: {message}", file=sys.stderr)
        return 1
