import numpy as np
import pandas as pd
import pytest

CLASSES = ("W", "N1", "N2", "N3", "R")


def frame_of(rng: np.random.Generator, n_subjects: int, split: str = "test", probe: str = "linear") -> pd.DataFrame:
    """Two nights a subject of 40 windows each; subjects differ in how well they are predicted."""
    n = n_subjects * 80
    subject = np.repeat(np.arange(n_subjects), 80)
    night = np.tile(np.repeat([1, 2], 40), n_subjects)
    label = rng.integers(0, 5, n)
    right = rng.random(n) < rng.uniform(0.3, 0.9, n_subjects)[subject]
    predicted = np.where(right, label, rng.integers(0, 5, n))
    return pd.DataFrame(
        {
            "recording": [f"{split}{s:02d}-{k}" for s, k in zip(subject, night, strict=True)],
            "subject": [f"{split}{s:02d}" for s in subject],
            "start_s": np.arange(n) * 30.0,
            "split": split,
            "probe": probe,
            "label": np.array(CLASSES)[label],
            "predicted": np.array(CLASSES)[predicted],
        }
    )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def frame(rng: np.random.Generator) -> pd.DataFrame:
    """Two probes on valid (3 subjects) and test (8 subjects)."""
    parts = [
        frame_of(rng, n, split, probe) for probe in ("linear", "chance") for split, n in (("test", 8), ("valid", 3))
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def classes() -> tuple[str, ...]:
    return CLASSES
