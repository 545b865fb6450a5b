"""Which broker a command's options mean."""

import argparse

import pytest

from kickcue.cli.broker_options import add_broker_options, chosen_address


def told(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_broker_options(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("variable", "url", "password"),
    [
        ("of-variable", "mqtt://maria@pi", "of-variable"),
        ("of-variable", "mqtt://maria:of-url@pi", "of-url"),
        ("", "mqtt://maria@pi", None),
    ],
)
def test_the_password_may_come_from_the_environment(
    variable: str, url: str, password: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN KICKCUE_BROKER_PASSWORD WHEN --broker has no password THEN it is taken; one in the URL
    goes before, and an empty variable is none.
    """
    monkeypatch.setenv("KICKCUE_BROKER_PASSWORD", variable)
    address = chosen_address(told("--broker", url))
    assert address is not None
    assert password == address.password


def test_no_broker_is_no_address() -> None:
    """Without --broker there is no address: the command looks for kickcue's own."""
    assert chosen_address(told()) is None
