"""Notes below tables of scores: absent classes, and the classes over which metrics are means."""

from collections.abc import Iterator, Mapping, Sequence


def absence(absent: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield notes on classes without windows, overall and by split.

    Parameters
    ----------
    absent
        The classes that no window of a split is labelled with, by split.
    """
    everywhere = [name for name in next(iter(absent.values()), ()) if all(name in of for of in absent.values())]
    if everywhere:
        yield f"no window is labelled {', '.join(everywhere)}"
    for split, names in absent.items():
        if here := [name for name in names if name not in everywhere]:
            yield f"no window of {split} is labelled {', '.join(here)}"


def means_over(classes: Mapping[str, str]) -> list[str]:
    """Return notes on the classes over which metrics are means; metrics with the same classes share a note.

    Parameters
    ----------
    classes
        The classes of each metric as text: ``{"macro-F1": "4 of 5 classes"}``.
    """
    together: dict[str, list[str]] = {}
    for metric, of in classes.items():
        together.setdefault(of, []).append(metric)
    return [
        f"{' and '.join(metrics)} {'is a mean' if len(metrics) == 1 else 'are means'} over {of}"
        for of, metrics in together.items()
    ]
