"""The calendar file: RFC 5545, read by somebody else's parser too."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, strategies as st

from kickcue.cli.format.icalendar import CalendarEntry, calendar

STAMP = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from("\\;,:\n"),
    max_size=200,
)
entries = st.lists(
    st.builds(
        CalendarEntry,
        st.uuids().map(str),
        st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        words,
        words,
    ),
    max_size=3,
)


LONG = [CalendarEntry("1", date(2026, 12, 20), "ä" * 200, "a" * 200)]


@given(entries)
@example(LONG)
def test_lines_end_by_crlf_and_have_at_most_75_octets(some: list[CalendarEntry]) -> None:
    """GIVEN any texts THEN each line ends by CRLF and is at most 75 octets, cut between letters."""
    content = calendar("kickcue", some, STAMP).encode()
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert "".join(line.decode() for line in lines)


@given(entries)
@example(LONG)
def test_another_parser_reads_the_same(some: list[CalendarEntry]) -> None:
    """GIVEN any texts WHEN the icalendar library parses the file THEN every entry comes back: its
    day, its texts, its id, and when it was made.
    """
    parser = pytest.importorskip("icalendar")
    read = parser.Calendar.from_ical(calendar("kickcue", some, STAMP))
    assert "2.0" == read["VERSION"]
    found = read.walk("VEVENT")
    assert [(it.uid, it.day) for it in some] == [
        (str(event["UID"]), event["DTSTART"].dt) for event in found
    ]
    for entry, event in zip(some, found, strict=True):
        assert entry.summary == str(event["SUMMARY"])
        assert entry.description == str(event["DESCRIPTION"])
        assert STAMP == event["DTSTAMP"].dt
        assert 1 == (event["DTEND"].dt - event["DTSTART"].dt).days
        assert not event.errors
