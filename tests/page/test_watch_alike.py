"""The page's watch decides as kickcue's own: the same messages, the same actions."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import absent, find_program
from tests.watches.test_lateness_alike import VECTORS, felt, right, steps
from tests.watches.test_wrist_alike import OVER, RECORDED, Step, expected, recorded

PLAYER: Final = Path(__file__).with_name("play_schedules.mjs")
MORE: Final = [recorded(seed, length=80, runs=3, cues=4) for seed in range(1000, 1300)]


@pytest.fixture(scope="module")
def node() -> Path:
    return find_program("node") or absent("Node", "apt-get install nodejs")


def played(node: Path, schedules: list[list[Step]]) -> list[Any]:
    done = subprocess.run(
        [node, PLAYER],
        input=json.dumps({"over": OVER, "schedules": schedules}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_the_page_decides_as_kickcue_does(node: Path) -> None:
    """GIVEN schedules of several senders, delays, sleeps and clocks that go back WHEN both play
    them THEN every action and every next moment is the same.
    """
    schedules = [*RECORDED, *MORE]
    wanted = [expected(schedule) for schedule in schedules]
    assert wanted == played(node, schedules)
    assert 1000 < sum(len(actions) for each in wanted for actions, _ in each)


def test_a_cue_is_felt_when_it_is_right(node: Path) -> None:
    """GIVEN the vectors that every watch is held to THEN the page feels each cue when it is right,
    and else not.
    """
    schedules = [steps(vector) for vector in VECTORS]
    assert [right(vector) for vector in VECTORS] == [
        felt(*pair) for pair in zip(schedules, played(node, schedules), strict=True)
    ]
