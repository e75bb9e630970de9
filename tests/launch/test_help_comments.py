"""Comments of YAML files in the help text."""

import pytest

from eegbench.launch.help import help_text


@pytest.fixture(scope="module")
def lines():
    """Values of the default configuration, one per line."""
    return help_text("train", [], None).splitlines()


def comment_of(lines, key):
    """Return the comment on the line of a key that occurs once among the values."""
    values = lines[next(i for i, line in enumerate(lines) if line.startswith("== Values")) :]
    (line,) = [line for line in values if line.strip().startswith(f"{key}:")]
    return line.partition(" # ")[2]


@pytest.mark.parametrize(
    ("key", "comment"),
    [
        ("no_partner", "redraw | drop | raise"),  # of an option
        ("deterministic", "the same bits on the same machine"),  # of the root
        (
            "missing_channels",
            "refuse | zeros | interpolate | mark (encoders get a mask)",
        ),  # last key of a flow
        ("signal", ""),
        ("dataset", "dataset=simulated_sleep"),  # a group names its option
        ("stratify", ""),  # nothing stands there
        ("schedule", "trainer/schedule=constant"),  # a nested group
    ],
)
def test_a_value_has_the_comment_of_its_file(lines, key, comment):
    assert comment_of(lines, key) == comment


def test_a_preset_inherits_comments_of_the_option_that_it_changes():
    lines = help_text("train", ["preprocessing=crop"], None).splitlines()
    assert comment_of(lines, "next_cue") == "drop | keep trials that contain another cue"
    assert comment_of(lines, "stride_s") == "315"


def test_an_experiment_has_the_last_word():
    lines = help_text("train", ["experiment=eyes_open_closed"], None).splitlines()
    assert comment_of(lines, "window_s") == "320 samples at 160 Hz"
    assert comment_of(lines, "schedule") == "trainer/schedule=warmup_exponential"


def test_options_with_a_place_of_their_own_have_their_comments():
    words = ["interpretability=[amplitude_perturbation,occlusion]", "probe=[linear,knn]"]
    lines = help_text("train", words, None).splitlines()
    assert comment_of(lines, "kind") == "additive | multiplicative | phase"
    assert comment_of(lines, "C") == "the best on valid is used"
    assert comment_of(lines, "occlusion") == "interpretability=occlusion"
    explained = help_text("explain", ["interpretability=amplitude_perturbation"], None).splitlines()
    assert comment_of(explained, "n_permutations") == "for p values; 0: none"


def test_comments_of_ones_own_options_are_shown(tmp_path):
    (tmp_path / "sampler").mkdir()
    (tmp_path / "sampler/mine.yaml").write_text(
        "_target_: eegbench.sampler.relative_positioning.RelativePositioning\nn_pairs: 3   # 'a' # b\n",
        encoding="utf-8",
    )
    lines = help_text("train", ["sampler=mine"], str(tmp_path)).splitlines()
    assert comment_of(lines, "n_pairs") == "'a' # b"
    assert comment_of(lines, "sampler") == "sampler=mine"
