"""From a cue and a profile to the steps that play it.

Every encoder is one function in ``encoders/``.

``touch.id`` is passed to watches that keep timers and de-duplicate themselves. Ids are unique
within a run only: whoever serves several runs puts the run's id in front.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from kickcue.core.watch.delivery_steps import Step, Write
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.encoders import (
    alert_level,
    bangle,
    infinitime,
    mi_band,
    mqtt_cue,
    programs,
    sound,
    vibe_lists,
)
from kickcue.core.watch.lowering import Lowered, lower
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.text_encoding import fitted
from kickcue.core.watch.watch_profile import Pattern, Transport, WatchProfile, Way

Encoder = Callable[[WatchProfile, CueContent, Lowered, str], tuple[Step, ...]]
"""(profile, the cue, its pulses as they will be played, its text as it will be shown) to steps."""


@dataclass(frozen=True, slots=True)
class Wire:
    """An encoder, who carries its steps, the patterns it can write, and what it writes in words."""

    encode: Encoder
    transport: Transport
    patterns: frozenset[Pattern]
    what: str


_FIXED: Final = frozenset({Pattern.FIXED})
_EQUAL: Final = frozenset({Pattern.EQUAL})
_LISTS: Final = frozenset({Pattern.EQUAL, Pattern.SEQUENCE})
_ANY: Final = frozenset({Pattern.NONE, Pattern.EQUAL, Pattern.SEQUENCE})

ENCODERS: Final[Mapping[str, Wire]] = {
    "infinitime_ans": Wire(
        infinitime.encode, Transport.BLE, _FIXED, "new alert (2A46) with text; calls ring"
    ),
    "alert_level": Wire(
        alert_level.encode, Transport.BLE, _LISTS, "alert level (2A06), timed by the sender"
    ),
    "miband2_ff": Wire(
        mi_band.encode, Transport.BLE, _EQUAL, "alert level (2A06) of six bytes: equal pulses"
    ),
    "bangle_js": Wire(bangle.encode_js, Transport.BLE, _LISTS, "a line of JavaScript"),
    "bangle_gb": Wire(bangle.encode_gb, Transport.BLE, _LISTS, "a message to an app on the watch"),
    "pebble_vibe": Wire(
        vibe_lists.encode_pebble,
        Transport.COMPANION,
        _LISTS,
        "durations and amplitudes for an app on the watch",
    ),
    "garmin_vibe": Wire(
        vibe_lists.encode_garmin,
        Transport.COMPANION,
        _LISTS,
        "VibeProfiles for an app on the watch",
    ),
    "web_vibrate": Wire(
        vibe_lists.encode_web, Transport.WEB, _LISTS, "an array for navigator.vibrate"
    ),
    "mqtt_cue": Wire(
        mqtt_cue.encode, Transport.MQTT, _ANY, "a cue message; the watch's client plays the pulses"
    ),
    "termux_vibrate": Wire(
        programs.encode_termux, Transport.PROGRAM, _LISTS, "termux-vibrate, once a pulse"
    ),
    "gadgetbridge_intent": Wire(
        programs.encode_gadgetbridge, Transport.INTENT, _FIXED, "a broadcast to Gadgetbridge"
    ),
    "tones": Wire(
        sound.encode, Transport.AUDIO, _LISTS, "speech, or tones in the rhythm of the pulses"
    ),
}
ARMING: Final = frozenset({"bangle_gb"})
"""Encoders whose watch keeps the timer of an armed cue. (``mqtt_cue`` needs none: over MQTT the arm
message itself is the timer.)"""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A cue ready to be sent: the steps in order, how it feels, the text shown, what was lost."""

    steps: tuple[Step, ...]
    lowered: Lowered
    text: str
    downgrades: tuple[Downgrade, ...]


def encode(
    profile: WatchProfile, touch: CueContent, without: frozenset[Way] = frozenset()
) -> Encoded:
    """Return the steps that give the cue now; None where ``without`` leaves no way."""
    return _encoded(
        profile, touch, lower(profile, touch, without), ENCODERS[profile.encoder].encode
    )


def encode_arm(profile: WatchProfile, touch: CueContent, due_in_ms: int) -> Encoded | None:
    """Return the steps that set, or set anew, the watch's own timer for the cue.

    None where it keeps none. The watch plays when the time is over, unless ``encode``'s steps of
    the same ``touch.id`` came first, or ``encode_disarm``'s.
    """
    if profile.encoder not in ARMING:
        return None
    return _encoded(
        profile, touch, lower(profile, touch), partial(bangle.arm_gb, due_in_ms=due_in_ms)
    )


def encode_disarm(profile: WatchProfile, cue_id: str) -> tuple[Write, ...] | None:
    """Return the steps that cancel the watch's own timer; None where it keeps none."""
    return bangle.disarm_gb(profile, cue_id) if profile.encoder in ARMING else None


def _encoded(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, encoder: Encoder
) -> Encoded:
    text = (
        ""
        if profile.words is None
        else fitted(touch.text, profile.words.charset, profile.words.max_bytes)
    )
    lost = lowered.downgrades
    if profile.words is not None and text != touch.text:
        lost = (*lost, Downgrade.TEXT_CHANGED)
    steps = () if lowered.way is None else encoder(profile, touch, lowered, text)
    return Encoded(steps, lowered, text, lost)
