"""Plays a race on the bed: the sensors say what a recording or a simulation has them say, at the
race's own pace or faster.
"""

import asyncio
from collections.abc import Iterable, Mapping

from kickcue.core.events import Notification
from tests.beds.sensor import Sensor


async def play(
    notifications: Iterable[Notification], sensors: Mapping[str, Sensor], *, speed: float = 1.0
) -> int:
    """Have each sensor (by the name it has in the notifications) notify in time; return how many a
    client was sent.

    The first is sent at once. Notifications of sensors that are not in ``sensors`` are left out.
    """
    loop = asyncio.get_running_loop()
    sent, began_s, first_ns = 0, loop.time(), None
    for each in notifications:
        sensor = sensors.get(each.sensor)
        if sensor is None:
            continue
        first_ns = each.t_ns if first_ns is None else first_ns
        wait_s = began_s + (each.t_ns - first_ns) / 1e9 / speed - loop.time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        sent += sensor.notify(each.char, each.data)
    return sent
