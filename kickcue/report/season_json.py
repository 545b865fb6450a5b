"""A season for programs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kickcue.analysis.review.as_json import plain
from kickcue.analysis.season import Dated, Season


def season_json(found: Season, damaged: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return it as a JSON object; ``damaged`` are the files that were passed over, and why.

    Races and pod scales are named by their files: the figures stand with the recordings.
    """
    return {
        "recordings": [_recording(each) for each in found.recordings],
        "races": [each.file for each in found.races],
        "scaled": [each.file for each in found.scaled],
        "weeks": [{**plain(week), "monday": week.monday.isoformat()} for week in found.weeks],
        "best_last": [
            {**plain(best), "race": best.race.file, "day": _day(best.race.day)}
            for best in found.best_last
        ],
        "left_out": [{"file": name, "why": why} for name, why in damaged],
    }


def _recording(each: Dated) -> dict[str, Any]:
    digest: dict[str, Any] = plain(each.digest)
    return {"file": each.file, "day": _day(each.day), **digest}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
