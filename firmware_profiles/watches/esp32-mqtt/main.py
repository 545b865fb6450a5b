"""What the watch runs when it is switched on."""

import asyncio
import os
import sys
import time
from binascii import hexlify

import config
import machine
from hal import Hal, motor
from kickcue_client import Client
from kickcue_link import Link
from kickcue_memory import Memory
from kickcue_wire import presence
from kickcue_wrist import Clock


async def main():
    """Be a watch, for ever."""
    run_id = hexlify(os.urandom(4)).decode()
    will = (config.PREFIX + "/presence", presence("offline", run_id, None))
    link = Link(config, "kickcue-" + hexlify(os.urandom(7)).decode(), will)
    clock = Clock(time.ticks_ms, time.ticks_diff)
    hal = Hal(motor(config.BOARD, config.MOTOR_PIN))
    client = Client(link, hal, clock, Memory(machine.RTC()), config.PREFIX, run_id)
    await asyncio.gather(link.run(client.topics), client.run())


try:
    asyncio.run(main())
# Whatever it is, a watch that starts again is better than one that does not.
except Exception as error:  # noqa: BLE001
    sys.print_exception(error)
    time.sleep(5)  # long enough to be read, or to be stopped with Ctrl-C
    machine.reset()
