"""How the demo went: kickcue's cue and two simpler devices against the true start of the last lap.

Every figure is computed.
"""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue.analysis.review.model import Pacing
from kickcue.analysis.review.pacing import CLASS_WORDS
from kickcue.cli.format.output_format import rounded
from kickcue.config.paths import known_home
from kickcue.core.course import Course
from kickcue.core.events import Cue
from kickcue.core.units import ns_to_s
from kickcue.lab.baselines import baselines
from kickcue.lab.historic_races import FamousRace
from kickcue.lab.reconstruct import line_presses
from kickcue.lab.simulate import SimulatedRace
from kickcue.lab.split_statistics import paced
from kickcue.report.pacing_words import faster

ON_TIME_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class OnWatch:
    """How often the cue was felt, and how long after the decision, in real milliseconds.

    ``by_timer``: the watch had been armed, and its timer was first. None: not felt.
    """

    felt: int
    after_ms: float | None
    by_timer: bool


@dataclass(frozen=True, slots=True)
class Call:
    """When somebody called the last lap, against its true start, in seconds and metres.

    Negative is early, None is never.
    """

    late_s: float | None
    late_m: float | None
    after_finish: bool = False


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """The figures of the whole demo."""

    famous: FamousRace
    seed: int
    lap_m: float
    missed: int
    doubled: int
    presses: int
    """All presses that came; ``due`` is how many lines there are up to the bell, each of which
    should have had one."""
    due: int
    kickcue: Call
    on_watch: OnWatch
    distance_alert: Call
    press_counter: Call
    pacing: Pacing | None
    recording: Path


def summarise(  # noqa: PLR0913, PLR0917  what was asked for, what was true, what came of it
    famous: FamousRace,
    seed: int,
    course: Course,
    race: SimulatedRace,
    cue: Cue | None,
    on_watch: OnWatch,
    recording: Path,
) -> DemoSummary:
    """Return the figures."""
    simpler = baselines(course, race.inputs)
    presses = line_presses(race.truth, course, race.inputs)
    return DemoSummary(
        famous=famous,
        seed=seed,
        lap_m=course.kick_m,
        missed=sum(not moments for moments in presses),
        doubled=sum(len(moments) > 1 for moments in presses),
        presses=sum(map(len, presses)),
        due=course.crossings_m.index(course.bell_m) + 1,
        kickcue=_call(race, course, None if cue is None else ns_to_s(cue.t_ns)),
        on_watch=on_watch,
        distance_alert=_call(race, course, simpler["pod_distance"]),
        press_counter=_call(race, course, simpler["press_counter"]),
        pacing=paced(race.truth, course),
        recording=recording,
    )


def _call(race: SimulatedRace, course: Course, t_s: float | None) -> Call:
    if t_s is None:
        return Call(None, None)
    truth = race.truth
    finished = t_s >= truth.time_at(course.distance_m)
    return Call(
        t_s - truth.time_at(course.bell_m), truth.distance_at(t_s) - course.bell_m, finished
    )


def as_text(summary: DemoSummary) -> str:
    """Return the closing words, at most 80 columns wide but for the line with the path."""
    path = short_path(summary.recording)
    lines = [
        f"{summary.famous.runner}, {summary.famous.title}",
        f"Reconstruction from published splits; seed {summary.seed}: {_presses(summary)}",
        "",
        "The cue for the last lap, against the true start of the last lap:",
        f"  kickcue           {called(summary.kickcue, summary.lap_m)}",
        f"    on the watch    {_felt(summary.on_watch)}",
        f"  a distance alert  {called(summary.distance_alert, summary.lap_m)}",
        f"  a press counter   {called(summary.press_counter, summary.lap_m)}{_counted(summary)}",
        "",
        f"Pacing:     {_paced(summary.pacing)}",
        f"Recording:  {path}",
        "",
        "Try next:",
        f"  kickcue report {path}",
        f"  kickcue verify {path}",
        f"  kickcue replay {path} --why",
    ]
    return "\n".join(lines)


def _paced(pacing: Pacing | None) -> str:
    if pacing is None or pacing.lap_cv_percent is None:
        return "too few laps to tell"
    return (
        f"last lap {faster(pacing.kick_speed_percent)} ({CLASS_WORDS[pacing.pacing]}),\n"
        f"            laps vary by {pacing.lap_cv_percent:.1f} %"
    )


def _presses(summary: DemoSummary) -> str:
    return (
        f"{summary.missed} lap {_plural(summary.missed, 'press')} missed, {summary.doubled} doubled"
    )


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}es"


def called(call: Call, lap_m: float) -> str:
    """Return a call in words: "0.4 s late, 3 m into the last lap"."""
    if call.late_s is None or call.late_m is None:
        return "never"
    if abs(call.late_s) < ON_TIME_S:
        return "on time, to the tenth of a second"
    if call.after_finish:
        return f"{call.late_s:.1f} s late, after the finish"
    if call.late_s < 0.0:
        laps = round(-call.late_m / lap_m)
        lap = "" if not laps else ": a lap too soon" if laps == 1 else f": {laps} laps too soon"
        return f"{-call.late_s:.1f} s early, {-call.late_m:.0f} m before it{lap}"
    return f"{call.late_s:.1f} s late, {call.late_m:.0f} m into the last lap"


def _felt(on_watch: OnWatch) -> str:
    if on_watch.after_ms is None:
        return "not felt"
    times = "once" if on_watch.felt == 1 else f"{on_watch.felt} times"
    when = (
        "before" if on_watch.after_ms < 0 else "after"
    )  # an armed watch need not wait for the word
    return (
        f"felt {times}, {abs(on_watch.after_ms):.1f} ms {when} the "
        f"decision{', by its own timer' if on_watch.by_timer else ''}"
    )


def _counted(summary: DemoSummary) -> str:
    """Say why the counter was wrong, or how chance put it right though presses were wrong."""
    off_m = summary.press_counter.late_m
    if off_m is None:
        return f": it counted {summary.presses} presses, the bell is number {summary.due}"
    return (
        ""
        if abs(off_m) > summary.lap_m / 2
        else f"\n{'':20}by luck: missed and doubled presses cancel out"
    )


def as_json(summary: DemoSummary) -> dict[str, Any]:
    """Return the figures as a JSON object."""
    pacing = summary.pacing
    return {
        "race": summary.famous.name,
        "event": summary.famous.event,
        "reconstruction": True,
        "seed": summary.seed,
        "presses_missed": summary.missed,
        "presses_doubled": summary.doubled,
        "cue": {
            **_call_json(summary.kickcue),
            "felt": summary.on_watch.felt,
            "by_timer": summary.on_watch.by_timer,
            "after_decision_ms": rounded(summary.on_watch.after_ms, 1),
        },
        "distance_alert": _call_json(summary.distance_alert),
        "press_counter": _call_json(summary.press_counter),
        "kick_percent": None if pacing is None else rounded(pacing.kick_percent, 2),
        "lap_cv_percent": None if pacing is None else rounded(pacing.lap_cv_percent, 2),
        "recording": str(summary.recording),
    }


def _call_json(call: Call) -> dict[str, Any]:
    return {"late_s": rounded(call.late_s, 3), "late_m": rounded(call.late_m, 1)}


def short_path(path: Path) -> str:
    """Return the path as a shell takes it, the home folder as ~."""
    home = known_home(os.environ)
    if home is not None and path.is_relative_to(home) and home != Path("/"):
        within = str(path.relative_to(home))
        if within == shlex.quote(within):
            return f"~/{within}"
    return shlex.quote(str(path))
