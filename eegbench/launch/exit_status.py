"""Exit status and error message of verbs without Hydra."""

import sys
from collections.abc import Callable

from eegbench.address import hide_in


def failed(error: BaseException) -> int:
    """Print the message of an error, without passwords, and return the exit status."""
    hide_in(error)
    print(f"eegbench: {error}", file=sys.stderr)
    return 1


def exit_status(work: Callable[[], int], *, interrupted: str, reworded: Callable[[str], str] = str) -> int:
    """Run the work of a verb, and return its exit status.

    Parameters
    ----------
    work
        Function that returns the exit status.
    interrupted
        State after Ctrl-C, for the message.
    reworded
        Converts an error message of training to the verb's own options.
    """
    try:
        return work()
    except KeyboardInterrupt:
        print(f"eegbench: interrupted; {interrupted}", file=sys.stderr)
        return 130
    except Exception as error:
        from eegbench.launch.error_message import error_message

        hide_in(error)
        message = error_message(error, "train")
        if message is None:
            raise
        print(f"eegbench: {reworded(message)}", file=sys.stderr)
        return 1
