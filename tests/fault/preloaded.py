"""Do what all processes would do, before they are forked: import the program, and run it once."""

import contextlib
import io
import tempfile
from pathlib import Path

from fault.toy_command import options_in, words_for

from eegbench.__main__ import main

with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()):
    main(words_for(options_in(Path(place)), Path(place) / "outputs"))
