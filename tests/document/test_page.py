"""The parts of a page: texts stay texts, and empty parts leave nothing."""

from eegbench.document.page import as_document, bullets, code, facts, folded, gallery, paragraph, picture, section

EVIL = "<b onclick='x'>&\"</b>"


def test_texts_cannot_become_elements():
    parts = [paragraph(EVIL), bullets([EVIL]), facts({EVIL: EVIL}), code(EVIL), picture(b"", "png", EVIL)]
    text = as_document(EVIL, EVIL, [section(EVIL, *parts), folded(EVIL, "<p>there</p>")])
    assert "<b " not in text
    assert text.count("&lt;b onclick=") == 12


def test_empty_parts_leave_nothing():
    assert [paragraph(""), bullets([]), facts({}), folded("more", ""), gallery([]), section("title", "", "")] == [
        ""
    ] * 6


def test_a_figure_stands_in_the_page():
    assert 'src="data:image/png;base64,AQI="' in picture(b"\x01\x02", "png", "caption")
