import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from services.browser import chromium, needs_browser

from eegbench.figure import attribution_page

CAPTION = "A correlation with the prediction is no increase of amplitude in the data, for λ < 1 & more."


@pytest.fixture
def positions(electrodes):
    """Of C3 and C4; Cz has none."""
    return np.stack([electrodes["C3"], np.full(3, np.nan), electrodes["C4"]])


def page(drawn, positions, title="What is used") -> str:
    return attribution_page(drawn, positions=positions, title=title, caption=CAPTION)


def data(text: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


class Words(HTMLParser):
    """The elements of a page, and the words outside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words += data


def test_the_data_are_the_map_s_to_four_digits(attribution, positions):
    read = data(page(attribution, positions))
    for name in ("values", "standard_error", "p"):
        np.testing.assert_allclose(read[name], getattr(attribution, name), rtol=6e-4)
    assert (read["outputs"], read["channels"]) == (["rest", "task"], ["C3", "Cz", "C4"])
    np.testing.assert_allclose(read["places"], attribution.places, rtol=6e-4)
    assert (read["unit"], read["measure"]) == ("Hz", "correlation")


def test_colours_of_a_map_that_cannot_be_negative_begin_with_white(attribution, positions):
    signed, amount = (data(page(replace(attribution, is_signed=of), positions)) for of in (True, False))
    assert (signed["is_signed"], amount["is_signed"]) == (True, False)
    assert (signed["colours"][0], signed["colours"][-1]) == ([5, 48, 97], [103, 0, 31])
    assert (amount["colours"][0], amount["colours"][-1]) == ([255, 245, 240], [103, 0, 12])


def test_a_channel_without_a_position_and_a_number_that_is_not_defined_are_null(attribution, positions):
    attribution.values[1, 2, 3] = np.nan
    read = data(page(replace(attribution, p=None), positions))
    assert [place is None for place in read["positions"]] == [False, True, False]
    assert read["positions"][0][0] < 0 < read["positions"][2][0]
    assert read["values"][1][2][3] is None
    assert read["p"] is None


def test_the_page_asks_nothing_of_any_other_place(attribution, positions):
    text = page(attribution, positions)
    assert text.startswith("<!doctype html>")
    assert not re.search(r"https?:|//cdn|\bsrc=|@import|url\(|\blink\b", text)
    assert "{{" not in text


def test_names_cannot_become_elements(attribution, positions):
    evil = "</script><script>alert(1)</script>"
    drawn = replace(attribution, outputs=(evil, "{{data}}"), channels=(evil, "Cz & <b>", "C4"))
    text = page(drawn, positions, title=evil)
    assert Words(text).tags == Words(page(attribution, positions)).tags
    assert data(text)["outputs"] == [evil, "{{data}}"]
    assert data(text)["channels"][1] == "Cz & <b>"


def test_title_and_caption_are_read(attribution, positions):
    words = Words(page(attribution, positions)).words
    assert CAPTION in words
    assert "What is used" in words


def test_a_position_for_each_channel_is_asked_for(attribution, positions):
    with pytest.raises(ValueError, match="There are 3 channels and 2 positions; pass one for each"):
        page(attribution, positions[:2])


@needs_browser
@pytest.mark.slow
def test_a_browser_draws_the_page_and_keys_choose_class_place_and_band(attribution, positions, tmp_path):
    from selenium.webdriver.common.keys import Keys

    (tmp_path / "page.html").write_text(page(attribution, positions), encoding="utf-8")
    with chromium() as shown:
        shown.open((tmp_path / "page.html").as_uri())

        def element(name):
            return shown.driver.find_element("id", name)

        assert element("readout").text.startswith("rest: C3, 0 Hz: ")
        assert shown.count("#head circle[data-channel]") == 2
        assert "Without a position: Cz" in shown.text
        element("heat").send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
        assert element("readout").text.startswith("rest: Cz, 2 Hz: ")
        element("outputs").send_keys("task")
        value = attribution.values[1, 1, 1]
        said = element("readout").text.replace("−", "-")
        assert said.startswith("task: Cz, 2 Hz: ")
        assert float(said.split(": ")[2].split(" ")[0]) == pytest.approx(value, rel=6e-3)
        element("low").send_keys(Keys.END)
        assert (element("low-name").text, element("high-name").text) == ("38 Hz", "38 Hz")
        drawn = "return new Set(find('heat').getContext('2d').getImageData(100, 0, 400, 60).data).size"
        assert shown.driver.execute_script(drawn) > 20
        errors = [one for one in shown.driver.get_log("browser") if "page.html" in one["message"]]
    assert errors == []
