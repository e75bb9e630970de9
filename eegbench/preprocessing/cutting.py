"""Cut the windows of many recordings, after comparing each recording with the others."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.content import named
from eegbench.preprocessing.base import Cut, Preprocessing
from eegbench.preprocessing.judgement import Judgement
from eegbench.preprocessing.labels import overlaps_bad
from eegbench.preprocessing.scale import odd_scales
from eegbench.preprocessing.unusable import refuse_or_note
from eegbench.store import Shard
from eegbench.types import UNSCORED, Recording

_log = logging.getLogger(__name__)


def cut_all(
    recordings: Sequence[Recording],
    shards: Sequence[Shard],
    dataset: Dataset,
    preprocessing: Preprocessing,
    *,
    keep_going: bool = False,
) -> tuple[dict[str, Cut], dict[str, str]]:
    """Return the windows of each recording, and the problems of recordings without windows, by id.

    Raises
    ------
    BadRecordingError
        If labels cannot be used, there is no window, or the scale of a channel is not that of the other recordings;
        unless ``dataset.on_bad_recording`` is ``skip`` or `keep_going`.
    """
    cuts: dict[str, Cut] = {}
    bad: dict[str, str] = {}
    for recording, shard, odd in zip(recordings, shards, odd_scales(shards), strict=True):
        try:
            if odd is not None:
                raise BadRecordingError(odd)
            cut = preprocessing.cut(shard, dataset)
            bad_signal = overlaps_bad(shard.header, dataset, cut.sample, cut.window_s)
            cuts[recording.id] = replace(cut, marked_bad=bad_signal)
        except BadRecordingError as error:
            refuse_or_note(dataset, recording, error, bad, keep_going=keep_going)
    return cuts, bad


def tell_cuts(cuts: Sequence[Cut], dataset: Dataset, preprocessing: Preprocessing) -> None:
    """Log messages about all recordings together, and classes without any window."""
    preprocessing.tell(cuts)
    found = {int(label) for cut in cuts for label in np.unique(cut.label)} - {UNSCORED}
    absent = [name for i, name in enumerate(dataset.classes) if i not in found]
    if found and absent:
        _log.info("No window has the class %s; check the spelling of its texts in dataset.labels.", named(absent))


def judgement_of(preprocessing: Preprocessing) -> Judgement:
    """Return the criteria for rejected windows."""
    return Judgement(flat_uv=preprocessing.flat_uv, saturated_share=preprocessing.saturated_share)
