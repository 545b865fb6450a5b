"""The timers of a watch that keeps them itself: they are to be those of the bridge's wrist."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import encode_arm, encode_disarm
from kickcue.core.watch.state_machine import CueContent, WatchStateMachine
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.daemon.ack_log import Answered, Key
from kickcue.edges.radio import Wearable
from kickcue.supervision.tasks import BackgroundTasks

MOVED_MS: Final = 50
"""A watch's own timer is set anew when its cue has moved by more."""
ARM_S: Final = 0.5


class WatchTimers:
    """Knows by cue which timers are set on the watch. What it writes it writes in ``tasks``."""

    def __init__(
        self,
        profile: WatchProfile,
        wrist: WatchStateMachine,
        worn: Wearable,
        answered: Answered,
        tasks: BackgroundTasks,
    ) -> None:
        self._profile = profile
        self._wrist = wrist
        self._worn = worn
        self._answered = answered
        self._tasks = tasks
        self._set: dict[Key, int] = {}
        self._link = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._set

    def mirror(self, giving: Collection[Key], new_link: Callable[[], None]) -> None:
        """Have the watch's timers be those of the wrist.

        ``giving``: cues that are being played. ``new_link`` is called where what the watch has sent
        so far counts no more.
        """
        if not self._worn.connected.is_set() or self._link != self._worn.health.connections:
            self._link = self._worn.health.connections
            new_link()
            if not self._worn.connected.is_set():
                return
            # It may have been started anew, or have kept a cue that was called off meanwhile.
            self._set = {
                key: due_ms for key, due_ms in self._set.items() if key not in self._wrist.armed
            }
        armed = self._wrist.armed
        for key, (touch, due_ms) in armed.items():
            there_ms = self._set.get(key)
            if there_ms is None or abs(there_ms - due_ms) > MOVED_MS:
                self._set[key] = due_ms
                self._tasks.start(self._arm(key, touch, due_ms))
        self._drop([key for key in self._set if key not in armed and key not in giving])

    def _drop(self, keys: Collection[Key]) -> None:
        """Have the watch forget timers whose cue has not been answered yet."""
        for key in keys:
            due_ms = self._set.pop(key)
            if self._answered.of(key) is None:
                self._tasks.start(self._disarm(key, due_ms))

    async def _arm(self, key: Key, touch: CueContent, due_ms: int) -> None:
        now_s = asyncio.get_running_loop().time()
        due_in_ms = due_ms - round(now_s * 1000) - self._wrist.lead_ms
        found = encode_arm(self._profile, named(touch, key), due_in_ms)
        if (
            due_in_ms > 0
            and found is not None
            and not await self._worn.order(writes(found.steps), now_s + ARM_S)
        ):
            self._set.pop(key, None)  # to be tried again

    async def _disarm(self, key: Key, due_ms: int) -> None:
        steps = encode_disarm(self._profile, watch_id(key))
        until_s = asyncio.get_running_loop().time() + ARM_S
        if steps is not None and not await self._worn.order(steps, until_s):
            self._set.setdefault(key, due_ms)  # to be tried again


def writes(steps: tuple[object, ...]) -> tuple[Write, ...]:
    """Return the steps; those of a watch that is reached by Bluetooth are all writes."""
    return tuple(step for step in steps if isinstance(step, Write))


def named(touch: CueContent, key: Key) -> CueContent:
    """Return the cue with an id that no other run has: the watch may outlive the run."""
    return replace(touch, id=watch_id(key))


def watch_id(key: Key) -> str:
    """Return what the watch knows a cue by."""
    return "/".join(key)
