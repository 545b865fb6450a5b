# mypy: ignore-errors
"""Runs under MicroPython, in both ports: the watch's own files, with a motor that tells and a clock
that can be moved.

Each line on standard output is a JSON object: ``play`` (pulses), ``show`` (text), ``obeyed`` (an
order), or ``state`` when that changed.
"""

import asyncio
import json
import time

import kickcue_client
from kickcue_client import Client
from kickcue_memory import Memory
from kickcue_wrist import Clock


def tell(**what):
    print(json.dumps(what))


class Motor:
    async def play(self, pulses):
        tell(play=pulses)

    def show(self, text):
        tell(show=text)


class Rtc:
    """As it is after a loss of power."""

    def memory(self, written=None):
        return b""


class Watch:
    """A client on ``link``; ``obey`` takes one line of standard input."""

    def __init__(self, link, prefix, run_id):
        self._link = link
        self._ahead_ms = 0
        self._stands_at = None
        self._subscriptions = 0
        self._renew, link.renew = link.renew, self._subscribe
        self._clock = Clock(lambda: time.ticks_add(self._ticks(), self._ahead_ms), time.ticks_diff)
        self.client = Client(link, Motor(), self._clock, Memory(Rtc()), prefix, run_id)
        self._taken = 0
        self._take, self.client.take = self.client.take, self._count

    async def run(self):
        await asyncio.gather(self.client.run(), self._tell_state())

    def obey(self, line):
        """``{"ahead_ms": 300}``: let 300 ms pass; ``{"before_due_ms": 300}``: let it be 300 ms
        before the next armed cue is due. ``{"stand": 1}``: let no time pass but what is ordered,
        until ``{"stand": 0}``. ``{"ack_worth_ms": 2000}``: give an answer up that is older.

        It is told when that is done, and by then all that was played before has been told too.
        """
        order = json.loads(line)
        if "ack_worth_ms" in order:
            kickcue_client.ACK_WORTH_MS = order["ack_worth_ms"]
        elif "stand" in order:
            self._stand(order["stand"])
        elif "before_due_ms" in order:
            self._ahead_ms += (
                self.client.wrist.next_due_ms() - order["before_due_ms"] - self._clock.now_ms()
            )
        else:
            self._ahead_ms += order.get("ahead_ms", 0)
        tell(obeyed=order)

    def _ticks(self):
        return time.ticks_ms() if self._stands_at is None else self._stands_at

    def _stand(self, stands):
        if stands:
            self._stands_at = time.ticks_ms()
        else:
            self._ahead_ms += time.ticks_diff(self._stands_at, time.ticks_ms())
            self._stands_at = None

    def _count(self, *message):
        self._take(*message)
        self._taken += 1

    async def _subscribe(self, topics):
        await self._renew(topics)
        self._subscriptions += 1

    async def _tell_state(self):
        told = None
        while True:
            state = {
                "due_ms": self.client.wrist.next_due_ms(),
                "connected": self._link.isconnected(),
                "taken": self._taken,
                "subscriptions": self._subscriptions,
                "counts": self.client.counts,
            }
            line = json.dumps({"state": state})
            if line != told:
                told = line
                print(line)
            await asyncio.sleep_ms(10)
