"""Attention of a transformer's class token to channels and times, through all layers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from scipy.special import softmax
from torch import Tensor, nn

from eegbench.config import Dropout
from eegbench.interpretability.attention_map import AttentionMap, chunk_of, means_by_class
from eegbench.interpretability.attention_totals import MatrixTotals
from eegbench.interpretability.average import times
from eegbench.interpretability.base import Attribution, Batch, Method, Scene
from eegbench.interpretability.rollout import Heads, fused, gradient_rollout, rollout, upstream_rollout
from eegbench.interpretability.subject_maps import MOST_BYTES, SubjectMaps
from eegbench.model.attention import SelfAttention, record_attention
from eegbench.model.token_table import TokenTable

WEIGHTS_BYTES = 2**24
"""Maximum memory for attention weights at a time."""

Weighting = Literal["attention", "gradient", "upstream_compat"]
MEASURES: Mapping[str, str] = {
    "attention": "share of the class token's attention, through all layers",
    "gradient": "attention times the gradient of the predicted class's score, through all layers",
    "upstream_compat": "attention, largest of a window = 1",
}
EVEN = "attention relative to an even share (0: equal, 1: twice as much)"


class AttentionRollout(Method):
    """Mean over the windows of a class of the attention of the class token, with its standard error.

    Windows belong to the class of their label. A class without used windows has no map. Each channel has the mean over
    the windows that have it.

    Parameters
    ----------
    weighting
        ``attention``: the standard rollout. ``gradient``: weighted by the gradients of the predicted class's score, so
        that the map shows evidence for that class. ``upstream_compat``: as published with eeg-transformer, with the
        layers in reverse order and each map divided by its largest value.
    heads
        Reduction over the heads of a layer: ``mean``, ``max`` or ``min``; gradients are always averaged.
    only_correct
        Whether windows with a wrong prediction are left out.
    min_confidence
        Minimum probability of the most probable class; other windows are left out.

    Raises
    ------
    ValueError
        From ``explain``: where the network has no attention over tokens, or no window is left.

    References
    ----------
    Abnar and Zuidema 2020, doi:10.18653/v1/2020.acl-main.385; Chefer et al. 2021, doi:10.1109/ICCV48922.2021.00045.
    """

    def __init__(self, *, weighting: Weighting, heads: Heads, only_correct: bool, min_confidence: Dropout) -> None:
        self.weighting, self.heads = weighting, heads
        self.only_correct, self.min_confidence = only_correct, min_confidence

    def check(self, scene: Scene) -> None:
        """Refuse a network without attention over tokens."""
        with record_attention(scene.network):
            pass

    def explain(self, scene: Scene, rng: np.random.Generator) -> AttentionMap:  # noqa: ARG002  nothing is drawn
        """Return a map by class, channel and time; each sample has the value of its token.

        Raises
        ------
        ValueError
            If the network has no attention over tokens, or no window is left.
        """
        n_classes = len(scene.classes)
        scores = np.empty((len(scene), n_classes), dtype=np.float32)
        with record_attention(scene.network) as attention:
            tokens = attention.tokens
            by_window = np.empty((len(scene), len(tokens) - 1), dtype=np.float32)
            there = _there(tokens, scene)
            totals = MatrixTotals(n_classes, len(tokens))
            for batch in scene.shown("following attention", _most_windows(scene.network, len(tokens))):
                scores[batch.part], matrix = self._followed(batch, attention.by_layer)
                attention.take()
                said = self._said(scores[batch.part], scene.labels[batch.part])
                totals.add(matrix.numpy(), said, there[batch.part])
                by_window[batch.part] = _of_signal(matrix, self.weighting)
        windows = self._said(scores, scene.labels)
        if not windows["used"].any():
            raise ValueError(
                f"interpretability.attention_rollout: none of {len(windows)} windows is used (only_correct="
                f"{self.only_correct}, min_confidence={self.min_confidence:g}); lower the confidence, or set "
                "only_correct=false."
            )
        by_window[~there[:, 1:]] = np.nan
        windows["condition"] = [scene.classes[k] if k >= 0 else "" for k in scene.labels]
        label = windows["label"].where(windows["used"], -1).to_numpy()
        used = f"{self._used(windows, scene.classes)} {_lacking(by_window[label >= 0], tokens)}".strip()
        facts: dict[str, Any] = {
            "axis": "time_s",
            "places": times(scene),
            "outputs": scene.classes,
            "channels": scene.group.channels,
        }
        facts |= {"setting": self._setting, "used": used}
        even = by_window.astype(np.float64) * (there.sum(1, keepdims=True) - 1) - 1
        is_share = self.weighting != "upstream_compat"
        return AttentionMap(
            **facts,
            **_mean_maps(by_window, label, tokens, scene),
            measure=MEASURES[self.weighting],
            is_signed=False,
            over_even_share=Attribution(**facts, **_mean_maps(even, label, tokens, scene), measure=EVEN)
            if is_share
            else None,
            tokens=tokens,
            matrices=totals.mean(),
            matrices_over_even_share=totals.mean_over_even_share() if self.weighting == "attention" else None,
            by_window=by_window,
            windows=windows if scene.facts is None else pd.concat([windows, scene.facts], axis=1),
        )

    def unselective(self) -> "AttentionRollout":
        """Return the method for all windows."""
        return AttentionRollout(weighting=self.weighting, heads=self.heads, only_correct=False, min_confidence=0.0)

    @property
    def _setting(self) -> str:
        words = [f"heads by {self.heads}"] if self.weighting != "gradient" else ["weighted by gradients"]
        words = ["as published", *words] if self.weighting == "upstream_compat" else words
        words += ["correct windows"] if self.only_correct else []
        words += [f"confidence from {self.min_confidence:g}"] if self.min_confidence else []
        return ", ".join(words)

    def _used(self, windows: pd.DataFrame, classes: Sequence[str]) -> str:
        """Return the number of used windows by class, and that of all windows if some are not used."""
        used = windows[windows["used"]]
        is_whole = len(used) == len(windows) and not self.only_correct and not self.min_confidence
        counted = f"{len(used)}" if is_whole else f"{len(used)} of {len(windows)}"
        of_class = ", ".join(f"{name} {(used['label'] == k).sum()}" for k, name in enumerate(classes))
        return f"{counted} windows are used ({of_class})."

    def _followed(
        self, batch: Batch, by_layer: list[list[Tensor]]
    ) -> tuple[Float[np.ndarray, "batch n_classes"], Float[Tensor, "batch n_tokens n_tokens"]]:
        """Return class scores and, for each window, the proportion of each token that reaches each token."""
        with torch.set_grad_enabled(self.weighting == "gradient"):
            scores = batch.scores(batch.x)
            if sum(len(one) for one in by_layer[0]) != len(batch.x):
                raise ValueError(
                    "interpretability=attention_rollout explains networks of single windows, but this one encodes "
                    "sequences of windows; choose task=supervised."
                )
            weights = torch.stack([torch.cat(layer) for layer in by_layer], dim=1)
            if self.weighting == "gradient":
                said = scores.gather(1, scores.argmax(1, keepdim=True)).sum()
                parts = [one for layer in by_layer for one in layer]
                each = iter(torch.autograd.grad(said, parts))
                gradients = torch.stack([torch.cat([next(each) for _ in layer]) for layer in by_layer], dim=1)
                return scores.detach().cpu().numpy(), gradient_rollout(weights.detach(), gradients).cpu()
        layers = fused(weights, self.heads)
        matrix = upstream_rollout(layers) if self.weighting == "upstream_compat" else rollout(layers)
        return scores.cpu().numpy(), matrix.cpu()

    def _said(self, scores: Float[np.ndarray, "n n_classes"], labels: Int[np.ndarray, "n"]) -> pd.DataFrame:
        """Return the predicted class and the confidence of each window, and whether its map is used."""
        probabilities = softmax(scores, axis=1)
        confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
        used = (labels >= 0) & (confidence >= self.min_confidence)
        used &= (predicted == labels) | (not self.only_correct)
        return pd.DataFrame({"label": labels, "predicted": predicted, "confidence": confidence, "used": used})


def _most_windows(network: nn.Module, n_tokens: int) -> int:
    """Return the number of windows in a batch: the weights of every layer and head are kept in memory."""
    n_heads = sum(layer.n_heads for layer in network.modules() if isinstance(layer, SelfAttention))
    return max(1, WEIGHTS_BYTES // (4 * n_heads * n_tokens**2))


def _there(tokens: TokenTable, scene: Scene) -> Bool[np.ndarray, "n n_tokens"]:
    """Return whether each window has each token; the class token is always there."""
    there = np.ones((len(scene), len(tokens)), dtype=bool)
    if scene.present is not None:
        there[:, 1:] = scene.present[:, tokens.channel[1:]]
    return there


def _lacking(by_window: Float[np.ndarray, "n n_signal_tokens"], tokens: TokenTable) -> str:
    """Return the sentence of a caption about channels that are missing from windows."""
    known = np.isfinite(by_window[:, tokens.of_signal[:, 0] - 1])
    if known.all():
        return ""
    absent = [name for name, is_known in zip(tokens.channels, known.any(axis=0), strict=True) if not is_known]
    told = "Each channel is averaged over the windows that have it."
    return f"{told} No used window has {', '.join(absent)}." if absent else told


def _of_signal(
    matrix: Float[Tensor, "batch n_tokens n_tokens"], weighting: Weighting
) -> Float[Tensor, "batch n_signal_tokens"]:
    """Return the proportion of each token in the class token, relative to all tokens but the class token."""
    row = matrix[:, 0, 1:]
    if weighting == "upstream_compat":
        return row / row.amax(1, keepdim=True)
    return row / row.sum(1, keepdim=True).clamp_min(torch.finfo(row.dtype).tiny)


def _mean_maps(
    by_window: Float[np.ndarray, "n n_signal_tokens"], label: Int[np.ndarray, "n"], tokens: TokenTable, scene: Scene
) -> dict[str, Any]:
    """Return the mean map of each class, its standard error, and the maps of the subjects."""
    values, error = (_over_time(one, tokens, scene) for one in means_by_class(by_window, label, len(scene.classes)))
    return {"values": values, "standard_error": error, "by_subject": _by_subject(by_window, label, tokens, scene)}


def _by_subject(
    by_window: Float[np.ndarray, "n n_signal_tokens"], label: Int[np.ndarray, "n"], tokens: TokenTable, scene: Scene
) -> SubjectMaps | None:
    """Return the mean map of each class over the used windows of each subject."""
    names, codes = scene.subjects
    there = [code for code in range(len(names)) if (label[codes == code] >= 0).any()]
    if 8 * len(there) * len(scene.classes) * len(scene.group.channels) * scene.group.n_times > MOST_BYTES or not there:
        return None
    rows = [(codes == code) & (label >= 0) for code in there]
    means = (means_by_class(by_window[own], label[own], len(scene.classes))[0] for own in rows)
    values = np.stack([_over_time(mean, tokens, scene) for mean in means])
    return SubjectMaps(tuple(names[code] for code in there), values, np.array([own.sum() for own in rows]))


def _over_time(
    values: Float[np.ndarray, "n_classes n_signal_tokens"], tokens: TokenTable, scene: Scene
) -> Float[np.ndarray, "n_classes n_channels n_times"]:
    """Give each sample the value of its token; NaN outside all tokens."""
    at = chunk_of(times(scene), tokens)
    by_token = values[:, tokens.of_signal - 1]  # tokens of the signal, without the class token
    grid = by_token[:, :, np.minimum(at, tokens.n_chunks - 1)]
    return np.where(at < tokens.n_chunks, grid, np.nan)
