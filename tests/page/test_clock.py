"""The page's clock: what a phone goes through while it runs."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.conftest import absent, find_program

PLAYER: Final = Path(__file__).with_name("play_clock.mjs")
UNNOTICED_MS: Final = 2000.0
"""So much of a sleep may be lost, or of a correction counted."""
MINUTE_MS: Final = 60_000.0

Step = tuple[str, float, float]


@dataclass
class Phone:
    """A phone with a page on it: what truly passes, and what its two clocks make of it."""

    steps: list[Step] = field(default_factory=list)
    true_ms: list[float] = field(default_factory=list)
    now_ms: float = 0.0
    slept_ms: float = 0.0
    wall_ms: float = 1.9e12

    def __post_init__(self) -> None:
        self._step("light")

    def _step(self, what: str) -> None:
        self.steps.append((what, self.now_ms - self.slept_ms, self.wall_ms + self.now_ms))
        self.true_ms.append(self.now_ms)

    def awake(self, seconds: int) -> "Phone":
        """Look each second."""
        for _ in range(seconds):
            self.now_ms += 1000.0
            self._step("look")
        return self

    def dark(self) -> "Phone":
        """Have the screen go dark."""
        self._step("dark")
        return self

    def light(self) -> "Phone":
        """Have the page seen."""
        self._step("light")
        return self

    def sleep(self, ms: float) -> "Phone":
        """Let time pass that the steady clock does not count."""
        self.now_ms += ms
        self.slept_ms += ms
        return self

    def set_by(self, ms: float) -> "Phone":
        """Set the wall clock forth, or back."""
        self.wall_ms += ms
        return self


def played(*phones: Phone) -> list[list[float]]:
    node = find_program("node") or absent("Node", "apt-get install nodejs")
    done = subprocess.run(
        [node, PLAYER],
        input=json.dumps([each.steps for each in phones]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[float]] = json.loads(done.stdout)
    return found


def errors_ms(phone: Phone, said: list[float]) -> list[float]:
    """Return by how much the clock is ahead of what truly passed, at each step."""
    return [here - true for here, true in zip(said, phone.true_ms[1:], strict=True)]


def napping() -> Phone:
    """Return a phone whose sleeps are each too short to be one."""
    found = Phone().awake(5).dark()
    for _ in range(100):
        found.sleep(900.0).awake(1)
    return found.light()


KINDS: Final[dict[str, tuple[Phone, float, float]]] = {
    "nothing": (Phone().awake(90), 0.0, 0.0),
    "a sleep of three minutes": (
        Phone().awake(5).dark().awake(2).sleep(3 * MINUTE_MS).awake(1).light().awake(9),
        0.0, 0.0,
    ),
    "a sleep before the page has heard of the dark": (
        Phone().awake(5).sleep(3 * MINUTE_MS).awake(1).dark().awake(1).light().awake(9),
        0.0, 0.0,
    ),
    "seen in the moment of waking": (
        Phone().awake(5).dark().sleep(3 * MINUTE_MS).light().awake(9), 0.0, 0.0,
    ),
    "a hundred naps": (napping(), -UNNOTICED_MS, 0.0),
    "dark and awake": (Phone().awake(5).dark().awake(600).light().awake(9), 0.0, 0.0),
    "set forth an hour": (Phone().awake(5).set_by(60 * MINUTE_MS).awake(9), 0.0, 0.0),
    "set back an hour": (Phone().awake(5).set_by(-60 * MINUTE_MS).awake(9), 0.0, 0.0),
    "set back, then a sleep": (
        Phone().awake(5).set_by(-60 * MINUTE_MS).dark().awake(1).sleep(MINUTE_MS).light().awake(9),
        0.0, 0.0,
    ),
    "set back in the dark, then a sleep": (
        Phone().awake(5).dark().set_by(-60 * MINUTE_MS).awake(1).sleep(MINUTE_MS).light().awake(9),
        0.0, 0.0,
    ),
    "set forth, a sleep later": (
        Phone().awake(5).set_by(60 * MINUTE_MS).awake(9).dark().sleep(MINUTE_MS).light().awake(9),
        0.0, 0.0,
    ),
    "corrected by the network, in the light and in the dark": (
        Phone().awake(5).set_by(1500.0).awake(5).dark().awake(1).set_by(-1900.0).awake(5).light(),
        0.0, 0.0,
    ),
}  # fmt: skip
"""What a phone goes through, and how far behind and ahead the clock may be after it."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_sleep_counts_and_no_setting_does(kind: str) -> None:
    """GIVEN a phone that sleeps, naps, or has its clock set WHEN the page looks at its clock THEN
    it has never gone back, and at the end it is what truly passed.
    """
    phone, behind_ms, ahead_ms = KINDS[kind]
    (said,) = played(phone)
    assert sorted(said) == said
    assert behind_ms - 0.001 <= errors_ms(phone, said)[-1] <= ahead_ms + 0.001


def random_phone(random: Random) -> Phone:
    """Return a phone that is set only while the page is seen, and sleeps only in the dark."""
    found = Phone().awake(1)
    for _ in range(random.randint(1, 12)):
        if random.random() < 0.5:
            found.set_by(random.choice((-1, 1)) * random.choice((500.0, 5e3, 3.6e6, 1e9)))
            found.awake(random.randint(5, 30))  # nobody darkens it in the same moment
        else:
            found.dark().awake(random.randint(0, 3))
            for _ in range(random.randint(1, 5)):
                found.sleep(random.choice((100.0, 3e3, 6e4, 2e6))).awake(random.randint(0, 2))
            found.light().awake(random.randint(1, 9))
    return found


def test_whatever_comes() -> None:
    """GIVEN 500 phones with sleeps and settings in any order THEN the clock of none goes back or
    ahead, and each sleep costs it less than two seconds.
    """
    random = Random(15)
    phones = [random_phone(random) for _ in range(500)]
    for phone, said in zip(phones, played(*phones), strict=True):
        assert sorted(said) == said
        found = errors_ms(phone, said)
        sleeps = sum(what == "dark" for what, *_ in phone.steps)
        assert max(found) <= 0.001
        assert -UNNOTICED_MS * sleeps <= found[-1] <= 0.001
