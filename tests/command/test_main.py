"""The program's own words: help and verbs."""

from eegbench.__main__ import VERBS, main


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in VERBS)


def test_an_unknown_verb_is_refused_with_those_that_exist(capsys):
    assert main(["trian"]) == 2
    assert "there is no verb 'trian'; there are train" in capsys.readouterr().err
