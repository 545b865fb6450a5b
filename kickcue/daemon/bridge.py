"""From the broker to a Bluetooth watch: the wrist's logic decides when, its profile how.

The bridge keeps the timers of armed cues, so that a broker or a daemon that is lost before the bell
costs nothing. A watch that can keep them itself is told, too: then not even the loss of the
Bluetooth link costs the cue. It plays a cue once, by its id.

Answered is what the link has confirmed: ``felt``, or not felt because of the ``link`` when the time
was over before the watch took it. Where an app on the watch answers itself, its answer is the one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kickcue.config.settings import Settings
from kickcue.config.watch_files import load_watch
from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import UsageError
from kickcue.core.events import Input, Notification
from kickcue.core.watch.console_protocol import ANSWERING, Console, ConsoleAnswer
from kickcue.core.watch.delivery_steps import Write
from kickcue.core.watch.encoding import ARMING, encode, encode_arm, encode_disarm
from kickcue.core.watch.state_machine import CueAck, CueContent, Play
from kickcue.core.watch.watch_profile import Transport, WatchProfile, played_by
from kickcue.daemon.ack_log import RESTARTED, Answered, Key
from kickcue.daemon.cue_channel import CueChannel, named_broker
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.messages import AckMessage, StatusMessage
from kickcue.edges.mqtt.tasks import end
from kickcue.edges.mqtt.topics import RULES, Side, Topics
from kickcue.edges.mqtt.watch_client import Happening, Watch, watch
from kickcue.edges.radio import WatchPin, Wearable, wearable

LOG: Final = logging.getLogger(__name__)
LOOK_S: Final = 0.5
MOVED_MS: Final = 50
"""A watch's own timer is set anew when its cue has moved by more."""
ARM_S: Final = 0.5
SECOND_AFTER_S: Final = 1.2
"""A first watch that was asked twice answers within it; a cue is worth two seconds."""
ANSWER_S: Final = 1.0
LINK: Final = "link"
NO_APP: Final = "kickcue's app on the watch did not answer"
OUT_OF_REACH: Final = "not connected to the bridge"
ELSEWHERE: Final = "felt on another watch"
BY_TIMER: Final = "connection; the watch's own timer was set"
ALL_AND_ACKS: Final = (*(name for name, rule in RULES.items() if rule.side is Side.DAEMON), "ack")


