"""A race whose finish nobody marks: who stops at the line has finished, who stops before it has
not.
"""

import struct

import pytest

from kickcue.core.engine import Engine
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    Input,
    Mark,
    Notice,
    Notification,
    Output,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.race_progress import STOOD_S
from kickcue.core.units import NS_PER_S
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document

DOCUMENT = simulated_document("1500m")
STILL = struct.pack("<BHB", 0, 0, 0)
MINUTES = 5


class Race:
    """A race that is run until so many metres to go are believed, then stood still in; its last
    line is never marked.
    """

    def __init__(self, left_m: float) -> None:
        self.engine = Engine(DOCUMENT.engine_config())
        self.said: list[Output] = []
        self.stopped_ns = 0
        for event in simulate(DOCUMENT.course(), SCENARIOS["button"], 5).inputs:
            if self._at_last_line(event):
                continue
            self.feed(event)
            left = next(
                (each.to_go_m for each in reversed(self.said) if isinstance(each, Estimate)), None
            )
            if (
                left is not None
                and left <= max(left_m, 0.0)
                and self.engine.phase is not Phase.WAITING
            ):
                self.stopped_ns = event.t_ns
                return

    def _at_last_line(self, event: Input) -> bool:
        presses = isinstance(event, Mark) or (
            isinstance(event, Command) and event.kind is CommandKind.LAP
        )
        return presses and self.engine.phase in (Phase.LAST_50, Phase.LAST_100)

    def feed(self, event: Input) -> None:
        while self.engine.wake_ns is not None and self.engine.wake_ns < event.t_ns:
            self.said += self.engine.feed(Tick(self.engine.wake_ns))
        self.said += self.engine.feed(event)

    def stand(self, seconds: int) -> None:
        """Have the pod say each second that there is no speed."""
        now_ns = self.stopped_ns
        for _ in range(seconds):
            now_ns += NS_PER_S
            self.feed(Notification(now_ns, "pod", "2a53", STILL))

    @property
    def over_s(self) -> float | None:
        """When the race was over, after the stop."""
        ends = [
            each.t_ns
            for each in self.said
            if isinstance(each, PhaseChange) and each.phase is Phase.FINISHED
        ]
        return (ends[0] - self.stopped_ns) / NS_PER_S if ends else None


@pytest.mark.parametrize("left_m", [20.0, 14.0, 9.0])
def test_who_stops_at_the_line_has_finished(left_m: float) -> None:
    """GIVEN a finish that nobody marks WHEN the runner comes to a stand within some metres of it
    THEN the race ends, at the time of the stop and not of the wait.
    """
    race = Race(left_m)
    race.stand(MINUTES * 60)
    assert race.over_s is not None
    assert race.over_s < STOOD_S / 2
    assert ["finish_taken"] == [
        each.code for each in race.said if isinstance(each, Notice) and each.code == "finish_taken"
    ]


@pytest.mark.parametrize("left_m", [150.0, 60.0])
def test_who_stops_far_before_the_line_has_not(left_m: float) -> None:
    """GIVEN a runner who stands in the last lap, far from the finish THEN the race is on, for he
    may go on.
    """
    race = Race(left_m)
    race.stand(MINUTES * 60)
    assert race.over_s is None


def test_a_short_stop_ends_nothing() -> None:
    """GIVEN a runner who falls just before the line THEN the race is on while he gets up."""
    race = Race(12.0)
    race.stand(int(STOOD_S / 2))
    assert race.over_s is None
