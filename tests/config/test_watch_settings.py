"""``[watch]``: which Bluetooth watch the cues are bridged to."""

import pytest

from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import UsageError


def settings(**watch: object) -> Settings:
    return load_settings(None, options={"race": "5000m", "watch": watch}, environ={})


def test_a_watch_is_told_by_its_kind_and_which_one_it_is() -> None:
    """GIVEN a kind alone, or with an address or name THEN that is the watch; it is no part of what
    is recorded about the race.
    """
    assert (None, None) == (
        settings(profile="infinitime").watch.address,
        settings(profile="infinitime").watch.name,
    )
    assert (
        "D3:00:00:12:34:56"
        == settings(profile="infinitime", address="d3:00:00:12:34:56").watch.address
    )
    assert "Bangle.js 1a2b" == settings(profile="bangle-gb", name="Bangle.js 1a2b").watch.name
    assert settings().watch.profile is None
    assert "watch" not in settings(profile="infinitime").document().as_json()


@pytest.mark.parametrize(
    ("watch", "told"),
    [
        ({"profile": "infinitim"}, r"watch\.profile.*did you mean infinitime"),
        (
            {"profile": "garmin"},
            (
                r"watch\.profile.*expected a Bluetooth watch, got companion: it needs an app on "
                r"the watch"
            ),
        ),
        ({"profile": "bangle-gb"}, "expected an address or a name"),
        ({"address": "D3:00:00:12:34:56"}, "expected a profile too"),
        (
            {"profile": "infinitime", "address": "D3:00:00:12:34:56", "name": "x"},
            "expected address or name, got both",
        ),
        ({"profile": "infinitime", "address": "D3"}, r"watch\.address.*expected something like"),
    ],
    ids=["misspelt", "companion", "unnamed", "no kind", "both", "address"],
)
def test_what_is_no_watch_is_refused(watch: dict[str, object], told: str) -> None:
    """GIVEN what no bridge could serve THEN it is refused with what would be right."""
    with pytest.raises(UsageError, match=told):
        settings(**watch)
