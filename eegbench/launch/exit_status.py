"""The exit status of a verb with ordinary options: what stopped it is said in a sentence."""

import sys
from collections.abc import Callable


def exit_status(work: Callable[[], int], *, interrupted: str, reworded: Callable[[str], str] = str) -> int:
    """Do the work of a verb, and return its exit status.

    Parameters
    ----------
    work
        Returns the exit status where nothing stopped it.
    interrupted
        What is left after Ctrl-C, for the message.
    reworded
        Turns an error message of training into one with the verb's own options.
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
        print(f"eegbench: {reworded(message)}", file=sys.stderr)
        return 1
