"""What virtual sensors say that they are."""

import pytest

from kickcue.core.errors import UsageError
from kickcue.core.gatt import decode
from kickcue.edges.virtual_sensor.description import SERVICE_OF, Description, describe, pod, strap


def read_values(description: Description) -> dict[str, object]:
    offers = [offer for offers in description.services.values() for offer in offers]
    return {
        offer.char: decode(offer.char, offer.value) for offer in offers if offer.value is not None
    }


@pytest.mark.parametrize("description", [strap(), pod(), describe("all", SERVICE_OF)])
def test_whatever_can_be_read_is_well_formed(description: Description) -> None:
    """Every value that a sensor offers is one that kickcue's own codecs read."""
    assert {"2a19", "2a29", "2a24", "2a26"} <= read_values(description).keys()


def test_strap_and_pod_tell_what_they_measure_and_nothing_else_on_air() -> None:
    """The advertisement names the measuring services;
    battery and maker are found after connecting.
    """
    assert ("180d",) == strap().advertised
    assert ("1814",) == pod().advertised


def test_one_device_can_be_several_sensors() -> None:
    """Services of several characteristics stand side by side."""
    assert {"180d", "1814"} == set(describe("both", ["2a37", "2a53", "2a19"]).advertised)


def test_names_have_addresses_of_their_own() -> None:
    """The same name has the same static random address each time, another name another one."""
    assert strap().address == strap().address
    assert strap().address != pod().address
    assert {0b11} == {int(each.address[:2], 16) >> 6 for each in (strap(), pod())}
    assert strap(address="C0:00:00:00:00:07").address == "C0:00:00:00:00:07"


@pytest.mark.parametrize("chars", [[], ["2a19"], ["6e400003-b5a3-f393-e0a9-e50e24dcca9e"]])
def test_a_sensor_must_measure_something(chars: list[str]) -> None:
    """A battery alone, or what no standard service has, is no sensor."""
    with pytest.raises(UsageError, match="for a virtual sensor, got none of them"):
        describe("dumb", chars)


def test_a_name_must_fit_into_the_advertisement() -> None:
    """GIVEN the longest name that fits beside one service WHEN it is a letter longer THEN it is
    refused, with how much too long it is.
    """
    assert describe("n" * 22, ["2a37"]).name == "n" * 22
    with pytest.raises(UsageError, match="1 bytes too long"):
        describe("n" * 23, ["2a37"])
