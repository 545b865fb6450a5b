"""What is measured of kickcue, and of the plainest gateway one can write, which is the floor.

A sample is the time from the moment before the fake sensor hands a notification to D-Bus (or a
button its press to the broker) to the moment the subscriber's callback runs.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kickcue.core.events import CommandKind
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.edges.mqtt.address import parse_address
from kickcue.edges.mqtt.messages import CommandMessage
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from tests.beds.sensor import Sensor
from tests.benchmarks.latency_stand import HOST, Ear, Heard, Stand, told, until

PAUSE_S: Final = (0.55, 0.75)
"""Between two notifications: like a strap's second, only shorter, and never in step with anything.
``state`` comes twice a second at most."""
RATE: Final = 20.0
"""Race seconds per second in the rows about cues, so that a hundred races take minutes. Radio,
sockets and processes are in real time."""
PREFIX: Final = "kickcue/runner"


@dataclass
class Row:
    """One line of the table; samples in ms."""

    what: str
    samples: list[float] = field(default_factory=list)
    lost: int = 0
    note: str = ""
    load: float = 0.0
    """Load average of the machine when the row was measured."""

    def add(self, t0_ns: int, heard: Heard | None) -> None:
        """Take in one sample; None never came."""
        if heard is None:
            self.lost += 1
        else:
            self.samples.append((heard.t_ns - t0_ns) / 1e6)


def strap(here: Stand, number: int = 1) -> Sensor:
    """Put a heart-rate strap into the world."""
    return here.fake.add_sensor(
        f"C0:FF:EE:00:00:{number:02X}", f"strap {number}", services={"180d": ["2a37"]}, battery=80
    )


def foot_pod(here: Stand) -> Sensor:
    """Put a foot pod into the world."""
    return here.fake.add_sensor("C0:FF:EE:00:01:01", "pod", services={"1814": ["2a53"]}, battery=80)


async def floor(here: Stand, count: int, qos: int) -> list[Row]:
    """Measure bleak's callback alone, and with an aiomqtt publish behind it."""
    sensor = strap(here)
    alone, whole = (
        Row("notification -> plain bleak callback"),
        Row(f"notification -> plain bleak -> aiomqtt QoS {qos} -> subscriber"),
    )
    command = (
        sys.executable,
        "-m",
        "tests.benchmarks.latency_programs",
        "plain",
        str(here.port),
        str(qos),
        sensor.address,
        "2a37",
    )
    async with here.ear() as ear, here.program(*command, log="plain.log"):
        await until(lambda: here.fake.subscribed(sensor, "2a37"))
        for number in range(count):
            data = bytes(HeartRateMeasurement(150, rr_1024=(number + 1,)))
            t0_ns = time.monotonic_ns()
            sensor.notify("2a37", data)
            heard = await ear.first(t0_ns, ends_with(data))
            whole.add(t0_ns, heard)
            if heard is not None:
                alone.samples.append((int(heard.payload.split()[0]) - t0_ns) / 1e6)
            await asyncio.sleep(random.uniform(*PAUSE_S))
    take_away(here, sensor)
    return [alone, whole] if qos == 0 else [whole]


def ends_with(data: bytes) -> Callable[[Heard], bool]:
    """Return what tells a message that ends with the bytes in hex."""
    return lambda heard: heard.payload.endswith(data.hex().encode())


def take_away(here: Stand, *sensors: Sensor) -> None:
    """Take sensors out of the world."""
    for sensor in sensors:
        here.fake.remove_sensor(sensor)


# ---- kickcue


