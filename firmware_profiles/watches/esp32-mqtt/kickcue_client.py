"""The watch on the network: messages in, touches and acknowledgements out.

It knows neither Wi-Fi nor pins; both are given to it.

``link``
    ``queue``: an asynchronous iterator of (topic, payload, retained): bytes, a bool.
    ``isconnected()``. ``await publish(topic, payload)`` at QoS 1. ``await renew(topics)``:
    subscribe anew, which brings what the broker retained, or finds out that the link is dead.
``hal``
    ``await play(pulses)``, which may be cancelled at any moment, and ``show(text)``.
``clock``
    ``now_ms()``, a ``kickcue_wrist.Clock``.
``memory``
    ``answers`` and ``note(answer)``, a ``kickcue_memory.Memory``.

Nothing waits for anything else: listening, timers, acknowledging, being there and minding the
silence are tasks of their own, and a cue plays in one too. So an armed cue fires while the link is
down.
"""

import asyncio

from kickcue_wire import ack, parse, presence
from kickcue_wrist import Answer, Play, Wrist

HEARD = ("status", "arm", "disarm", "cue")
TICK_MS = 20  # armed cues fire at most this late
SILENCE_MS = 3000  # a sender that is online says so each second
PRESENCE_MS = 5000  # the sender takes a watch that has not said for 12 s that it is there for gone
ACK_WORTH_MS = 2000  # the sender would not believe an older one


class Client:
    """``counts`` tells what was refused and why."""

    # The arguments are what a watch is made of.
    def __init__(self, link, hal, clock, memory, prefix, run_id):  # noqa: PLR0913, PLR0917
        self.topics = [prefix + "/" + name for name in HEARD]
        self.wrist = Wrist(memory.answers)
        self.counts = {
            "malformed": 0,
            "retained": 0,
            "felt": 0,
            "dropped": 0,
            "acks_lost": 0,
            "motor_errors": 0,
            "renewals": 0,
        }
        self._link = link
        self._hal = hal
        self._clock = clock
        self._memory = memory
        self._prefix_length = len(prefix) + 1
        self._ack_topic = prefix + "/ack"
        self._presence_topic = prefix + "/presence"
        self._run_id = run_id
        self._acks = []
        self._playing = None
        self._online = False
        self._heard_ms = 0

    async def run(self):
        """Be a watch, until cancelled."""
        await asyncio.gather(
            self._listen(),
            self._keep_timers(),
            self._acknowledge(),
            self._mind_silence(),
            self._say_presence(),
        )

    def take(self, topic, payload, retained):
        """Act on one message."""
        if topic not in self.topics:
            return
        received_ms, name = self._clock.now_ms(), topic[self._prefix_length :]
        message = parse(name, payload)
        if message is None:
            self.counts["malformed"] += 1
            return
        self._heard_ms = received_ms
        if name == "status":
            self._online = message["status"] == "online"
        if retained:  # of an unknown age: no measure, and nothing to obey
            self.counts["retained"] += name != "status"
        elif message["sent_ms"] is not None:
            self._do(self._obey(name, message, received_ms))

    def _obey(self, name, message, received_ms):
        run_id, sent_ms = message["run_id"], message["sent_ms"]
        if name == "arm":
            return self.wrist.arm(run_id, sent_ms, received_ms, message, message["due_in_ms"])
        if name == "disarm":
            return self.wrist.disarm(run_id, sent_ms, received_ms, message["id"])
        if name == "cue":
            return self.wrist.cue(run_id, sent_ms, received_ms, message)
        self.wrist.hear(run_id, sent_ms, received_ms)
        return self.wrist.tick(received_ms)

    def _do(self, actions):
        for action in actions:
            if isinstance(action, Play):
                self._start(action.touch)
            elif isinstance(action, Answer):
                self.counts["felt" if action.felt else "dropped"] += 1
                self._memory.note(action)
                self._acks.append((self._clock.now_ms(), action))

    def _start(self, touch):
        """Play; a newcomer cuts what is still playing, for waiting would make it late."""
        if self._playing is not None:
            self._playing.cancel()
        self._playing = asyncio.create_task(self._play(touch))

    async def _play(self, touch):
        try:
            self._hal.show(touch.get("text", ""))
            await self._hal.play(touch["pulses"])
        except OSError:  # the I2C bus
            self.counts["motor_errors"] += 1

    async def _listen(self):
        async for topic, payload, retained in self._link.queue:
            try:
                name = topic.decode()
            except ValueError:
                continue
            self.take(name, payload, retained)

    async def _keep_timers(self):
        while True:
            now_ms = self._clock.now_ms()
            due_ms = self.wrist.next_due_ms()
            if due_ms is not None and due_ms <= now_ms:
                self._do(self.wrist.tick(now_ms))
            await asyncio.sleep_ms(TICK_MS)

    async def _acknowledge(self):
        while True:
            while self._acks:
                if self._clock.now_ms() - self._acks[0][0] > ACK_WORTH_MS:
                    self._acks.pop(0)
                    self.counts["acks_lost"] += 1
                elif self._link.isconnected():
                    born_ms, answer = self._acks.pop(0)
                    await self._link.publish(self._ack_topic, ack(answer, self._run_id, born_ms))
                else:
                    break
            await asyncio.sleep_ms(TICK_MS)

    async def _say_presence(self):
        """Say on each connection, and every few seconds, that a cue would be felt."""
        said_ms, was_connected = 0, False
        while True:
            now_ms, connected = self._clock.now_ms(), self._link.isconnected()
            if connected and (not was_connected or now_ms - said_ms >= PRESENCE_MS):
                said_ms = now_ms
                await self._link.publish(
                    self._presence_topic, presence("online", self._run_id, now_ms)
                )
            was_connected = connected
            await asyncio.sleep_ms(PRESENCE_MS // 20)

    async def _mind_silence(self):
        """Connect anew when a sender that was online has fallen silent.

        That brings what the broker retained, its ``offline`` too.
        """
        while True:
            await asyncio.sleep_ms(SILENCE_MS // 6)
            silent = self._clock.now_ms() - self._heard_ms > SILENCE_MS
            if self._online and silent and self._link.isconnected():
                self._heard_ms = self._clock.now_ms()
                self.counts["renewals"] += 1
                await self._link.renew(self.topics)
