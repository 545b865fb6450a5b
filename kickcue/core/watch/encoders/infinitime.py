"""InfiniTime's New Alert (2A46): category, count, an ignored byte, title, NUL, body.

Category 3 is a call and rings until another alert comes; any other category taps once. So a ring,
ended by an alert, counts. The header has three bytes where the standard has two, and a packet of
three bytes or less is passed over: there is always a text.
"""

from typing import Final

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.text_encoding import shortened, title_and_body
from kickcue.core.watch.watch_profile import WatchProfile

ALERT: Final = 0
CALL: Final = 3


def encode(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Write, ...]:
    """Return one alert for one pulse; for more a call, and an alert that ends it for the last."""
    assert profile.words is not None
    del touch  # neither its id nor its urgency is told to this watch
    title, body = title_and_body(text)
    message = (
        shortened(
            f"{title}\0{body}" if body else title, profile.words.charset, profile.words.max_bytes
        )
        or " "
    )
    pulses = lowered.pulses or ()
    if len(pulses) <= 1:
        return (_alert(profile, ALERT, message),)
    rings_ms = sum(on_ms + off_ms for on_ms, off_ms, _ in pulses[:-1])
    return (_alert(profile, CALL, message, rings_ms), _alert(profile, ALERT, message))


def _alert(profile: WatchProfile, category: int, message: str, wait_ms: int = 0) -> Write:
    assert profile.words is not None
    link = profile.link
    return Write(
        link.service,
        link.char,
        bytes((category, 1, 0)) + message.encode(profile.words.charset),
        link.response,
        wait_ms,
    )
