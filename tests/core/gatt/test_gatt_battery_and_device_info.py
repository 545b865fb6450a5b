"""Battery Level (2A19) and the Device Information strings (2A24, 2A26, 2A29)."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.core.gatt.device_info import FirmwareRevision, ManufacturerName, ModelNumber

STRINGS = pytest.mark.parametrize("kind", [ModelNumber, FirmwareRevision, ManufacturerName])


@given(percent=st.integers(0, 100))
def test_battery_survives_both_ways(percent: int) -> None:
    """One octet, in percent."""
    value = BatteryLevel.from_bytes(bytes([percent]))

    assert BatteryLevel(percent) == value
    assert bytes([percent]) == bytes(value)


@pytest.mark.parametrize(
    ("octets", "outcome"),
    [
        (b"", DecodeOutcome.NOT_THIS_FORMAT),
        (b"\x65", DecodeOutcome.BROKEN),
        (b"\xff", DecodeOutcome.BROKEN),
    ],
)
def test_an_impossible_battery_is_refused(octets: bytes, outcome: DecodeOutcome) -> None:
    """More than 100 % is no level."""
    with pytest.raises(DecodeError) as raised:
        BatteryLevel.from_bytes(octets)

    assert outcome is raised.value.outcome


@pytest.mark.parametrize("percent", [-1, 101])
def test_an_impossible_battery_is_not_sent(percent: int) -> None:
    """The message tells the limits."""
    with pytest.raises(UsageError, match="0 to 100"):
        bytes(BatteryLevel(percent))


@STRINGS
@given(text=st.text().filter(lambda text: not text.endswith("\0")), nuls=st.integers(0, 3))
def test_text_survives_both_ways_without_its_trailing_nuls(
    kind: type[ModelNumber | FirmwareRevision | ManufacturerName], text: str, nuls: int
) -> None:
    """Any Unicode text; devices end it with NULs or not."""
    value = kind.from_bytes(text.encode() + bytes(nuls))

    assert kind(text) == value
    assert text.encode() == bytes(value)


@STRINGS
@given(octets=st.binary())
def test_any_bytes_are_some_text(
    kind: type[ModelNumber | FirmwareRevision | ManufacturerName], octets: bytes
) -> None:
    """What is no UTF-8 reads as U+FFFD and the text can be encoded."""
    value = kind.from_bytes(octets)

    assert value == kind.from_bytes(bytes(value))


def test_bad_utf8_keeps_what_can_be_read() -> None:
    """One bad octet does not take the name away."""
    assert "H\ufffd10" == ModelNumber.from_bytes(b"H\xff10\0").text


def test_the_three_strings_are_different_things() -> None:
    """A model is not a maker, though both are text."""
    kinds = {ModelNumber("H10"), FirmwareRevision("H10"), ManufacturerName("H10")}

    assert 3 == len(kinds)


@STRINGS
@pytest.mark.parametrize("text", ["H10\0", "half \ud800"])
def test_text_that_would_not_come_back_is_not_sent(
    kind: type[ModelNumber | FirmwareRevision | ManufacturerName], text: str
) -> None:
    """A NUL at the end would be lost, half a surrogate pair is no text."""
    with pytest.raises(UsageError, match="cannot be sent"):
        bytes(kind(text))
