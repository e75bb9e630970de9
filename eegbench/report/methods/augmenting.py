"""Clauses of augmentations, and text about those of a task."""

from eegbench.document.prose import listed
from eegbench.report.methods.clause import Clauses, Options, describe

_A = "eegbench.augmentation"


def _noise(options: Options) -> str:
    if options.value("upstream_compat"):
        return f"Gaussian noise of {options['max_share']} of the standard deviation of all samples of the batch"
    return f"Gaussian noise of up to {options['max_share']} of a channel's standard deviation [@mohsenvand2020]"


AUGMENTATIONS: Clauses = {
    f"{_A}.amplitude_scale.AmplitudeScale": "scaling each channel by {low} to {high} [@mohsenvand2020]",
    f"{_A}.band_stop.BandStop": "removing a band of {width_hz} Hz around {low_hz} to {high_hz} Hz [@mohsenvand2020; "
    "@cheng2020]",
    f"{_A}.channel_drop.ChannelDrop": "setting some channels to 0 with probability {p} [@guillot2020]",
    f"{_A}.gaussian_noise.GaussianNoise": _noise,
    f"{_A}.segment_shuffle.SegmentShuffle": "shuffling up to {n_segments} segments of each window [@um2017; "
    "@eldele2021]",
    f"{_A}.sign_flip.SignFlip": "inverting the signals with probability {p} [@rommel2022]",
    f"{_A}.random_offset.RandomOffset": "adding constants of up to {max_share} of a channel's standard deviation",
    f"{_A}.fourier_noise.FourierNoise": "Gaussian noise of {share} of the amplitude of each Fourier coefficient",
    f"{_A}.circular_shift.CircularShift": "rotating windows by up to {max_s} s",
    f"{_A}.temporal_dropout.TemporalDropout": "setting up to {max_s} s of a channel to 0 with probability {p}",
    f"{_A}.frequency_shift.FrequencyShift": "shifting frequencies by up to {max_hz} Hz [@rommel2022]",
    f"{_A}.resample.Resample": "resampling windows to a rate lower by up to {max_share} of it, and back",
    f"{_A}.crop_resize.CropResize": "stretching a part of at least {min_share} of a window to its length [@chen2020]",
    f"{_A}.mix.Mix": "mixing windows with up to {max_share} of another window of the batch [@zhang2018; "
    "@wickstrom2022]",
    f"{_A}.channel_share_drop.ChannelShareDrop": "setting {min_share} to {max_share} of the channels to 0 with "
    "probability {p}",
    f"{_A}.phase_noise.PhaseNoise": "shifting phases by up to {strength} π [@schwabedal2018]",
}
"""Clauses of augmentations: gerunds and noun phrases after "by"."""


def augmented(options: Options, name: str = "augmentations") -> str:
    """Return a clause about the augmentations of a task, which begins with a semicolon; empty without any."""
    augmentations = options.value(name)
    if not augmentations:
        return ""
    return f"; windows were augmented by {listed([describe(one, AUGMENTATIONS) for one in augmentations.values()])}"
