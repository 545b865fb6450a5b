"""Lists that the other side hands to its vibration motor: Pebble, Garmin, the browser."""

from typing import Final

from kickcue.core.events import Pulses
from kickcue.core.watch.delivery_steps import Document, Json
from kickcue.core.watch.lowering import Lowered
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile, Way

FULL: Final = 100


def encode_pebble(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Document, ...]:
    """Return durations on, off, on ... with an amplitude in percent for each.

    As ``vibes_enqueue_custom_pattern_with_amplitudes`` takes them.
    """
    del profile, touch
    pulses = lowered.pulses or ()
    amplitudes = [percent for *_, intensity in pulses for percent in (round(FULL * intensity), 0)][
        :-1
    ]
    return (Document({"durations": _on_off(pulses), "amplitudes": amplitudes, "text": text}),)


def encode_garmin(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Document, ...]:
    """Return VibeProfiles: (duty cycle in percent, ms) each, pauses with duty cycle 0."""
    del profile, touch
    pairs = [
        pair
        for on_ms, off_ms, level in lowered.pulses or ()
        for pair in ([round(FULL * level), on_ms], [0, off_ms])
    ][:-1]
    return (Document({"vibes": pairs, "text": text}),)


def encode_web(
    profile: WatchProfile, touch: CueContent, lowered: Lowered, text: str
) -> tuple[Document, ...]:
    """Return the array for ``navigator.vibrate``, or pulses for tones where nothing vibrates.

    The words come with them.
    """
    del profile
    pulses = lowered.pulses or ()
    played: Json = (
        [list(pulse) for pulse in pulses] if lowered.way is Way.AUDIO else _on_off(pulses)
    )
    return (
        Document(
            {
                "tones" if lowered.way is Way.AUDIO else "vibrate": played,
                "text": text,
                "say": touch.say,
            }
        ),
    )


def _on_off(pulses: Pulses) -> list[int]:
    return [ms for on_ms, off_ms, _ in pulses for ms in (on_ms, off_ms)][:-1]
