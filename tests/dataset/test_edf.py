"""An EDF file opens with the values that were written, or raises an error message."""

import datetime
from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np
import pytest

from eegbench.dataset import BadRecordingError, MixedRatesError
from eegbench.dataset.edf import open_edf, read_edf_annotations
from eegbench.dataset.timed_texts import Mark

PLAIN_BYTES = 256 * 3  # the header of a plain EDF with two signals
RECORD_BYTES = 2 * 100 * 2

# what becomes of each file of ../shared/data/odd-edf: channels, Hz and seconds, or words of the sentence
ODD = {
    "EDF.jl/bdf_test.bdf": (8, 250.0, 73.0),
    "EDF.jl/bdf_test.edf": (8, 250.0, 73.0),
    "EDF.jl/evt.bdf": (1, 1.0, 1081.0),
    "EDF.jl/test_merged.edf": "discontinuous (EDF+D): after 6 s of signal the clock jumps by 43194 s",
    "EDF.jl/test_uneven_samp.edf": "2 sampling rates (3Hz +5/-5 V 100 Hz, 0.2Hz Blk 1/0uV 12.8 Hz)",
    "EDF.jl/test_uneven_samp.plus1byte.edf": "too long: the header says 11 records of 2256 bytes, 24816 in all",
    "edfio/SC4001EC-Hypnogram.bdf": "holds annotations only",
    "edfio/mne_test.bdf": (139, 512.0, 6.0),
    "edfio/short_psg.bdf": "'Resp oro-nasal' has the unit ''",
    "edfio/test_subsecond.bdf": (1, 128.0, 698.0),
    "git-mangled/S001R01.crlf-and-truncated.edf": "every line feed in it has become CR LF",
    "git-mangled/S001R01.utf8-replacement-mangled.edf": "replaced by U+FFFD",
    "git-mangled/S001R02.crlf-and-truncated.edf": "every line feed in it has become CR LF",
    "git-mangled/S001R02.html-page.edf": "HTML page",
    "git-mangled/S001R02.truncated-header-says-61.edf": "truncated: the header says 61 records of 20640 bytes",
    "git-mangled/S001R04.crlf.edf": "every line feed in it has become CR LF",
    "lfs-pointers/SC4001EC-Hypnogram.edf": "git lfs pull",
    "lfs-pointers/short_psg.edf": "git lfs pull",
    "mne-python/duplicate_channel_labels.edf": "2 signals are called 'EEG F1-Ref'",
    "mne-python/test.edf": (139, 512.0, 6.0),
    "mne-python/test_output.edf": (2, 100.0, 100.0),
    "mne-python/test_uneven_samp.edf": "2 sampling rates",
    "pyedflib/test_generator.bdf": "5 sampling rates",
    "pyedflib/test_generator.v1.edf": (11, 200.0, 600.0),
    "pyedflib/test_generator_datarec_generator_0_5.bdf": "5 sampling rates",
    "pyedflib/test_generator_datarec_generator_2.bdf": "5 sampling rates",
    "pyedflib/test_subsecond.edf": (1, 128.0, 698.0),
    "pyedflib/test_utf8.edf": (1, 128.0, 698.0),
    "rsleep/nox_utf8_89_channels.edf": "'1 Impédance' has the unit 'Ohm'",
}

# the same files, where a choice of channels mends what was wrong
CHOSEN = {
    "EDF.jl/test_uneven_samp.edf": (("0.2Hz Blk 1/0uV",), 12.8, 110.0),
    "edfio/short_psg.bdf": (("Pz-Oz", "Fpz-Cz"), 100.0, 300.0),
    "mne-python/duplicate_channel_labels.edf": (("F2-Ref",), 250.0, 10.0),
    "pyedflib/test_generator.bdf": (("white noise",), 999.0, 30.0),
    "pyedflib/test_generator_datarec_generator_0_5.bdf": (("ramp 14Hz",), 1000.0, 30.0),
}


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "reason"), [(name, one) for name, one in ODD.items() if isinstance(one, str)])
def test_an_odd_file_is_refused_in_a_sentence(shared_data: Path, name: str, reason: str):
    path = shared_data / "odd-edf" / name
    with pytest.raises(BadRecordingError) as caught:
        open_edf(path, channels=None)
    assert str(caught.value).startswith(str(path))
    assert reason in str(caught.value)


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "facts"), [(name, one) for name, one in ODD.items() if isinstance(one, tuple)])
def test_another_odd_file_opens_with_its_facts(shared_data: Path, name: str, facts: tuple[int, float, float]):
    raw = open_edf(shared_data / "odd-edf" / name, channels=None)
    assert (len(raw.ch_names), raw.info["sfreq"], raw.n_times / raw.info["sfreq"]) == facts
    assert np.isfinite(raw.get_data(start=0, stop=100)).all()


