"""``[beacon]``: which beacon stands at the finish line."""

import pytest

from kickcue.config.settings import Settings, load_settings
from kickcue.core.errors import UsageError

UUID = "F7826DA6-4FA2-4E98-8024-BC5B71E0893E"


def settings(**beacon: object) -> Settings:
    return load_settings(None, options={"race": "5000m", "beacon": beacon}, environ={})


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"address": "c3:00:00:12:34:56"}, {"address": "C3:00:00:12:34:56"}),
        ({"address": UUID.lower()}, {"address": UUID}),
        ({"ibeacon": UUID}, {"ibeacon": UUID.lower()}),
        (
            {"ibeacon": UUID, "major": 0, "minor": 65535},
            {"ibeacon": UUID.lower(), "major": 0, "minor": 65535},
        ),
        ({"eddystone": "EDD1EBEAC04E5DEFA017"}, {"eddystone": "edd1ebeac04e5defa017"}),
        (
            {"eddystone": "edd1ebeac04e5defa017", "instance": "0B0000000001"},
            {"eddystone": "edd1ebeac04e5defa017", "instance": "0b0000000001"},
        ),
    ],
)
def test_a_beacon(told: dict[str, object], kept: dict[str, object]) -> None:
    """GIVEN a beacon by what it is known by THEN it is wanted, in one spelling; it is no part of
    what is recorded about the race.
    """
    found = settings(**told)
    assert found.beacon.wanted
    assert found.beacon.model_dump(exclude_none=True) == kept
    assert "beacon" not in found.document().as_json()


def test_none() -> None:
    """GIVEN no [beacon] THEN there is none."""
    assert not settings().beacon.wanted


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ({"address": "C3:00"}, "expected something like A0:9E:1A:00:00:01"),
        ({"ibeacon": "f7826da6"}, "expected something like f7826da6-4fa2-4e98-8024-bc5b71e0893e"),
        ({"ibeacon": UUID, "major": 65536}, "beacon.major: expected at most 65535, got 65536"),
        ({"eddystone": "edd1"}, "expected 20 hex digits"),
        (
            {"eddystone": "edd1ebeac04e5defa017", "instance": "g00000000000"},
            "expected 12 hex digits",
        ),
        (
            {"ibeacon": UUID, "address": "C3:00:00:12:34:56"},
            "expected one of address, ibeacon, eddystone, got address and ibeacon",
        ),
        ({"minor": 3}, "expected minor and ibeacon together"),
        ({"eddystone": "edd1ebeac04e5defa017", "major": 3}, "expected major and ibeacon together"),
        ({"ibeacon": UUID, "instance": "000000000001"}, "expected instance and eddystone together"),
    ],
)
def test_no_beacon(told: dict[str, object], right: str) -> None:
    """GIVEN what is none, or two in one THEN it is refused with what would be right."""
    with pytest.raises(UsageError, match=right):
        settings(**told)
