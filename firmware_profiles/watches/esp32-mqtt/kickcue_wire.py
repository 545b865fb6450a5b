"""The messages of ``docs/wire.md`` as the watch takes and sends them.

Whatever the bytes are, nothing here raises.
"""

import json

WIRE = 1
KIND = "esp32-mqtt"
LARGEST_PAYLOAD = 8192  # bytes; kickcue's own stay below 1,000
LARGEST = 0x7FFFFFFF
MOST_PULSES = 32
LONGEST_PULSE_MS = 10_000


def parse(name, payload):
    """Return the message on topic ``name`` as a dict; None if it is broken or of another version.

    Only what the watch acts on is checked: other keys may come with a later kickcue.
    """
    if len(payload) > LARGEST_PAYLOAD:
        return None
    try:
        message = json.loads(payload)
    except (ValueError, RuntimeError, MemoryError):  # RuntimeError: nested too deeply
        return None
    return message if isinstance(message, dict) and _sound(name, message) else None


def ack(answer, run_id, sent_ms):
    """Return the payload that acknowledges a cue; ``run_id`` and ``sent_ms`` are the watch's."""
    return json.dumps(
        {
            "wire": WIRE,
            "run_id": run_id,
            "sent_ms": sent_ms,
            "id": answer.cue_id,
            "cue_run_id": answer.run_id,
            "felt": answer.felt,
            "why": answer.why,
            "latency_ms": answer.latency_ms,
        }
    ).encode()


def presence(status, run_id, sent_ms):
    """Return the payload that says whether a cue would be felt, ``online`` or ``offline``.

    ``sent_ms`` is None in the last will.
    """
    why = None if status == "online" else "its connection was lost"
    return json.dumps(
        {
            "wire": WIRE,
            "run_id": run_id,
            "sent_ms": sent_ms,
            "status": status,
            "kind": KIND,
            "why": why,
        }
    ).encode()


def _sound(name, message):
    if message.get("wire", WIRE) != WIRE or not _is_name(message.get("run_id")):
        return False
    sent_ms = message.get("sent_ms")
    if not _is_whole(sent_ms, 0) and not (name == "status" and sent_ms is None):
        # The last will is sent by the broker.
        return False
    if name in ("arm", "cue"):
        return (
            _is_name(message.get("id"))
            and _is_touch(message)
            and (name == "cue" or _is_whole(message.get("due_in_ms"), -LARGEST))
        )
    if name == "disarm":
        return _is_name(message.get("id"))
    return message.get("status") in ("online", "offline")


def _is_touch(message):
    pulses, text = message.get("pulses"), message.get("text", "")
    return (
        _is_whole(message.get("ttl_ms"), 0)
        and isinstance(text, str)
        and isinstance(pulses, list)
        and len(pulses) <= MOST_PULSES
        and all(_is_pulse(pulse) for pulse in pulses)
    )


def _is_pulse(pulse):
    if not isinstance(pulse, list) or len(pulse) != 3:
        return False
    on_ms, off_ms, intensity = pulse
    lengths = _is_whole(on_ms, 0, LONGEST_PULSE_MS) and _is_whole(off_ms, 0, LONGEST_PULSE_MS)
    return lengths and type(intensity) in (int, float) and 0 <= intensity <= 1


def _is_whole(value, least, most=LARGEST):
    return type(value) is int and least <= value <= most


def _is_name(value):
    return isinstance(value, str) and 1 <= len(value) <= 64
