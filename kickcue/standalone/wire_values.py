"""What a race says, as the messages of docs/wire.md, for a page that has no broker.

Plain objects: the models that check what comes from a network have nothing to check here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kickcue.core.course import Course
from kickcue.core.events import Arm, Cue, Disarm, Estimate, LegBegin, Output
from kickcue.core.plan import Plan
from kickcue.core.session.numbered_legs import numbered, repetitions
from kickcue.core.units import NS_PER_MS
from kickcue.daemon.live_laps import LiveLap
from kickcue.daemon.race_session import View

MOST_LAPS: Final = 16
NAME_LETTERS: Final = 100

Values = dict[str, Any]


def cue_values(cue: Cue, due_in_ms: int, ttl_ms: int) -> Values:
    """Return what ``arm`` and ``cue`` have in common."""
    return {
        "id": cue.id,
        "kind": cue.kind.value,
        "text": cue.text,
        "say": cue.say,
        "pulses": [list(pulse) for pulse in cue.pulses],
        "urgency": cue.urgency,
        "due_in_ms": due_in_ms,
        "ttl_ms": ttl_ms,
        "to_go_m": _rounded(cue.to_go_m, 1),
        "sd_m": _rounded(cue.sd_m, 1),
    }


def message_of(output: Output, now_ns: int) -> tuple[str, Values] | None:
    """Return the name and the values of an output's message, sent ``now_ns``.

    None where it has none, and for a cue that is past its deadline.
    """
    match output:
        case Estimate():
            return "state", state_values(output)
        case LegBegin():
            keys = ("leg", "legs", "rep", "reps", "text")
            return "leg", {
                "kind": output.kind.value,
                **{key: getattr(output, key) for key in keys},
            }
        case Arm():
            due_ns = output.t_ns + output.due_in_ms * NS_PER_MS
            due_in_ms = (due_ns - now_ns) // NS_PER_MS
            return "arm", cue_values(output.cue, due_in_ms, output.cue.ttl_ms)
        case Disarm():
            return "disarm", {"id": output.cue_id, "why": output.why}
        case Cue():
            left_ms = output.ttl_ms - (now_ns - output.t_ns) // NS_PER_MS
            return ("cue", cue_values(output, 0, left_ms)) if left_ms > 0 else None
    return None


def state_values(here: Estimate) -> Values:
    """Return an estimate, rounded to what a person can use."""
    return {
        "distance_m": _rounded(here.distance_m, 1),
        "distance_sd_m": _rounded(here.distance_sd_m, 1),
        "to_go_m": _rounded(here.to_go_m, 1),
        "speed_mps": _rounded(here.speed_mps, 2),
        "cadence_spm": _rounded(here.cadence_spm, 1),
        "heart_rate_bpm": _rounded(here.heart_rate_bpm, 0),
        "lap": here.lap,
        "eta_bell_s": _rounded(here.eta_bell_s, 1),
        "mode": here.mode.value,
        "lap_min": here.lap_min,
        "lap_max": here.lap_max,
        "eta_bell_sd_s": _rounded(here.eta_bell_sd_s, 1),
    }


def race_values(document: Mapping[str, Any], course: Course, plan: Plan | None) -> Values:
    """Return the values of ``race``; ``plan`` is that of a session."""
    session = plan is not None
    title = document["plan"].get("title") or document["plan"]["name"] if session else course.event
    return {
        "kind": "session" if session else "race",
        "name": title[:NAME_LETTERS],
        "distance_m": None if session else course.distance_m,
        "lap_m": None if session else course.lap_m,
        "marker_m": None if session else course.marker_m,
        "kick_m": None if session else course.kick_m,
        "reps": None if plan is None else repetitions(numbered(plan)),
        "rules": document.get("rules", "training"),
        "language": document.get("language", "en"),
    }


def laps_values(view: View, laps: Iterable[LiveLap]) -> Values:
    """Return the values of ``laps``."""
    return {
        "gun_ms": _ms(view.gun_ns),
        "over_ms": _ms(view.over_ns),
        "over_marked": view.over_ns is not None and view.finish_pressed,
        "rate": 1.0,
        "laps": [
            {
                "lap": lap.lap,
                "race_s": round(lap.race_s, 1),
                "lap_s": _rounded(lap.lap_s, 1),
                "error_s": lap.error_s,
            }
            for lap in tuple(laps)[-MOST_LAPS:]
        ],
    }


def _ms(t_ns: int | None) -> int | None:
    return None if t_ns is None else t_ns // NS_PER_MS


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
