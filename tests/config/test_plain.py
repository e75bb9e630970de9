"""Stored files are read as text: nothing in them is evaluated."""

import pytest
from omegaconf import OmegaConf

from eegbench.config import ConfigError, flat, parse_json, plain, read_overrides, read_plain, write_plain


def test_interpolations_of_a_stored_file_stay_text(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "hidden")
    file = tmp_path / "config.yaml"
    file.write_text("name: ${oc.env:SECRET}\nother: ${name}\nlist: ['${oc.env:SECRET}', 1.0e-05]\nmissing: ???\n")
    stored = read_plain(file)
    assert stored["name"] == "${oc.env:SECRET}"
    assert stored["other"] == "${name}"
    assert stored["list"] == ["${oc.env:SECRET}", 1e-5]
    assert stored["missing"] == "???"
    words = tmp_path / "overrides.yaml"
    words.write_text("- name=${oc.env:SECRET}\n")
    assert read_overrides(words) == ["name=${oc.env:SECRET}"]


def test_what_is_written_is_read_again_as_it_was(tmp_path):
    options = {"rate": 1e-5, "names": ["a", "${b}"], "node": {"_target_": "x", "none": None}, "tuple": (1, 2)}
    write_plain(options, tmp_path / "config.yaml")
    assert read_plain(tmp_path / "config.yaml") == {**options, "tuple": [1, 2]}


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "a: [1\n", "!!python/object/apply:os.system ['true']", "3", "\x00", "[" * 5000]
)
def test_a_file_that_holds_no_options_is_named(tmp_path, text):
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="config.yaml"):
        read_plain(file)


@pytest.mark.parametrize("text", ["a: b\n", "- 1\n", "- [a]\n", "- {a: b}\n"])
def test_a_file_that_holds_no_words_is_named(tmp_path, text):
    file = tmp_path / "overrides.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="overrides.yaml"):
        read_overrides(file)


@pytest.mark.parametrize("one", ["- " * 20_000 + "a", "[" * 20_000, '[["a", ' * 5000, "{a: " * 20_000])
def test_deep_nesting_is_refused_before_it_takes_minutes(tmp_path, one):
    path = tmp_path / "options.yaml"
    path.write_text(f"a:\n  {one}\n")
    with pytest.raises(ConfigError, match=r"options\.yaml: values are nested more than 30 deep"):
        read_plain(path)


def test_nesting_as_deep_as_options_may_be_is_read(tmp_path):
    path = tmp_path / "options.yaml"
    path.write_text("{a: " * 25 + "1" + "}" * 25)
    (name,) = flat(read_plain(path))
    assert name == ".".join("a" * 25)


def test_a_composed_config_is_evaluated():
    assert plain(OmegaConf.create({"a": 1, "b": "${a}"})) == {"a": 1, "b": 1}


def test_flat_options_have_dotted_keys():
    assert flat({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "a.c": {}, "d": [1]}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, b"[" * 100_000])
def test_json_with_more_brackets_than_the_stack_holds_is_refused(text):
    with pytest.raises(ValueError, match="brackets are nested too deeply"):
        parse_json(text)


def test_json_is_read():
    assert parse_json('{"a": [1, null]}') == parse_json(b'{"a": [1, null]}') == {"a": [1, None]}
