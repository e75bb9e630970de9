"""Phase swap: the amplitudes of one window, the phases of another."""

import torch
from forms import windows_of

from eegbench.store.windows import Windows
from eegbench.task.phase_swap import merged


def signals(seed, n_times=40):
    return torch.randn(5, 2, n_times, generator=torch.Generator().manual_seed(seed))


def test_amplitudes_are_those_of_one_window_and_phases_those_of_the_other():
    one, other = signals(1), signals(2)
    spectrum, first, second = (torch.fft.rfft(x) for x in (merged(windows_of(one), windows_of(other)).only, one, other))
    torch.testing.assert_close(spectrum.abs(), first.abs(), rtol=1e-4, atol=1e-4)
    inside = slice(1, -1)  # the mean and the Nyquist frequency have a sign and no phase
    torch.testing.assert_close(
        torch.polar(torch.ones(5, 2, 19), spectrum.angle()[..., inside]),
        torch.polar(torch.ones(5, 2, 19), second.angle()[..., inside]),
        rtol=1e-3,
        atol=1e-3,
    )


def test_a_window_with_its_own_phases_is_itself_for_odd_lengths_too():
    for n_times in (40, 41):
        x = signals(1, n_times)
        torch.testing.assert_close(merged(windows_of(x), windows_of(x)).only, x, rtol=1e-4, atol=1e-5)


def test_channels_that_are_missing_in_either_window_are_missing():
    x, y = signals(1), signals(2)
    x[:, 0] = 0.0
    has_first, has_both = torch.tensor([[False, True]] * 5), torch.ones(5, 2, dtype=torch.bool)
    for pair in (
        (Windows({"eeg": x}, {"eeg": has_first}), Windows({"eeg": y}, {"eeg": has_both})),
        (Windows({"eeg": y}, {"eeg": has_both}), Windows({"eeg": x}, {"eeg": has_first})),
    ):
        made = merged(*pair)
        assert torch.equal(made.present["eeg"], has_first)
        assert (made.x["eeg"][:, 0] == 0).all()
        assert (made.x["eeg"][:, 1] != 0).any()
