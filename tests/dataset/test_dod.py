"""DOD-H and DOD-O: files in a folder, or downloaded from the first address that has them."""

import logging
from pathlib import Path

import pytest
from h5_files import STAGES, write_night

from eegbench.dataset import BadRecordingError
from eegbench.dataset.dod_h import DodH
from eegbench.dataset.dod_lights import LIGHTS
from eegbench.dataset.dod_o import DodO
from eegbench.dataset.download import RECORD

FIRST, SECOND = DodH.published[:2]


def dod(kind, cache: Path, **options):
    shipped = {
        "root": None,
        "addresses": (),
        "cache": str(cache),
        "records": None,
        "channels": ("C3_M2", "EOG1"),
        "hypnograms": None,
        "labels": STAGES,
        "ignored": ("unscored",),
        "on_bad_recording": "raise",
    }
    return kind(**{**shipped, **options})


def test_the_sets_have_the_published_records_and_channels():
    assert (len(set(DodH.published)), len(DodH.card.channels)) == (25, 16)
    assert (len(set(DodO.published)), len(DodO.card.channels)) == (55, 12)
    assert not set(DodH.published) & set(DodO.published)
    assert set(LIGHTS) <= {*DodH.published, *DodO.published}


@pytest.mark.realdata
@pytest.mark.parametrize(("kind", "name"), [(DodH, "dodh"), (DodO, "dodo")])
def test_the_records_are_those_that_were_scored(kind, name: str, shared_data: Path):
    scored = shared_data / "dod-scorers" / "scorers" / name / "scorer_1"
    assert list(kind.published) == sorted(path.stem for path in scored.glob("*.json"))


def test_records_of_a_folder_are_read_and_strangers_told(tmp_path: Path, caplog):
    for name in (FIRST, SECOND):
        write_night(tmp_path / f"{name}.h5")
    dataset = dod(DodH, tmp_path, root=str(tmp_path))
    found = dataset.recordings()
    assert [(one.id, one.subject) for one in found] == [(FIRST, FIRST), (SECOND, SECOND)]
    assert dataset.read(found[0]).ch_names == ["C3_M2", "EOG1"]
    assert dataset.read_channels(found[0], ["F3-M2"]).ch_names == ["F3-M2"]
    assert dataset.coverage(found) == "2 of 25 subjects, 2 of 25 recordings"
    write_night(tmp_path / "mine.h5")
    caplog.set_level(logging.INFO, "eegbench")
    assert dataset.coverage(dataset.recordings()) == "3 subjects, 3 recordings"
    assert "1 files are not recordings of dod_h: mine." in caplog.text


def test_records_are_chosen_by_how_they_begin(tmp_path: Path):
    for name in (FIRST, SECOND):
        write_night(tmp_path / f"{name}.h5")
    options = {"root": str(tmp_path)}
    assert [one.id for one in dod(DodH, tmp_path, records=(SECOND[:4],), **options).recordings()] == [SECOND]
    with pytest.raises(ValueError, match=r"dataset\.records=\['xyz'\]: no such record; there are"):
        dod(DodH, tmp_path, records=(FIRST[:4], "xyz"), **options).recordings()


def test_a_folder_of_folders_is_refused_with_the_one_to_name(tmp_path: Path):
    write_night(tmp_path / "dodh" / f"{FIRST}.h5")
    with pytest.raises(FileNotFoundError, match=rf"no \*\.h5 in it; set dataset\.root={tmp_path / 'dodh'}"):
        dod(DodH, tmp_path, root=str(tmp_path)).recordings()


def test_a_record_is_fetched_from_the_first_address_that_has_it(tmp_path: Path):
    served, closed = tmp_path / "served", tmp_path / "closed"
    write_night(served / f"{FIRST}.h5")
    closed.mkdir()
    (closed / f"{FIRST}.h5").write_text("<html>Access denied</html>")
    addresses = ("file:///nowhere", closed.as_uri() + "/{name}", served.as_uri())
    dataset = dod(DodH, tmp_path / "cache", addresses=addresses, records=(FIRST,))
    (recording,) = dataset.recordings()
    assert recording.signal.read_bytes() == (served / f"{FIRST}.h5").read_bytes()
    assert (tmp_path / "cache" / RECORD).is_file()
    (served / f"{FIRST}.h5").unlink()
    assert dataset.recordings() == [recording]
    assert dataset.source is None


def test_where_no_address_has_a_record_all_are_named(tmp_path: Path):
    addresses = ("file:///nowhere/{name}", "file:///elsewhere/")
    dataset = dod(DodH, tmp_path, addresses=addresses, records=(FIRST,))
    with pytest.raises(FileNotFoundError) as caught:
        dataset.recordings()
    for url in (f"file:///nowhere/{FIRST}.h5", f"file:///elsewhere/{FIRST}.h5", "set dataset.root=FOLDER"):
        assert url in str(caught.value)
    assert list(tmp_path.glob("*.h5")) == []
    with pytest.raises(FileNotFoundError, match=r"dataset\.addresses=\[\]: there is no address"):
        dod(DodH, tmp_path, records=(FIRST,)).recordings()


def test_records_of_the_other_set_lack_channels(tmp_path: Path):
    write_night(tmp_path / f"{DodO.published[0]}.h5", ("C4_M1", "O1_M2"))
    dataset = dod(DodH, tmp_path, root=str(tmp_path), channels=DodH.card.channels)
    with pytest.raises(BadRecordingError, match="has no channel 'C3_M2'; it has C4_M1, O1_M2"):
        dataset.read(dataset.recordings()[0])
