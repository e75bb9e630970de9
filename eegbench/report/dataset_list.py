"""Output of `eegbench data list`: a paragraph per dataset, or JSON for programs."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from eegbench.dataset.overview import Overview
from eegbench.score.render import plural

WIDTH = 110


def print_list(found: Sequence[Overview], *, as_json: bool) -> None:
    """Print published and simulated datasets with their facts, then joined ones and readers by name."""
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2, default=str, ensure_ascii=False))
        return
    for kind, title in (("published", "Published data sets"), ("simulated", "Simulated, no download")):
        print(f"{title}\n")
        for one in found:
            if one.kind == kind:
                print("\n".join(_paragraph(one)) + "\n")
    for kind, title in (("joined", "Joined: several data sets as one"), ("reader", "Readers of your own files")):
        print(f"{title}\n")
        some = [one for one in found if one.kind == kind]
        print("\n".join(f"  {one.name:<20} {one.about}" for one in some) + "\n")
    print("`eegbench train dataset=NAME` uses one; docs/my_recordings.md explains the readers.")


def _paragraph(one: Overview) -> list[str]:
    card = one.card
    assert card is not None
    counts = f"{plural(card.n_subjects, 'subject')}, {plural(card.n_recordings, 'recording')}"
    form = f"{plural(len(card.channels), 'channel')} at {card.sfreq:g} Hz"
    lines = [f"{counts}, {form}{_size(one)}", f"licence {card.licence}; {card.url}", _place(one)]
    cited = textwrap.wrap(f"cite {card.citation}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return [f"  {one.name}: {one.about}", *(f"    {line}" for line in (*lines, *cited))]


def _size(one: Overview) -> str:
    if one.kind == "simulated" or one.card is None:
        return ""
    return "; size unknown" if one.card.download_gb is None else f"; about {one.card.download_gb:g} GB"


def _place(one: Overview) -> str:
    """Return the folder, the number of recordings in it, and the command that fills it."""
    some = f"{plural(one.n_there, 'recording')} there" if one.n_there else "none there"
    missing = one.card is not None and one.n_there < one.card.n_recordings
    if one.kind == "simulated":
        return f"folder {one.folder}: {some}; a run makes what it needs"
    if one.is_own_folder and not one.n_there:
        return f"folder {one.folder}: {some}; correct paths.roots.{one.name}, or leave it out to download"
    how = f"; eegbench data fetch {one.name}" if missing and not one.is_own_folder else ""
    return f"folder {one.folder}: {some}{how}"
