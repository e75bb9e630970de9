"""Stage new recordings with the network of a finished run, and score them where they have labels."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eegbench.launch.exit_status import exit_status
from eegbench.launch.predict_parser import parser
from eegbench.prediction.remedy import in_words_of_predict

if TYPE_CHECKING:  # so that --help need not import torch
    from eegbench.prediction.batch import Order


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench predict``; return the exit status: 1 where a recording lacks something, without ``--skip-bad``."""
    words = parser().parse_intermixed_args(argv)
    return exit_status(
        lambda: predict(words),
        interrupted="the files of recordings that were staged are whole.",
        reworded=in_words_of_predict,
    )


def predict(words: argparse.Namespace) -> int:
    """Find the network, list the recordings, stage each, and print what was found."""
    from eegbench.environment import choose_device, keep_freed_memory
    from eegbench.launch.predict_words import as_datasets
    from eegbench.notes import noted
    from eegbench.prediction.batch import planned_files, predict_all
    from eegbench.prediction.lights import check_named
    from eegbench.prediction.listing import files_read, list_of_all
    from eegbench.prediction.out_folder import OutFolder
    from eegbench.prediction.predictor import load_predictor
    from eegbench.prediction.renamed import Renamed
    from eegbench.prediction.saved_run import find_network
    from eegbench.prediction.seen import seen_by
    from eegbench.progress import tell
    from eegbench.report.prediction import print_predictions

    order = order_of(words)
    keep_freed_memory()
    with TemporaryDirectory() as aside, noted() as notes:
        saved = find_network(
            words.run, words.predictor, outputs=words.outputs, tracking_uri=words.tracking_uri, aside=Path(aside)
        )
        seen = seen_by(saved.fetch)
        predictor = load_predictor(saved.folder, saved.name, trusted=words.trust, device=choose_device(words.device))
        readers = as_datasets(words.words, words.labels, predictor.network.description, words.trust, words.config_dir)
        aliases = dict(words.channels)
        renamed = {}
        for reader, _ in readers:
            predictor.check_cues(reader)
            renamed[reader] = Renamed(reader, channels=predictor.channels, aliases=aliases, classes=predictor.classes)
        listed = list_of_all(readers)
        recordings = [one for _, one in listed]
        check_named(order.lights, recordings)
        out = OutFolder(words.out, planned_files(recordings, words.out, saved.name))
        out.check(files_read(listed, words.lights), overwrite=words.overwrite)
        found = predict_all(predictor, [(renamed[reader], one) for reader, one in listed], order, out)
        labelled = set(found.labelled["recording"])
        about = seen.note([(reader, one) for reader, one in listed if one.id in labelled])
    for note in dict.fromkeys([*notes, *([about] if about else [])]):
        tell(note)
    print_predictions(found, words.out, predictor.classes)
    if found.fault:
        raise found.fault
    is_incomplete = len(found.failed) > 0 or found.n_without_statistics > 0
    return int(len(found.failed) == len(recordings) or (is_incomplete and not words.skip_bad))


def order_of(words: argparse.Namespace) -> "Order":
    """Return what is wanted of each recording."""
    from eegbench.prediction.batch import Order
    from eegbench.prediction.lights import Lights, read_lights
    from eegbench.prediction.staging import Rules

    lights = read_lights(words.lights) if words.lights else {}
    usual = Lights(words.lights_off, words.lights_on)
    return Order(Rules(words.vote, not words.uncalibrated), lights, usual, not words.no_figures)
