"""Stage new recordings with the network of a finished run, and score them if they have labels."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from eegbench.launch.exit_status import exit_status
from eegbench.launch.predict_parser import parser
from eegbench.prediction.predict_remedies import in_words_of_predict


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench predict``; return the exit status: 1 if a recording cannot be staged, without ``--skip-bad``."""
    words = parser().parse_intermixed_args(argv)
    return exit_status(
        lambda: predict(words),
        interrupted="the files of recordings that were staged are complete.",
        reworded=in_words_of_predict,
    )


def predict(words: argparse.Namespace) -> int:
    """Find the network, list the recordings, stage each, and print what was found."""
    from eegbench.environment import choose_device, keep_freed_memory  # here, so that --help need not import torch
    from eegbench.launch.predict_arguments import as_datasets, as_order
    from eegbench.notes import noted
    from eegbench.prediction.batch import planned_files, predict_all
    from eegbench.prediction.listing import files_read, list_of_all
    from eegbench.prediction.out_folder import OutFolder
    from eegbench.prediction.predictor import load_predictor
    from eegbench.prediction.saved_run import find_network
    from eegbench.prediction.seen_recordings import seen_by
    from eegbench.progress import tell
    from eegbench.report.prediction import print_predictions

    order = as_order(words)
    keep_freed_memory()
    with TemporaryDirectory() as aside, noted() as notes:
        saved = find_network(
            words.run, words.predictor, outputs=words.outputs, tracking_uri=words.tracking_uri, aside=Path(aside)
        )
        seen = seen_by(saved.fetch)
        predictor = load_predictor(saved.folder, saved.name, trusted=words.trust, device=choose_device(words.device))
        readers = as_datasets(words.words, words.labels, predictor.network.description, words.trust, words.config_dir)
        renamed = {reader: predictor.reading(reader, dict(words.channels)) for reader, _ in readers}
        listed = list_of_all(readers)
        recordings = [recording for _, recording in listed]
        order.check(predictor, recordings)
        out = OutFolder(words.out, planned_files(recordings, words.out, saved.name))
        out.check(files_read(listed, words.lights), overwrite=words.overwrite)
        found = predict_all(predictor, [(renamed[reader], recording) for reader, recording in listed], order, out)
        seen.note_scored(listed, set(found.labelled["recording"]))
    for note in notes:
        tell(note)
    print_predictions(found, words.out, predictor.classes)
    if found.fault:
        raise found.fault
    return found.exit_status(skip_bad=words.skip_bad)
