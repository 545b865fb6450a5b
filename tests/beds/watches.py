"""Two watches as their firmware behaves, whatever carries the bytes: InfiniTime's alerts, and
Bangle.js's console with kickcue's app.

Written after InfiniTime's AlertNotificationService.cpp and Notifications.cpp, and after Espruino's
bluetooth.c and jsinteractive.c; what is left out is what no bridge could tell apart.
"""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.beds.sensor import Characteristic, Sensor

if TYPE_CHECKING:
    from tests.beds.fake_bluez import FakeBluez

ANS: Final = "1811"
NEW_ALERT: Final = "2a46"
NUS: Final = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
NUS_WRITE: Final = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
NUS_NOTIFY: Final = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
XON: Final = b"\x11"
XOFF: Final = b"\x13"
_BUZZES: Final = re.compile(
    r"(\[.*\])\.forEach\(e=>setTimeout\(Bangle\.buzz,e\[0\],e\[1\],e\[2\]\)\)"
)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Felt:
    """Something that a runner feels: when, what, and the cue's id where the watch knows it."""

    at_s: float
    what: str
    id: str | None = None


@dataclass
class InfiniTime:
    """The alert service: 99 bytes of text, a history of five, one tap for an alert, ringing for a
    call.
    """

    HEADER = 3
    MOST_TEXT = 99
    HISTORY = 5
    felt: list[Felt] = field(default_factory=list)
    history: deque[str] = field(default_factory=lambda: deque(maxlen=InfiniTime.HISTORY))
    ringing: bool = False

    def alert(self, data: bytes) -> None:
        """Take a New Alert; a packet with no text is passed over without a word."""
        if len(data) <= self.HEADER:
            return
        text = data[self.HEADER :][: self.MOST_TEXT].decode()
        self.history.append(text)
        self.ringing = data[0] == 3
        self.felt.append(Felt(_now_s(), "ring" if self.ringing else "tap"))

    def services(self) -> dict[str, list[str | Characteristic]]:
        """Return its services for the fake BlueZ."""
        return {ANS: [Characteristic(NEW_ALERT, ("write",))], "180d": ["2a37"]}


@dataclass
class BangleJs:
    """The console over Nordic UART: a buffer of 2048 bytes that is emptied while the watch is not
    busy, lines, and kickcue's app.

    ``say`` sends notifications. At 3/4 of the buffer it sends XOFF, and XON once it is half empty.
    """

    BUFFER = 2048
    say: Callable[[bytes], object]
    busy: bool = False
    felt: list[Felt] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    lost: int = 0
    """Bytes that found the buffer full."""
    has_app: bool = True
    armed: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    """The app's own timers."""
    _waiting: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)
    stopped: bool = False
    """It has said XOFF."""
    _over: set[str] = field(default_factory=set)

    def receive(self, data: bytes) -> None:
        """Take a packet."""
        room = self.BUFFER - len(self._waiting)
        self.lost += max(len(data) - room, 0)
        self._waiting += data[:room]
        if not self.stopped and len(self._waiting) > self.BUFFER * 3 // 4:
            self.stopped = True
            self.say(XOFF)
        if not self.busy:
            self.work()

    def work(self) -> None:
        """Be busy no longer: read what waits."""
        self.busy = False
        data, self._waiting = bytes(self._waiting), bytearray()
        for byte in data:
            if byte == 0x03:
                self._line.clear()
            elif byte == 0x0A:
                line, self._line = self._line.decode("latin-1"), bytearray()
                self._run(line)
            else:
                self._line.append(byte)
        if self.stopped:
            self.stopped = False
            self.say(XON)

    def services(self) -> dict[str, list[str | Characteristic]]:
        """Return its services for the fake BlueZ."""
        return {
            NUS: [
                Characteristic(NUS_WRITE, ("write", "write-without-response")),
                Characteristic(NUS_NOTIFY, ("notify",)),
            ]
        }

    def _run(self, line: str) -> None:
        self.lines.append(line)
        code = line.removeprefix("\x10")
        buzzes = _BUZZES.fullmatch(code)
        if buzzes is not None:
            self._feel(json.loads(re.sub(r"(?<=,)\.", "0.", buzzes[1])), None)
        elif code.startswith("GB({") and code.endswith("})") and self.has_app:
            self._hear(json.loads(code[3:-1]))

    def _hear(self, message: dict[str, Any]) -> None:
        """Be kickcue's app."""
        if message["t"] != "kick":
            return
        id_ = message["id"]
        timer = self.armed.pop(id_, None)
        if timer is not None:
            timer.cancel()
        if id_ in self._over:
            self._tell({"t": "kick", "id": id_, "felt": True, "late": 0})
        elif "d" in message:
            self.armed[id_] = asyncio.get_running_loop().call_later(
                message["d"] / 1000, self._settle, id_, message
            )
            self._tell({"t": "kick", "id": id_, "armed": True})
        elif "x" not in message:
            self._settle(id_, message)

    def _settle(self, id_: str, message: dict[str, Any]) -> None:
        self._over.add(id_)
        self.armed.pop(id_, None)
        self._feel(message["p"], id_)
        self._tell({"t": "kick", "id": id_, "felt": True, "late": 0})

    def _tell(self, answer: dict[str, Any]) -> None:
        """Print on the console, in packets of 20 bytes: whoever listens may not have asked for
        more.
        """
        line = f"\r\n{json.dumps(answer)}\r\n".encode()
        for at in range(0, len(line), 20):
            self.say(line[at : at + 20])

    def _feel(self, what: object, id_: str | None) -> None:
        self.felt.append(Felt(_now_s(), str(what), id_))


def infinitime_in(
    bluez: "FakeBluez", address: str = "C0:FF:EE:00:00:11"
) -> tuple[InfiniTime, Sensor]:
    """Put a PineTime with InfiniTime 1.14 into the fake world:
    its name is all that it advertises.
    """
    watch = InfiniTime()
    about = {"2a24": "PineTime", "2a26": "1.14.0"}
    sensor = bluez.add_sensor(
        address, "InfiniTime", watch.services(), battery=71, device_information=about, advertised=[]
    )
    sensor.on_write = lambda written: watch.alert(written.data)
    return watch, sensor


def bangle_in(bluez: "FakeBluez", *, mtu: int = 131) -> tuple[BangleJs, Sensor]:
    """Put a Bangle.js 2 into the fake world, with kickcue's app on it; ``mtu``: as it was agreed
    on.
    """
    watch = BangleJs(say=lambda data: sensor.notify(NUS_NOTIFY, data))
    sensor = bluez.add_sensor("C0:FF:EE:00:00:12", "Bangle.js 1a2b", watch.services())
    sensor.mtu = mtu
    sensor.on_write = lambda written: watch.receive(written.data)
    return watch, sensor
