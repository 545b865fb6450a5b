"""Watches and cues for the tests of the haptic floor."""

from dataclasses import replace

from hypothesis import strategies as st

from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import (
    Actuator,
    Amplitude,
    Pattern,
    Standing,
    Transport,
    WatchLink,
    WatchProfile,
    Way,
    Words,
)

PULSE = st.tuples(st.integers(0, 3000), st.integers(0, 3000), st.floats(0, 1))
PULSES = st.lists(PULSE, max_size=12).map(tuple)


@st.composite
def motors(draw: st.DrawFn) -> Actuator:
    """Draw limits that a profile file may have for a list of pulses."""
    quantum = draw(st.sampled_from((1, 5, 10, 40)))
    shortest = draw(st.integers(1, 200))
    on_grid = -(-shortest // quantum) * quantum
    amplitude = draw(st.sampled_from(Amplitude))
    return Actuator(
        pattern=draw(st.sampled_from((Pattern.EQUAL, Pattern.SEQUENCE))),
        min_on_ms=shortest,
        max_on_ms=on_grid + draw(st.integers(0, 2000)),
        min_gap_ms=draw(st.integers(1, 300)),
        max_pulses=draw(st.integers(1, 8)),
        max_total_ms=on_grid + draw(st.integers(0, 5000)),
        quantum_ms=quantum,
        amplitude=amplitude,
        amplitude_steps=(0.4, 0.7, 1.0) if amplitude is Amplitude.STEPS else (),
        amplitude_floor=0.3 if amplitude is Amplitude.CONTINUOUS else 0.0,
    )


def touch(
    pulses: tuple[tuple[int, int, float], ...] = ((200, 0, 1.0),),
    text: str = "",
    urgency: int = 1,
    say: str | None = None,
) -> CueContent:
    """Return a cue."""
    return CueContent("bell-1", "bell", text, say, pulses, urgency, ttl_ms=2000)


LIST_MOTOR = Actuator(
    Pattern.SEQUENCE, min_on_ms=100, max_on_ms=1000, min_gap_ms=50, max_pulses=4, max_total_ms=3000
)


def watch(
    motor: Actuator = LIST_MOTOR,
    encoder: str = "mqtt_cue",
    ways: tuple[Way, ...] = (Way.HAPTIC, Way.TEXT),
) -> WatchProfile:
    """Return a watch of this motor."""
    return WatchProfile(
        id="acme",
        vendor="Acme",
        name="One",
        status=Standing.VECTORS,
        sources=("made up",),
        transport=Transport.MQTT,
        encoder=encoder,
        ways=ways,
        actuator=motor,
        words=Words(99, "utf-8") if Way.TEXT in ways else None,
    )


def over_the_air(profile: WatchProfile, **link: object) -> WatchProfile:
    """Return the watch with a Bluetooth link."""
    return replace(
        profile,
        transport=Transport.BLE,
        # A test gives what a link has.
        link=WatchLink(service="1802", char="2a06", **link),  # type: ignore[arg-type]
    )
