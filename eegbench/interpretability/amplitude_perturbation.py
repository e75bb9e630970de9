"""Correlation of a network's scores with noise on the amplitude of each channel and frequency.

References
----------
Schirrmeister et al., Human Brain Mapping 38 (2017), DOI 10.1002/hbm.23730.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Index, Positive, Size, Text
from eegbench.interpretability.base import Attribution, Method, Scene
from eegbench.interpretability.correlation_sums import CorrelationSums
from eegbench.interpretability.layer import Reader, reading
from eegbench.interpretability.spectral_noise import Kind, perturb
from eegbench.interpretability.subject_correlations import SubjectCorrelations
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.progress import bar

OPTION = "interpretability.amplitude_perturbation"

FEWEST_WINDOWS = 3
"""Of a correlation."""

NULL_BYTES = 8 * 2**30
"""Memory that permutations may take at most."""

BYTES_EACH = 28
"""Of a permutation's correlation: its sum, itself, and the sum over iterations before and after it."""


class AmplitudePerturbation(Method):
    r"""Correlation over windows between noise on spectra and the resulting change of scores, averaged over iterations.

    For small noise and a smooth network the correlation with (channel, frequency) is near :math:`E[g] / \sqrt{\sum
    E[g^2]}`, where :math:`g` is the score's derivative with respect to that amplitude, in units of the noise, and the
    sum is over all amplitudes. The correlation of n pairs has a standard error of :math:`(1 - r^2) / \sqrt{n}` to first
    order (normal pairs). Each iteration draws new noise, so that the mean over I iterations has :math:`(1 - r^2) /
    \sqrt{n I}`. The correlation with a constant is 0.

    p values come from permutations: within each batch the changes of scores are shuffled over windows, correlations are
    averaged over iterations as for the real order, and the largest correlation over all channels and frequencies gives
    the null distribution of an output. p is the proportion of permutations, including the real order, that reach a
    correlation. Batches of a single window cannot be shuffled, and every p is then 1.

    Noise is drawn batch by batch, so a device with another batch size draws other noise.

    Parameters
    ----------
    kind
        ``additive``: normal noise is added to amplitudes, which are clipped at 0; the effective noise is correlated.
        ``multiplicative``: amplitudes times 1 + normal noise. ``phase``: uniform noise on phases, shared by channels;
        its absolute value is correlated, and the map has one channel named ``all``.
    n_iterations
        Number of perturbations of all windows.
    scale
        Standard deviation of the noise: in `unit` for additive noise, as a proportion of the amplitude for
        multiplicative noise. For phases it is the largest change, in half turns.
    unit
        Unit of additive noise: ``bin_std``, the standard deviation over windows of the amplitude at that channel and
        frequency, or ``raw``, that of the unnormalised transform. Other kinds have no unit.
    layer
        Dotted name of a layer, whose filters (activation averaged over time) replace the scores; None for the scores.
    n_permutations
        Number of permutations for p values; 0 for none.
    """

    def __init__(
        self,
        *,
        kind: Kind,
        n_iterations: Size,
        scale: Positive,
        unit: Literal["bin_std", "raw"],
        layer: Text | None,
        n_permutations: Index,
    ) -> None:
        self.kind, self.n_iterations, self.scale, self.unit = kind, n_iterations, scale, unit
        self.layer, self.n_permutations = layer, n_permutations
        if kind == "phase" and scale > 1:
            raise ValueError(f"{OPTION}.scale={scale}: phases turn by half a turn at most; set 1 or less.")

    @torch.no_grad()
    def check(self, scene: Scene) -> None:
        """Refuse a layer that the network does not have, too many permutations, and an empty pass band."""
        _ = scene.passed
        first = next(scene.batches(1))
        with reading(scene.network, self.layer, f"{OPTION}.layer") as read:
            n_outputs = read(first.scores, first.x).shape[1]
        self._check_memory(scene, n_outputs)

    @torch.no_grad()
    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:
        """Return correlations with channels and frequencies (Hz), their standard errors and p values.

        Raises
        ------
        ValueError
            If there are too few windows, no such layer, too little memory for the permutations, or NaN in scores.
        """
        if len(scene) < FEWEST_WINDOWS:
            raise ValueError(
                f"{OPTION}: a correlation needs {FEWEST_WINDOWS} windows or more, but there are {len(scene)}."
            )
        with reading(scene.network, self.layer, f"{OPTION}.layer") as read:
            r, of_subjects = self._correlations(scene, read, rng)
        if not r[0].isfinite().all():
            raise ValueError(f"{OPTION}: windows or their scores are not finite; check both for NaN.")
        passed = torch.from_numpy(scene.passed).to(r.device)
        subjects = of_subjects[..., passed] if of_subjects.numel() else of_subjects
        return replace(self._attribution(scene, r[..., passed]), by_subject=_subject_maps(scene, subjects))

    def noise(
        self, x: Float[Tensor, "batch n_channels n_times"], source: torch.Generator
    ) -> Float[Tensor, "batch #n_channels n_frequencies"]:
        """Draw noise of unit strength for a batch: standard normal, or uniform from −π to π for phases."""
        n_channels = 1 if self.kind == "phase" else x.shape[1]
        drawn = x.new_empty(len(x), n_channels, x.shape[2] // 2 + 1)
        if self.kind == "phase":
            return drawn.uniform_(-np.pi, np.pi, generator=source)
        return drawn.normal_(generator=source)

    def _correlations(self, scene: Scene, read: Reader, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Return the mean correlations over iterations, for all windows and for each subject's windows.

        For all windows the shape is (1 + n_permutations, n_outputs, n_channels, n_frequencies); for subjects the first
        axis is n_subjects.
        """
        r = of_subjects = torch.zeros((), device=scene.device)
        for whole, subjects in self._iterations(scene, read, rng):
            r, of_subjects = r + whole, of_subjects + subjects
        return r / self.n_iterations, of_subjects / self.n_iterations

    def _iterations(self, scene: Scene, read: Reader, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the correlations of each iteration, for all windows and for each subject's windows."""
        source, shuffling = _generator(rng, scene.device), _generator(rng, scene.device)
        before = torch.cat([read(batch.scores, batch.x) for batch in scene.batches()])
        shape = len(self._channels(scene)), scene.group.n_times // 2 + 1
        self._check_memory(scene, before.shape[1])
        strength = self._strength(scene)
        with bar("perturbing", self.n_iterations * len(scene.parts())) as advance:
            for _ in range(self.n_iterations):
                sums = CorrelationSums(shape, before.shape[1], self.n_permutations, shuffling)
                subjects = SubjectCorrelations(scene, shape, before.shape[1], shuffling)
                for batch in scene.batches():
                    noise = self.noise(batch.x, source).mul_(strength)
                    changed, effect = perturb(batch.x, noise, self.kind)
                    outcome = read(batch.scores, changed) - before[batch.part]
                    sums.add(effect, outcome)
                    subjects.add(effect, outcome, batch.part)
                    advance("")
                yield sums.correlations(), subjects.correlations()

    def _strength(self, scene: Scene) -> Tensor | float:
        """Return the factor of the noise: one number, or one for each channel and frequency."""
        if self.kind != "additive" or self.unit == "raw":
            return self.scale
        sums = torch.zeros((), dtype=torch.float64, device=scene.device)
        for batch in scene.batches():
            amplitude = torch.fft.rfft(batch.x).abs().double()
            sums = sums + torch.stack([amplitude.sum(0), amplitude.square().sum(0)])
        mean, square = sums / len(scene)
        return self.scale * (square - mean.square()).clamp_(min=0).sqrt().float()

    def _check_memory(self, scene: Scene, n_outputs: int) -> None:
        n = len(self._channels(scene)) * (scene.group.n_times // 2 + 1) * n_outputs
        most = NULL_BYTES // (BYTES_EACH * n) - 1
        if self.n_permutations > max(most, 0):
            raise ValueError(
                f"{OPTION}.n_permutations={self.n_permutations}: {n} correlations each would take more than "
                f"{NULL_BYTES / 2**30:g} GiB; set {max(most, 0)} or less."
            )

    def _channels(self, scene: Scene) -> tuple[str, ...]:
        return ("all",) if self.kind == "phase" else scene.group.channels

    def _attribution(self, scene: Scene, r: Tensor) -> Attribution:
        largest = r.abs().amax((2, 3))[..., None, None]
        values, p = r[0].cpu().numpy(), (largest >= r[0].abs()).double().mean(0).cpu().numpy()
        return Attribution(
            values=values,
            measure="correlation",
            axis="frequency_hz",
            places=scene.frequencies,
            outputs=scene.classes if self.layer is None else tuple(f"filter {i}" for i in range(len(values))),
            channels=self._channels(scene),
            standard_error=(1 - values**2) / np.sqrt(len(scene) * self.n_iterations),
            p=p if self.n_permutations else None,
            is_by_class=self.layer is None,
            setting=self._setting(),
        )

    def _setting(self) -> str:
        unit = (
            {"bin_std": "SD of each frequency bin", "raw": "in units of the Fourier transform"}[self.unit]
            if self.kind == "additive"
            else ""
        )
        at = f", layer {self.layer}" if self.layer else ""
        return f"{self.kind} noise, {self.scale:g} {unit}".rstrip() + at


def _subject_maps(scene: Scene, r: Float[Tensor, "n_subjects *shape"]) -> SubjectMaps | None:
    """Return the maps of subjects; NaN for those with too few windows for a correlation."""
    names, codes = scene.subjects
    if not r.numel():
        return None
    n_windows = np.bincount(codes, minlength=len(names))
    values = np.where(n_windows[:, None, None, None] < FEWEST_WINDOWS, np.nan, r.cpu().numpy())
    return SubjectMaps(names, values, n_windows)


def _generator(rng: np.random.Generator, device: torch.device) -> torch.Generator:
    return torch.Generator(device).manual_seed(int(rng.integers(2**63 - 1)))
