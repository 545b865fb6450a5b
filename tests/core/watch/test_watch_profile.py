from dataclasses import replace

import pytest

from kickcue.core.errors import UsageError
from kickcue.core.profiles import Advertisement, FirmwareRange, Match
from kickcue.core.watch.watch_profile import Timing, WatchQuirk, recognise
from tests.core.watch.watches import watch

TIMING = Timing(lead_ms=60, idle_penalty_ms=200, idle_after_s=30.0)


@pytest.mark.parametrize(("idle_s", "expected"), [(0.0, 60), (29.9, 60), (30.0, 260), (None, 260)])
def test_lead_grows_when_the_link_has_gone_to_sleep(idle_s: float | None, expected: int) -> None:
    """GIVEN a link that sleeps after 30 s WHEN nobody knows how long it was idle THEN the worse is
    taken.
    """
    assert expected == TIMING.lead_after_ms(idle_s)


def test_lead_of_a_link_that_never_sleeps() -> None:
    """GIVEN no idle penalty THEN the lead is the same always."""
    assert [250, 250] == [Timing(lead_ms=250).lead_after_ms(idle_s) for idle_s in (None, 99.0)]


@pytest.mark.parametrize(
    ("firmware", "expected"),
    [("1.14.0", ["old", "all"]), ("1.16.1", ["all"]), (None, ["old", "all"])],
)
def test_quirks_follow_the_firmware(firmware: str | None, expected: list[str]) -> None:
    """A quirk holds for its range; where the firmware is unknown, any may hold."""
    quirks = (
        WatchQuirk("old", "steps_need_screen", "", FirmwareRange.parse("<1.15")),
        WatchQuirk("all", "link_is_no_proof", ""),
    )
    assert expected == [quirk.id for quirk in replace(watch(), quirks=quirks).quirks_of(firmware)]


def test_a_watch_is_recognised_by_one_profile() -> None:
    """One profile, or none, or an error that names both."""
    first = replace(watch(), id="first", matches=(Match(name="acme*"),))
    second = replace(first, id="second")
    advert = Advertisement("ACME 1", ())
    assert (first, None) == (
        recognise([first], advert),
        recognise([first], Advertisement("Other", ())),
    )
    with pytest.raises(
        UsageError,
        match=r"'ACME 1' matches several watch profiles .first and second.: choose one",
    ):
        recognise([first, second], advert)
