"""Reading of labels from a file next to a recording: a table, XML, or an EDF+ of annotations."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf import read_edf_annotations
from eegbench.dataset.label_list import LabelList
from eegbench.dataset.label_table import TableForm, read_label_table
from eegbench.dataset.nsrr_xml import read_nsrr_xml
from eegbench.dataset.signal_file import edf_start

TABLES = (".csv", ".tsv", ".txt")


def read_labels(path: Path, form: TableForm, known: Collection[str]) -> LabelList:
    """Read the labels of a file, according to its extension.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv`` or ``.txt`` file, an ``.xml`` file of NSRR or Compumedics, or an ``.edf`` file.
    form
        Form of a table.
    known
        Texts that are labels.

    Raises
    ------
    BadRecordingError
        If the file has another extension, is damaged, or contains no labels.
    """
    suffix = path.suffix.lower()
    if suffix in TABLES:
        found = read_label_table(path, form, known)
    elif suffix == ".xml":
        found = read_nsrr_xml(path)
    elif suffix == ".edf":
        found = read_edf_list(path)
    else:
        raise BadRecordingError(
            f"{path}: labels are read from {', '.join((*TABLES, '.xml', '.edf'))}; set dataset.labels_from to such a "
            "file, or to annotations."
        )
    if not found.marks:
        raise BadRecordingError(f"{path}: holds no labels; set dataset.labels_from=null to read without.")
    return found


def read_edf_list(path: Path) -> LabelList:
    """Read the annotations of an EDF+ file and its start, if the header has one.

    Raises
    ------
    BadRecordingError
        If the file is damaged.
    """
    header, marks = read_edf_annotations(path)
    start = edf_start(header)
    if start is None:
        return LabelList(path, marks, from_header=True)
    midnight = datetime.combine(start, datetime.min.time())
    return LabelList(path, marks, start_s=(start - midnight).total_seconds(), day=start.date(), from_header=True)
