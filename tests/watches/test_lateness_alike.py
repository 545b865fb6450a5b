"""A cue is no witness of its own lateness: the same messages, in time and held up, to all three who
decide what is felt.

``lateness.json`` holds them: status [what, sent_ms, received_ms], cue [..., ttl_ms], arm [...,
due_in_ms], and when the cue is to be felt, if it is. Each plays in steps of 100 ms to kickcue's own
wrist, to the one for MicroPython and to the Bangle.js app under Node.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Final, TypedDict

import pytest

from tests.watches.conftest import HERE, WATCHES
from tests.watches.test_wrist_alike import (
    KICKCUE_WRIST,
    PLAY_SCHEDULE,
    Step,
    expected,
    played_by_micropython,
)

TTL_MS: Final = 2000
EACH_MS: Final = 100
APP: Final = WATCHES / "bangle-gb" / "kickcue.boot.js"


class Vector(TypedDict):
    """Messages in the order in which they come, and what is right."""

    claim: str
    heard: list[list[Any]]
    until_ms: int
    felt_ms: int | None


VECTORS: Final[list[Vector]] = json.loads((HERE / "lateness.json").read_text())
each_vector: Final = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["claim"])


def steps(vector: Vector) -> list[Step]:
    """Return a vector as a schedule for the wrist: its messages, and a look at the clock each 100
    ms.
    """
    found: list[Step] = []
    for what, sent_ms, received_ms, *more in vector["heard"]:
        ttl_ms, due_in_ms = more[0] if what == "cue" else TTL_MS, more[0] if what == "arm" else 0
        name = "hear" if what == "status" else what
        found.append((name, "r", sent_ms, received_ms, "c", ttl_ms, due_in_ms))
    first_ms = found[0][3]
    ticks = (
        ("tick", "r", 0, t_ms, "c", TTL_MS, 0)
        for t_ms in range(first_ms, vector["until_ms"], EACH_MS)
    )
    return sorted((*found, *ticks), key=lambda step: step[3])


def felt(schedule: list[Step], played: list[Any]) -> list[int]:
    """Return when something was felt."""
    return [
        step[3]
        for step, (actions, _) in zip(schedule, played, strict=True)
        for action in actions
        if action[0] == "play"
    ]


def right(vector: Vector) -> list[int]:
    return [] if vector["felt_ms"] is None else [vector["felt_ms"]]


@each_vector
def test_kickcues_own_wrist(vector: Vector) -> None:
    """GIVEN messages WHEN kickcue's own wrist hears them THEN the cue is felt when it is right, and
    else not.
    """
    schedule = steps(vector)
    assert right(vector) == felt(schedule, expected(schedule))


@each_vector
def test_the_wrist_for_micropython(vector: Vector) -> None:
    """GIVEN messages WHEN the wrist that is flashed hears them THEN the cue is felt when it is
    right, and else not.
    """
    schedule = steps(vector)
    assert right(vector) == felt(
        schedule, PLAY_SCHEDULE.play(KICKCUE_WRIST, schedule, ("t", "c3", True, None, 12))
    )


@pytest.mark.parametrize("port", ["unix", "webassembly"])
def test_real_micropython(port: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """GIVEN all of them WHEN real MicroPython plays them with the file that is flashed THEN each
    cue is felt when it is right.
    """
    schedules = [steps(vector) for vector in VECTORS]
    played = played_by_micropython(port, schedules, tmp_path, request)
    assert [right(vector) for vector in VECTORS] == [
        felt(*pair) for pair in zip(schedules, played, strict=True)
    ]


@each_vector
def test_the_app_for_bangle(vector: Vector, node: Path) -> None:
    """GIVEN messages WHEN the app on a Bangle.js hears them THEN the cue is felt when it is right,
    and else not.
    """
    done = subprocess.run(
        [node, HERE / "bangle.mjs", APP],
        input=json.dumps(script(vector)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert right(vector) == [
        happened[0] for happened in json.loads(done.stdout) if happened[1] == "buzz"
    ]


def script(vector: Vector) -> list[tuple[str, object]]:
    """Return a vector as lines to the app and time that passes."""
    found: list[tuple[str, object]] = []
    now_ms = 0
    for what, sent_ms, received_ms, *more in vector["heard"]:
        found.append(("pass", received_ms - now_ms))
        now_ms = received_ms
        message: dict[str, object] = {"t": "kick", "m": sent_ms, "r": "b"}
        if what == "cue":
            message |= {"id": "r/c", "p": [500], "l": more[0]}
        elif what == "arm":
            message |= {"id": "r/c", "p": [500], "l": TTL_MS, "d": more[0]}
        found.append(("line", f"\x10GB({json.dumps(message)})\n"))
    return [*found, ("pass", vector["until_ms"] - now_ms)]
