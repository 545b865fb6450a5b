"""What must fit together in a watch's profile, beyond each key's form; each rule is a sentence."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kickcue.core.watch.encoding import ENCODERS

_LIST_LIMITS: Final = ("min_on_ms", "max_on_ms", "min_gap_ms", "max_pulses", "max_total_ms")
_FIXED_KEYS: Final = ("tap_ms", "counting_ring", "urgent_ring")


def actuator_mistake(block: Mapping[str, Any]) -> str | None:
    """Return what is wrong with an ``[actuator]`` block as a whole."""
    return next(_actuator_mistakes(block), None)


def document_mistake(document: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the blocks of a file taken together."""
    return next(_document_mistakes(document), None)


def _actuator_mistakes(block: Mapping[str, Any]) -> Iterator[str]:
    pattern = block["pattern"]
    if pattern in ("equal", "sequence"):
        yield from _limit_mistakes(block)
    stray = [key for key in _FIXED_KEYS if key in block and pattern != "fixed"]
    if stray:
        yield f"{', '.join(stray)} only apply to pattern 'fixed'"
    if "counting_ring" in block:
        yield from _ring_mistakes(block["counting_ring"], has_tap="tap_ms" in block)
    if (block["amplitude"] == "steps") != bool(block["amplitude_steps"]):
        yield "expected amplitude_steps with amplitude 'steps', and only then"
    if (block["amplitude"] == "continuous") != ("amplitude_floor" in block):
        yield "expected amplitude_floor with amplitude 'continuous', and only then"


def _limit_mistakes(block: Mapping[str, Any]) -> Iterator[str]:
    missing = [key for key in _LIST_LIMITS if key not in block]
    if missing:
        yield f"expected {', '.join(missing)} with pattern {block['pattern']!r}"
        return
    step = block["quantum_ms"]
    if -(-block["min_on_ms"] // step) * step > min(block["max_on_ms"], block["max_total_ms"]):
        yield (
            "expected a multiple of quantum_ms between min_on_ms and both max_on_ms and "
            "max_total_ms"
        )


def _ring_mistakes(ring: Mapping[str, Any], *, has_tap: bool) -> Iterator[str]:
    if not has_tap:
        yield "expected tap_ms with counting_ring: a tap ends the ring"
    if not ring["on_ms"] < ring["tap_after_ms"] < ring["period_ms"]:
        yield (
            "counting_ring: expected on_ms < tap_after_ms < period_ms: the tap comes between two "
            "pulses of the ring"
        )
    if ring["longest_ms"] < ring["tap_after_ms"]:
        yield (
            "counting_ring: expected longest_ms >= tap_after_ms: the tap ends the ring while it "
            "is ringing"
        )


def _document_mistakes(document: Mapping[str, Any]) -> Iterator[str]:
    head, motor = document["profile"], document["actuator"]
    encoder = ENCODERS[head["encoder"]]
    if head["transport"] != encoder.transport:
        yield (
            f"profile.transport: expected {encoder.transport.value!r} for encoder "
            f"{head['encoder']}, got {head['transport']!r}"
        )
    if motor["pattern"] not in encoder.patterns:
        patterns = " or ".join(sorted(repr(pattern.value) for pattern in encoder.patterns))
        yield (
            f"actuator.pattern: expected {patterns} for encoder {head['encoder']}, got "
            f"{motor['pattern']!r}"
        )
    if (head["transport"] == "ble") != ("link" in document):
        yield "expected a [link] block with transport 'ble', and only then"
    if (head["status"] == "companion-only") != (head["transport"] == "companion"):
        yield (
            "profile.status: expected 'companion-only' with transport 'companion', and only then"
        )
    if head["status"] == "working" and not document["tested"]:
        yield "profile.status: expected 'vectors', or a [[tested]] block, got 'working' without one"
    yield from _way_mistakes(document)
    yield from _encoder_needs(document)
    if bool(document["match"]) != bool(document["example"]):
        yield "expected a [[match]] and an [[example]] that it matches, or neither"


def _encoder_needs(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the encoder cannot do without and the file does not have."""
    head, motor = document["profile"], document["actuator"]
    needs_text = head["encoder"] in ("infinitime_ans", "gadgetbridge_intent")
    if needs_text and "text" not in document:
        yield f"expected a [text] block: encoder {head['encoder']} sends nothing without it"
    if head["encoder"] == "infinitime_ans" and "tap_ms" not in motor:
        yield "expected actuator.tap_ms with encoder infinitime_ans"
    if head["encoder"] == "tones" and "tone_hz" not in motor:
        yield "expected actuator.tone_hz with encoder tones"


def _way_mistakes(document: Mapping[str, Any]) -> Iterator[str]:
    ways, pattern = document["profile"]["ways"], document["actuator"]["pattern"]
    if len(set(ways)) < len(ways):
        yield "profile.ways: expected each way once"
    if (pattern == "none") != (ways[0] == "text"):
        yield ("profile.ways: expected 'text' first with actuator.pattern 'none', and only then")
    if "haptic" in ways[1:]:
        yield "profile.ways: expected 'haptic' first if there is a motor"
    if ("text" in ways) != ("text" in document):
        yield "profile.ways: expected 'text' with a [text] block, and only then"
    if pattern == "fixed" and ways[0] != "haptic":
        yield "profile.ways: expected 'haptic' first with actuator.pattern 'fixed'"
    by_text = any(block["told_apart_by"] == "text" for block in document["alike"])
    if by_text and "text" not in document:
        yield (
            "alike.told_apart_by: expected something other than 'text', as the watch shows no text"
        )
