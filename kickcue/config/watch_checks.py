"""Checks a watch's profile: its vectors encode as stated, cues collapse as admitted."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, assert_never

from kickcue.config import watch_schema as schema
from kickcue.config.profile_checks import VectorResult
from kickcue.config.profile_files import advert_of
from kickcue.config.watch_files import WatchFile, written
from kickcue.core.profiles import holds
from kickcue.core.watch.delivery_steps import Document, ProgramCall, Sound, Step, Write
from kickcue.core.watch.encoding import Encoded, encode, encode_arm
from kickcue.core.watch.indistinguishable_cues import CUES, undeclared
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile


def run_watch_vectors(file: WatchFile) -> tuple[VectorResult[schema.WatchVectorBlock], ...]:
    """Run every vector of the file through the profile."""
    return tuple(
        VectorResult(vector, _failure(file.profile, vector)) for vector in file.document.vector
    )


def watch_problems(file: WatchFile, others: Iterable[WatchFile] = ()) -> tuple[str, ...]:
    """Say which cues collapse unsaid or fit into no packet, and what else the profile matches.

    It must not claim another profile's device.
    """
    return (*undeclared(file.profile), *_too_long(file.profile), *_match_problems(file, others))


def step_text(step: Step) -> str:
    """Return a step as a person reads it: bytes in hex, a command line, a JSON value."""
    match step:
        case Write():
            return step.data.hex()
        case ProgramCall():
            return json.dumps(step.argv, ensure_ascii=False)
        case Document():
            return _json(step.value)
        case Sound():
            return _json({"tones": [asdict(tone) for tone in step.tones], "say": step.say})
        case _:
            assert_never(step)


def touch_of(vector: schema.WatchVectorBlock) -> CueContent:
    """Return the cue that a vector is about."""
    if vector.cue is not None:
        pulses, urgency = CUES[vector.cue]
    else:
        pulses, urgency = (
            tuple((round(on), round(off), level) for on, off, level in vector.pulses or ()),
            1,
        )
    urgency = urgency if vector.urgency is None else vector.urgency
    return CueContent(
        vector.id, vector.cue or "", vector.text, vector.say, pulses, urgency, ttl_ms=2000
    )


def _failure(profile: WatchProfile, vector: schema.WatchVectorBlock) -> str | None:
    touch = touch_of(vector)
    found: Encoded | None = (
        encode(profile, touch)
        if vector.arm_in_ms is None
        else encode_arm(profile, touch, vector.arm_in_ms)
    )
    if found is None:
        return "the watch has no timers"
    expected = [(_expected_text(step), step.wait_ms) for step in vector.steps]
    actual = [(step_text(step), _wait_ms(step)) for step in found.steps]
    if expected != actual:
        return f"expected {_listed(expected)}, got {_listed(actual)}"
    if vector.downgrades is not None and set(vector.downgrades) != set(found.downgrades):
        return (
            f"downgrades: expected {', '.join(vector.downgrades) or 'none'}, got "
            f"{', '.join(found.downgrades) or 'none'}"
        )
    return None


def _expected_text(step: schema.Expected) -> str:
    if step.argv is not None:
        return step_text(ProgramCall(tuple(step.argv)))
    return step.json_text if step.json_text is not None else written(step).hex()


def _wait_ms(step: Step) -> int:
    return step.wait_ms if isinstance(step, Write | ProgramCall) else 0


def _listed(steps: list[tuple[str, int]]) -> str:
    return (
        " then ".join(f"{text}{f' ({wait_ms} ms)' if wait_ms else ''}" for text, wait_ms in steps)
        or "nothing"
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _too_long(profile: WatchProfile) -> Iterator[str]:
    most = profile.link.max_payload
    for kind, (pulses, urgency) in CUES.items():
        steps = encode(profile, CueContent(kind, kind, kind, None, pulses, urgency, ttl_ms=0)).steps
        longest = max((len(step.data) for step in steps if isinstance(step, Write)), default=0)
        if most is not None and longest > most:
            yield f"{kind}: expected at most link.max_payload = {most} bytes, got {longest}"


def _match_problems(file: WatchFile, others: Iterable[WatchFile]) -> Iterator[str]:
    adverts = [advert_of(example) for example in file.document.example]
    for advert in adverts:
        if not any(holds(block, advert) for block in file.profile.matches):
            yield f"example {advert.name!r}: none of the profile's own [[match]] blocks matches"
    for other in others:
        if other.profile.id in (file.profile.id, file.document.profile.replaces):
            continue
        yield from _also_matching(file, other)
        yield from _also_matching(other, file)


def _also_matching(owner: WatchFile, intruder: WatchFile) -> Iterator[str]:
    """Yield the examples of one profile that another one claims as well."""
    for example in owner.document.example:
        if any(holds(block, advert_of(example)) for block in intruder.profile.matches):
            yield (
                f"example {example.name!r} of {owner.profile.id} also matches {intruder.profile.id}"
            )
