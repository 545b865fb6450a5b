# mypy: ignore-errors
"""Stands in for Peter Hinch's ``mqtt_as`` in tests: the same names, MQTT 3.1.1 over real sockets,
for the Unix port.

The library itself comes by ``mip`` only, which no test machine can use. Where ``KICKCUE_MQTT_AS``
names a folder with it, it is used instead.
"""

import asyncio
import json
import struct

AGAIN_MS = 200

config = {}


class Queue:
    def __init__(self):
        self._waiting, self._event = [], asyncio.Event()

    def put(self, *message):
        self._waiting.append(message)
        self._event.set()

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self._waiting:
            self._event.clear()
            await self._event.wait()
        return self._waiting.pop(0)


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(value)) + value


def packet(head, body):
    length, size = b"", len(body)
    while True:
        size, digit = size >> 7, size & 0x7F
        length += bytes((digit | (0x80 if size else 0),))
        if not size:
            return bytes((head,)) + length + body


class TellingSocket:
    """A socket whose options are told on standard output, once the system has taken them."""

    def __init__(self, sock):
        self._sock = sock

    def setsockopt(self, *option):
        self._sock.setsockopt(*option)
        print(json.dumps({"socket_option": option}))


class MQTTClient:
    def __init__(self, config):
        self._config = config
        self.queue, self.up, self.down = Queue(), asyncio.Event(), asyncio.Event()
        self._connected, self._number, self._acknowledged = False, 0, set()

    def isconnected(self):
        return self._connected

    def close(self):
        pass

    async def connect(self, quick=False):
        await self._open()
        asyncio.create_task(self._keep())

    async def subscribe(self, topic, qos=0):
        number = self._next()
        await self._send(packet(0x82, struct.pack("!H", number) + text(topic) + bytes((qos,))))
        await self._wait(number)

    async def publish(self, topic, message, retain=False, qos=0):
        number = self._next()
        await self._send(
            packet(0x30 | qos << 1 | retain, text(topic) + struct.pack("!H", number) + message)
        )
        await self._wait(number)

    async def _open(self):
        self._reader, self._writer = await asyncio.open_connection(
            self._config["server"], self._config["port"]
        )
        self._sock = TellingSocket(self._reader.s)
        will = self._config.get("will")
        flags = 0xC2 if will is None else 0xC6 | will[3] << 3 | will[2] << 5
        body = (
            text("MQTT")
            + bytes((4, flags))
            + struct.pack("!H", self._config["keepalive"])
            + text(self._config["client_id"])
        )
        body += b"" if will is None else text(will[0]) + text(will[1])
        body += text(self._config["user"]) + text(self._config["password"])
        await self._send(packet(0x10, body))
        head, body = await self._receive()
        if head != 0x20 or body[1]:
            raise OSError(-1, "refused")
        self._connected = True
        self.up.set()

    async def _keep(self):
        while True:
            try:
                while True:
                    await self._take(*await self._receive())
            except OSError:
                self._connected = False
                self.down.set()
                self._writer.close()
            while not self._connected:
                await asyncio.sleep_ms(AGAIN_MS)
                try:
                    await self._open()
                except OSError:
                    pass

    async def _take(self, head, body):
        if head & 0xF0 == 0x30:
            length = struct.unpack("!H", body)[0] + 2
            topic, rest = body[2:length], body[length:]
            if head & 6:
                await self._send(packet(0x40, rest[:2]))
                rest = rest[2:]
            self.queue.put(topic, rest, bool(head & 1))
        elif head in (0x40, 0x90):
            self._acknowledged.add(struct.unpack("!H", body)[0])

    async def _receive(self):
        head = (await self._exactly(1))[0]
        size, shift = 0, 0
        while True:
            digit = (await self._exactly(1))[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return head, await self._exactly(size) if size else b""

    async def _exactly(self, size):
        try:
            return await self._reader.readexactly(size)
        except EOFError:
            raise OSError(-1, "closed by the broker") from None

    async def _send(self, data):
        self._writer.write(data)
        await self._writer.drain()

    async def _wait(self, number):
        while number not in self._acknowledged and self._connected:
            await asyncio.sleep_ms(5)
        self._acknowledged.discard(number)

    def _next(self):
        self._number = self._number % 65535 + 1
        return self._number
