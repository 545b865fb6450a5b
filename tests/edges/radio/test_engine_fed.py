"""The promise that matters to the runner, with the real engine behind the radio: silence is unknown
within 3 s, never the last value.

The clock is the test's own, so that nothing depends on how fast this machine is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from kickcue.config.race_document import RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.events import Estimate, Input, Link, Notification, Tick
from kickcue.core.units import NS_PER_MS, s_to_ns
from kickcue.edges.radio import sensors
from tests.beds.sensor import Sensor
from tests.edges.radio.bench import POD_PIN, STRAP_PIN, until

LIMIT_NS = s_to_ns(3.0)
SETUP = RaceDocument.parse(
    {
        "race": "3000m",
        "sensors": {"strap": {"profile": "generic-hr"}, "pod": {"profile": "generic-rsc"}},
    },
    "a test",
).engine_config()


@dataclass
class Listener:
    """An engine with a clock that only the test moves."""

    engine: Engine = field(default_factory=lambda: Engine(SETUP))
    now: int = 0
    inputs: list[Input] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)

    def put(self, event: Input) -> None:
        self.inputs.append(event)
        self.estimates += [out for out in self.engine.feed(event) if isinstance(out, Estimate)]

    def pass_time(self, duration_ns: int) -> Iterator[int]:
        """Let time pass, with a Tick whenever the engine wants one;
        yield the time that has passed.
        """
        began = self.now
        while self.now < began + duration_ns:
            self.now += 100 * NS_PER_MS
            if self.engine.wake_ns is not None and self.now >= self.engine.wake_ns:
                self.put(Tick(self.now))
            yield self.now - began

    async def hear(self, sensor: Sensor, char: str, data: bytes) -> None:
        """Have the sensor notify, as soon as anybody listens, and wait until that is here."""
        await until(lambda: sensor.notify(char, data))
        await until(
            lambda: any(
                isinstance(event, Notification) and event.data == data and event.t_ns == self.now
                for event in self.inputs
            )
        )

    def last(self) -> tuple[float | None, float | None]:
        return self.estimates[-1].heart_rate_bpm, self.estimates[-1].cadence_spm


async def run_for_a_while(listener: Listener, strap: Sensor, pod: Sensor) -> None:
    """Have both sensors notify once a second, each value slightly different, until the engine knows
    both.
    """
    for second in range(8):
        if second:
            list(listener.pass_time(s_to_ns(1)))
        await listener.hear(strap, "2a37", bytes([0, 150 + second]))
        await listener.hear(pod, "2a53", bytes([0, second, 5, 90]))


@pytest.mark.parametrize("silent", ["strap", "pod"])
async def test_silence_is_unknown_within_three_seconds(
    strap: Sensor, pod: Sensor, silent: str
) -> None:
    """GIVEN both heard WHEN one stays connected and says nothing THEN its value is unknown within 3
    s; the other's is known throughout.
    """
    listener, other = Listener(), pod if silent == "strap" else strap
    async with sensors([STRAP_PIN, POD_PIN], listener.put, lambda: listener.now):
        await run_for_a_while(listener, strap, pod)
        assert None not in listener.last()
        for passed in listener.pass_time(LIMIT_NS):
            if passed % s_to_ns(1) == 0:
                await listener.hear(
                    other,
                    *(
                        ("2a37", bytes([0, 170]))
                        if other is strap
                        else ("2a53", bytes([0, 0x40, 5, 90]))
                    ),
                )
        heart, cadence = listener.last()
        assert strap.connected
        assert pod.connected
    assert (silent == "strap", silent == "pod") == (heart is None, cadence is None)


async def test_a_lost_link_is_unknown_with_the_next_estimate(strap: Sensor, pod: Sensor) -> None:
    """GIVEN both heard WHEN both drop the link THEN the next estimate, 1.4 s later at most (the
    engine's beat), knows neither value.
    """
    listener = Listener()
    async with sensors([STRAP_PIN, POD_PIN], listener.put, lambda: listener.now):
        await run_for_a_while(listener, strap, pod)
        for sensor in (strap, pod):
            sensor.advertise(on=False)
            sensor.drop()
        await until(
            lambda: sum(isinstance(event, Link) and not event.up for event in listener.inputs) == 2
        )
        list(listener.pass_time(s_to_ns(1.5)))
        assert (None, None) == listener.last()
