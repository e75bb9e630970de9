import mne
import numpy as np
import pandas as pd
import pytest

from eegbench.interpretability import Attribution

STAGES = ("W", "N1", "N2", "N3", "R")
ELECTRODES = "Fp1 Fpz Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 Oz O2"


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(2)


@pytest.fixture
def stages() -> tuple[str, ...]:
    return STAGES


@pytest.fixture
def counts() -> np.ndarray:
    """N3 has no windows, and N1 is never predicted."""
    return np.array([[80, 0, 15, 0, 5], [9, 0, 20, 0, 1], [4, 0, 1200, 3, 30], [0, 0, 0, 0, 0], [6, 0, 12, 0, 90]])


@pytest.fixture
def night(rng: np.random.Generator) -> pd.DataFrame:
    """Three hours of windows of 30 s, of which the second hour was not scored."""
    n = 360
    label = np.array(STAGES)[np.repeat(rng.integers(0, 5, n // 20), 20)]
    shares = rng.dirichlet(np.ones(5), n)
    frame = pd.DataFrame(shares, columns=list(STAGES)).assign(
        recording="SC4001E0",
        probe="hand_made",
        start_s=np.arange(n) * 30.0,
        label=label,
        predicted=np.where(rng.random(n) < 0.7, label, "N2"),
    )
    return frame.drop(index=range(120, 240))


@pytest.fixture(scope="session")
def electrodes() -> dict[str, np.ndarray]:
    """Places of 21 electrodes of the 10-20 system, in metres in the head frame."""
    info = mne.create_info(ELECTRODES.split(), sfreq=1.0, ch_types="eeg", verbose="error")
    info.set_montage("standard_1005", verbose="error")
    return {channel["ch_name"]: channel["loc"][:3] for channel in info["chs"]}


@pytest.fixture
def attribution(rng: np.random.Generator) -> Attribution:
    """Two classes, three channels, 0 to 38 Hz."""
    values, p = rng.normal(size=(2, 3, 20)), rng.uniform(size=(2, 3, 20))
    error = rng.uniform(0.1, 0.2, values.shape)
    names = ("rest", "task"), ("C3", "Cz", "C4")
    return Attribution(values, "correlation", "frequency_hz", np.arange(20) * 2.0, *names, error, p)
