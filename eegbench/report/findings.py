"""Output of `eegbench doctor`: a line per finding, in colour on a terminal, or JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from eegbench.installation import Finding

COLOURS = {"ok": "green", "warning": "yellow", "broken": "bold red"}


def print_findings(found: Sequence[Finding], *, as_json: bool) -> None:
    """Print each finding with its remedy, and the number of warnings and faults."""
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    for one in found:
        console.print(Text(f"{one.state:<8}", COLOURS[one.state]) + Text(f"{one.topic:<9} {one.text}"))
        if one.remedy:
            console.print(Text(f"{'':<18}{one.remedy}"))
    counts = {state: sum(one.state == state for one in found) for state in ("broken", "warning")}
    console.print(f"\n{counts['broken']} broken, {counts['warning']} warning{'s' * (counts['warning'] != 1)}")
