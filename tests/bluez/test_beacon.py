"""A beacon heard through the real BlueZ while a strap is held."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Final

from bumble.core import AdvertisingData
from bumble.device import Device
from bumble.hci import Address
from bumble.transport.common import AsyncPipeSink

from kickcue.core.events import BeaconReading
from kickcue.core.units import NS_PER_S
from kickcue.edges.radio import BeaconPin, listening_for_beacon
from kickcue.edges.virtual_sensor.sensor import VirtualSensor
from kickcue.supervision.health import Stage
from tests.bluez.conftest import ADDRESSES, Bed, until
from tests.bluez.controller import VirtualController
from tests.bluez.test_radio import are_heard, loop_ns, radio, speaking

UUID: Final = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
IBEACON: Final = bytes.fromhex("4c000215e2c56db5dffb48d2b060d0f5a71096e000010007c5")
FLAGS: Final = b"\x06"
ENOUGH: Final = 150
"""At 100 ms for longer than the 10.24 s after which the kernel ends a scan, and BlueZ begins the
next."""
LONGEST_GAP_S: Final = 3.0


@contextlib.asynccontextmanager
async def beacon(bed: Bed) -> AsyncIterator[str]:
    """Put an iBeacon on the air that advertises every 100 ms, always alike and equally strong; give
    its address.
    """
    controller, address = VirtualController("beacon", link=bed.air), next(ADDRESSES)
    device = Device.with_hci("beacon", Address(address), controller, AsyncPipeSink(controller))
    try:
        await device.power_on()
        await device.start_advertising(
            advertising_data=bytes(
                AdvertisingData(
                    [
                        (AdvertisingData.FLAGS, FLAGS),
                        (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, IBEACON),
                    ]
                )
            ),
            advertising_interval_min=100.0,
            advertising_interval_max=100.0,
        )
        yield address
    finally:
        controller.go_silent()
        bed.air.remove_controller(controller)


async def test_a_beacon_is_heard_while_a_strap_is_held(
    bed: Bed, virtual_strap: VirtualSensor, figures: list[str]
) -> None:
    """GIVEN a strap that speaks and an iBeacon on air THEN every advertisement comes, equal as they
    are, without a gap, and the strap stays.
    """
    heard: list[BeaconReading] = []
    async with (
        beacon(bed) as address,
        speaking((virtual_strap, "2a37")),
        radio(strap=virtual_strap) as ear,
    ):
        await are_heard(ear, "strap")
        pin = BeaconPin(ibeacon=UUID, major=1, minor=7)
        async with listening_for_beacon(
            pin,
            lambda event: heard.append(event) if isinstance(event, BeaconReading) else None,
            loop_ns,
        ) as listening:
            await until(lambda: heard)
            began_s, before = asyncio.get_running_loop().time(), len(ear.heard("strap"))
            await until(lambda: len(heard) > ENOUGH)
            took_s = asyncio.get_running_loop().time() - began_s
            assert (Stage.CONNECTED, address) == (listening.health.stage, listening.health.address)
            spoken = len(ear.heard("strap")) - before
    assert [True] == ear.links("strap")[:1]
    assert spoken > took_s
    gaps_s = [(after.t_ns - each.t_ns) / NS_PER_S for each, after in pairwise(heard)]
    assert max(gaps_s) < LONGEST_GAP_S
    figures.append(
        f"a beacon at 100 ms beside a strap: {len(heard) / took_s:.1f} advertisements a second, "
        f"longest gap {max(gaps_s):.2f} s"
    )
