"""Diagrams of the tutorials as SVG; `python docs/hooks/diagrams.py` writes them to docs/figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

FIGURES = Path(__file__).resolve().parents[1] / "figures"
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 74, 34, 44, 16
"""Size of a box and distances between boxes, in pixels."""

COLOURS = {"data": "#dbe9f6", "network": "#fde5cf", "result": "#dcefd9", "rule": "#ececec"}
"""Colour of a box by its kind."""


@dataclass(frozen=True)
class Box:
    """A box at a column and a row of the grid: a title, and smaller lines below it."""

    column: float
    row: int
    kind: str
    title: str
    lines: tuple[str, ...] = ()

    @property
    def x(self) -> float:
        """Left edge in pixels."""
        return MARGIN + self.column * (WIDTH + GAP_X)

    @property
    def y(self) -> float:
        """Upper edge in pixels."""
        return MARGIN + self.row * (HEIGHT + GAP_Y)


Diagram = tuple[str, dict[str, Box], Sequence[tuple[str, str]]]
"""Description for readers without images, boxes by name, and arrows between them."""

PIPELINE: Diagram = (
    "From recordings to scores: preprocessing, store, split and sampler, training, embeddings, probes, results",
    {
        "dataset": Box(0, 0, "data", "dataset", ("recordings with labels",)),
        "preprocessing": Box(1, 0, "data", "preprocessing", ("filter, resample,", "cut into windows")),
        "store": Box(2, 0, "data", "store", ("one shard per recording,", "reused by later runs")),
        "split": Box(3, 0, "rule", "split", ("subjects in train,", "valid and test")),
        "sampler": Box(3, 1, "rule", "sampler", ("examples of a pass",)),
        "training": Box(2, 1, "network", "trainer + task", ("encoder learns on train;", "valid chooses the pass")),
        "embeddings": Box(1, 1, "network", "embeddings", ("encoder, then frozen,", "applied to all windows")),
        "probe": Box(0, 1, "network", "probes, controls", ("fitted on train;", "test is scored once")),
        "scores": Box(0, 2, "result", "scores", ("with 95 % intervals", "over subjects")),
        "maps": Box(1, 2, "result", "attribution maps", ("and their checks",)),
        "folder": Box(2, 2, "result", "folder of the run", ("tables, figures,", "networks, report")),
        "tracking": Box(3, 2, "result", "MLflow", ("compare runs",)),
    },
    [
        *(("dataset", "preprocessing"), ("preprocessing", "store"), ("store", "split"), ("split", "sampler")),
        *(("sampler", "training"), ("training", "embeddings"), ("embeddings", "probe"), ("probe", "scores")),
        *(("embeddings", "maps"), ("scores", "maps"), ("maps", "folder"), ("folder", "tracking")),
    ],
)

TRAINING: Diagram = (
    "One pass of training: examples, batch, encoder, task, optimiser step; after the pass validation and checkpoints",
    {
        "sampler": Box(0, 0, "rule", "sampler", ("draws the examples", "of the pass")),
        "batch": Box(1, 0, "data", "mini-batch", ("windows gathered", "from the store")),
        "augment": Box(2, 0, "data", "augmentations", ("random changes,", "in training only")),
        "encoder": Box(3, 0, "network", "encoder", ("window → embedding",)),
        "task": Box(3, 1, "network", "task", ("loss and metrics",)),
        "step": Box(2, 1, "network", "optimiser step", ("schedule sets the", "learning rate")),
        "valid": Box(1, 1, "rule", "after the pass", ("loss on valid, without", "augmentations")),
        "checkpoint": Box(0, 1, "result", "checkpoints", ("best and last;", "resume from last")),
    },
    [
        *(("sampler", "batch"), ("batch", "augment"), ("augment", "encoder"), ("encoder", "task"), ("task", "step")),
        *(("step", "valid"), ("step", "batch"), ("valid", "checkpoint"), ("checkpoint", "sampler")),
    ],
)

MODULO_NET: Diagram = (
    "modulo_net: normalisers, epoch encoder and reducer for each sleep epoch; then a sequence encoder over 21 epochs",
    {
        "signals": Box(0, 0, "data", "signals", ("channels × 3000", "one sleep epoch, 100 Hz")),
        "normalisers": Box(1, 0, "network", "normalisers", ("clip_and_scale,", "log_spectrogram,", "standardise")),
        "encoder": Box(2, 0, "network", "epoch_encoder", ("simple_sleep: fewer", "frequencies, a GRU", "→ steps")),
        "reducer": Box(3, 0, "network", "reducer", ("attention over steps", "→ one vector")),
        "features": Box(2, 1, "data", "features", ("index of the epoch,", "fully_connected")),
        "embedding": Box(3, 1, "network", "embedding", ("of the sleep epoch",)),
        "sequence": Box(3, 2, "network", "sequence", ("residual_gru over", "21 sleep epochs")),
        "classes": Box(2, 2, "result", "classes", ("W, N1, N2, N3, R", "for each of the 21")),
        "mean": Box(1, 2, "result", "prediction", ("geometric mean over", "all 21 sequences")),
    },
    [
        *(("signals", "normalisers"), ("normalisers", "encoder"), ("encoder", "reducer"), ("reducer", "embedding")),
        *(("features", "embedding"), ("embedding", "sequence"), ("sequence", "classes"), ("classes", "mean")),
    ],
)

DIAGRAMS = {"diagram_pipeline": PIPELINE, "diagram_training": TRAINING, "diagram_modulo_net": MODULO_NET}


def drawn(name: str) -> str:
    """Return a diagram as SVG."""
    title, boxes, arrows = DIAGRAMS[name]
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img"'
    parts = [
        f'{head} font-family="sans-serif" text-anchor="middle">',
        f"<title>{escape(title)}</title>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
        f'<rect width="{width:g}" height="{height:g}" fill="white"/>',
        *(_arrow(boxes[start], boxes[end]) for start, end in arrows),
        *(_box(box) for box in boxes.values()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(box: Box) -> str:
    middle, step = box.x + WIDTH / 2, 16
    first = box.y + HEIGHT / 2 + 5 - step * len(box.lines) / 2
    shape = f'<rect x="{box.x:g}" y="{box.y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{COLOURS[box.kind]}"/>'
    bold = f'<text x="{middle:g}" y="{first:g}" font-size="14" font-weight="bold" fill="#222">'
    lines = (
        f'<text x="{middle:g}" y="{first + step * (1 + place):g}" font-size="12" fill="#222">{escape(line)}</text>'
        for place, line in enumerate(box.lines)
    )
    return "\n".join((shape, f"{bold}{escape(box.title)}</text>", *lines))


def _arrow(start: Box, end: Box) -> str:
    """Return a line between the sides of two boxes that face each other."""
    if start.row == end.row:
        right = end.column > start.column
        points = [(start.x + WIDTH * right, start.y + HEIGHT / 2), (end.x + WIDTH * (not right), end.y + HEIGHT / 2)]
    else:
        down = end.row > start.row
        shift = 0.0 if start.column == end.column else WIDTH / 4
        points = [
            (start.x + WIDTH / 2 - shift, start.y + HEIGHT * down),
            (end.x + WIDTH / 2 + shift, end.y + HEIGHT * (not down)),
        ]
    (x, y), (to_x, to_y) = points
    return f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}" stroke="#555" stroke-width="1.5" marker-end="url(#head)"/>'


if __name__ == "__main__":
    for name in DIAGRAMS:
        (FIGURES / f"{name}.svg").write_text(drawn(name), encoding="utf-8")
