"""What a page is shown beside the cues: what is run, its laps, how every part is doing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kickcue.config.race_document import RaceDocument
from kickcue.core.course import Course
from kickcue.core.events import Phase
from kickcue.core.session.numbered_legs import numbered, repetitions as count_repetitions
from kickcue.core.units import NS_PER_MS
from kickcue.daemon.clock import RaceTime
from kickcue.daemon.health import PartHealth
from kickcue.daemon.live_laps import LiveLaps, repetitions
from kickcue.daemon.race_session import View
from kickcue.edges.mqtt.messages import MOST_LAPS, MOST_PARTS

if TYPE_CHECKING:
    from kickcue.core.events import Estimate

NAME_LETTERS: Final = 100
PART_LETTERS: Final = 40
TEXT_LETTERS: Final = 120
OWN_LANGUAGE: Final = "own"


def race_values(document: RaceDocument, course: Course, title: str) -> dict[str, Any]:
    """Return the values of ``race``."""
    is_race = document.plan is None
    reps = None if document.plan is None else count_repetitions(numbered(document.plan.plan()))
    own = document.language.endswith(".toml")
    return {
        "kind": "race" if is_race else "session",
        "name": title[:NAME_LETTERS],
        "distance_m": course.distance_m if is_race else None,
        "lap_m": course.lap_m if is_race else None,
        "marker_m": course.marker_m if is_race else None,
        "kick_m": course.kick_m if is_race else None,
        "reps": reps,
        "rules": document.rules,
        "language": OWN_LANGUAGE if own else document.language,
    }


def health_values(parts: Sequence[PartHealth]) -> dict[str, Any]:
    """Return the values of ``health``."""
    return {
        "parts": [
            {
                "name": part.name[:PART_LETTERS],
                "state": part.state.value,
                # Where a file lies on this machine is for who sits at it.
                "text": part.text.rpartition("/")[2][:TEXT_LETTERS]
                if part.text.startswith("/")
                else part.text[:TEXT_LETTERS],
            }
            for part in parts[:MOST_PARTS]
        ]
    }


class PageLaps:
    """The values of ``laps``, followed from estimate to estimate."""

    def __init__(self) -> None:
        self._laps = LiveLaps()
        self._seen: tuple[Estimate | None, int | None] = (None, None)

    def values(
        self, course: Course, view: View, race: RaceTime, *, is_race: bool
    ) -> dict[str, Any]:
        """Return them as of now, on the clock of the run."""
        here, gun_ns = view.estimate, view.gun_ns
        looked_at = here, gun_ns
        if is_race and here is not None and looked_at != self._seen:
            self._seen = looked_at
            self._laps.look(course, gun_ns, here, view.line_marked)
        finished = is_race and view.phase is Phase.FINISHED
        if finished and gun_ns is not None and view.over_ns is not None:
            self._laps.finish(course, gun_ns, view.over_ns, pressed=view.finish_pressed)
        laps = self._laps.laps if is_race else repetitions(view.runs, gun_ns or 0)
        return {
            "gun_ms": _ms(gun_ns, race),
            "over_ms": _ms(view.over_ns, race),
            "over_marked": view.over_ns is not None and view.finish_pressed,
            "rate": race.rate,
            "laps": [
                {
                    "lap": lap.lap,
                    "race_s": round(lap.race_s, 1),
                    "lap_s": None if lap.lap_s is None else round(lap.lap_s, 1),
                    "error_s": lap.error_s,
                }
                for lap in laps[-MOST_LAPS:]
            ],
        }


def _ms(race_ns: int | None, race: RaceTime) -> int | None:
    return None if race_ns is None else race.run_ns(race_ns) // NS_PER_MS
