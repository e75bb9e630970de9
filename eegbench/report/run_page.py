"""Report of a run as a single, self-contained HTML file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eegbench.address import without_secrets
from eegbench.config import changed_options
from eegbench.document.page import as_document, bullets, code, facts, folded, paragraph, section, text_block
from eegbench.probe.control import fitted_to_windows
from eegbench.report.console import training_text
from eegbench.report.page_figures import figure_parts
from eegbench.report.run_figures import shown_split
from eegbench.report.run_sources import RunSources
from eegbench.score import absent_classes
from eegbench.score.render import as_sheets, without_clutter
from eegbench.score.sheet import Sheet, as_html
from eegbench.types import SPLITS

MAX_VALUE = 300
"""Maximum number of characters shown of an option's value; ``config.yaml`` contains all."""

CLASS = "._target_"
PLACES = (".root", ".cache", ".addresses")
"""Last parts of the names of options for folders of recordings."""

COUNTS = {"subjects": "n_subjects", "recordings": "n_recordings", "windows": "n_windows"}
REJECTED = {"unscored": "n_unscored", "flat": "n_flat", "saturated": "n_saturated", "marked bad": "n_marked_bad"}
"""Columns of the table of windows, around those of the classes."""


def run_page(run: RunSources, written: datetime, by: str, methods: str) -> str:
    """Return the report of a run.

    Parameters
    ----------
    run
        Contents of its files.
    written, by
        Time of writing, and the command that writes the report.
    methods
        Text for the Methods section of a paper.
    """
    summary, choices = run.summary, run.choices
    title = f"{summary['name']}: {choices['task']} with {choices['model']}, seed {summary['seed']}"
    scope = f"{choices['dataset']} · run {run.folder.name} · written {written:%Y-%m-%d %H:%M} by {by}"
    parts = [
        section("Scores", *_scores(run)),
        section("Training", paragraph(_sentence(training_text(summary)))),
        section("Data", *_data(run)),
        section("Subjects", *_subjects(run)),
        figure_parts(run.folder),
        section("Settings that differ from the defaults", *_settings(run.options)),
        section(
            "Methods",
            paragraph("The same text is in methods.md. references.bib contains the works cited."),
            text_block(methods),
        ),
        section("How it was made", *_made(run)),
    ]
    return as_document(title, scope, parts)


def _scores(run: RunSources) -> list[str]:
    """Return the tables of scores with their controls, and warnings about them."""
    if not run.is_scored:
        return [paragraph("The data have no labels, so there are no scores. The run has an encoder and embeddings.")]
    predictions, summary = run.predictions, run.summary
    split = shown_split(predictions)
    shown = without_clutter([one for one in run.scores if one.split.startswith(split)], predictions)
    sheets = as_sheets(shown, n_subjects=run.n_scored_subjects, absent=absent_classes(predictions))
    first, *others = (as_html(sheet) for sheet in sheets)
    main = summary["main_probe"].replace("_", " ")
    controls = [name.replace("_", " ") for name, probe in summary["fitted_with"].items() if probe == main]
    about = f"The main probe is {main}. Its controls are {', '.join([*controls, 'majority'])} and chance."
    if of_windows := fitted_to_windows(summary["fitted_with"]):
        about += f" Also controls, fitted to the signals of train without an encoder: {', '.join(of_windows)}."
    return [first, paragraph(about), *_warnings(summary, split), folded("More tables", "\n".join(others))]


def _warnings(summary: Mapping[str, Any], split: str) -> list[str]:
    told = []
    if summary["within_subject"]:
        told.append("Within subject: the same subjects are in several splits; these are not scores on new people.")
    if seen := summary["transductive_subjects"]:
        told.append(f"Transductive: the encoder was trained on signals of these test subjects: {', '.join(seen)}.")
    if split == "valid":
        told.append("No test subjects: the checkpoint was chosen on the subjects of valid, so scores are optimistic.")
    return [paragraph(text) for text in told]


def _data(run: RunSources) -> list[str]:
    """Return text about the windows, their number in each split, and recordings that were left out."""
    summary = run.summary
    groups = [
        f"{name}: {group.n_channels} channels ({', '.join(group.channels)}), {group.sfreq:g} Hz"
        for name, group in run.form.groups.items()
    ]
    left_out = [f"{one['recording']}: {one['reason']}" for one in summary["skipped"]]
    told = [f"{summary['n_dropped']:,} examples could not be drawn."] if summary["n_dropped"] else []
    return [
        paragraph(f"{_sentence(summary['coverage'])} Windows of {run.form.window_s:g} s; signals {'; '.join(groups)}."),
        as_html(_windows(summary["counts"])),
        paragraph(f"{run.card.citation} ({run.card.url}; licence: {run.card.licence})"),
        paragraph("Recordings that were left out:" if left_out else "All listed recordings could be used."),
        bullets(left_out),
        bullets([*summary["notes"], *told]),
    ]


def _windows(counts: Mapping[str, Mapping[str, int]]) -> Sheet:
    """Return the table of subjects, recordings and windows of each split."""
    known = {*COUNTS.values(), *REJECTED.values()}
    classes = {name.removeprefix("n_"): name for name in counts["train"] if name not in known}
    columns = COUNTS | classes | REJECTED
    used = {
        title: name for title, name in columns.items() if title in COUNTS or any(of[name] for of in counts.values())
    }
    absent = [title for title in classes if title not in used]
    rows = tuple(
        (split, *(f"{of[name]:,}" for name in used.values())) for split, of in counts.items() if of["n_windows"]
    )
    note = "Flat, saturated and bad windows are rejected: they are used neither for training nor for tests. "
    lacking = f"No window has the class {', '.join(absent)}." if absent else ""
    return Sheet("Windows by split and class", ("split", *used), rows, note + lacking)


def _subjects(run: RunSources) -> list[str]:
    """Return the subjects of each split, and the subjects that the encoder was trained on, also in earlier runs."""
    split = run.split
    named = {name: ", ".join(split[name]["subjects"]) for name in (*SPLITS, "in_no_split") if split[name]["subjects"]}
    seen = {people: ", ".join(subjects) for people, subjects in split["seen"].items()}
    begun = run.options["encoder"]
    before = f" The run started from the encoder of {begun}, whose subjects are among them." if begun else ""
    return [
        facts({name.replace("_", " "): subjects for name, subjects in named.items()}),
        paragraph(f"Subjects that the encoder was trained or validated on (train and valid).{before}"),
        facts(seen),
    ]


def _settings(options: Mapping[str, Any]) -> list[str]:
    changed = {name: of for name, of in changed_options(options).items() if not name.endswith(PLACES)}
    if not changed:
        return [paragraph("None: all settings are the defaults of eegbench train.")]
    rows = tuple((name.removesuffix(CLASS), *(_value(one, name) for one in of)) for name, of in changed.items())
    note = "Options without effect on scores, such as folders, are left out. config.yaml contains all options."
    return [as_html(Sheet("", ("option", "value", "default"), rows, note, n_names=3))]


def _made(run: RunSources) -> list[str]:
    command = run.summary.get("command") or ""
    unknown = "This run was not started from a command line; config.yaml in its folder contains all options."
    return [code(command) if command else paragraph(unknown), facts(run.versions)]


def _value(value: object, name: str) -> str:
    """Return an option's value as it is typed, shortened if it is long; classes without their module."""
    if name.endswith(CLASS):
        return str(value).rpartition(".")[2]
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    text = without_secrets(text)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]} …"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
