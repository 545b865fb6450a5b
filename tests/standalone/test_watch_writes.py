"""A Bluetooth watch is written by the app what the bridge would write."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.config.watch_files import load_watches
from kickcue.core.errors import UsageError
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode, encode_arm, encode_disarm
from kickcue.core.watch.state_machine import CueContent
from kickcue.core.watch.watch_profile import Transport
from kickcue.standalone.race_setup import Catalogue
from kickcue.standalone.watch_writes import watch_writes
from tests.standalone.played import shipped

HERE: Final = Catalogue.of(json.loads(shipped()))
WATCHES: Final = {
    id_: profile for id_, profile in load_watches().items() if profile.transport is Transport.BLE
}
NUMBERS: Final = st.floats(0, 1)
PULSES: Final = st.lists(st.tuples(st.integers(1, 900), st.integers(0, 900), NUMBERS), max_size=6)


def cues() -> st.SearchStrategy[CueContent]:
    return st.builds(
        CueContent,
        id=st.text("abc-/1", min_size=1, max_size=20),
        kind=st.sampled_from(["ready", "last_lap", "hold"]),
        text=st.text(max_size=60),
        say=st.none(),
        pulses=PULSES.map(tuple),
        urgency=st.integers(0, 3),
        ttl_ms=st.just(2000),
    )


def as_asked(cue: CueContent) -> dict[str, Any]:
    keys = ("id", "kind", "text", "say", "pulses", "urgency", "ttl_ms")
    asked: dict[str, Any] = json.loads(json.dumps({key: getattr(cue, key) for key in keys}))
    return asked


def plain(steps: tuple[object, ...]) -> list[dict[str, Any]]:
    return [
        {"data": each.data.hex(), "response": each.response, "wait_ms": each.wait_ms}
        for each in steps
        if isinstance(each, Write)
    ]


@given(st.sampled_from(sorted(WATCHES)), cues(), st.integers(1, 10_000))
def test_the_same_bytes(id_: str, cue: CueContent, due_in_ms: int) -> None:
    """Whatever the cue and the watch, now, armed and disarmed."""
    profile = WATCHES[id_]
    asked = {"watch": id_, "cue": as_asked(cue)}
    assert plain(encode(profile, cue).steps) == watch_writes(asked, HERE)
    armed = encode_arm(profile, cue, due_in_ms)
    wanted = [] if armed is None else plain(armed.steps)
    assert wanted == watch_writes({**asked, "due_in_ms": due_in_ms}, HERE)
    disarm = plain(encode_disarm(profile, cue.id) or ())
    assert disarm == watch_writes({"watch": id_, "disarm": cue.id}, HERE)


def test_all_bluetooth_watches_are_there() -> None:
    """GIVEN the watches that kickcue ships THEN the app has those that Bluetooth reaches, with the
    way to each, and refuses any other.
    """
    assert set(WATCHES) == set(HERE.watches)
    for id_, profile in WATCHES.items():
        known = HERE.watches[id_]
        assert (profile.link.service, profile.link.char) == (
            known["link"]["service"],
            known["link"]["char"],
        )
        assert profile.timing.lead_ms == known["timing"]["lead_ms"]
        assert plain(profile.link.on_connect) == known["link"]["on_connect"]
    with pytest.raises(UsageError, match="garmin"):
        watch_writes({"watch": "garmin"}, HERE)
