import json
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Pulses
from kickcue.core.watch.delivery_steps import Document, ProgramCall, Sound, Tone, Write
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.encoding import ARMING, ENCODERS, encode, encode_arm, encode_disarm
from kickcue.core.watch.lowering import lower
from kickcue.core.watch.watch_profile import Actuator, Amplitude, CountingRing, Pattern, Way, Words
from tests.core.watch.watches import LIST_MOTOR, PULSES, over_the_air, touch, watch

SOFT = replace(
    LIST_MOTOR,
    amplitude=Amplitude.CONTINUOUS,
    amplitude_floor=0.1,
    max_total_ms=9999,
    max_on_ms=5000,
)
PINETIME = Actuator(
    Pattern.FIXED, tap_ms=35, max_pulses=4, counting_ring=CountingRing(50, 1000, 6800, 600)
)
TEXTS = st.text(max_size=120)


def _waits_ms(steps: tuple[object, ...]) -> int:
    return sum(step.wait_ms for step in steps if isinstance(step, Write | ProgramCall))


@given(PULSES, TEXTS)
def test_infinitime_packets_are_heard_and_fit(pulses: Pulses, text: str) -> None:
    """Each packet is longer than the three bytes that are passed over and has at most 99 after its
    header; an alert comes last, or it would ring on.
    """
    profile = over_the_air(
        replace(watch(PINETIME, "infinitime_ans"), words=Words(99, "utf-8")), response=True
    )
    writes = [
        step for step in encode(profile, touch(pulses, text)).steps if isinstance(step, Write)
    ]
    assert all(3 < len(write.data) <= 102 and write.response for write in writes)
    assert [3, 0][-len(writes) :] == [write.data[0] for write in writes]
    assert all(write.data[3:].count(0) <= 1 for write in writes)


@given(PULSES)
def test_alert_levels_end_in_stop(pulses: Pulses) -> None:
    """Each pulse is switched on and off, in its own time, and nothing is left on."""
    motor = replace(LIST_MOTOR, amplitude=Amplitude.STEPS, amplitude_steps=(0.5, 1.0))
    found = encode(over_the_air(watch(motor, "alert_level")), touch(pulses))
    levels = [step.data[0] for step in found.steps if isinstance(step, Write)]
    assert set(levels[1::2]) <= {0}
    assert set(levels[::2]) <= {1, 2}
    assert sum(on_ms + off_ms for on_ms, off_ms, _ in found.lowered.pulses or ()) == _waits_ms(
        found.steps
    )


@given(PULSES)
def test_mi_band_is_six_bytes(pulses: Pulses) -> None:
    """One write of six bytes, or none where nothing is to be felt."""
    found = encode(
        over_the_air(watch(replace(LIST_MOTOR, pattern=Pattern.EQUAL), "miband2_ff")), touch(pulses)
    )
    assert [6] * bool(found.lowered.pulses) == [
        len(step.data) for step in found.steps if isinstance(step, Write)
    ]


@given(PULSES)
def test_bangle_line_is_one_packet(pulses: Pulses) -> None:
    """Whatever is asked, the line of JavaScript is one packet of 128 bytes, one line, and never
    switches the motor off by strength 0.
    """
    steps = encode(
        over_the_air(watch(SOFT, "bangle_js", (Way.HAPTIC,)), max_payload=128), touch(pulses)
    ).steps
    for step in steps:
        assert isinstance(step, Write)
        assert len(step.data) <= 128
        assert (0x10, 1, 0x0A) == (step.data[0], step.data.count(b"\n"), step.data[-1])
        assert b",0]" not in step.data


@given(PULSES, TEXTS, st.one_of(st.none(), st.integers(0, 600_000)))
def test_bangle_message_is_strict_json_in_one_packet(
    pulses: Pulses, text: str, due_in_ms: int | None
) -> None:
    """A watch that is not programmable lets through nothing but ``GB({...})`` with strict JSON; the
    text gives way before the packet grows.
    """
    profile = replace(
        over_the_air(watch(SOFT, "bangle_gb"), max_payload=128), words=Words(60, "latin-1")
    )
    found = (
        encode(profile, touch(pulses, text))
        if due_in_ms is None
        else encode_arm(profile, touch(pulses, text), due_in_ms)
    )
    assert found is not None
    (step,) = found.steps
    assert isinstance(step, Write)
    line = step.data.decode("latin-1")
    assert line.startswith("\x10GB({")
    assert line.endswith("})\n")
    value = json.loads(line[4:-2])
    assert ("kick", "bell-1", due_in_ms) == (value["t"], value["id"], value.get("d"))
    assert [ms for pulse in found.lowered.pulses or () for ms in pulse[:2]][:-1] == value["p"]
    assert len(step.data) <= 128
    assert found.text.startswith(value.get("s", ""))


