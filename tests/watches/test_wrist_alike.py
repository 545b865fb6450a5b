"""The watch's logic is kickcue's own: the same schedules, the same actions, under CPython and under
MicroPython.
"""

import importlib.util
import json
import random
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.watch.state_machine import (
    Action,
    CueAck,
    CueContent,
    MessageTimes,
    Play,
    WatchStateMachine,
)
from tests.watches.conftest import FIRMWARE, HERE, PROGRAMS, micropython_path


def load(path: Path) -> ModuleType:
    """Return a file of the watch as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KICKCUE_WRIST: Final = load(FIRMWARE / "kickcue_wrist.py")
PLAY_SCHEDULE: Final = load(PROGRAMS / "play_schedule.py")

Step = tuple[str, str, int, int, str, int, int]
"""What, run, sent_ms, received_ms, cue, ttl_ms, due_in_ms."""


HEAP: Final = "8m"
"""For the schedules and all that they led to, not for the watch: its memory of a race is some 12
kB."""
OVER: Final = ("t", "c3", True, None, 12)
"""What the watch had answered before it was switched off."""


def expected(steps: list[Step]) -> list[Any]:
    """Return what kickcue's own logic makes of a schedule, as plain JSON."""
    wrist = WatchStateMachine([CueAck(*OVER)])
    return [
        [[plain(action) for action in played(wrist, step)], wrist.next_due_ms] for step in steps
    ]


def played(wrist: WatchStateMachine, step: Step) -> tuple[Action, ...]:
    what, run_id, sent_ms, received_ms, cue_id, ttl_ms, due_in_ms = step
    stamp, touch = (
        MessageTimes(run_id, sent_ms, received_ms),
        CueContent(cue_id, "last_lap", "", None, (), 3, ttl_ms),
    )
    match what:
        case "arm":
            return wrist.arm(stamp, touch, due_in_ms)
        case "disarm":
            return wrist.disarm(stamp, cue_id)
        case "cue":
            return wrist.cue(stamp, touch)
        case "tick":
            return wrist.tick(received_ms)
    wrist.hear(stamp)
    return ()


def plain(action: Action) -> list[Any]:
    if isinstance(action, Play):
        return ["play", action.touch.id, action.touch.ttl_ms, action.late_ms, action.from_timer]
    return ["answer", action.run_id, action.cue_id, action.felt, action.why, action.latency_ms]


WHAT: Final = ("arm", "arm", "disarm", "cue", "hear", "hear", "hear", "tick")


def recorded(seed: int, *, length: int, runs: int, cues: int) -> list[Step]:
    """Return a schedule that is the same each time: several senders, delays up to 10 s, a watch
    that sleeps now and then.
    """
    dice, now_ms, steps = random.Random(seed), 0, []
    for _ in range(length):
        now_ms += dice.choice((0, 20, 700, 4000, 200_000 if dice.random() < 0.1 else 1000))
        run = dice.randrange(runs)
        sent_ms = max(now_ms - run * 1000 - dice.choice((0, 0, 5, 900, 10_000)), 0)
        cue_id, ttl_ms, due_in_ms = (
            f"c{dice.randrange(cues)}",
            dice.choice((0, 1500, 2000)),
            dice.randrange(-500, 30_000),
        )
        steps.append((dice.choice(WHAT), f"r{run}", sent_ms, now_ms, cue_id, ttl_ms, due_in_ms))
    return steps


def going_back(seed: int) -> list[Step]:
    """Return a schedule in which one sender's clock goes back again and again, and one message
    claims an absurd time.
    """
    dice, now_ms, zero_ms, steps = random.Random(seed), 0, 0, []
    for number in range(60):
        now_ms += dice.choice((300, 1000, 1000, 1100))
        if number % 20 == 19:
            zero_ms = now_ms - dice.randrange(20_000)
        sent_ms = (
            2**31 - 1 if number == 45 else max(now_ms - zero_ms - dice.choice((0, 0, 5, 200)), 0)
        )
        steps.append(
            (
                dice.choice(WHAT),
                "r",
                sent_ms,
                now_ms,
                f"c{number // 7}",
                2000,
                dice.randrange(30_000),
            )
        )
    return steps


