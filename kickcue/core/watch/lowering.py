"""What of a cue a watch can play: the way it takes (felt, heard or read), its pulses, the losses.

What was lost is told by name.
"""

from dataclasses import dataclass
from typing import Final

from kickcue.core.events import Pulses
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.shaping import audible, shaped
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import Actuator, Pattern, WatchProfile, Way

_UNLIMITED: Final = frozenset[Way]()


@dataclass(frozen=True, slots=True)
class Lowered:
    """A cue as it will be played. ``way`` is None where nothing is left.

    ``pulses`` are what is felt or heard; None where the watch's own setting decides. ``rings``: it
    is played by the watch's ringing, which has to be stopped (see ``UrgentRing``).
    """

    way: Way | None
    pulses: Pulses | None
    downgrades: tuple[Downgrade, ...] = ()
    rings: bool = False


def lower(
    profile: WatchProfile, touch: CueContent, without: frozenset[Way] = _UNLIMITED
) -> Lowered:
    """Return the cue as the watch plays it, on the best of its ways that is not in ``without``.

    ``without`` is where a motor is switched off, say. There are never more pulses than asked for,
    but by one exception that is named: a watch that taps with each text (``TAP_ADDED``).
    """
    way = next((way for way in profile.ways if way not in without), None)
    if way is None:
        return Lowered(None, (), (Downgrade.NOT_PLAYED,))
    if way is Way.TEXT:
        return Lowered(way, (), (Downgrade.TEXT_ONLY,))
    if way is not profile.ways[0]:
        # The loudspeaker of a watch that has a motor: the motor's limits are not its own.
        return Lowered(way, audible(touch.pulses), (Downgrade.SOUND_ONLY,))
    heard = (Downgrade.SOUND_ONLY,) if way is Way.AUDIO else ()
    if profile.actuator.pattern is Pattern.FIXED:
        return _fixed(profile.actuator, touch)
    pulses, lost = shaped(touch.pulses, profile.actuator)
    return Lowered(way, pulses, (*heard, *lost))


def _fixed(motor: Actuator, touch: CueContent) -> Lowered:
    asked = len(audible(touch.pulses))
    added = (Downgrade.TAP_ADDED,) if not asked else ()
    urgent = motor.urgent_ring
    if motor.tap_ms is None:
        rings = urgent is not None and touch.urgency >= urgent.from_urgency
        return Lowered(Way.HAPTIC, None, (Downgrade.OWN_SETTING, *added), rings)
    count = min(max(asked, 1), motor.max_pulses, _countable(motor))
    fewer = (Downgrade.CUT,) if count < asked else ()
    return Lowered(Way.HAPTIC, counted(motor, count), (Downgrade.FIXED_PULSE, *fewer, *added))


def counted(motor: Actuator, count: int) -> Pulses:
    """Return what is felt when a watch of one fixed pulse is made to count.

    It rings for all pulses but the last, which is a tap and ends the ring.
    """
    assert motor.tap_ms is not None
    tap = (motor.tap_ms, 0, 1.0)
    ring = motor.counting_ring
    if count == 1 or ring is None:
        return (tap,)
    pulse = (ring.on_ms, ring.period_ms - ring.on_ms, 1.0)
    return (
        *(pulse for _ in range(count - 2)),
        (ring.on_ms, ring.tap_after_ms - ring.on_ms, 1.0),
        tap,
    )


def _countable(motor: Actuator) -> int:
    """Return how far the ring can count.

    The tap has to be given, after all pulses but the last, while the ring still goes on by itself.
    """
    ring = motor.counting_ring
    return 1 if ring is None else 2 + (ring.longest_ms - ring.tap_after_ms) // ring.period_ms