@pytest.mark.realdata
def test_every_odd_file_has_a_pinned_outcome(shared_data: Path):
    folder = shared_data / "odd-edf"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == set(ODD)


@pytest.mark.realdata
@pytest.mark.parametrize("name", CHOSEN)
def test_chosen_channels_keep_their_own_rate_whatever_the_others_have(shared_data: Path, name: str):
    channels, sfreq, seconds = CHOSEN[name]
    path = shared_data / "odd-edf" / name
    raw = open_edf(path, channels=channels)
    assert tuple(raw.ch_names) == channels
    assert (raw.info["sfreq"], raw.n_times / sfreq) == (sfreq, seconds)
    read = edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf
    by_label = {signal.label.removeprefix("EEG "): signal.data for signal in read(path).signals}
    for name_, samples in zip(channels, raw.get_data() * 1e6, strict=True):
        np.testing.assert_allclose(samples, by_label[name_], atol=1e-6)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["pyedflib/test_subsecond.edf", "edfio/test_subsecond.bdf"])
def test_a_start_between_two_seconds_moves_neither_samples_nor_annotations(shared_data: Path, name: str):
    path = shared_data / "odd-edf" / name
    edf = (edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf)(path)
    raw = open_edf(path, channels=None)
    np.testing.assert_allclose(raw.get_data()[0] * 1e6, edf.signals[0].data, atol=1e-6)
    assert list(raw.annotations.onset) == pytest.approx([note.onset for note in edf.annotations])


@pytest.mark.realdata
def test_the_utf8_annotations_are_text(shared_data: Path):
    raw = open_edf(shared_data / "odd-edf" / "pyedflib" / "test_utf8.edf", channels=None)
    assert any(not text.isascii() and "\ufffd" not in text for text in raw.annotations.description)


