"""Bangle.js: a line of JavaScript that sets absolute timers.

Or a message to the app ``kickcue.boot.js``, where that is on the watch.

``Bangle.buzz`` calls made while it buzzes follow each other without a gap, so each pulse has a
timer of its own, counted from the line's arrival. A line begins with DLE (no echo) and is one
packet, for a second one may come a whole connection interval later.

The message is strict JSON in Latin-1, because a watch that is not programmable passes over anything
else::

    GB({"t":"kick","id":"1f/last_lap-1","d":5100,"p":[500,150,150],"a":[100,50],"s":"Last lap"})

``p``: on, off, on ... in ms; ``a``: percent of each pulse, absent where all are 100; ``s``: text,
absent where there is none; ``id``: the cue's, felt once, absent where there is none. ``d``: set the
timer to so many ms, absent: now. ``{"t":"kick","id":..,"x":1}`` cancels the timer.
"""

import json
from typing import Final

from kickcue.core.watch.delivery_steps import Json, Write
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.text_encoding import shortened
from kickcue.core.watch.watch_profile import WatchProfile

DLE: Final = "\x10"
CHARSET: Final = "latin-1"


def encode_js(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Write, ...]:
    """Return one line that any programmable Bangle.js runs; it cannot show the text."""
    del touch, text
    pulses = lowered.pulses or ()
    if not pulses:
        return ()
    entries, at_ms = [], 0
    for on_ms, off_ms, intensity in pulses:
        entries.append(f"[{at_ms},{on_ms},{_strength(intensity)}]")
        at_ms += on_ms + off_ms
    return (
        _line(profile, f"[{','.join(entries)}].forEach(e=>setTimeout(Bangle.buzz,e[0],e[1],e[2]))"),
    )


def encode_gb(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Write, ...]:
    """Return the message that plays the cue now."""
    return (_message(profile, _with_id(touch.id), lowered, text),)


def arm_gb(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str, *, due_in_ms: int
) -> tuple[Write, ...]:
    """Return the message that sets the watch's timer."""
    return (_message(profile, {**_with_id(touch.id), "d": due_in_ms}, lowered, text),)


def disarm_gb(profile: WatchProfile, cue_id: str) -> tuple[Write, ...]:
    """Return the message that cancels the watch's timer."""
    return (_line(profile, _call({**_with_id(cue_id), "x": 1})),)


def _with_id(cue_id: str) -> dict[str, Json]:
    return {"t": "kick", "id": cue_id} if cue_id else {"t": "kick"}


def _message(profile: WatchProfile, head: dict[str, Json], lowered: Lowered, text: str) -> Write:
    """Return the line, with as much of the text as keeps it one packet."""
    pulses = lowered.pulses or ()
    value: dict[str, Json] = {
        **head,
        "p": [ms for on_ms, off_ms, _ in pulses for ms in (on_ms, off_ms)][:-1],
    }
    if any(intensity < 1.0 for *_, intensity in pulses):
        value["a"] = [round(100 * intensity) for *_, intensity in pulses]
    for length in range(len(text), 0, -1):
        line = _line(profile, _call({**value, "s": shortened(text, CHARSET, length)}))
        if profile.link.max_payload is None or len(line.data) <= profile.link.max_payload:
            return line
    return _line(profile, _call(value))


def _call(value: dict[str, Json]) -> str:
    return f"GB({json.dumps(value, ensure_ascii=False, separators=(',', ':'))})"


def _line(profile: WatchProfile, code: str) -> Write:
    link = profile.link
    return Write(link.service, link.char, f"{DLE}{code}\n".encode(CHARSET), link.response)


def _strength(intensity: float) -> str:
    """Return the strength in tenths as JavaScript: ``.5``, not ``0.5``.

    Never 0, which would switch the motor off.
    """
    tenths = max(round(10 * intensity), 1)
    return "1" if tenths == 10 else f".{tenths}"
