"""Published networks get the channels, rate and scale that their authors state, or are refused."""

import warnings
from pathlib import Path

import pytest
import torch
from forms import form_of
from safetensors.torch import save_file

from eegbench.config import ConfigError, Spec
from eegbench.model import Encoder
from eegbench.model.build import build_encoder

pytestmark = [
    pytest.mark.slow,  # networks of millions of parameters
    pytest.mark.filterwarnings("ignore:A window was not provided:UserWarning"),  # by BIOT, for its spectra
]

TEN_TWENTY = (
    *("Fp1", "Fp2", "F3", "F4", "F7", "F8", "T3", "T4", "C3", "C4", "T5", "T6", "P3", "P4", "O1", "O2", "Fz", "Cz"),
    "Pz",
)
SMALL = {
    "Labram": {"num_layers": 1},
    "CBraMod": {"n_layer": 1},
    "BIOT": {"num_layers": 1},
    "EEGPT": {"depth": 1},
}
"""Options that leave one layer of each network."""
SFREQ = {"Labram": 200.0, "CBraMod": 200.0, "BIOT": 200.0, "EEGPT": 256.0}
DIM = {"Labram": 200, "CBraMod": 200, "BIOT": 256, "EEGPT": 2048}


@pytest.fixture(scope="module", autouse=True)
def models():
    with warnings.catch_warnings(action="ignore"):  # of what other packages will change under it
        return pytest.importorskip("braindecode.models", reason="not installed: pip install 'eegbench[braindecode]'")


@pytest.fixture(scope="module")
def files(models, tmp_path_factory) -> dict[str, Path]:
    """Make a file of random weights for each network, saved with other channels and windows than those of the tests."""
    folder, made = tmp_path_factory.mktemp("weights"), {}
    for name, options in SMALL.items():
        sizes = {"n_chans": 18, "n_times": int(16 * SFREQ[name]), "sfreq": SFREQ[name], "n_outputs": 4}
        with torch.random.fork_rng():
            state = getattr(models, name)(**sizes, **options).state_dict()
        made[name] = folder / f"{name}.safetensors"
        save_file({key: tensor.clone().contiguous() for key, tensor in state.items()}, made[name])
    return made


def build(name, file, channels=TEN_TWENTY, *, sfreq=None, window_s=2.0, normalise="none", **options) -> Encoder:
    sfreq = SFREQ[name] if sfreq is None else sfreq
    node = {"_target_": "eegbench.model.braindecode.Braindecode", "name": name, "embed_dim": 64}
    node |= {"weights": str(file), "options": {**SMALL[name], **options}}
    return build_encoder(Spec(node, Encoder, "model"), form_of(channels, sfreq, round(window_s * sfreq), normalise))


def signals(n_channels, n_times):
    return 30 * torch.randn(2, n_channels, n_times, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", SMALL)
def test_every_tensor_but_the_head_is_loaded_and_decides_the_embedding(name, files):
    first, second = (build(name, files[name]).eval() for _ in range(2))
    x = signals(19, first.form.only.n_times)
    assert not torch.allclose(first(x), second(x))
    for one in (first, second):
        audit = one.load_weights()
        assert audit is one.loaded
        assert audit.n_matched == audit.n_tensors
        assert audit.missing == ()
        assert all(key.startswith(("final_layer.", "chan_proj.")) for key in audit.unused)
    assert first(x).shape == (2, first.embed_dim) == (2, DIM[name])
    assert torch.equal(first(x), second(x))
    torch.testing.assert_close(first(x), first.features(x).mean(1))


@pytest.mark.parametrize("name", SMALL)
def test_another_rate_is_refused_with_the_override(name, files):
    with pytest.raises(ValueError, match=rf"set preprocessing\.signal\.sfreq={SFREQ[name]:g}\."):
        build(name, files[name], sfreq=100.0)


@pytest.mark.parametrize("name", ["Labram", "CBraMod", "BIOT"])
def test_signals_without_their_unit_are_refused(name, files):
    with pytest.raises(ValueError, match=r"set preprocessing\.normalise=none"):
        build(name, files[name], normalise="window")


@pytest.mark.parametrize("name", ["Labram", "CBraMod"])
def test_windows_that_do_not_fill_the_last_patch_are_refused(name, files):
    with pytest.raises(ValueError, match=r"a multiple of 1 s, and these have 2\.5 s"):
        build(name, files[name], window_s=2.5)


@pytest.mark.parametrize("name", ["Labram", "EEGPT"])
def test_channels_without_an_embedding_are_refused_by_name(name, files):
    with pytest.raises(ValueError, match=r"no embedding of the channels X1, A2-A1; .*exclude=\[X1,A2-A1\]"):
        build(name, files[name], ("C3", "X1", "A2-A1"))


@pytest.mark.parametrize("name", ["Labram", "EEGPT", "BIOT"])
def test_channels_are_known_by_name_whatever_their_order(name, files):
    here = build(name, files[name]).eval()
    there = build(name, files[name], TEN_TWENTY[::-1]).eval()
    here.load_weights()
    there.load_weights()
    x = signals(19, here.form.only.n_times)
    torch.testing.assert_close(here(x), there(x.flip(1)), rtol=1e-4, atol=1e-5)
    assert not torch.allclose(here(x), there(x), rtol=1e-3)


def test_biot_gets_derivations_of_their_electrodes_with_their_own_tokens(files):
    made = build("BIOT", files["BIOT"], ("Fp1", "F7", "C3", "A2", "Cz")).eval()
    given = build("BIOT", files["BIOT"], ("C3-A2", "Fp1-F7")).eval()
    made.load_weights()
    given.load_weights()
    x = signals(5, 400)
    torch.testing.assert_close(made(x), given(torch.stack([x[:, 2] - x[:, 3], x[:, 0] - x[:, 1]], 1)))
    prepared = made.network.prepared(x)
    torch.testing.assert_close(prepared.abs().quantile(0.95, 2), torch.ones(2, 2))
    with pytest.raises(ValueError, match="none of them can be made of Fz, Cz"):
        build("BIOT", files["BIOT"], ("Fz", "Cz"))


def test_scales_and_references_are_those_of_the_authors(files):
    x = signals(19, 400)
    torch.testing.assert_close(build("Labram", files["Labram"]).network.prepared(x), x / 100)
    torch.testing.assert_close(build("CBraMod", files["CBraMod"]).network.prepared(x), x / 100)
    torch.testing.assert_close(build("EEGPT", files["EEGPT"]).network.prepared(x), x - x.mean(1, keepdim=True))


def test_labram_refuses_windows_longer_than_its_embeddings_of_time(files):
    with pytest.raises(ConfigError, match=r"temporal_embedding of the file has 17 embeddings, .* number 18"):
        build("Labram", files["Labram"], ("C3",), window_s=18.0).load_weights()


def test_a_network_without_features_is_refused():
    node = {"_target_": "eegbench.model.braindecode.Braindecode", "name": "EEGSimpleConv", "embed_dim": None}
    with pytest.raises(ValueError, match=r"does not return features.* model\.embed_dim=64"):
        build_encoder(Spec(node | {"weights": None, "options": {}}, Encoder, "model"), form_of(("C3",), 200.0, 400))
