"""The programs of the latency benchmark that run beside it: the subscriber, the plainest gateway
one can write, and the daemon.

``python -m tests.benchmarks.latency_programs`` with ``ear PORT [USER PASSWORD]``, ``plain PORT QOS
ADDRESS CHAR`` or ``kickcue FOLDER``.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

HOST = "127.0.0.1"


def ear(port: str, user: str | None = None, password: str | None = None) -> None:
    """Print moment, topic and payload of each message: paho with nothing around it."""
    # Each program loads only what it is about.
    from paho.mqtt.client import Client, MQTTMessage  # noqa: PLC0415
    from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415  same

    client = Client(CallbackAPIVersion.VERSION2)
    if user is not None:
        client.username_pw_set(user, password)

    def heard(_client: Client, _data: object, message: MQTTMessage) -> None:
        t_ns = time.monotonic_ns()
        if not message.retain:
            print(t_ns, message.topic, message.payload.hex(), flush=True)

    def connected(client: Client, *_: object) -> None:
        # The private broker lets nobody hear everything.
        client.subscribe("#" if user is None else "kickcue/runner/state", qos=1)

    client.on_message = heard
    client.on_connect = connected
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect(HOST, int(port))
    client.loop_forever()


async def plain(port: int, qos: int, address: str, char: str) -> None:
    """Publish each notification with the moment of bleak's callback: bleak, a queue, aiomqtt."""
    from aiomqtt import Client  # noqa: PLC0415  as above
    from bleak import BleakClient, BleakScanner  # noqa: PLC0415  as above

    queue: asyncio.Queue[str] = asyncio.Queue()
    device = await BleakScanner.find_device_by_address(address)
    assert device is not None
    async with BleakClient(device) as sensor, Client(HOST, port) as mqtt:
        await sensor.start_notify(
            char, lambda _, data: queue.put_nowait(f"{time.monotonic_ns()} {data.hex()}")
        )
        while True:
            await mqtt.publish("plain/notification", await queue.get(), qos=qos)


async def kickcue(folder: Path) -> None:
    """Run one race for each line of JSON on stdin: ``{"options": settings, "rate": race seconds per
    second}``; an empty line ends it.
    """
    from kickcue.config.settings import load_settings  # noqa: PLC0415  as above
    from kickcue.daemon.clock import Clock  # noqa: PLC0415  as above
    from kickcue.daemon.wiring import live  # noqa: PLC0415  as above

    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        order = json.loads(line)
        settings = load_settings(None, options=order["options"], environ={})
        async with live(settings, state=folder, clock=Clock(rate=order["rate"]), fresh=True) as run:
            assert run.way is not None
            print(
                "running",
                "" if run.way.watch is None else run.way.watch.with_password(),
                flush=True,
            )
            await asyncio.to_thread(sys.stdin.readline)
        print("ended", flush=True)


def main() -> None:
    """Be one of the programs."""
    name, *told = sys.argv[1:]
    if name == "ear":
        ear(*told)
    elif name == "plain":
        asyncio.run(plain(int(told[0]), int(told[1]), told[2], told[3]))
    else:
        asyncio.run(kickcue(Path(told[0])))


if __name__ == "__main__":
    main()
