"""Sensors before and after a simulated race: the runner stands, and they go on sending.

Live, a strap and a pod are there before the gun and stay when the race is over; and who sees that a
finish was not noticed presses it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from kickcue.core.events import Command, CommandKind, Input, Notification
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.athlete import RESTING_BPM
from kickcue.recording.sensor_encoding import pod_octets, strap_notification

POD_CHAR: Final = "2a53"
STRAP_CHAR: Final = "2a37"
FINISH_AFTER_S: Final = 10
"""When somebody who sees that the race is not taken for over presses the finish."""
RECOVERY_S: Final = 60.0
"""After so long e^-1 of what the heart beats above its rest is left."""
BREATHING_BPM: Final = 2.0
BREATH_S: Final = 9.0
"""No heart beats quite evenly, and a strap that says so is taken for frozen."""

LastWords = Mapping[str, Notification]
"""Of each sensor what it said next to the time of standing."""


def gun_moment_s(inputs: Sequence[Input], at_least_s: float) -> float:
    """Return when the gun goes if all of ``inputs`` come after 0, and it no sooner than that."""
    return max(at_least_s, ns_to_s(_gun_ns(inputs) - inputs[0].t_ns))


def standing_around(
    inputs: Sequence[Input], gun_s: float, stay_s: float = math.inf
) -> Iterator[Input]:
    """Yield a simulated race or session, its runner standing from 0 on and for ``stay_s`` after it.

    ``inputs``: in order of time; the first start comes at ``gun_s`` (``gun_moment_s``). Among what
    comes after them is a finish, for a race that is on still.
    """
    shift_ns = s_to_ns(gun_s) - _gun_ns(inputs)
    began_s, ended_s = (ns_to_s(each.t_ns + shift_ns) for each in (inputs[0], inputs[-1]))
    first, last = _words(reversed(inputs)), _words(inputs)
    for back in range(int(began_s), 0, -1):
        yield from _standing(began_s - back, first, -back)
    for event in inputs:
        yield replace(event, t_ns=event.t_ns + shift_ns)
    for past in count(1):
        if past > stay_s:
            return
        yield from _standing(ended_s + past, last, past)
        if past == FINISH_AFTER_S:
            yield Command(s_to_ns(ended_s + past), CommandKind.FINISH)


def _gun_ns(inputs: Iterable[Input]) -> int:
    return next(
        event.t_ns
        for event in inputs
        if isinstance(event, Command) and event.kind is CommandKind.START
    )


def _words(inputs: Iterable[Input]) -> LastWords:
    """Return of each sensor, by its characteristic, what comes last."""
    return {event.char: event for event in inputs if isinstance(event, Notification)}


def _standing(t_s: float, words: LastWords, past_s: int) -> Iterator[Notification]:
    """Yield what pod and strap send of one who stands, ``past_s`` after they said ``words``."""
    pod, strap = words.get(POD_CHAR), words.get(STRAP_CHAR)
    if pod is not None:
        total_m = RscMeasurement.from_bytes(pod.data).distance_m
        yield replace(pod, t_ns=s_to_ns(t_s), data=pod_octets(0.0, 0.0, total_m))
    if strap is not None:
        bpm = HeartRateMeasurement.from_bytes(strap.data).bpm
        above = max(bpm - RESTING_BPM, 0.0) * math.exp(-max(past_s, 0) / RECOVERY_S)
        breath = BREATHING_BPM * math.sin(2 * math.pi * past_s / BREATH_S)
        rate = min(bpm, RESTING_BPM) + above + breath
        yield strap_notification(s_to_ns(t_s), rate, strap.sensor)
