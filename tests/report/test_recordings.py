"""`eegbench data check` prints what is wrong once, where it is the same in many recordings."""

import pandas as pd
import pytest

from eegbench.preprocessing.survey import Survey
from eegbench.report.recordings import print_survey

RATE = "/data/{0}/a.edf: has 2 rates (C3 {1} Hz); set preprocessing.signal.sfreq."


@pytest.fixture
def found():
    problems = [RATE.format("s1", 128), RATE.format("s2", 256), "", "/data/s4/a.edf: the file is empty."]
    columns = ["session", "run", "names", "sfreq_hz", "labels"]
    table = pd.DataFrame({"recording": [f"r{i}" for i in range(4)], "subject": list("abcd"), "problem": problems})
    return Survey(table.assign(**dict.fromkeys(columns, ""), minutes=1.0), refusal="", notes=())


def test_equal_problems_are_told_once_and_others_by_themselves(found, capsys):
    print_survey(found)
    said = capsys.readouterr().out
    assert said.count("set preprocessing.signal.sfreq") == 1
    assert "r0: /data/s1/a.edf: has 2 rates (C3 128 Hz)" in said
    assert "… and 1 more recording" in said
    assert "r3: /data/s4/a.edf: the file is empty." in said
    assert "1 can be used" in said
