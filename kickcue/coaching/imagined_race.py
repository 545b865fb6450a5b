"""The runner's own race as a script speaks of it: even laps from the gun to the line."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.coaching.place import SAME_LINE_M, Kind, ScriptPosition, last_line_m
from kickcue.coaching.script import On, ScriptLine, ScriptWords
from kickcue.core.clock_format import brief_clock, clock
from kickcue.core.course import Course, Window
from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.cue_issuer import CueIssuer
from kickcue.core.cueing.phrases import Vocabulary
from kickcue.core.cueing.policy import Moment, bell_cue, in_last_window
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Cue, CueKind
from kickcue.core.plan import CuePoint, Run, race
from kickcue.core.units import MILE_M, s_to_ns

ROAD_SPLIT_M: Final = 1000.0
SAME_LAPS: Final = 0.03
LONGEST_IN_SECONDS: Final = 100.0
"""Laps are told in seconds, as runners do, up to here."""
SPLITS: Final = ("elapsed", "laps_to_go")
"""Placeholders that are true at a line only."""
_CLOCK: Final = re.compile(r"(\d+):(\d\d)(?::(\d\d))?")


class Told(NamedTuple):
    """A line as it is read, and as a voice is given it."""

    text: str
    say: str


@dataclass(frozen=True, slots=True)
class ImaginedRace:
    """A race at an even pace; ``belief`` is empty where there is nothing to say."""

    course: Course
    goal_s: float
    words: ScriptWords
    rival: str = ""
    belief: str = ""

    def is_for(self, on: On | None) -> bool:
        """Tell whether a line is for this race."""
        ground = On.ROAD if self.course.lap_m is None else On.TRACK
        bell = On.BELL if self.has_bell else On.NO_BELL
        return on in (None, ground, bell)

    @property
    def has_bell(self) -> bool:
        """Whether a bell is rung where the last window opens."""
        return self.course.lap_m is not None and self.course.window is Window.LAP

    def elapsed_s(self, metres: float) -> float:
        """Return the time of the goal's pace after ``metres``."""
        return self.goal_s * min(max(metres / self.course.distance_m, 0.0), 1.0)

    def told(self, line: ScriptLine, at: ScriptPosition) -> Told | None:
        """Return a line with its placeholders filled, None where it has nothing to say.

        That is so with an empty belief, and with a split before there is one.
        """
        split = any(f"{{{name}}}" in line.say for name in SPLITS)
        if "{belief}" in line.say and not self.belief:
            return None
        if (
            split
            and line.at.kind is Kind.SHARE
            and last_line_m(line.at.number, self.course) is None
        ):
            return None
        return Told(
            line.say.format_map(self._values(at)), line.say.format_map(self._values(at, say=True))
        )

    def cues(
        self, vocabulary: Vocabulary, rules: Rules, *, smile: bool
    ) -> list[tuple[Cue, CuePoint]]:
        """Return the cues of race day with their places, as the race would have them.

        It is run at the goal's pace and the legs have yet to answer, so each place has its cue
        unless the rules or the spacing of cues forbid it.
        """
        issuer = CueIssuer(vocabulary, rules)
        leg = race(self.course).legs()[0]
        assert isinstance(leg, Run)
        points = leg.cues
        found = []
        for point in points:
            metres = self.course.distance_m - point.to_go_m
            wanted = self._wanted(point, points, issuer.given, smile=smile)
            given = issuer.give(
                s_to_ns(self.elapsed_s(metres)),
                metres,
                wanted,
                (point.to_go_m, None),
                last_window=True,
            )
            found += [(cue, point) for cue in given if isinstance(cue, Cue)]
        return found

    def _wanted(
        self,
        point: CuePoint,
        points: tuple[CuePoint, ...],
        given: frozenset[CueKind],
        *,
        smile: bool,
    ) -> list[Candidate]:
        if point.kind is CueKind.LAST_LAP:
            return [bell_cue(hold=False, about=False)]
        moment = Moment(point.to_go_m, 0.0, None, None, None, None, given)
        return list(in_last_window(moment, points, smile=smile))

    def _values(self, at: ScriptPosition, *, say: bool = False) -> dict[str, str]:
        course = self.course
        metres = min(max(at.metres, 0.0), course.distance_m)
        crossed = sum(line_m <= metres + SAME_LINE_M for line_m in course.crossings_m)
        split_m = course.lap_m or ROAD_SPLIT_M
        split_s = self.goal_s * split_m / course.distance_m
        times = {
            "goal": brief_clock(self.goal_s),
            "lap_split": self._split(split_s),
            "elapsed": clock(self.elapsed_s(metres)),
        }
        if say:
            times = {name: self._spoken(time) for name, time in times.items()}
        return {name: value.replace(".", self.words.point) for name, value in times.items()} | {
            "event": event_name(course, self.words),
            "laps": number(_to_quarters(course.distance_m / split_m), self.words),
            "lap": str(min(crossed + 1, course.laps)),
            "laps_to_go": str(course.laps - crossed),
            "to_go": f"{course.distance_m - metres:.0f}",
            "kick": f"{course.kick_m:.0f}",
            "rival": self.rival or self.words.rival,
            "belief": self._spoken_in(self.belief) if say else self.belief,
        }

    def _spoken_in(self, text: str) -> str:
        return _CLOCK.sub(lambda found: self._spoken(found[0]), text)

    def _split(self, seconds: float) -> str:
        tenths = f"{seconds:.1f}"
        return tenths if float(tenths) < LONGEST_IN_SECONDS else clock(seconds)

    def _spoken(self, time: str) -> str:
        """Return a time without colons, which some voices read as a time of day."""
        found = _CLOCK.fullmatch(time)
        if found is not None and found[3] is None and found[2] == "00":
            return self.words.minutes.format(n=found[1])
        return time.removeprefix("0:").replace(":", " ")


def event_name(course: Course, words: ScriptWords) -> str:
    """Return an event as it is said: 5000 metres, half marathon."""
    named = {"half": words.half, "marathon": words.marathon, "mile": words.mile}
    if course.event in named:
        return named[course.event]
    if course.event.endswith("mile"):
        return words.miles.format(n=number(course.distance_m / MILE_M, words))
    if course.event.endswith("k"):
        return words.kilometres.format(n=number(course.distance_m / 1000, words))
    form = words.steeplechase if course.event.endswith("sc") else words.metres
    return form.format(n=number(course.distance_m, words))


def number(value: float, words: ScriptWords) -> str:
    """Return a number without a point where it needs none, to two digits after it."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", words.point)


def _to_quarters(laps: float) -> float:
    """Return 3.75 laps as they are, the mile's 4.02 as 4, and others to a tenth."""
    quarters = round(laps * 4) / 4
    return quarters if abs(laps - quarters) < SAME_LAPS else round(laps, 1)
