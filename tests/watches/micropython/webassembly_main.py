# mypy: ignore-errors
"""A watch in MicroPython's WebAssembly port, which has no sockets: Node carries the bytes
(``webassembly.mjs``).
"""

import asyncio
from binascii import unhexlify

import transport
from harness import Watch


class Queue:
    def __init__(self):
        self._waiting = []

    def put(self, topic, payload, retained):
        self._waiting.append((topic.encode(), unhexlify(payload), retained))

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self._waiting:
            await asyncio.sleep_ms(1)
        return self._waiting.pop(0)


class Link:
    def __init__(self):
        self.queue = Queue()

    def isconnected(self):
        return transport.connected()

    async def publish(self, topic, payload):
        await transport.publish(topic, payload.decode())

    async def renew(self, topics):
        for topic in topics:
            await transport.subscribe(topic)


link = Link()
watch = Watch(link, transport.prefix(), "webassembly")
put, obey = link.queue.put, watch.obey


async def subscribe():
    await link.renew(watch.client.topics)


def start():
    asyncio.create_task(watch.run())
