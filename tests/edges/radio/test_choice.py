"""Which device is meant: by address in either case, by name only when there is just one."""

from bleak.backends.device import BLEDevice
from hypothesis import given, strategies as st

from kickcue.edges.radio.device_selection import FRESH_S, SETTLE_S, ScannedDevice, choose
from kickcue.edges.radio.model import Pin
from tests.edges.radio.bench import STRAP, profile

BY_ADDRESS = Pin("strap", profile(), address=STRAP.lower())
BY_NAME = Pin("pod", profile(), name="Stryd")
NOW_S = 1000.0
OTHER = "C0:FF:EE:00:00:09"


def heard(
    address: str,
    name: str | None,
    *,
    ago_s: float = 0.0,
    for_s: float = SETTLE_S,
    connected: bool = False,
) -> ScannedDevice:
    return ScannedDevice(
        BLEDevice(address, name, None), name, (), -60, None, NOW_S - for_s, NOW_S - ago_s, connected
    )


def test_an_address_is_taken_in_upper_and_lower_case() -> None:
    """GIVEN a pin by address WHEN just that device was heard THEN it is taken at once, whatever its
    name.
    """
    wanted = heard(STRAP, None, for_s=0)
    assert wanted is choose(BY_ADDRESS, [heard(OTHER, "Polar"), wanted], NOW_S).device
    assert None is choose(BY_ADDRESS, [heard(OTHER, "Polar")], NOW_S).device


def test_what_was_heard_long_ago_is_not_taken() -> None:
    """BlueZ forgets a device after 30 s; one heard longer ago than FRESH_S is no choice."""
    assert None is not choose(BY_ADDRESS, [heard(STRAP, None, ago_s=FRESH_S)], NOW_S).device
    assert None is choose(BY_ADDRESS, [heard(STRAP, None, ago_s=FRESH_S + 0.1)], NOW_S).device
    assert None is choose(BY_NAME, [heard(STRAP, "Stryd", ago_s=FRESH_S + 0.1)], NOW_S).device


def test_of_two_with_one_name_neither_is_taken() -> None:
    """GIVEN two devices of the pinned name WHEN choosing THEN neither, and the reason names both
    addresses.
    """
    choice = choose(BY_NAME, [heard(STRAP, "Stryd"), heard(OTHER, "Stryd")], NOW_S)
    assert None is choice.device
    assert (
        f"2 devices are named 'Stryd' ({STRAP} and {OTHER}): choose one by its address"
        == choice.why
    )


def test_of_two_with_one_name_the_one_held_before_is_taken() -> None:
    """GIVEN a device that was found by its name WHEN a second of that name turns up THEN the first
    is still ours.
    """
    first = heard(STRAP, "Stryd", for_s=0)
    assert first is choose(BY_NAME, [heard(OTHER, "Stryd"), first], NOW_S, STRAP).device


def test_a_name_is_listened_to_before_it_is_believed() -> None:
    """GIVEN one device of the pinned name WHEN it was first heard just now THEN it is waited
    whether there is another.
    """
    assert (
        "only one of that name"
        in choose(BY_NAME, [heard(STRAP, "Stryd", for_s=SETTLE_S - 0.1)], NOW_S).why
    )
    assert None is not choose(BY_NAME, [heard(STRAP, "Stryd")], NOW_S).device
    assert (
        None is not choose(BY_NAME, [heard(STRAP, "Stryd", for_s=0, connected=True)], NOW_S).device
    )


@given(st.sampled_from(["stryd", "Stryd ", "Stryd5", "Stry", None]))
def test_a_name_is_taken_exactly(name: str | None) -> None:
    """Nothing but the very name is the name."""
    assert None is choose(BY_NAME, [heard(STRAP, name)], NOW_S).device
