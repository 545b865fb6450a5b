"""From the broker to a Bluetooth watch: the wrist's logic decides when, its profile how.

The bridge keeps the timers of armed cues, so that a broker or a daemon that is lost before the bell
costs nothing. A watch that can keep them itself gets them, too: then not even the loss of the
Bluetooth link costs the cue. It plays a cue once, by its id.

Answered is what the link has confirmed: ``felt``, or not felt because of the ``link`` when the time
was over before the watch took it. Where an app on the watch answers itself, its answer is the one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.config.settings import Settings
from kickcue.config.watch_files import load_watch
from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import UsageError
from kickcue.core.events import Input, Notification
from kickcue.core.watch.console_protocol import ANSWERING, Console, ConsoleAnswer
from kickcue.core.watch.encoding import ARMING, encode
from kickcue.core.watch.state_machine import CueAck, CueContent, Play
from kickcue.core.watch.watch_profile import Transport, WatchProfile, played_by
from kickcue.daemon.ack_log import RESTARTED, Answered, Key
from kickcue.daemon.cue_channel import CueChannel, named_broker
from kickcue.daemon.watch_timers import WatchTimers, named, watch_id, writes
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.messages import AckMessage, StatusMessage
from kickcue.edges.mqtt.topics import RULES, Side, Topics
from kickcue.edges.mqtt.watch_client import Happening, WatchClient, watch
from kickcue.edges.radio import WatchPin, Wearable, wearable
from kickcue.supervision.tasks import BackgroundTasks, running

LOG: Final = logging.getLogger(__name__)
LOOK_S: Final = 0.5
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
    """Made by ``bridge``. ``answered`` gets what happens to each cue: the play and the answer."""

    def __init__(
        self,
        pin: WatchPin,
        broker: WatchClient,
        worn: Wearable,
        answered: Answered,
        *,
        second: bool = False,
    ) -> None:
        self.profile = pin.profile
        self.pin = pin
        self.broker = broker
        self.worn = worn
        self.answered: Callable[[Play, CueAck], None] = lambda _play, _answer: None
        self.felt = 0
        self.not_felt = 0
        self._answered = answered
        self._second = second
        self._unanswered: dict[str, Play] = {}
        """Plays by the cue's id. The wrist gives the answer, which names the run, right after the
        play: each waits here for its own."""
        self._giving: set[Key] = set()
        self._elsewhere: dict[Key, asyncio.Event] = {}
        self._console = Console()
        self._app: dict[str, asyncio.Future[ConsoleAnswer]] = {}
        self._tasks = BackgroundTasks(_note)
        self._timers = WatchTimers(self.profile, broker.wrist, worn, answered, self._tasks)

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
                    self._timers.mirror(self._giving, self._console.clear)
        finally:
            await self._tasks.end()

    def received(self, _char: str, data: bytes) -> None:
        """Take what the watch sends over the link."""
        for result in self._console.take(data):
            waiting = self._app.get(result.cue_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(result)

    def _lead_ms(self) -> int:
        """Return how long the watch takes, if it is asked at the end of the next wait."""
        idle_s = self.worn.idle_s
        return self.profile.timing.lead_after_ms(None if idle_s is None else idle_s + LOOK_S)

    def _take(self, happening: Happening) -> None:
        match happening:
            case StatusMessage() if happening.phase is not None:
                self.worn.race(on=happening.phase in RACING)
            case Play():
                self._unanswered[happening.touch.id] = happening
            case CueAck():
                self._answer(happening)
            case AckMessage() if happening.felt:
                self._elsewhere.setdefault(
                    (happening.cue_run_id, happening.id), asyncio.Event()
                ).set()

    def _answer(self, answer: CueAck) -> None:
        """Take what the wrist has decided; what it reports as felt is yet to be played."""
        key = (answer.run_id, answer.cue_id)
        play = self._unanswered.pop(answer.cue_id, None)
        if play is not None:
            self._giving.add(key)
            self._tasks.start(self._give(key, play, answer))
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
            self.answered(play, final)
        finally:
            self._giving.discard(key)

    async def _play(self, key: Key, touch: CueContent, deadline_s: float) -> str | None:
        """Play a cue; return None where it is confirmed that it is felt, else why not."""
        answer = asyncio.get_running_loop().create_future()
        self._app[watch_id(key)] = answer
        try:
            if not await self.worn.play(
                writes(encode(self.profile, named(touch, key)).steps), deadline_s
            ):
                return BY_TIMER if key in self._timers else LINK
            if self.profile.encoder not in ANSWERING:
                return None
            async with asyncio.timeout(ANSWER_S):
                result = await answer
        except TimeoutError:
            return NO_APP
        finally:
            del self._app[watch_id(key)]
        return None if result.felt else result.why or NO_APP

    async def _felt_elsewhere(self, key: Key) -> bool:
        """Wait whether another watch reports it as felt."""
        try:
            async with asyncio.timeout(SECOND_AFTER_S):
                await self._elsewhere.setdefault(key, asyncio.Event()).wait()
        except TimeoutError:
            return False
        return True


def _note(error: BaseException) -> None:
    LOG.critical("unexpected error while playing a cue", exc_info=error)


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
    connection to the broker fails, unless ``patient``; whatever Bluetooth does is shown by
    ``Bridge.worn.health``. UsageError for a profile that Bluetooth does not carry.
    """
    by_bluetooth(pin.profile)
    answered = Answered(state / "bridge" / f"{pin.profile.id}.jsonl")
    subscribes = ALL_AND_ACKS if second else None
    async with watch(
        address,
        topics,
        subscribes=subscribes,
        over=answered.all,
        answers=False,
        patient=patient,
        kind=pin.profile.id,
    ) as broker:

        def put(event: Input) -> None:
            if isinstance(event, Notification):
                broker.pass_on(event.sensor, event.char, event.data)

        def received(char: str, data: bytes) -> None:
            made.received(char, data)

        async with wearable(
            pin, received=received, put=put if sensor else None, adapter=adapter
        ) as worn:
            made = Bridge(pin, broker, worn, answered, second=second)
            async with running(made.work(), name="bridge"):
                yield made


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
