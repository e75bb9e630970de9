"""Print the tables of a comparison to standard output, and its notes to standard error."""

import shutil
from dataclasses import replace

from eegbench.comparison.page import Report
from eegbench.comparison.sheets import difference_sheets, scores_sheet
from eegbench.progress import tell
from eegbench.score.sheet import Sheet, terminal

MAX_ROWS = 20
"""Maximum number of printed rows of a table; the files contain all."""


def print_comparison(report: Report) -> None:
    """Print the tables and notes of a comparison."""
    width = shutil.get_terminal_size((100, 24)).columns
    sheets = [scores_sheet(report.comparison), *difference_sheets(report.comparison)]
    print("\n" + "\n\n".join(terminal(_shortened(sheet), width) for sheet in sheets))
    for note in report.notes:
        tell(f"note: {note}")


def _shortened(sheet: Sheet) -> Sheet:
    if len(sheet.rows) <= MAX_ROWS:
        return sheet
    note = f"… and {len(sheet.rows) - MAX_ROWS} more rows, all in the files. {sheet.note}"
    return replace(sheet, rows=sheet.rows[:MAX_ROWS], note=note)
