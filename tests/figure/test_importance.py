from eegbench.figure import importance

OBJECTIVE = "valid/linear/balanced_accuracy"


def test_the_most_important_option_is_the_top_bar():
    axes = importance({"model": 0.2, "trainer.lr": 0.75, "sampler.tau_pos_s": 0.05}, objective=OBJECTIVE).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["trainer.lr", "model", "sampler.tau_pos_s"]
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.2, 0.05]
    assert [text.get_text() for text in axes.texts] == ["75 %", "20 %", "5 %"]
    assert axes.yaxis_inverted()
    assert axes.get_title("left") == "importance for balanced accuracy (valid, linear)"


def test_without_importances_it_says_why():
    figure = importance({}, objective=OBJECTIVE)
    assert [text.get_text() for text in figure.axes[0].texts] == ["too few complete trials to tell"]
    figure.draw_without_rendering()


def test_importances_of_zero_can_be_drawn():
    importance({"a": 0.0, "b": 0.0}, objective="loss").draw_without_rendering()
