"""The example of the Dreem Open Datasets, from records to scores, at toy size."""

import json

import pandas as pd
import pytest

from eegbench.inference.network import describe

pytestmark = pytest.mark.slow

WORDS = (
    "experiment=simple_sleep_net",
    *("dataset.n_subjects=5", "dataset.hours=0.5", "dataset.channels=[C3_M2,F4_M1,EMG]"),
    *("model.signals.epoch_encoder.hidden_dim=4", "task.sequence.hidden_dim=4", "sampler.length=5"),
    *("trainer.max_passes=1", "store.n_workers=1", "device=cpu", "figures=[]"),
)


@pytest.fixture(scope="module")
def run(train, tmp_path_factory):
    folder = tmp_path_factory.mktemp("simple_sleep_net")
    words = (f"paths.stores={folder}", f"dataset.root={folder / 'records'}")
    status, (run,) = train(*WORDS, *words, small=False)
    assert status == 0
    return run


def test_records_are_split_six_to_two_to_two_with_the_published_seed(run):
    splits = json.loads((run / "split.json").read_text())
    assert {name: len(splits[name]["subjects"]) for name in ("train", "valid", "test")} == {
        **{"train": 3, "valid": 1, "test": 1}
    }


def test_the_saved_network_takes_the_indices_of_sleep_epochs_beside_100_hz(run):
    form = describe(run / "network").form
    assert dict(form.features) == {"index": 1, "cycles": 5}
    assert (form.only.channels, form.only.sfreq, form.only.n_times) == (("C3_M2", "F4_M1", "EMG"), 100.0, 3000)


def test_every_window_of_test_has_probabilities(run):
    found = pd.read_parquet(run / "predictions.parquet").query("probe == 'network' and split == 'test'")
    assert found.groupby("recording").size().tolist() == [60]
