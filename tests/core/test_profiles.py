from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import UsageError
from kickcue.core.profiles import (
    Advertisement,
    FirmwareRange,
    Match,
    Provides,
    SensorProfile,
    holds,
    match,
)


def _profile(
    id_: str, *matches: Match, generic: bool = False, provides: tuple[Provides, ...] = ()
) -> SensorProfile:
    return SensorProfile(
        id_,
        "Maker",
        "Model",
        "source",
        ("somewhere",),
        matches=matches,
        generic=generic,
        provides=provides,
    )


HEART = _profile(
    "generic-hr",
    generic=True,
    provides=(Provides("hr", "180d", "2a37"), Provides("battery", "180f", "2a19")),
)
POD = _profile(
    "generic-rsc",
    generic=True,
    provides=(Provides("rsc", "1814", "2a53"), Provides("battery", "180f", "2a19")),
)
STRAP = _profile("strap", Match(name="strap *"))
KNOWN = (HEART, POD, STRAP)

FULL = Advertisement(
    "Strap 12",
    ("180d", "180f"),
    company_id=107,
    manufacturer="Maker",
    model="S1",
    firmware="1.15.2",
)


@pytest.mark.parametrize(
    ("text", "firmware", "expected"),
    [
        (">=1.15,<1.16", "1.15", True),
        (">=1.15,<1.16", "1.15.9", True),
        (">=1.15,<1.16", "1.16.0", False),
        (">=1.15,<1.16", "1.9", False),
        ("==5", "5.0.0", True),
        ("<=2.1", "v2.1-beta", True),
        (">3", "4", True),
        (">3", "unknown", False),
        (">3", "", False),
    ],
)
def test_firmware_range(text: str, firmware: str, expected: bool) -> None:
    """Versions are compared number by number, a string without a version lies in no range."""
    assert expected == FirmwareRange.parse(text).holds(firmware)


@pytest.mark.parametrize("text", ["", "1.15", ">=", "=>1", ">=1.x", ">=1,,<2"])
def test_firmware_range_that_is_none(text: str) -> None:
    """What is no range is refused with the way to write one."""
    with pytest.raises(UsageError, match=r"expected comparisons like '>=1\.15,<1\.16', got "):
        FirmwareRange.parse(text)


versions = st.lists(st.integers(0, 30), min_size=1, max_size=4)


@given(versions, versions)
def test_firmware_comparisons_exclude_each_other(left: list[int], right: list[int]) -> None:
    """For any two versions exactly one of less, equal, greater holds."""
    firmware, bound = ".".join(map(str, left)), ".".join(map(str, right))
    assert 1 == sum(
        FirmwareRange.parse(f"{sign}{bound}").holds(firmware) for sign in ("<", "==", ">")
    )


@pytest.mark.parametrize(
    ("block", "spoiled"),
    [
        (Match(name="STRAP*"), replace(FULL, name="Belt 12")),
        (Match(name="strap ??"), replace(FULL, name=None)),
        (Match(adv_services=("180d",)), replace(FULL, services=("1814",))),
        (Match(adv_services=("180d", "180f")), replace(FULL, services=("180d",))),
        (Match(company_id=107), replace(FULL, company_id=None)),
        (Match(manufacturer="Maker"), replace(FULL, manufacturer="Other")),
        (Match(model="S1"), replace(FULL, model=None)),
        (
            Match(name="strap*", firmware=FirmwareRange.parse(">=1.15")),
            replace(FULL, firmware="1.14"),
        ),
        (
            Match(name="strap*", firmware=FirmwareRange.parse(">=1.15")),
            replace(FULL, firmware=None),
        ),
    ],
)
def test_each_key_of_a_block_must_hold(block: Match, spoiled: Advertisement) -> None:
    """GIVEN a block that holds WHEN what one key asks for is different or untold THEN it does not
    hold.
    """
    assert holds(block, FULL)
    assert not holds(block, spoiled)


def test_services_may_be_written_long() -> None:
    """A radio that tells 128-bit UUIDs, in whatever case, is understood."""
    long = replace(FULL, services=("0000180D-0000-1000-8000-00805F9B34FB",))
    assert holds(Match(adv_services=("180d",)), long)


def test_one_device_profile_matches() -> None:
    """GIVEN a device with a profile WHEN it advertises THEN that profile is taken, and nothing fell
    back.
    """
    found = match(KNOWN, FULL)
    assert (STRAP, (), False) == (found.profile, found.generics, found.fell_back)
    assert found.why == "'Strap 12' is strap"


def test_any_block_is_enough() -> None:
    """A device that advertises under two names needs one profile only."""
    both = _profile("both", Match(name="old*"), Match(name="new*"))
    assert [both, both] == [
        match([both], Advertisement(name, ())).profile for name in ("Old 1", "New 1")
    ]


def test_unknown_device_falls_back_and_says_so() -> None:
    """GIVEN a device without a profile THEN the standard's profile of each service reads it, and
    the sentence tells.
    """
    found = match(KNOWN, Advertisement("Watch", ("180d", "1814")))
    assert (HEART, (HEART, POD), True) == (found.profile, found.generics, found.fell_back)
    assert (
        found.why
        == "'Watch' is unknown: read by the plain Bluetooth standard (generic-hr and generic-rsc)"
    )


@pytest.mark.parametrize("services", [(), ("180f",), ("1816",)])
def test_device_that_tells_nothing_of_use(services: tuple[str, ...]) -> None:
    """A device that offers a battery or a bicycle only gets no profile."""
    found = match(KNOWN, Advertisement(None, services))
    assert (None, ()) == (found.profile, found.generics)
    assert found.why == "an unnamed device is unknown and offers no service that kickcue can read"


def test_two_device_profiles_are_an_error() -> None:
    """GIVEN two profiles that match the same device THEN nobody guesses: both are named."""
    twin = _profile("twin", Match(name="*12"))
    with pytest.raises(UsageError, match=r"'Strap 12' matches several profiles .strap and twin"):
        match([*KNOWN, twin], FULL)