RECORDED: Final = [
    *(going_back(seed) for seed in range(2)),
    *(recorded(seed, length=60, runs=2, cues=3) for seed in range(8, 28)),
    recorded(100, length=600, runs=12, cues=100),  # more runs and more cues than a watch remembers
]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(WHAT),
        st.sampled_from(["r", "s", "t"]),
        st.integers(0, 400_000),
        st.integers(0, 400_000),
        st.sampled_from(["c1", "c2", "c3"]),
        st.sampled_from([0, 1500]),
        st.integers(-2000, 10_000),
    ),
    max_size=30,
).map(lambda steps: sorted(steps, key=lambda step: step[3]))


@given(STEPS)
def test_the_watch_decides_as_kickcue_does(steps: list[Step]) -> None:
    """GIVEN any messages in any order, of any age WHEN both logics are fed with them THEN they act
    alike and wait for the same moments.
    """
    assert expected(steps) == PLAY_SCHEDULE.play(KICKCUE_WRIST, steps, OVER)


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_the_recorded_schedules_make_it_act(number: int) -> None:
    """GIVEN a recorded schedule WHEN both logics play it THEN they act alike, and there was
    something to do.
    """
    wanted = expected(RECORDED[number])
    assert wanted == PLAY_SCHEDULE.play(KICKCUE_WRIST, RECORDED[number], OVER)
    assert any(actions for actions, _ in wanted)


@pytest.mark.parametrize("port", ["unix", "webassembly"])
def test_real_micropython_decides_as_kickcue_does(
    port: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """GIVEN the recorded schedules WHEN real MicroPython plays them with the file that is flashed
    THEN it acts as kickcue does.
    """
    assert [expected(steps) for steps in RECORDED] == played_by_micropython(
        port, RECORDED, tmp_path, request
    )


def played_by_micropython(
    port: str, schedules: list[list[Step]], folder: Path, request: pytest.FixtureRequest
) -> list[Any]:
    """Return what real MicroPython makes of schedules with the file that is flashed."""
    file = folder / "schedules.json"
    file.write_text(json.dumps({"over": OVER, "schedules": schedules}))
    main = PROGRAMS / "schedules_main.py"
    if port == "unix":
        command = [request.getfixturevalue("micropython"), "-X", f"heapsize={HEAP}", main]
    else:
        needed = (FIRMWARE / "kickcue_wrist.py", PROGRAMS / "play_schedule.py", main, file)
        command = [request.getfixturevalue("node"), HERE / "schedules.mjs", *needed]
    done = subprocess.run(
        command, cwd=folder, env=micropython_path(), capture_output=True, text=True, check=True
    )
    played: list[Any] = json.loads(done.stdout)
    return played


@given(st.integers(4, 20), st.lists(st.integers(0, 7), max_size=50), st.integers(0, 2**20))
def test_the_clock_goes_on_where_the_counter_wraps(
    bits: int, passing: list[int], start: int
) -> None:
    """GIVEN a counter of a few bits WHEN less than half of it passes between two looks THEN the
    clock says what has passed in all.
    """
    size: int = 2**bits
    elapsed = 0

    def ticks_ms() -> int:
        return (start + elapsed) % size

    def ticks_diff(later: int, earlier: int) -> int:
        return (later - earlier + size // 2) % size - size // 2

    clock = KICKCUE_WRIST.Clock(ticks_ms, ticks_diff)
    for ms in passing:
        elapsed += ms
        assert elapsed == clock.now_ms()


def test_the_watch_needs_no_more_than_it_has() -> None:
    """GIVEN the watch's logic WHEN its imports are looked at THEN there is nothing that a
    microcontroller lacks.
    """
    text = (FIRMWARE / "kickcue_wrist.py").read_text()
    imports = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert ["from collections import namedtuple"] == imports
