"""What a Bluetooth watch is to be written for a cue, by the encoders that the bridge uses."""

from collections.abc import Iterable, Mapping
from typing import Any

from kickcue.core.errors import UsageError
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode, encode_arm, encode_disarm
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.standalone.plain_values import made
from kickcue.standalone.race_setup import Catalogue


def watch_writes(given: Mapping[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the writes in order, each as the page takes it.

    ``given`` has the ``watch``, and either the ``cue``, with ``due_in_ms`` where the watch is to
    set its own timer, or the ``disarm``, the id of one whose timer it is to forget. Empty where the
    watch keeps no timers. UsageError for a watch that this app does not have.
    """
    known = catalogue.watches.get(given["watch"])
    if known is None:
        raise UsageError(f"watch: this app has no {given['watch']!r}")
    return as_json(_steps(made(WatchProfile, known["profile"]), given))


def as_json(steps: Iterable[object]) -> list[dict[str, Any]]:
    """Return the writes among the steps as a page takes them; all go to the profile's link."""
    return [
        {"data": step.data.hex(), "response": step.response, "wait_ms": step.wait_ms}
        for step in steps
        if isinstance(step, Write)
    ]


def _steps(profile: WatchProfile, given: Mapping[str, Any]) -> tuple[object, ...]:
    if "disarm" in given:
        return encode_disarm(profile, given["disarm"]) or ()
    touch = _touch(given["cue"])
    if "due_in_ms" not in given:
        return encode(profile, touch).steps
    found = encode_arm(profile, touch, given["due_in_ms"])
    return () if found is None else found.steps


def _touch(given: Mapping[str, Any]) -> CueContent:
    return CueContent(
        id=given["id"],
        kind=given["kind"],
        text=given["text"],
        say=given["say"],
        pulses=tuple((on_ms, off_ms, strength) for on_ms, off_ms, strength in given["pulses"]),
        urgency=given["urgency"],
        ttl_ms=given["ttl_ms"],
    )
