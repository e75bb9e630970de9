"""Headings of figures from the names of options and files."""

SPELLINGS = {
    "grad cam": "Grad-CAM",
    "input x gradient": "input × gradient",
    "confusion ": "confusion matrix, ",
    "report ": "classification report, ",
    " pca": ", PCA",
    " tsne": ", t-SNE",
    " umap": ", UMAP",
}
"""Established spellings of names that differ from those of options."""


def heading(name: str) -> str:
    """Return a name as a heading: ``confusion_linear_test`` becomes "Confusion linear test"."""
    text = name.replace("_", " ")
    for plain, spelling in SPELLINGS.items():
        text = text.replace(plain, spelling)
    return f"{text[:1].upper()}{text[1:]}"


def in_brackets(title: str, facts: str) -> str:
    """Return a title with facts in brackets; brackets within the facts become commas."""
    return f"{title} ({facts.replace(' (', ', ').replace(')', '')})"
