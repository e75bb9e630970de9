"""Maps of recordings that lack channels: no value where nothing was recorded."""

import json

import numpy as np
import pandas as pd
import pytest
from toy import ELECTRODES

WORDS = (
    "dataset=toy",
    "trust=[toy]",
    "dataset._target_=toy.LackingToy",
    "dataset.folder={folder}",
    "dataset.n_subjects=5",
    "+dataset.n_blocks=4",
    "split=leave_one_subject_out",
    "split.fold=4",
    f"preprocessing.signal.channels=[{','.join(ELECTRODES)}]",
    "preprocessing.signal.missing_channels=mark",
    "preprocessing.window_s=2",
    "task=supervised",
    "model=eeg_transformer",
    "model.batch_norm=false",
    "model.positions=electrodes",
    "model.dim=8",
    "model.n_layers=2",
    "model.n_heads=2",
    "model@probe.hand_made=spectral_features",
    "interpretability=[attention_rollout]",
    "explain.split=train",
    "trainer.max_passes=1",
    "store.n_workers=1",
    "device=cpu",
    "figures=[]",
)


@pytest.mark.slow
def test_a_channel_has_a_map_where_it_was_recorded(train, tmp_path, capsys):
    status, (folder,) = train(*(word.format(folder=tmp_path / "toy") for word in WORDS), small=False)
    assert status == 0, capsys.readouterr().err
    tables = folder / "tables" / "interpretability"
    for name in ("attention_rollout", "class_difference"):
        values = pd.read_parquet(tables / f"{name}.parquet").groupby("channel")["value"]
        shares = values.agg(lambda one: np.isfinite(one).mean()).to_dict()
        assert shares == {"Fz": 1, "C3": 1, "C4": 1, "Pz": 0, "Oz": 1}
    with np.load(tables / "attention_rollout_subjects.npz") as arrays:
        has_value = dict(zip(arrays["subjects"].tolist(), np.isfinite(arrays["values"]).all(axis=(1, 3)), strict=True))
    assert "0" in has_value
    for subject, has in has_value.items():
        assert has.tolist() == [True, True, True, False, subject != "0"]
    used = json.loads((tables / "attention_rollout.json").read_text())["map"]["used"]
    assert used.endswith("Each channel is averaged over the windows that have it. No used window has Pz.")
