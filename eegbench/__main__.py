"""The command line, `eegbench VERB …`: each verb is a module of `eegbench.command`, imported when it is called."""

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence

from eegbench import __version__
from eegbench.address import hide_in, kept
from eegbench.text import outlive_streams, output_was_lost, replace_unencodable

VERBS = {
    "train": "train an encoder and evaluate it with probes (takes Hydra overrides)",
    "pool": "pool the predictions of several folds into one table of scores",
    "explain": "compute attribution maps of a finished run (takes Hydra overrides)",
    "predict": "stage new recordings with the network of a finished run, and score them if they have labels",
    "compare": "compare finished runs: a table with intervals and tests, figures, one page",
    "track": "send finished runs to MLflow from their folders",
    "consensus": "compare experts and models that staged the same nights",
    "data": "list, download, simulate, check or preprocess recordings",
    "doctor": "check versions, devices, folders, stored data and tracking of this installation",
    "ui": "open MLflow on this machine",
}

SPIN_COUNT = "50000"
"""Iterations for which a thread of GNU OpenMP spins before it yields its core (default: 300,000).

A lower number keeps training fast if other programs run on the same cores (docs/log.md).
"""

HELP = """eegbench {version}: a workbench for EEG. Pretrain without labels, probe with labels, compare in MLflow.

usage: eegbench VERB ...

{verbs}

first steps:
  eegbench doctor                                  is everything in place?
  eegbench train                                   simulated nights: no download, a few minutes
  eegbench train --help                            every group, option and value
  eegbench data list                               data sets, and where their files are
  eegbench train dataset=sleep_physionet dataset.root=FOLDER model=stager_net trainer.lr=1e-3 seed=3
  eegbench train -m seed=1,2,3                     several runs
  eegbench explain run=FOLDER                      attribution maps of a finished run
  eegbench predict --run FOLDER NIGHT.edf --out staged     stage new nights
  eegbench compare --experiment NAME               a table with intervals and tests over subjects
  eegbench ui                                      open the results in MLflow

`eegbench VERB --help` explains a verb."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verb named by the first argument and return its exit status."""
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)  # OpenMP reads it when torch is imported
    os.environ["MPLBACKEND"] = "agg"  # overrides a notebook's own backend, which may not be installed here
    outlive_streams()
    replace_unencodable()
    words = [kept(word) for word in (sys.argv[1:] if argv is None else argv)]
    if not words or words[0] in ("-h", "--help", "help"):
        verbs = "\n".join(f"  {verb:<9} {text}" for verb, text in VERBS.items())
        print(HELP.format(version=__version__, verbs=verbs))
        return 0 if words else 2
    if {"-sc", "--shell-completion"} & set(words):
        return _complete(words)
    if words[0] in ("-V", "--version"):
        print(f"eegbench {__version__}")
        return 0
    if words[0] not in VERBS:
        print(f"eegbench: there is no verb {words[0]!r}; there are {', '.join(VERBS)}.", file=sys.stderr)
        return 2
    if sys.flags.optimize > 1:
        print(
            "eegbench: MNE needs docstrings, which -OO removes; unset PYTHONOPTIMIZE or set it to 1.",
            file=sys.stderr,
        )
        return 1
    module = importlib.import_module(f"eegbench.command.{words[0]}")
    try:
        status = int(module.main(words[1:]))
    except BaseException as error:
        hide_in(error)
        raise
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status or int(output_was_lost())


def _complete(words: Sequence[str]) -> int:
    """Print the script of a shell, or the candidates at its cursor; return the exit status."""
    from eegbench.launch.completion import answer

    try:
        print(answer(words, list(VERBS), _help_of))
    except ValueError as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 2
    return 0


def _help_of(words: Sequence[str]) -> str:
    """Return the text that ``eegbench VERB --help`` or ``eegbench VERB ACTION --help`` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
        importlib.import_module(f"eegbench.command.{words[0]}").main([*words[1:], "--help"])
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
