"""The header of a race that kickcue itself records."""

import time

import pytest

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.recording.header import (
    MADE_BY,
    SIMULATED,
    SIMULATED_LIVE,
    is_simulated,
    race_header,
    utc_now,
)
from kickcue.recording.model import Header

DOCUMENT = RaceDocument(
    race="1200m", lap_m=200.0, sensors={"pod": SensorChoice(profile="stryd")}
).with_digests()


def test_it_says_what_the_document_says() -> None:
    """GIVEN a race WHEN it is to be recorded THEN its header names race, lap and profiles, holds
    the whole document, and says that the ticks come with it.
    """
    expected = Header(
        race="1200m",
        lap_m=200.0,
        sensors={"pod": "stryd"},
        setup=DOCUMENT.as_json(),
        ticks=True,
        made_by=MADE_BY,
    )
    assert expected == race_header(DOCUMENT)
    assert DOCUMENT == RaceDocument.parse(dict(race_header(DOCUMENT).setup or {}), "the header")


def test_what_is_told_beside_it_counts() -> None:
    """WHEN a command tells more, or another recorder THEN that stands in the header."""
    header = race_header(DOCUMENT, ticks=False, made_by="a test", pins={"pod": "A0"})
    assert (False, "a test", {"pod": "A0"}) == (header.ticks, header.made_by, header.pins)


def test_the_moment_it_began_may_be_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN a start that came 1.5 s ago THEN the header's moment is that one, in UTC."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_781_432_951_000_000_000)
    assert "2026-06-14T10:29:11Z" == utc_now()
    assert "2026-06-14T10:29:09.500000Z" == utc_now(ago_ns=1_500_000_000)


@pytest.mark.parametrize(
    ("made_by", "simulated"),
    [
        (SIMULATED, True),
        (SIMULATED_LIVE, True),
        ("kickcue 0.1.0 simulate", True),
        (MADE_BY, False),
        ("Garmin fenix 7", False),
        ("simulate", False),
        (None, False),
    ],
)
def test_what_nobody_ran_says_so(made_by: str | None, simulated: bool) -> None:
    """Recordings of `kickcue simulate` and of a simulated run, of any version, are told from all
    others.
    """
    assert simulated is is_simulated(Header(made_by=made_by))