@asynccontextmanager
async def daemon(here: Stand) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the process that runs races."""
    command = (sys.executable, "-m", "tests.benchmarks.latency_programs", "kickcue", here.folder)
    async with here.program(*command, log="kickcue.log") as process:
        yield process


@asynccontextmanager
async def race(
    process: asyncio.subprocess.Process, rate: float, options: dict[str, Any]
) -> AsyncIterator[str]:
    """Run one race in the daemon; gives the URL of its private broker, empty if it has none."""
    assert process.stdin is not None
    process.stdin.write(json.dumps({"options": options, "rate": rate}).encode() + b"\n")
    url = await told(process, "running")
    try:
        yield url
    finally:
        process.stdin.write(b"\n")
        await told(process, "ended")


def pins(**sensors: Sensor) -> dict[str, dict[str, str]]:
    """Return the settings of sensors."""
    return {
        name: {
            "address": each.address,
            "profile": "generic-hr" if name == "strap" else "generic-rsc",
        }
        for name, each in sensors.items()
    }


def state_with(bpm: int) -> Callable[[Heard], bool]:
    """Return what tells a state with this heart rate."""
    return lambda heard: (
        heard.topic == f"{PREFIX}/state" and json.loads(heard.payload)["heart_rate_bpm"] == bpm
    )


async def state(
    here: Stand, count: int, *, private: bool = False, pod_too: bool = True
) -> list[Row]:
    """Measure notification to ``state``, at the stand's Mosquitto or at kickcue's private broker.

    A pod's notification is told at once; the heart rate that came a moment before it proves that
    the state is not an older one. A strap's own notification, by design, waits for the next pod's
    or, at the latest, for the engine's beat (1.4 s): it never steers a cue.
    """
    sensor, pod = strap(here), foot_pod(here)
    what = "pod notification" if pod_too else "strap's notification, no pod"
    row = Row(f"{what} -> kickcue -> state ({'private NATS broker' if private else 'Mosquitto'})")
    options: dict[str, Any] = {
        "race": "5000m",
        "sensors": pins(strap=sensor, pod=pod) if pod_too else pins(strap=sensor),
    }
    if not private:
        options["broker"] = {"url": f"mqtt://{HOST}:{here.port}"}
    async with daemon(here) as process, race(process, 1.0, options) as url:
        address = parse_address(url) if private else None
        login = () if address is None else (address.user or "", address.password or "")
        async with here.ear(None if address is None else address.port, login) as ear:
            await until(
                lambda: (
                    here.fake.subscribed(sensor, "2a37")
                    and (not pod_too or here.fake.subscribed(pod, "2a53"))
                )
            )
            for number in range(count + 1):
                bpm = 120 + number % 2 * 3  # a jump of less than 20 is believed at once
                t0_ns = time.monotonic_ns()
                sensor.notify("2a37", bytes(HeartRateMeasurement(bpm)))
                if pod_too:
                    t0_ns = time.monotonic_ns()
                    pod.notify("2a53", pod_notification(0, PodSample(4.0, 88.0, 2.0 * number)).data)
                heard = await ear.first(t0_ns, state_with(bpm), 2.0)
                if number:  # the first one begins the recording
                    row.add(t0_ns, heard)
                await asyncio.sleep(random.uniform(*PAUSE_S))
    take_away(here, sensor, pod)
    return [row]


class Button:
    """Presses ``start`` and ``lap`` over MQTT, as a helper at the line would."""

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.connect(HOST, port)
        self._client.loop_start()
        self._presses = 0

    def press(self, kind: CommandKind) -> int:
        """Press; return the moment."""
        self._presses += 1
        t0_ns = time.monotonic_ns()
        message = CommandMessage(
            run_id="button",
            sent_ms=t0_ns // 1_000_000 % 2**31,
            id=f"press-{self._presses}",
            kind=kind,
        )
        self._client.publish(f"{PREFIX}/command", message.to_json(), qos=1)
        return t0_ns

    def away(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()


def is_status(heard: Heard) -> bool:
    """Say whether the message is a status of a sender that is there."""
    return heard.topic == f"{PREFIX}/status" and b'"online"' in heard.payload


def is_cue(kind: str) -> Callable[[Heard], bool]:
    """Return what tells a cue of the kind."""
    return lambda heard: (
        heard.topic == f"{PREFIX}/cue" and json.loads(heard.payload)["kind"] == kind
    )


def run_up() -> Iterable[PodSample]:
    """Return a pod's samples, one per second: 90 m at speed, all but a stop before the line of the
    bell at 100 m, and off again.

    The engine keeps the median speed of five samples: 6 m before the line it believes in 1.2 m/s
    and expects the bell in 1.7 s. The last sample, a second later, is 4 m beyond: this notification
    makes the bell due, not the clock.
    """
    metres = 0.0
    for speed in (*[6.0] * 15, 2.0, 0.0, 0.0, 0.0, 0.0, 6.0, 6.0):
        metres += speed
        yield PodSample(speed, 88.0 if speed else 0.0, metres)


async def bell_by_notification(here: Stand, count: int) -> list[Row]:
    """Measure notification to ``cue``: the last sensor is heard (ready), and the runner turns out
    to be past the line (last lap).
    """
    ready, bell = (
        Row("notification -> kickcue -> cue (ready: all sensors heard)"),
        Row("notification -> kickcue -> cue (last lap)"),
    )
    first, pod = strap(here), foot_pod(here)
    options = {
        "race": "200m",
        "lap_m": 100,
        "sensors": pins(strap=first, pod=pod),
        "broker": {"url": f"mqtt://{HOST}:{here.port}"},
    }
    button = Button(here.port)
    async with here.ear() as ear, daemon(here) as process:
        for _ in range(count):
            t0_ns = time.monotonic_ns()
            async with race(process, RATE, options):
                await until(
                    lambda: (
                        here.fake.subscribed(first, "2a37") and here.fake.subscribed(pod, "2a53")
                    )
                )
                # Else the broker would have nobody to give the button's press to.
                await ear.first(t0_ns, is_status)
                first.notify("2a37", bytes(HeartRateMeasurement(150)))
                await asyncio.sleep(random.uniform(0.8, 1.2) / RATE)
                await sample(ear, ready, "ready", pod, PodSample(0.0, 0.0, 0.0))
                pressed_ns = button.press(CommandKind.START)
                # Metres count from here on.
                await ear.first(
                    pressed_ns, lambda each: is_status(each) and b'"body"' in each.payload
                )
                *before, last = run_up()
                for each in before:
                    pod.notify("2a53", pod_notification(0, each).data)
                    await asyncio.sleep(1 / RATE)
                await sample(ear, bell, "last_lap", pod, last)
    button.away()
    take_away(here, first, pod)
    return [ready, bell]


async def sample(ear: Ear, row: Row, kind: str, pod: Sensor, what: PodSample) -> None:
    """Have the pod notify, and take the time until the cue."""
    data = pod_notification(0, what).data
    t0_ns = time.monotonic_ns()
    pod.notify("2a53", data)
    row.add(t0_ns, await ear.first(t0_ns, is_cue(kind), 2.0))


async def press_alone(here: Stand, count: int) -> list[Row]:
    """Measure a press to whoever listens: the floor of each of the two ways that a lap press and
    its cue go.
    """
    row = Row("lap press over MQTT -> subscriber")
    button = Button(here.port)
    async with here.ear() as ear:
        for _ in range(count):
            t0_ns = button.press(CommandKind.LAP)
            row.add(t0_ns, await ear.first(t0_ns, lambda heard: heard.topic == f"{PREFIX}/command"))
            await asyncio.sleep(random.uniform(*PAUSE_S))
    button.away()
    return [row]


async def bell_by_lap(here: Stand, count: int) -> list[Row]:
    """Measure a press at the line to ``cue``: 100 m laps, 20 s for the first; the press of the
    second lap, after 18 s, makes the bell due.
    """
    row = Row("lap press over MQTT -> kickcue -> cue (last lap)")
    sensor = strap(here)
    options = {
        "race": "300m",
        "lap_m": 100,
        "sensors": pins(strap=sensor),
        "broker": {"url": f"mqtt://{HOST}:{here.port}"},
    }
    button = Button(here.port)
    async with here.ear() as ear, daemon(here) as process:
        for _ in range(count):
            t0_ns = time.monotonic_ns()
            async with race(process, RATE, options):
                await until(lambda: here.fake.subscribed(sensor, "2a37"))
                await ear.first(t0_ns, is_status)  # as above
                sensor.notify("2a37", bytes(HeartRateMeasurement(150)))
                button.press(CommandKind.START)
                await asyncio.sleep(20.0 / RATE)
                button.press(CommandKind.LAP)
                await asyncio.sleep(18.0 / RATE)
                t0_ns = button.press(CommandKind.LAP)
                row.add(t0_ns, await ear.first(t0_ns, is_cue("last_lap"), 2.0))
    button.away()
    take_away(here, sensor)
    return [row]
