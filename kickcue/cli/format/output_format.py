"""Engine outputs for programs (JSON) and for people (a line of text)."""

from typing import Any, Final

from kickcue.cli.tui.formatting import which_lap
from kickcue.core.clock_format import clock
from kickcue.core.events import (
    Arm,
    Cue,
    Disarm,
    Estimate,
    LegBegin,
    LegKind,
    LegResult,
    Notice,
    Output,
    PhaseChange,
    Pulses,
)
from kickcue.core.position.uncertainty import half_width_m, to_go
from kickcue.core.printable import printable
from kickcue.core.units import ns_to_s

_MS_PER_BAR: Final = 170
WHEREABOUTS_COLUMNS: Final = len("400 ± 276 m to go")


def as_json(output: Output, file: str, race_s: float) -> dict[str, Any]:
    """Return one output as a JSON object.

    Times are seconds since the recording's first moment, rounded to what is meaningful; ``race_s``
    counts from the gun.
    """
    head: dict[str, Any] = {
        "file": file,
        "t_s": round(ns_to_s(output.t_ns), 3),
        "race_s": round(race_s, 3),
    }
    match output:
        case Cue():
            return {**head, "type": "cue", **_cue(output)}
        case Arm():
            return {
                **head,
                "type": "arm",
                "due_in_s": round(output.due_in_ms / 1000, 3),
                **_cue(output.cue),
            }
        case Disarm():
            return {**head, "type": "disarm", "id": output.cue_id, "why": output.why}
        case PhaseChange():
            return {**head, "type": "phase", "phase": output.phase, "previous": output.previous}
        case Notice():
            return {
                **head,
                "type": "notice",
                "code": output.code,
                "level": output.level,
                "sensor": output.sensor,
                "text": output.text,
            }
        case Estimate():
            return {**head, "type": "estimate", **_estimate(output)}
        case LegBegin():
            return {
                **head,
                "type": "leg_begin",
                "kind": output.kind,
                "leg": output.leg,
                "legs": output.legs,
                "rep": output.rep,
                "reps": output.reps,
                "began_s": round(ns_to_s(output.began_ns), 3),
                "text": output.text,
            }
        case LegResult():
            return {
                **head,
                "type": "leg_result",
                "kind": output.kind,
                "leg": output.leg,
                "rep": output.rep,
                "began_s": round(ns_to_s(output.began_ns), 3),
                "ended_s": round(ns_to_s(output.ended_ns), 3),
                "by": output.by,
                "distance_m": rounded(output.distance_m, 1),
            }


def _cue(cue: Cue) -> dict[str, Any]:
    return {
        "id": cue.id,
        "kind": cue.kind,
        "to_go_m": rounded(cue.to_go_m, 1),
        "sd_m": rounded(cue.sd_m, 1),
        "text": cue.text,
        "say": cue.say,
        "pulses": cue.pulses,
        "ttl_ms": cue.ttl_ms,
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "distance_m": rounded(estimate.distance_m, 1),
        "sd_m": rounded(estimate.distance_sd_m, 1),
        "to_go_m": rounded(estimate.to_go_m, 1),
        "speed_mps": rounded(estimate.speed_mps, 2),
        "cadence_spm": rounded(estimate.cadence_spm, 0),
        "heart_rate_bpm": rounded(estimate.heart_rate_bpm, 0),
        "lap": estimate.lap,
        "lap_min": estimate.lap_min,
        "lap_max": estimate.lap_max,
        "eta_bell_s": rounded(estimate.eta_bell_s, 1),
        "eta_bell_sd_s": rounded(estimate.eta_bell_sd_s, 1),
        "mode": estimate.mode,
    }


def as_text(output: Output, race_s: float) -> str:
    """Return one output as a line for people, with its time from the gun."""
    return printable(_line(output, race_s))


def _line(output: Output, race_s: float) -> str:
    at = clock_column(race_s)
    match output:
        case Cue():
            return (
                f"{at}  {output.kind:<9}{_whereabouts(output)} "
                f"{bars(output.pulses):<8}{output.text}"
            )
        case Arm():
            due = clock(race_s + output.due_in_ms / 1000, 1)
            return f"{at}  arm      {_whereabouts(output.cue)}  {output.cue.kind} due at {due}"
        case Disarm():
            return f"{at}  disarm   {output.cue_id}: {output.why}"
        case PhaseChange():
            return f"{at}  phase    {output.phase}"
        case Notice():
            return f"{at}  {output.level:<9}{output.text}"
        case Estimate():
            return f"{at}  estimate {_estimate_text(output)}"
        case LegBegin():
            return f"{at}  begin    {leg_name(output)}"
        case LegResult():
            return f"{at}  end      {_result_text(output)}"


def leg_name(leg: LegBegin) -> str:
    """Return what is run now: "rep 2 of 5: 200 m", "rest 2:00"."""
    if leg.kind is LegKind.REP:
        return f"rep {leg.rep} of {leg.reps}: {leg.text}"
    return f"rep {leg.rep}, one more: {leg.text}" if leg.kind is LegKind.EXTRA else leg.text


def _result_text(leg: LegResult) -> str:
    lasted = clock(ns_to_s(leg.ended_ns - leg.began_ns), 1)
    if leg.kind in (LegKind.REST, LegKind.EASY):
        return f"{leg.kind} {lasted}"
    ran = "" if leg.distance_m is None else f"{leg.distance_m:.0f} m in "
    return f"rep {leg.rep}: {ran}{lasted} ({leg.by})"


def _whereabouts(cue: Cue) -> str:
    return f"{'' if cue.to_go_m is None else to_go(cue.to_go_m, cue.sd_m):>{WHEREABOUTS_COLUMNS}}"


def _estimate_text(e: Estimate) -> str:
    if e.distance_m is None or e.distance_sd_m is None or e.lap is None:
        where = "not running"
    else:
        where = (
            f"{e.distance_m:7.1f} ± {half_width_m(e.distance_sd_m):<5.1f} m  lap "
            f"{which_lap(e.lap, e.lap_min, e.lap_max)}"
        )
    return (
        f"{where}  {number(e.speed_mps, 2)} m/s  {number(e.cadence_spm, 0)} spm  "
        f"{number(e.heart_rate_bpm, 0)} bpm  {e.mode}"
    )


def number(value: float | None, digits: int) -> str:
    """Return a number, or a dash where it is unknown."""
    return "-" if value is None else f"{value:.{digits}f}"


def rounded(value: float | None, digits: int) -> float | int | None:
    """Return a value rounded to what is meaningful, whole without decimals; None stays None."""
    if value is None:
        return None
    return round(value, digits) + 0.0 if digits else round(value)


def clock_column(seconds: float) -> str:
    """Return a time with its tenth, in eight columns; from an hour on it takes more."""
    return f"{clock(seconds, 1):>8}"


def bars(pulses: Pulses) -> str:
    """Draw pulses as blocks, one for each 170 ms, at least one each."""
    return " ".join(
        ("█" if intensity > 0.8 else "▓") * max(round(on_ms / _MS_PER_BAR), 1)
        for on_ms, _, intensity in pulses
    )