def test_bangle_disarms() -> None:
    """The timer on the watch is cancelled by the cue's id."""
    profile = over_the_air(watch(SOFT, "bangle_gb"), max_payload=128)
    assert (b'\x10GB({"t":"kick","id":"1f/bell-1","x":1})\n',) == tuple(
        step.data for step in encode_disarm(profile, "1f/bell-1") or ()
    )


@pytest.mark.parametrize("encoder", sorted(ENCODERS.keys() - ARMING))
def test_only_watches_that_keep_timers_are_armed(encoder: str) -> None:
    """For all others the sender keeps the timer: there is nothing to send."""
    profile = watch(encoder=encoder)
    assert (None, None) == (encode_arm(profile, touch(), 5100), encode_disarm(profile, "bell-1"))


@given(PULSES)
def test_web_array_ends_with_a_pulse(pulses: Pulses) -> None:
    """Browsers drop a trailing pause: on and off by turns, on at both ends."""
    (step,) = encode(watch(encoder="web_vibrate"), touch(pulses)).steps
    assert isinstance(step, Document)
    assert isinstance(step.value, dict)
    array = step.value["vibrate"]
    assert len(array) == max(2 * len(lower(watch(), touch(pulses)).pulses or ()) - 1, 0)
    assert all(ms > 0 for ms in array)


def test_web_makes_tones_where_nothing_vibrates() -> None:
    """GIVEN a browser without vibration THEN the same page gets tones."""
    profile = watch(encoder="web_vibrate", ways=(Way.HAPTIC, Way.AUDIO, Way.TEXT))
    found = encode(profile, touch(((150, 0, 0.6),), "Go", say="Go!"), frozenset({Way.HAPTIC}))
    assert (Document({"tones": [[150, 0, 0.6]], "text": "Go", "say": "Go!"}),) == found.steps


@given(PULSES)
def test_garmin_gets_at_most_eight_entries(pulses: Pulses) -> None:
    """Four pulses and their pauses fit into the eight VibeProfiles there are."""
    (step,) = encode(watch(encoder="garmin_vibe"), touch(pulses)).steps
    assert isinstance(step, Document)
    assert isinstance(step.value, dict)
    assert len(step.value["vibes"]) <= 8


def test_sound_has_the_rhythm_of_the_pulses() -> None:
    """Tones begin where pulses begin, and are as loud as pulses are strong; the phrase goes with
    them.
    """
    profile = watch(replace(SOFT, tone_hz=880), "tones", (Way.AUDIO,))
    found = encode(profile, touch(((200, 100, 1.0), (100, 0, 0.5)), say="Go!"))
    assert (Sound((Tone(0, 200, 880, 1.0), Tone(300, 100, 880, 0.5)), "Go!"),) == found.steps


def test_programs_get_words_as_they_are() -> None:
    """GIVEN a text that a shell would take apart WHEN a program is started for it THEN it is one
    argument: there is no shell.
    """
    profile = watch(Actuator(Pattern.FIXED), "gadgetbridge_intent")
    (step,) = encode(profile, touch(text='Go; rm -rf "$HOME"')).steps
    assert isinstance(step, ProgramCall)
    assert 'Go; rm -rf "$HOME"' in step.argv


def test_changed_text_is_named() -> None:
    """A text that cannot be shown as it is, is a loss with a name."""
    profile = replace(watch(), words=Words(4, "ascii"))
    found = encode(profile, touch(text="Fréquence"))
    assert ("Freq", (Downgrade.TEXT_CHANGED,)) == (found.text, found.downgrades)


def test_nothing_is_sent_where_nothing_is_left() -> None:
    """GIVEN a watch none of whose ways works THEN there are no steps, and that is named."""
    found = encode(watch(ways=(Way.HAPTIC,)), touch(), frozenset({Way.HAPTIC}))
    assert ((), (Downgrade.NOT_PLAYED,)) == (found.steps, found.downgrades)
