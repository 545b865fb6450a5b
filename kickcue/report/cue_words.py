"""A cue, whether it was felt and what followed it, in a runner's words."""

from collections.abc import Callable
from typing import Final

from kickcue.analysis.review.model import CueReview, Response
from kickcue.core.position.uncertainty import to_go
from kickcue.report.formats import clock, percent

_ON_TIME_S: Final = 0.05
_NOTICEABLE_PERCENT: Final = 1.0
"""Smaller changes of cadence and step are not spoken of [judgement]."""
_DROPPED: Final = {"late": "it came too late to be worth a buzz"}


def given(cue: CueReview) -> str:
    """Return when and where it was given, and how far off its line that was."""
    where = "" if cue.to_go_m is None else f", {to_go(cue.to_go_m, cue.sd_m)}"
    return f"{clock(cue.race_s)}{where}{_late(cue.late_s)}"


def _late(late_s: float | None) -> str:
    if late_s is None:
        return ""
    if abs(late_s) < _ON_TIME_S:
        return ", right at its line"
    return f", {abs(late_s):.1f} s {'after' if late_s > 0 else 'before'} its line"


def felt(cue: CueReview) -> str:
    """Return what became of it on the wrist."""
    if cue.felt is None:
        return "No watch answered."
    if not cue.felt:
        why = cue.dropped or "no reason given"
        return f"Not felt: {_DROPPED.get(why, why)}."
    latency = "" if cue.latency_ms is None else f", {cue.latency_ms:.0f} ms after it was sent"
    return f"Felt on the watch{latency}."


def what_followed(cue: CueReview, *, answered: bool) -> str:
    """Return what became of it and what the runner did then, as far as that is known.

    Where no watch ``answered`` any cue that is said once for all of them, and not here.
    """
    known = cue.response is not Response.UNKNOWN
    return " ".join([*([felt(cue)] if answered else []), *([response(cue)] if known else [])])


def response(cue: CueReview) -> str:
    """Return what the runner did in the ten seconds after it; speed judges."""
    return _RESPONSES[cue.response](cue)


def _faster(cue: CueReview) -> str:
    return f"You sped up{_by(cue.speed_percent)} in the 10 s after it{_how(cue)}."


def _slower(cue: CueReview) -> str:
    return f"You slowed down{_by(cue.speed_percent)} in the 10 s after it."


def _turnover_only(cue: CueReview) -> str:
    return f"Your steps came quicker{_by(cue.cadence_percent)} but shorter: no speed came of it."


def _unchanged(_: CueReview) -> str:
    return "Your speed stayed the same in the 10 s after it."


def _unknown(_: CueReview) -> str:
    return "Too little was measured to say what followed."


_RESPONSES: Final[dict[Response, Callable[[CueReview], str]]] = {
    Response.FASTER: _faster,
    Response.TURNOVER_ONLY: _turnover_only,
    Response.UNCHANGED: _unchanged,
    Response.SLOWER: _slower,
    Response.UNKNOWN: _unknown,
}


def _by(change_percent: float | None) -> str:
    return "" if change_percent is None else f" by {percent(change_percent)}"


def _how(cue: CueReview) -> str:
    """Return by which of the two a runner has, turnover and step length."""
    means = [
        f"{name} steps ({percent(change)})"
        for name, change in (("quicker", cue.cadence_percent), ("longer", cue.step_percent))
        if change is not None and change >= _NOTICEABLE_PERCENT
    ]
    return f", by {' and '.join(means)}" if means else ""
