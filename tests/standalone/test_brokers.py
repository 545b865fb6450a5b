"""Which brokers an app may connect to."""

import json
import re

import pytest

from kickcue.cli import main
from kickcue.core.errors import UsageError
from kickcue.standalone.app_files import app_files
from kickcue.standalone.brokers import let_reach


def test_a_broker_that_was_named_can_be_reached() -> None:
    """GIVEN two brokers THEN the page's policy and the headers let it connect to their hosts and
    ports alone, and the app offers both; without one it offers none.
    """
    brokers = ["wss://pi.local:8884/mqtt", "ws://127.0.0.1:9001"]
    found = {
        path: data.decode()
        for path, data in app_files({}, brokers=brokers).items()
        if path in ("index.html", "_headers", "app_files.js")
    }
    for path in ("index.html", "_headers"):
        (sources,) = re.findall(r"connect-src ([^;]+);", found[path])
        assert ["'self'", "wss://pi.local:8884", "ws://127.0.0.1:9001"] == sources.split()
    listed = found["app_files.js"].removeprefix("self.APP = ").rstrip().removesuffix(";")
    assert brokers == json.loads(listed)["brokers"]
    assert '"brokers": []' in app_files({})["app_files.js"].decode()


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://pi",
        "wss://",
        "pi:8884",
        "wss://anna:secret@pi",
        "wss://pi:99999",
        "wss://pi; script-src *",
        'wss://pi"><script>',
        "wss://*",
        "",
    ],
)
def test_what_is_no_broker_for_a_page(url: str) -> None:
    """A URL that a page cannot connect to, has a password, or would widen the policy is refused."""
    with pytest.raises(UsageError, match="--broker: expected"):
        let_reach("connect-src 'self';", [url])


def test_the_command_refuses_it(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    """GIVEN a broker's own URL WHEN the app is to be written THEN status 2 and what is expected."""
    assert 2 == main(["export-app", f"{tmp_path}/app", "--broker", "mqtt://pi"])
    assert "wss://" in capsys.readouterr().err
