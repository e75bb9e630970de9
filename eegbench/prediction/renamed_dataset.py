"""A dataset with the channel names and classes of a network."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import mne

from eegbench.dataset import BadRecordingError, Card, Dataset, MixedRatesError
from eegbench.dataset.channel_names import standard
from eegbench.dataset.recordings import Recordings
from eegbench.types import Recording

_log = logging.getLogger(__name__)


class Renamed(Dataset):
    """Recordings of another dataset, whose channels have the names of a network.

    Parameters
    ----------
    dataset
        Dataset of the recordings; it finds channels in other spellings and computes derivations.
    channels
        Channel names of the network, in its order.
    aliases
        Names in the recordings for some of these channels: a channel, or a derivation such as ``F3-A2``. If a recording
        lacks the alias but has the network's own channel, the own channel is read.
    classes
        Classes of the network, in its order.

    Raises
    ------
    ValueError
        If an alias is for a channel that the network does not have, or the dataset has classes that the network does
        not have.
    """

    def __init__(
        self, dataset: Dataset, *, channels: Sequence[str], aliases: Mapping[str, str], classes: tuple[str, ...]
    ) -> None:
        for name, alias in aliases.items():
            if name not in channels:
                raise ValueError(
                    f"--channels {name}={alias}: the network has no channel {name}; it has {', '.join(channels)}. "
                    "The name before = is the network's, the one after it the recording's."
                )
        if strange := [name for name in dataset.classes if name not in classes]:
            raise ValueError(
                f"dataset.labels has the classes {', '.join(strange)}, which the network does not have; it has "
                f"{', '.join(classes)}. Map the labels to these classes: 'dataset.labels={{TEXT: CLASS, …}}'."
            )
        self.dataset, self.aliases, self.channels = dataset, aliases, tuple(channels)
        self.labels, self.ignored = dataset.labels, dataset.ignored
        self.on_bad_recording = "raise"
        self._classes = classes
        self._used: dict[str, Mapping[str, str]] = {}

    @property
    def card(self) -> Card:  # type: ignore[override]  # that of a folder is created on access
        """Card of the dataset."""
        return self.dataset.card

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of the network."""
        return self._classes

    @property
    def source(self) -> str | None:
        """Source of the dataset."""
        return self.dataset.source

    def recordings(self) -> list[Recording]:
        """List the recordings of the dataset."""
        return self.dataset.recordings()

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open the network's channels of one recording."""
        return self.read_channels(recording, self.channels or (), may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some of the network's channels of one recording."""
        dataset = self.dataset.for_one(recording) if isinstance(self.dataset, Recordings) else self.dataset
        if recording.id not in self._used:
            self._used[recording.id] = self._aliases_of(recording, dataset)
        used = self._used[recording.id]
        asked = [used.get(name, name) for name in channels]
        with self._in_the_names_of_the_network(channels, used):
            raw = dataset.read_channels(recording, asked, may_lack_channels=may_lack_channels)
        return raw.rename_channels({alias: name for name, alias in used.items() if alias in raw.ch_names})

    def _aliases_of(self, recording: Recording, dataset: Dataset) -> Mapping[str, str]:
        """Return the aliases to read a recording with: those that it has, or whose own channel it lacks."""
        used = {}
        for name, alias in self.aliases.items():
            is_same = name in self.aliases.values() or standard(name) == standard(alias)  # first case: two are swapped
            has_own = not is_same and _has(dataset, recording, name)
            has_alias = not has_own or _has(dataset, recording, alias)
            if has_alias:
                used[name] = alias
            if has_own and has_alias:
                _log.warning(
                    "%s: has both %s and %s; the latter is used (--channels %s=%s); stage the recording "
                    "without this alias to use its own channel.",
                    *(recording.id, name, alias, name, alias),
                )
            elif has_own:
                _log.info("%s: has no %s; its own channel %s is used.", recording.id, alias, name)
        return used

    @contextmanager
    def _in_the_names_of_the_network(self, channels: Sequence[str], used: Mapping[str, str]) -> Iterator[None]:
        """Rename the channels in errors, and add the option that names a missing channel."""
        names = {used.get(name, name): name for name in channels}
        try:
            yield
        except MixedRatesError as error:
            raise MixedRatesError(str(error), {names[alias]: rate for alias, rate in error.rates.items()}) from error
        except BadRecordingError as error:
            if "channel" not in str(error):
                raise
            raise BadRecordingError(
                f"{error} The network needs {', '.join(channels)}; give the recording's name of a channel with "
                "--channels NAME=ALIAS."
            ) from error


def _has(dataset: Dataset, recording: Recording, channel: str) -> bool:
    """Return whether a recording has a channel, or the channels of a derivation."""
    try:
        dataset.read_channels(recording, [channel])
    except BadRecordingError:
        return False
    return True