class Bridge:
    """What ``bridge`` gives. ``told`` hears what happens to cues: the play and the answer."""

    def __init__(
        self,
        pin: WatchPin,
        broker: Watch,
        worn: Wearable,
        answered: Answered,
        *,
        second: bool = False,
    ) -> None:
        self.profile = pin.profile
        self.pin = pin
        self.broker = broker
        self.worn = worn
        self.told: Callable[[Play, CueAck], None] = lambda _play, _answer: None
        self.felt = 0
        self.not_felt = 0
        self._answered = answered
        self._second = second
        self._decided: dict[str, Play] = {}
        self._giving: set[Key] = set()
        self._elsewhere: dict[Key, asyncio.Event] = {}
        self._armed_there: dict[Key, int] = {}
        self._link = 0
        self._console = Console()
        self._app: dict[str, asyncio.Future[ConsoleAnswer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Pass cues on, until cancelled."""
        try:
            while True:
                self.broker.wrist.lead_ms = self._lead_ms()
                self.broker.unworn = (
                    None if self.worn.connected.is_set() else self.worn.health.why or OUT_OF_REACH
                )
                for happening in await self.broker.wait(LOOK_S):
                    self._take(happening)
                if self.profile.encoder in ARMING:
                    self._mirror()
        finally:
            await end(list(self._tasks))

    def said(self, _char: str, data: bytes) -> None:
        """Take what the watch says over the link."""
        for told in self._console.take(data):
            waiting = self._app.get(told.cue_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(told)

    def _lead_ms(self) -> int:
        """Return how long the watch takes, if it is asked at the end of the next wait."""
        idle_s = self.worn.idle_s
        return self.profile.timing.lead_after_ms(None if idle_s is None else idle_s + LOOK_S)

    def _take(self, happening: Happening) -> None:
        match happening:
            case StatusMessage() if happening.phase is not None:
                self.worn.race(on=happening.phase in RACING)
            case Play():
                self._decided[happening.touch.id] = happening
            case CueAck():
                self._answer(happening)
            case AckMessage() if happening.felt:
                self._elsewhere.setdefault(
                    (happening.cue_run_id, happening.id), asyncio.Event()
                ).set()

    def _answer(self, answer: CueAck) -> None:
        """Take what the wrist has decided; what it says is felt is yet to be played."""
        key = (answer.run_id, answer.cue_id)
        play = self._decided.pop(answer.cue_id, None)
        if play is not None:
            self._giving.add(key)
            self._start(self._give(key, play, answer))
        elif key not in self._giving:  # asked once more, or too late
            found = self._answered.of(key)
            if found is None:
                found = answer
                self._answered.note(answer)
            self.broker.acknowledge(found)

    async def _give(self, key: Key, play: Play, answer: CueAck) -> None:
        """Play a cue and answer for it."""
        loop = asyncio.get_running_loop()
        lead_ms = self.broker.wrist.lead_ms
        began_s = loop.time()
        deadline_s = began_s + (play.touch.ttl_ms - play.late_ms - lead_ms) / 1000
        self._answered.note(replace(answer, felt=False, why=RESTARTED))
        try:
            if self._second and await self._felt_elsewhere(key):
                self._answered.note(replace(answer, felt=False, why=ELSEWHERE))
                return
            why = await self._play(key, play.touch, deadline_s)
            felt = why is None
            late_ms = play.late_ms + round((loop.time() - began_s) * 1000)
            final = replace(answer, felt=felt, why=why, latency_ms=late_ms)
            self._answered.note(final)
            self.broker.acknowledge(final)
            self.felt += felt
            self.not_felt += not felt
            LOG.info(
                "cue_bridged id=%s felt=%s latency_ms=%d why=%r",
                key[1],
                felt,
                late_ms,
                self.worn.why,
            )
            self.told(play, final)
        finally:
            self._giving.discard(key)

    async def _play(self, key: Key, touch: CueContent, deadline_s: float) -> str | None:
        """Play a cue; return None where it is confirmed that it is felt, else why not."""
        answer = asyncio.get_running_loop().create_future()
        self._app[_id(key)] = answer
        try:
            if not await self.worn.play(
                _writes(encode(self.profile, _named(touch, key)).steps), deadline_s
            ):
                return BY_TIMER if key in self._armed_there else LINK
            if self.profile.encoder not in ANSWERING:
                return None
            async with asyncio.timeout(ANSWER_S):
                told = await answer
        except TimeoutError:
            return NO_APP
        finally:
            del self._app[_id(key)]
        return None if told.felt else told.why or NO_APP

    async def _felt_elsewhere(self, key: Key) -> bool:
        """Wait whether another watch says that it was felt there."""
        try:
            async with asyncio.timeout(SECOND_AFTER_S):
                await self._elsewhere.setdefault(key, asyncio.Event()).wait()
        except TimeoutError:
            return False
        return True

    # ---- a watch that keeps timers itself

    def _mirror(self) -> None:
        """Have the watch's timers be those of the wrist."""
        if not self.worn.connected.is_set() or self._link != self.worn.health.connections:
            self._link = self.worn.health.connections
            self._console.clear()
            if self.worn.connected.is_set():
                self._armed_there.clear()  # it may have been started anew
            else:
                return
        armed = self.broker.wrist.armed
        for key, (touch, due_ms) in armed.items():
            there_ms = self._armed_there.get(key)
            if there_ms is None or abs(there_ms - due_ms) > MOVED_MS:
                self._armed_there[key] = due_ms
                self._start(self._arm(key, touch, due_ms))
        for key in [
            key for key in self._armed_there if key not in armed and key not in self._giving
        ]:
            del self._armed_there[key]
            if self._answered.of(key) is None:
                self._start(self._disarm(key))

    async def _arm(self, key: Key, touch: CueContent, due_ms: int) -> None:
        now_s = asyncio.get_running_loop().time()
        due_in_ms = due_ms - round(now_s * 1000) - self.broker.wrist.lead_ms
        found = encode_arm(self.profile, _named(touch, key), due_in_ms)
        if (
            due_in_ms > 0
            and found is not None
            and not await self.worn.order(_writes(found.steps), now_s + ARM_S)
        ):
            self._armed_there.pop(key, None)  # to be tried again

    async def _disarm(self, key: Key) -> None:
        steps = encode_disarm(self.profile, _id(key))
        if steps is not None:
            await self.worn.order(steps, asyncio.get_running_loop().time() + ARM_S)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            LOG.critical("unexpected error while playing a cue", exc_info=task.exception())


@asynccontextmanager
async def bridge(  # noqa: PLR0913  two ends and what is wanted of them
    pin: WatchPin,
    address: Address | Callable[[], Address],
    topics: Topics | None,
    *,
    state: Path,
    adapter: str | None = None,
    sensor: bool = False,
    second: bool = False,
    patient: bool = False,
) -> AsyncIterator[Bridge]:
    """Be the watch of a race, with a Bluetooth watch for a wrist.

    What was answered is kept in ``state``/bridge. ``address`` and ``topics`` as in ``watch``.
    ``sensor``: publish what the watch's own standard sensors measure, as sensor ``watch``.
    ``second``: play only what no other watch has answered as felt. BrokerError when the first
    connection to the broker fails, unless ``patient``; whatever Bluetooth does is told by
    ``Bridge.worn.health``. UsageError for a profile that Bluetooth does not carry.
    """
    by_bluetooth(pin.profile)
    answered = Answered(state / "bridge" / f"{pin.profile.id}.jsonl")
    hears = ALL_AND_ACKS if second else None
    async with watch(
        address,
        topics,
        hears=hears,
        over=answered.all,
        answers=False,
        patient=patient,
        kind=pin.profile.id,
    ) as broker:

        def put(event: Input) -> None:
            if isinstance(event, Notification):
                broker.pass_on(event.sensor, event.char, event.data)

        def said(char: str, data: bytes) -> None:
            made.said(char, data)

        async with wearable(pin, said=said, put=put if sensor else None, adapter=adapter) as worn:
            made = Bridge(pin, broker, worn, answered, second=second)
            task = asyncio.create_task(made.work(), name="bridge")
            try:
                yield made
            finally:
                await end([task])
                if not task.cancelled():
                    # It never ends by itself: what it raises is a bug that must not pass unseen.
                    task.result()


@asynccontextmanager
async def bridge_of(
    settings: Settings, way: CueChannel, *, state: Path
) -> AsyncIterator[Bridge | None]:
    """Bridge to the watch that the settings name, as one more client of the run's broker.

    Does nothing where there is no watch, or no broker.
    """
    watch_, address = settings.watch, way.watch or named_broker(settings)
    if watch_.profile is None or way.delivery is None or address is None:
        yield None
        return
    pin = WatchPin(load_watch(watch_.profile), watch_.address, watch_.name)
    topics = Topics.of(address.prefix, None if address.prefix else settings.broker.athlete)
    async with bridge(
        pin,
        address,
        topics,
        state=state,
        adapter=settings.adapter,
        sensor=watch_.sensor,
        patient=True,
    ) as made:
        yield made


def by_bluetooth(profile: WatchProfile) -> None:
    """Refuse a watch that is reached in another way."""
    if profile.transport is not Transport.BLE:
        how = played_by(profile.id, profile.transport)
        raise UsageError(
            f"watch {profile.id}: expected one reached by Bluetooth, got {profile.transport}: {how}"
        )


def _writes(steps: tuple[object, ...]) -> tuple[Write, ...]:
    """Return the steps; those of a watch that is reached by Bluetooth are all writes."""
    return tuple(step for step in steps if isinstance(step, Write))


def _named(touch: CueContent, key: Key) -> CueContent:
    """Return the cue with an id that no other run has: the watch may outlive the run."""
    return replace(touch, id=_id(key))


def _id(key: Key) -> str:
    return "/".join(key)
