"""A virtual sensor as a listener finds it: connected to, read, subscribed to, dropped, hidden."""

import asyncio

import pytest

from kickcue.core.errors import UsageError
from kickcue.edges.virtual_sensor.description import describe, pod, strap
from tests.edges.mqtt.conftest import until
from tests.edges.virtual_sensor.conftest import Air


async def test_it_reads_as_described(air: Air) -> None:
    """What can be read is what the description says, and the battery what was notified last."""
    async with air.sensor(pod()) as sensor:
        await air.listener.connect(sensor)
        assert b"virtual pod" == await air.listener.read("2a24")
        assert b"\x07\x00" == await air.listener.read("2a54")
        assert not await sensor.notify("2a19", b"\x15")
        assert b"\x15" == await air.listener.read("2a19")


async def test_only_a_subscriber_hears(air: Air) -> None:
    """GIVEN a listener WHEN it has not subscribed THEN nothing is sent and that is told; WHEN it
    has THEN it hears every byte.
    """
    async with air.sensor(strap()) as sensor:
        assert not await sensor.notify("2a37", b"\x00\x50")
        await air.listener.connect(sensor)
        assert not await sensor.notify("2a37", b"\x00\x51")
        await air.listener.subscribe("2a37")
        assert sensor.subscribed("2a37")
        assert await sensor.notify("2a37", b"\x00\x52")
        await until(lambda: [b"\x00\x52"] == air.listener.heard)


async def test_after_a_drop_it_can_be_found_again_but_nobody_is_subscribed(air: Air) -> None:
    """GIVEN a subscriber WHEN the sensor drops the link THEN it advertises at once, and a new link
    starts without subscriptions.
    """
    async with air.sensor(strap()) as sensor:
        await air.listener.connect(sensor)
        await air.listener.subscribe("2a37")
        await sensor.drop()
        assert not sensor.connected
        await air.listener.connect(sensor)
        assert sensor.connected
        assert not sensor.subscribed("2a37")


async def test_the_listener_may_leave_and_come_back(air: Air) -> None:
    """GIVEN a listener that hangs up WHEN it connects again THEN the sensor is there."""
    async with air.sensor(strap()) as sensor:
        for _ in range(2):
            await air.listener.connect(sensor)
            await air.listener.disconnect()
            await until(lambda: not sensor.connected)


async def test_a_hidden_sensor_is_found_once_it_shows_itself(air: Air) -> None:
    """GIVEN a sensor that hides and drops WHEN a listener tries THEN it gets nowhere until the
    sensor shows itself.
    """
    async with air.sensor(strap()) as sensor:
        await air.listener.connect(sensor)
        await sensor.hide()
        assert sensor.connected
        await sensor.drop()
        attempt = asyncio.create_task(air.listener.connect(sensor))
        done, _ = await asyncio.wait({attempt}, timeout=0.5)
        assert not done
        await sensor.show()
        await attempt
        assert sensor.connected


async def test_a_characteristic_that_is_not_there_is_refused(air: Air) -> None:
    """The error names the sensor and what it has."""
    async with air.sensor(describe("only heart", ["2a37"])) as sensor:
        with pytest.raises(
            UsageError, match="only heart has no characteristic 2a53, only 2a37, 2a19"
        ):
            await sensor.notify("2a53", b"")
