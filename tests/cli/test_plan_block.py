"""``kickcue plan block``: the table, the calendar file, and dates that cannot be meant."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kickcue.cli import main


@pytest.fixture(autouse=True)
def known_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder on 29 November 2026."""
    now = datetime(2026, 11, 29, 9, tzinfo=UTC)
    monkeypatch.setattr("kickcue.cli.plan_block._now", lambda: now)
    monkeypatch.chdir(tmp_path)


def test_block_is_a_table_and_says_that_it_is_judgement(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN 29 November WHEN four weeks to 20 December are asked for THEN the sessions from today
    on are in the table, what was before is counted, and the words say what the order is worth.
    """
    assert main(["plan", "block", "--weeks", "4", "--race", "2026-12-20"]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert "4 weeks to the race on Sun 20 Dec 2026" == lines[0]
    assert "   2  Sun 29 Nov   21 d  strides" == lines[3]
    assert "   4  Sun 20 Dec    0 d  race" in lines
    assert "3 sessions before today left out." == lines[-1]
    assert "is judgement and no finding" in " ".join(out.split())
    assert max(map(len, lines)) <= 80


def test_block_as_a_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN a calendar file is asked for THEN it has one all-day entry for each line of the table,
    on its day, and it never takes another file's place.
    """
    parser = pytest.importorskip("icalendar")
    ask = ["plan", "block", "--race", "2027-01-31", "--ics", "block.ics"]
    assert main([*ask, "--json"]) == 0
    days = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    content = Path("block.ics").read_bytes()
    events = parser.Calendar.from_ical(content).walk("VEVENT")
    assert 15 == len(events)
    assert [it["day"] for it in days] == [it["DTSTART"].dt.isoformat() for it in events]
    assert len(events) == len({str(it["UID"]) for it in events})
    assert "kickcue: intervals + two-hundreds" == str(events[1]["SUMMARY"])
    assert str(events[1]["DESCRIPTION"]).endswith(
        "kickcue plan show intervals\nkickcue plan show two-hundreds"
    )
    assert date(2027, 1, 31) == events[-1]["DTSTART"].dt
    assert main(ask) == 2
    assert "already exists and is not overwritten" in capsys.readouterr().err
    assert content == Path("block.ics").read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--race", "2026-11-29"],
            "--race: expected a day after today, 2026-11-29, got 2026-11-29",
        ),
        (
            ["--race", "2025-12-20"],
            "--race: expected a day after today, 2026-11-29, got 2025-12-20",
        ),
        (["--race", "2062-12-20"], "--race: expected a day within two years, got 2062-12-20"),
        (["--race", "20.12.2026"], "got '20.12.2026'; did you mean 2026-12-20?"),
        (
            ["--race", "2026-02-30"],
            "expected year, month and day as in 2027-06-14, got '2026-02-30'",
        ),
        (["--race", "2026-12-20", "--weeks", "0"], "--weeks: expected 1 to 12, got 0"),
        (["--race", "2026-12-20", "--weeks", "13"], "--weeks: expected 1 to 12, got 13"),
    ],
)
def test_dates_that_cannot_be_meant(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """WHEN the race is over, too far or no day, or the weeks are none THEN what would be right is
    told, and no file is written.
    """
    assert main(["plan", "block", "--ics", "block.ics", *words]) == 2
    assert told in capsys.readouterr().err
    assert not Path("block.ics").exists()
