"""``kickcue plan block``: the sessions of the weeks before a race, printed and for a calendar."""

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from kickcue.cli.format.console import json_line, table
from kickcue.cli.format.icalendar import CalendarEntry, calendar
from kickcue.cli.format.plan_page import COLUMNS
from kickcue.cli.training_block import JUDGEMENT, MOST_WEEKS, BlockDay, block
from kickcue.config.atomic_write import replace_file
from kickcue.config.race_file import check_place
from kickcue.core.errors import UsageError

_FURTHEST_DAYS: Final = 730


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--weeks",
        type=int,
        metavar="N",
        default=4,
        help=f"how many weeks before the race, 1 to {MOST_WEEKS} (default: 4)",
    )
    parser.add_argument(
        "--race", metavar="YYYY-MM-DD", required=True, help="the day of the race, as in 2026-12-20"
    )
    parser.add_argument(
        "--ics", type=Path, metavar="FILE", help="also write them as an iCalendar file"
    )


def run(args: argparse.Namespace) -> int:
    """Print the block, and write it for a calendar if that is asked for."""
    if not 1 <= args.weeks <= MOST_WEEKS:
        raise UsageError(f"--weeks: expected 1 to {MOST_WEEKS}, got {args.weeks}")
    now = _now()
    race = _race_day(args.race, now.date())
    whole = block(race, args.weeks)
    days = [each for each in whole if each.day >= now.date()]
    if args.ics is not None:
        check_place(args.ics)
        replace_file(args.ics, calendar(f"kickcue: race {race}", list(map(_entry, days)), now))
    if args.json:
        for each in days:
            print(json_line(_day_object(each)))
        return 0
    print(f"{args.weeks} week{'' if args.weeks == 1 else 's'} to the race on {_long(race)}\n")
    print(table(("week", "day", "to go", "session"), map(_row, days), align="rlrl"))
    print()
    print(table(("session", "how"), _ways(days), align="ll"))
    print()
    print(fill(JUDGEMENT, COLUMNS, break_on_hyphens=False))
    if len(days) < len(whole):
        gone = len(whole) - len(days)
        print(f"{gone} session{'' if gone == 1 else 's'} before today left out.")
    if args.ics is not None:
        print(f"{args.ics}: {len(days)} entries; import it into your calendar")
    return 0


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


def _race_day(text: str, today: date) -> date:
    try:
        race = date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--race: expected year, month and day as in {_example(today)}, got {text!r}"
            f"{_european(text)}"
        ) from None
    if race <= today:
        raise UsageError(f"--race: expected a day after today, {today}, got {race}")
    if (race - today).days > _FURTHEST_DAYS:
        raise UsageError(f"--race: expected a day within two years, got {race}")
    return race


def _example(today: date) -> str:
    return f"{today.year + 1}-06-14"


def _european(text: str) -> str:
    """Return what ``20.12.2026`` means."""
    parts = text.strip().split(".")
    try:
        day, month, year = map(int, parts)
        return f"; did you mean {date(year, month, day)}?"
    except ValueError:
        return ""


def _row(each: BlockDay) -> tuple[str, ...]:
    return (str(each.week), _short(each.day), f"{each.to_go} d", each.title)


def _ways(days: Sequence[BlockDay]) -> list[tuple[str, str]]:
    """Return how each session is done, once."""
    return list(dict.fromkeys((each.title, each.session.how) for each in days))


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _long(day: date) -> str:
    return f"{_short(day)} {day.year}"


def _entry(each: BlockDay) -> CalendarEntry:
    shown = [f"kickcue plan show {name}" for name in each.session.plans]
    return CalendarEntry(
        each.uid, each.day, f"kickcue: {each.title}", "\n".join((each.session.how, *shown))
    )


def _day_object(each: BlockDay) -> dict[str, Any]:
    return {
        "day": each.day.isoformat(),
        "to_go": each.to_go,
        "week": each.week,
        "plans": list(each.session.plans),
        "how": each.session.how,
        "hard": each.session.hard,
    }
