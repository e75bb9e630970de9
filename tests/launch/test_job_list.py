"""The jobs of a multirun that are composed before the first one starts."""

from eegbench.launch.job_list import covering


def words(**choices):
    return {key: [f"{key}={value}" for value in values] for key, values in choices.items()}


def test_every_value_of_every_key_is_in_a_job_that_is_checked():
    checked = list(covering(words(fold=range(25), length=range(8), fixed=[1]), set()))
    assert len(checked) == 25
    assert checked[0] == ("fold=0", "length=0", "fixed=1")
    assert {word for job in checked for word in job} == {
        *(f"fold={n}" for n in range(25)),
        *(f"length={n}" for n in range(8)),
        "fixed=1",
    }


def test_keys_that_decide_about_others_are_checked_in_every_combination():
    checked = list(covering(words(model="ab", fold=range(3), dataset="xyz"), {"model", "dataset"}))
    assert {(job[0], job[2]) for job in checked} == {(f"model={m}", f"dataset={d}") for m in "ab" for d in "xyz"}
    assert {job[1] for job in checked} == {"fold=0", "fold=1", "fold=2"}


def test_a_multirun_without_words_is_one_job():
    assert list(covering({}, set())) == [()]
