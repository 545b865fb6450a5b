"""Programs on an Android phone: Termux's own vibration, and broadcasts to Gadgetbridge."""

from typing import Final

from kickcue.core.watch.delivery_steps import ProgramCall
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.text_encoding import title_and_body
from kickcue.core.watch.watch_profile import WatchProfile

GADGETBRIDGE: Final = "nodomain.freeyourgadget.gadgetbridge.command"
SENDER: Final = "kickcue"


def encode_termux(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[ProgramCall, ...]:
    """Return one start a pulse: ``termux-vibrate`` knows no patterns.

    ``-f`` has it vibrate where the phone is silent, too.
    """
    del profile, touch, text
    return tuple(
        ProgramCall(("termux-vibrate", "-d", str(on_ms), "-f"), on_ms + off_ms)
        for on_ms, off_ms, _ in lowered.pulses or ()
    )


def encode_gadgetbridge(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[ProgramCall, ...]:
    """Return one notification, or for what is urgent a call and its end."""
    del touch
    ring = profile.actuator.urgent_ring
    if lowered.rings and ring is not None:
        return (
            _broadcast("DEBUG_INCOMING_CALL", caller=text, wait_ms=ring.stop_after_ms),
            _broadcast("DEBUG_END_CALL"),
        )
    title, body = title_and_body(text)
    return (
        _broadcast("DEBUG_SEND_NOTIFICATION", sender=SENDER, subject=title, body=body or title),
    )


def _broadcast(command: str, *, wait_ms: int = 0, **extras: str) -> ProgramCall:
    pairs = tuple(word for key, value in extras.items() for word in ("--es", key, value))
    return ProgramCall(("am", "broadcast", "-a", f"{GADGETBRIDGE}.{command}", *pairs), wait_ms)
