"""Playing: in time, in order, and what nobody hears is lost."""

import asyncio
from dataclasses import dataclass, field
from itertools import count

from kickcue.core.events import Notification
from kickcue.core.units import s_to_ns
from kickcue.edges.virtual_sensor.playback import PlaybackCount, paced, play


@dataclass
class Mouth:
    """Something that speaks; ``listened_to`` tells whether anybody hears it."""

    listened_to: bool = True
    said: list[bytes] = field(default_factory=list)
    said_at_s: list[float] = field(default_factory=list)

    async def notify(self, _char: str, data: bytes) -> bool:
        self.said.append(data)
        self.said_at_s.append(asyncio.get_running_loop().time())
        return self.listened_to


def spoken(*moments: tuple[float, str, int]) -> list[Notification]:
    return [
        Notification(s_to_ns(t_s), sensor, "2a37", bytes([number]))
        for t_s, sensor, number in moments
    ]


async def test_each_sensor_says_its_own_in_order() -> None:
    """GIVEN notifications of two sensors in any order WHEN played THEN each says its own, ordered
    by time, none before its moment.
    """
    strap, pod = Mouth(), Mouth()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    what = spoken((0.3, "strap", 3), (0.1, "strap", 1), (0.2, "pod", 2))
    played = await play(what, {"strap": strap, "pod": pod}, rate=2.0)
    assert ([b"\x01", b"\x03"], [b"\x02"]) == (strap.said, pod.said)
    assert [True, True] == [
        at_s >= began_s + due_s / 2.0
        for at_s, due_s in zip(strap.said_at_s, (0.1, 0.3), strict=True)
    ]
    assert PlaybackCount(played.delivered) == played
    assert {"strap": 2, "pod": 1} == dict(played.delivered)


async def test_what_nobody_hears_is_counted_as_lost() -> None:
    """A sensor does not keep what it said to nobody."""
    played = await play(
        spoken((0.0, "strap", 1), (0.01, "strap", 2)), {"strap": Mouth(listened_to=False)}
    )
    assert {"strap": 2} == dict(played.lost)


async def test_what_fell_due_before_the_playing_began_is_lost() -> None:
    """GIVEN a race that began 10 s ago WHEN playing begins THEN the first ten seconds are not said
    late.
    """
    strap = Mouth()
    what = spoken((1.0, "strap", 1), (9.0, "strap", 2), (11.0, "strap", 3))
    played = await play(what, {"strap": strap}, zero_s=asyncio.get_running_loop().time() - 10.0)
    assert [b"\x03"] == strap.said
    assert ({"strap": 2}, {"strap": 1}) == (dict(played.lost), dict(played.delivered))


async def test_events_without_end_come_in_time_and_leave_others_their_turn() -> None:
    """GIVEN a stream without end that is overdue WHEN paced THEN its events come in order, each
    with its own moment, and other tasks get their turn between them.
    """
    loop = asyncio.get_running_loop()
    turns: list[int] = []

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    zero_s = loop.time() - 10.0
    stream = (Notification(s_to_ns(n / 10), "strap", "2a37", bytes([n])) for n in count())
    found = []
    async for due_s, event in paced(stream, rate=2.0, zero_s=zero_s):
        found.append((round((due_s - zero_s) * 20), event.data[0]))
        if len(found) == 30:
            break
    beside.cancel()
    assert [(n, n) for n in range(30)] == found
    assert len(turns) >= 30


async def test_other_sensors_are_passed_over() -> None:
    """A notification of a sensor that is not played counts nowhere."""
    assert PlaybackCount() == await play(spoken((0.0, "pod", 1)), {"strap": Mouth()})
