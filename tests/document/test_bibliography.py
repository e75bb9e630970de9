"""Works are cited by keys that stand in the references, and nothing breaks an entry."""

import re

import pytest

from eegbench.document.bibliography import cite, cited_keys, library, misc, references


def test_keys_are_found_each_once_in_their_order():
    text = f"as {cite('banville2021', 'chambon2018')}, see {cite('chambon2018')} [low, high] a@b.org"
    assert text.startswith("as [@banville2021; @chambon2018]")
    assert cited_keys(text) == ["banville2021", "chambon2018"]


def test_references_are_the_entries_of_what_is_cited():
    own = {"dataset": misc("dataset", "mine")}
    found = references("[@dataset] [@kemp2000]", own)
    assert re.findall(r"^@\w+\{(\w+),", found, re.MULTILINE) == ["dataset", "kemp2000"]
    assert "10.1109/10.867928" in found


def test_a_work_that_nobody_knows_is_an_error():
    with pytest.raises(KeyError, match="nobody1900"):
        references("[@nobody1900]")


def test_names_cannot_end_an_entry():
    entry = misc("dataset", "a}, b = {c & d_e 100 %", note="")
    assert entry == "@misc{dataset,\n  title = {a , b =  c \\& d\\_e 100 \\%}\n}"


@pytest.mark.parametrize("key", sorted(library()))
def test_every_entry_has_authors_a_title_and_a_year_and_balanced_braces(key):
    entry = library()[key]
    for field in ("author", "title", "year"):
        assert re.search(rf"^  {field} = \{{.+\}}", entry, re.MULTILINE), field
    assert entry.count("{") == entry.count("}")
    assert not re.search(r"[^\x00-\x7f]", entry)  # BibTeX of old reads no other
