"""Compare experts who staged the same nights, and models with them."""

import argparse
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from eegbench.launch.exit_status import failed

EPILOG = """examples:
  eegbench consensus --scorers scorers/dodh --out agreement
  eegbench consensus --scorers scorers/dodh --predictions predictions/dodh --out agreement

--scorers has a folder per scorer, --predictions one per model, with a file RECORD.json per night: a list of stages,
one every 30 s: 0 W, 1 N1, 2 N2, 3 N3, 4 R, -1 none. A night is used from the epoch at which all scorers have begun
to the epoch at which the first of them ends. `eegbench predict` writes such files."""


WIDTH = 110
"""Minimum width of the table in columns; a narrower terminal wraps its lines."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench consensus``; return the exit status."""
    words = _parser().parse_args(argv)
    try:
        if words.out.exists() and (not words.out.is_dir() or any(words.out.iterdir())):
            raise ValueError(f"--out {words.out}: the folder already contains files; name a new one.")
        consensus(words, shlex.join(["eegbench", "consensus", *argv]))
    except (ValueError, OSError) as error:
        return failed(error)
    return 0


def consensus(words: argparse.Namespace, command: str) -> None:
    """Read the nights, compare the raters, print the table, and write the other files."""
    from eegbench.agreement.nights import about_lights, check_lights, read_lights, read_nights, read_predictions
    from eegbench.agreement.report import agree, sheet, write_all
    from eegbench.dataset.dod_lights import LIGHTS
    from eegbench.progress import tell
    from eegbench.score.sheet import terminal

    lights = read_lights(words.lights) if words.lights else LIGHTS
    scorers, nights = read_nights(words.scorers, lights)
    if words.lights:
        check_lights(lights, nights)
    predictions = read_predictions(words.predictions, nights) if words.predictions else {}
    tell(f"{len(scorers)} scorers, {len(nights)} nights, {len(predictions)} models")
    for line in about_lights(lights, nights):
        tell(line)
    found = agree(scorers, nights, predictions)
    write_all(found, words.out, command)
    print("\n" + terminal(sheet(found), max(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)))
    print(f"\nconsensus: {words.out / 'consensus.csv'}")


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("eegbench consensus", description=__doc__, epilog=EPILOG, formatter_class=raw)
    parser.add_argument("--scorers", required=True, type=Path, metavar="FOLDER", help="folder with a folder per scorer")
    parser.add_argument("--predictions", type=Path, metavar="FOLDER", help="folder with a folder per model")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="folder for tables and figures")
    parser.add_argument(
        "--lights",
        type=Path,
        metavar="FILE",
        help="a CSV table: record, lights_off, lights_on, in epochs (known for the Dreem Open Datasets)",
    )
    return parser