def test_channels_come_in_volts_under_the_names_and_in_the_order_asked_for(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG A", "EEG B", "ECG"], units={"EEG B": "mV"})
    raw = open_edf(path, channels=["B", "EEG A"])
    assert raw.ch_names == ["B", "EEG A"]
    assert raw.get_channel_types() == ["eeg", "eeg"]
    assert not raw.preload
    written = edfio.read_edf(path)
    np.testing.assert_allclose(raw.get_data()[0], written.get_signal("EEG B").data * 1e-3, atol=1e-9)
    np.testing.assert_allclose(raw.get_data()[1], written.get_signal("EEG A").data * 1e-6, atol=1e-12)


@pytest.mark.parametrize(("unit", "factor"), [(b"uV", 1e-6), (b"\xb5V", 1e-6), (b"mV", 1e-3), (b"V", 1.0)])
def test_each_unit_of_voltage_becomes_volts(tmp_path: Path, write_edf, unit: bytes, factor: float):
    path = write_edf(tmp_path / "a.edf", ["A"])
    numbers = edfio.read_edf(path).signals[0].data
    path.write_bytes(_put(path.read_bytes(), 256 + 96, unit.ljust(8)))
    np.testing.assert_allclose(open_edf(path, channels=None).get_data()[0], numbers * factor, rtol=1e-9)


@pytest.mark.parametrize("unit", ["µV", "μV", "UV", "nV", "degC", ""])
def test_a_unit_that_would_be_taken_for_volts_is_refused(tmp_path: Path, write_edf, unit: str):
    path = write_edf(tmp_path / "a.edf", ["A"])
    path.write_bytes(_put(path.read_bytes(), 256 + 96, unit.encode().ljust(8)))
    with pytest.raises(BadRecordingError, match=r"channel 'A' has the unit '.*', expected uV, mV or V"):
        open_edf(path, channels=None)


def test_labels_in_utf8_can_be_asked_for(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["A", "B"])
    path.write_bytes(_put(path.read_bytes(), 256, "Öz".encode().ljust(16)))
    assert open_edf(path, channels=["Öz"]).ch_names == ["Öz"]


def test_a_recording_that_was_never_closed_is_as_long_as_its_file(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", seconds=60)
    path.write_bytes(_put(path.read_bytes(), 236, b"-1      "))
    assert open_edf(path, channels=None).n_times == 6000


def test_a_file_marked_discontinuous_whose_clock_runs_through_is_read(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", annotations=[(1.0, None, "x")])
    path.write_bytes(_put(path.read_bytes(), 192, b"EDF+D"))
    assert open_edf(path, channels=None).n_times == 6000


def test_annotations_in_latin1_do_not_stop_the_reading(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", annotations=[(1.0, None, "qqq")])
    path.write_bytes(path.read_bytes().replace(b"qqq", b"\xe9\xe8q"))
    assert list(open_edf(path, channels=None).annotations.description) == ["éèq"]


def _put(data: bytes, start: int, field: bytes) -> bytes:
    return data[:start] + field + data[start + len(field) :]


def _cut(data: bytes) -> bytes:
    return data[:-150]


def _put_field(field: int, text: bytes) -> Callable[[bytes], bytes]:
    """Overwrite one of the 8-byte fields (0 = dimension, 1 = physical minimum, …) of the first of two signals."""
    return lambda data: _put(data, 256 + 2 * (16 + 80) + 2 * 8 * field, text.ljust(8))


DAMAGES = {
    "empty": (lambda data: b"", "the file is empty"),
    "pointer": (lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
    "web page": (lambda data: b"\n<html><body>Sign in</body></html>" * 20, "HTML page"),
    "text": (lambda data: b"time,Fpz\n0,1\n" * 60, "is not an EDF or BDF: it begins with b'time,Fpz'"),
    "head cut": (lambda data: data[:100], "cut within its header, 100 bytes of at least 256"),
    "header cut": (lambda data: data[:300], "cut within its header, 300 bytes of 768"),
    "no data": (lambda data: data[:PLAIN_BYTES], "holds no data"),
    "no records": (lambda data: _put(data, 236, b"0       ")[:PLAIN_BYTES], "holds no data"),
    "cut": (
        _cut,
        "is truncated: the header says 60 records of 400 bytes, 23850 of 24000 bytes are there (59 s of 60 s)",
    ),
    "one byte more": (lambda data: data + b"\0", "is too long"),
    "one record more": (lambda data: data + b"\0" * RECORD_BYTES, "is too long"),
    "never closed, and cut": (lambda data: _cut(_put(data, 236, b"-1      ")), "was never closed"),
    "number damaged": (lambda data: _put(data, 236, b"6\xef\xbf\xbd     "), "the number of data records reads '6"),
    "header length": (lambda data: _put(data, 184, b"512     "), "2 signals need 768 bytes of header, it says 512"),
    "no duration": (lambda data: _put(data, 244, b"0       "), "a data record lasts 0 s"),
    "degrees": (_put_field(0, b"degC"), "channel 'EEG Fpz-Cz' has the unit 'degC', expected uV, mV or V"),
    "no physical range": (
        lambda data: _put_field(2, b"7")(_put_field(1, b"7")(data)),
        "channel 'EEG Fpz-Cz' has no usable scaling: physical and digital limits are 7, 7, -32768, 32767",
    ),
    "digital range": (_put_field(3, b"32767"), "no usable scaling"),
    "scaling no number": (_put_field(1, b"x"), "no usable scaling"),
    "crlf": (lambda data: data[:PLAIN_BYTES] + data[PLAIN_BYTES:].replace(b"\n", b"\r\n"), "has become CR LF"),
    "utf8": (
        lambda data: data[:PLAIN_BYTES] + data[PLAIN_BYTES:].decode("utf-8", "replace").encode(),
        "replaced by U+FFFD",
    ),
    "discontinuous": (lambda data: _put(data, 192, b"EDF+D"), "discontinuous EDF+D without time stamps"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_named_with_the_file(tmp_path: Path, write_edf, name: str):
    damage, words = DAMAGES[name]
    path = write_edf(tmp_path / "a.edf")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadRecordingError) as caught:
        open_edf(path, channels=None)
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path):
    with pytest.raises(BadRecordingError, match=r"b\.edf: there is no such file"):
        open_edf(tmp_path / "b.edf", channels=None)
    with pytest.raises(BadRecordingError, match="cannot be read"):
        open_edf(tmp_path, channels=None)


def test_a_bdf_under_the_name_of_an_edf_is_refused_before_it_is_misread(tmp_path: Path):
    path = tmp_path / "a.bdf"
    edfio.Bdf([edfio.BdfSignal(np.arange(100.0), 100, label="A", physical_dimension="uV")]).write(path)
    assert open_edf(path, channels=None).ch_names == ["A"]
    with pytest.raises(BadRecordingError, match=r"holds BDF under another ending; rename it to end in \.bdf"):
        open_edf(path.rename(tmp_path / "a.edf"), channels=None)


def test_a_channel_that_is_not_there_is_met_with_the_nearest_name_and_all_names(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf")
    with pytest.raises(BadRecordingError, match=r"no channel 'Fpz-Cx'; did you mean 'EEG Fpz-Cz'\? It has EEG Fpz-Cz,"):
        open_edf(path, channels=["Fpz-Cx"])


def test_a_derivation_is_made_of_two_signals_where_none_has_its_name(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG C3-Ref", "EEG A2-Ref", "O1"], annotations=[(3.0, 2.0, "x")])
    raw = open_edf(path, channels=["O1", "C3-M2", "C3"])
    assert raw.ch_names == ["O1", "C3-M2", "C3"]
    assert list(raw.annotations.description) == ["x"]
    written = edfio.read_edf(path)
    c3, m2, o1 = (written.get_signal(label).data for label in ("EEG C3-Ref", "EEG A2-Ref", "O1"))
    np.testing.assert_allclose(raw.get_data() * 1e6, [o1, c3 - m2, c3], atol=1e-6)
    assert raw.get_channel_types() == ["eeg"] * 3


def test_a_difference_of_two_rates_is_refused(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["C3", "M2"], rates={"M2": 50.0})
    with pytest.raises(BadRecordingError, match=r"C3-M2 is a difference of two rates \(C3 100 Hz, M2 50 Hz\)"):
        open_edf(path, channels=["C3-M2"])


def test_two_names_of_one_signal_are_refused(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG C3", "EEG C4"])
    with pytest.raises(BadRecordingError, match="'C3' and 'EEG C3' are both EEG C3; name it once"):
        open_edf(path, channels=["C3", "EEG C3"])
    with pytest.raises(BadRecordingError, match="channel 'C4' is asked for twice; name it once"):
        open_edf(path, channels=["C4", "C3", "C4"])


def test_another_electrode_is_not_taken_for_a_misspelt_one(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG T4", "EEG F4"])
    with pytest.raises(BadRecordingError, match=r"no channel 'T3'; it has EEG T4, EEG F4\.$"):
        open_edf(path, channels=["T3"])


def test_channels_may_be_missing_where_the_caller_says_so_but_not_all(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG T4", "EEG F4"])
    assert open_edf(path, channels=["F4", "T3", "T4"], may_lack_channels=True).ch_names == ["F4", "T4"]
    with pytest.raises(BadRecordingError, match=r"no channel 'T3'.*Set preprocessing\.signal\.missing_channels=mark"):
        open_edf(path, channels=["F4", "T3", "T4"])
    with pytest.raises(BadRecordingError, match=r"no channel 'T3'; it has EEG T4, EEG F4\.$"):
        open_edf(path, channels=["T3"], may_lack_channels=True)


def test_a_name_that_two_channels_bear_is_refused_only_when_asked_for(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["EEG A", "EEG A", "EEG B"])
    with pytest.raises(BadRecordingError, match="2 signals are called 'A'"):
        open_edf(path, channels=["A"])
    assert open_edf(path, channels=["B"]).ch_names == ["B"]


def test_channels_of_two_rates_are_refused_and_none_is_resampled(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["A", "B"], rates={"B": 50.0})
    with pytest.raises(MixedRatesError, match=r"2 sampling rates \(A 100 Hz, B 50 Hz\); set preproc") as caught:
        open_edf(path, channels=["A", "B"])
    assert caught.value.rates == {"A": 100.0, "B": 50.0}
    raw = open_edf(path, channels=["B"])
    np.testing.assert_allclose(raw.get_data()[0] * 1e6, edfio.read_edf(path).get_signal("B").data, atol=1e-6)


def test_a_gap_in_the_clock_is_refused_even_where_the_header_promises_none(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", annotations=[(1.0, None, "x")])
    path.write_bytes(path.read_bytes().replace(b"+30\x14\x14", b"+95\x14\x14"))
    with pytest.raises(
        BadRecordingError, match=r"discontinuous \(EDF\+C\): after 30 s of signal the clock jumps by 65 s"
    ):
        open_edf(path, channels=None)


def test_bytes_lost_in_the_middle_are_noticed_by_the_clock(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", annotations=[(1.0, None, "x")])
    data = path.read_bytes()
    path.write_bytes(data[:5000] + data[5001:] + b"\0")
    with pytest.raises(BadRecordingError, match="a data record's time stamp reads"):
        open_edf(path, channels=None)


def test_a_file_of_annotations_is_no_recording_and_a_recording_no_file_of_annotations(
    tmp_path: Path, write_edf, write_hypnogram
):
    hypnogram = write_hypnogram(tmp_path / "h.edf", [(0.0, 30.0, "Sleep stage W")])
    assert read_edf_annotations(hypnogram)[1] == (Mark(0.0, 30.0, "Sleep stage W"),)
    with pytest.raises(BadRecordingError, match="holds annotations only"):
        open_edf(hypnogram, channels=None)
    with pytest.raises(BadRecordingError, match="no signal called 'EDF Annotations'"):
        read_edf_annotations(write_edf(tmp_path / "p.edf"))


def test_a_recording_of_a_date_that_is_none_still_opens(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", start=datetime.time(1, 2, 3))
    path.write_bytes(_put(_put(path.read_bytes(), 168, b"42.00.0026.00.99"), 88, b"anonymous".ljust(80)))
    assert open_edf(path, channels=None).n_times == 6000


@pytest.mark.parametrize(
    ("first", "field"),
    [
        (8, "Müller-Ås F 02-MAY-1951 Renée_Müller".encode("latin-1").ljust(80)),
        (88, "Startdate 02-MÄR-2011 X X X".encode("latin-1").ljust(80)),
        (168, b" " * 16),
        (168, b"31.02.01"),
        (176, b"22:00:00"),
        (256, b"A".ljust(16, b"\0")),
        (528, b"HP:0.1Hz LP:1000Hz N:50Hz".ljust(80)),
        (528, b"HP:100Hz LP:5Hz".ljust(80)),
        (528, b"HP:0,5Hz LP:30,0Hz".ljust(80)),
    ],
)
def test_fields_that_exporters_fill_in_their_own_way_change_no_sample(
    tmp_path: Path, write_edf, first: int, field: bytes
):
    path = write_edf(tmp_path / "a.edf", ["A", "B"])
    expected = open_edf(path, channels=["A"]).get_data()
    raw = bytearray(path.read_bytes())
    raw[first : first + len(field)] = field
    path.write_bytes(raw)
    np.testing.assert_array_equal(open_edf(path, channels=["A"]).get_data(), expected)


def test_a_patient_field_that_mne_cannot_take_apart_is_named(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", ["A"])
    raw = bytearray(path.read_bytes())
    raw[8:88] = b"X F 02-MAY-1951 X bmi=24=ok".ljust(80)
    path.write_bytes(raw)
    with pytest.raises(BadRecordingError, match=r"a\.edf: the patient field of its header has 'bmi=24=ok'.*bytes 9 to"):
        open_edf(path, channels=["A"])
