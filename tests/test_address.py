"""Passwords in addresses: none is left in a text, and what opens an address has the whole of it."""

import os
import subprocess
import sys

import pytest

from eegbench.address import RECORDED, check_whole, hide_in, kept, whole, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:geheim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge@heim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge/heim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:1/geheim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge?heim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge#heim@host:5432/db", "postgresql://me:***@host:5432/db"),
        ("http://me:ge heim@host/db and more", "http://me:***@host/db and more"),
        ("redis://:geheim@host:6379/0", "redis://:***@host:6379/0"),
        ("https://geheim@host/x", "https://***@host/x"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("https://host/db?user=me&password=geheim&x=1", "https://host/db?user=me&password=***&x=1"),
        ("https://host/db?user=me;pwd=geheim#part", "https://host/db?user=me;pwd=***#part"),
        ("https://host/x?X-Amz-Signature=geheim", "https://host/x?X-Amz-Signature=***"),
        ("https://host/x?X-Amz-Security-Token=geheim", "https://host/x?X-Amz-Security-Token=***"),
        ("https://host/x?sv=1&sig=geheim&se=2", "https://host/x?sv=1&sig=***&se=2"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Dgeheim", "mssql+pyodbc:///?odbc_connect=***"),
        ("[http://me:geheim@a/x,http://you:geheim@b/y]", "[http://me:***@a/x,http://you:***@b/y]"),
        ('tracking.uri="postgresql://me:ge heim@host/db"', 'tracking.uri="postgresql://me:***@host/db"'),
        ("request to http://me:geheim@host:5000/api failed.", "request to http://me:***@host:5000/api failed."),
        ("https://host:5000/db, mail me@host.org", "https://host:5000/db, mail me@host.org"),
        ("http://[::1]:5000/~me@x?page=2", "http://[::1]:5000/~me@x?page=2"),
        ("sqlite:////data/me@host:runs.db", "sqlite:////data/me@host:runs.db"),
        ("seed=3 model=eegnet", "seed=3 model=eegnet"),
        ("", ""),
    ],
)
def test_passwords_and_tokens_in_addresses_are_hidden(text, shown):
    assert without_secrets(text) == shown
    assert without_secrets(shown) == shown


def test_a_kept_address_is_whole_again_where_it_is_opened():
    options = {"tracking": {"uri": "postgresql://me:ge@heim@host/db"}, "addresses": ["https://you:x%20y@b/?token=z"]}
    shown = kept(options)
    assert shown == {"tracking": {"uri": "postgresql://me:***@host/db"}, "addresses": ["https://you:***@b/?token=***"]}
    assert whole(shown["tracking"]["uri"]) == options["tracking"]["uri"]
    assert whole(shown["addresses"][0]) == options["addresses"][0]
    assert kept(shown) == shown
    assert whole(shown["tracking"]["uri"]) == options["tracking"]["uri"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("tracking.uri='postgresql://me:a\\'b@host/db'", "postgresql://me:a'b@host/db"),
        ('tracking.uri="postgresql://me:a b@host/db"', "postgresql://me:a b@host/db"),
        ("dataset.addresses=[https://me:geheim@host/x]", "https://me:geheim@host/x"),
    ],
)
def test_an_address_within_an_override_is_kept_as_its_value(word, value):
    assert without_secrets(word) == kept(word)
    assert whole(without_secrets(value)) == value


def test_an_address_that_is_not_complete_yet_stays_as_it_is():
    word = "tracking.uri=postgresql://me:${oc.env:PW}@host/db"
    assert kept(word) == word
    assert RECORDED not in os.environ


def test_processes_that_are_started_later_know_the_password():
    shown = kept("postgresql://me:geheim@host/db")
    code = f"from eegbench.address import whole; print(whole({shown!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "postgresql://me:geheim@host/db"


def test_an_address_without_its_password_is_not_opened():
    with pytest.raises(ValueError, match=r"tracking\.uri=http://me:\*\*\*@host: .*type the whole address again"):
        check_whole("http://me:***@host", "tracking.uri")
    check_whole("http://me@host", "tracking.uri")
    check_whole("/a/***/b", "tracking.uri")


def test_errors_and_their_causes_hold_no_password():
    kept("postgresql://me:ge%21heim@host/db")
    cause = OSError(5, "password ge!heim of me is wrong")
    error = ValueError("cannot open postgresql://me:ge%21heim@host/db", 3)
    error.__cause__, cause.__context__ = cause, error  # a ring
    hide_in(error)
    assert error.args == ("cannot open postgresql://me:***@host/db", 3)
    assert str(cause) == "[Errno 5] password *** of me is wrong"
