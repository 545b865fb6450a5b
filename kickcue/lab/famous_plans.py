"""Famous finishes as plans to train with, made from the published times of the famous races.

The files in ``kickcue/plans`` are written by ``write_all``, so that no figure stands in two places.
Only what was published is used: the finish is the shortest stretch to the line, of a lap at least,
whose time is known; its pace is told as a share of the laps before it, for nobody else runs theirs.
"""

from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Final

from kickcue.lab.historic_races import FAMOUS, FamousRace

LAP_M: Final = 400.0
EXAMPLE_S: Final = 80.0
"""The lap of a runner for whom the finish is told as an example."""
_COUNT: Final = {1: "lap", 2: "two laps"}


@dataclass(frozen=True, slots=True)
class Finish:
    """The last ``metres`` of a famous race, in ``seconds``.

    ``share`` is the time of one of its laps over the mean of the laps before.
    """

    metres: float
    seconds: float
    share: float


def finish_of(race: FamousRace) -> Finish:
    """Return the shortest published finish of a lap or more."""
    end_m, end_s = race.points[-1]
    start_m, start_s = next(
        (metres, seconds) for metres, seconds in reversed(race.points) if end_m - metres >= LAP_M
    )
    pace, before = (end_s - start_s) / (end_m - start_m), start_s / start_m
    return Finish(end_m - start_m, end_s - start_s, pace / before)


def plan_text(race: FamousRace) -> str:
    """Return the plan of a race's finish as a TOML file."""
    finish = finish_of(race)
    where = race.title.rpartition(", ")[2]
    laps = _COUNT[round(finish.metres / LAP_M)]
    head = (
        f"Written from kickcue/lab/historic_races.py. Sources: {'; '.join(race.sources)}. "
        f"Published: {race.whose}."
    )
    about = (
        f"Four times 400 m at the pace of your race, evenly run. Then the last {laps} of "
        f"{race.runner}, {race.title}, by published times: {_time(finish.seconds)}, "
        f"{100.0 * (1.0 - finish.share):.1f} % less time a lap than on average before. After "
        f"laps of {EXAMPLE_S:.0f} s that is {EXAMPLE_S * finish.share:.1f} s a lap."
    )
    imagery = (
        f"{where}, the last {laps}. You are tired, and so is everybody. "
        "You kick hard, and nobody gets by."
    )
    return f"""\
{fill(head, 98, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)}
title = "{race.runner.rpartition(" ")[2]}, {where}: 4 x 400 m, last {finish.metres:g} m"
about = \"\"\"{fill(about, 96, break_on_hyphens=False)}\"\"\"

[[steps]]
run = "15:00"
effort = "easy"

[[steps]]
repeat = 4
steps = [
  {{ run = "400m", imagery = "The pace of your race: even, relaxed, in good form." }},
  {{ rest = "1:30" }},
]

[[steps]]
run = "{finish.metres:g}m"
imagery = "{imagery}"
cues = {{ last_lap = 400, turnover = 200, drive = 100 }}

[[steps]]
rest = "2:00"

[[steps]]
run = "10:00"
effort = "easy"
"""


def write_all(folder: Path) -> None:
    """Write the plans of all famous races into ``folder``."""
    for race in FAMOUS.values():
        (folder / f"{race.name}.toml").write_text(plan_text(race), encoding="utf-8")


def _time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60.0)
    return f"{minutes:.0f}:{rest:04.1f}" if minutes else f"{rest:.1f} s"
