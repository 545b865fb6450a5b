"""Plays a session: lines to the ear or the screen, cues to the wrist as on race day."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kickcue import machine_time
from kickcue.cli.end_requests import end_requests
from kickcue.cli.format.printing import complain, flush, nobody_reads
from kickcue.cli.tui.keyboard import HUNG_UP, keys
from kickcue.cli.visualise.player import PlayerOrder, ScriptPlayer
from kickcue.cli.visualise.voice import lengths_s, sound_of, voice_of
from kickcue.cli.visualise.wanted import WantedScript, as_text
from kickcue.coaching.timeline import TimelineEntry
from kickcue.core.events import Cue, Phase, PhaseChange
from kickcue.daemon.cue_channel import CueChannel, way_to_the_wrist
from kickcue.edges.audio import AudioOutput
from kickcue.edges.mqtt.delivery import Delivery, new_run_id
from kickcue.supervision.tasks import running

KEYS: Final = {
    " ": PlayerOrder.PAUSE,
    "n": PlayerOrder.SKIP,
    "q": PlayerOrder.STOP,
    HUNG_UP: PlayerOrder.STOP,
}
HELP: Final = "space pause or go on · n next line · q stop"
FIRST_LINK_S: Final = 15.0
"""How long a broker that does not answer may take before the session begins; it is tried on."""
LOOK_S: Final = 0.1
ANSWERS_S: Final = 2.2
"""How long to wait for the last acknowledgements: a cue is worth two seconds."""
WORTH_S: Final = 5.0
"""How late a line may begin to sound where the first player fails."""


async def play(wanted: WantedScript, folder: Path, *, silent: bool, alongside: bool) -> None:
    """Play it to its end, or until it is stopped.

    UsageError where a race sends cues to the same watch, unless ``alongside``.
    """
    began_ns = machine_time.machine_ns()

    def now_ns() -> int:
        return machine_time.machine_ns() - began_ns

    async with AsyncExitStack() as stack:
        voice = await stack.enter_async_context(_voice(wanted, folder, silent=silent))
        session = wanted.timeline(None if voice is None else await lengths_s(voice, wanted.steps))
        sending = way_to_the_wrist(wanted.settings, new_run_id(), now_ns, alongside=alongside)
        way = await stack.enter_async_context(sending)
        await _introduce(way, alongside=alongside)
        stage = PlayerStage(now_ns, way.delivery, voice)
        ended = await _listened(ScriptPlayer(session, stage.perform, _tell_pause))
        if stage.sent and way.delivery is not None:
            await asyncio.sleep(ANSWERS_S if ended else 0.0)
            _report(way, way.delivery)


@dataclass(slots=True)
class PlayerStage:
    """Where entries are performed; a cue that is begun anew is not sent again."""

    now_ns: Callable[[], int]
    delivery: Delivery | None
    voice: AudioOutput | None
    sent: set[str] = field(default_factory=set)

    async def perform(self, entry: TimelineEntry) -> None:
        """Show it, say it, and let the wrist feel it."""
        print(as_text(entry))
        flush()
        if isinstance(entry.what, Cue) and entry.what.id not in self.sent:
            self.sent.add(entry.what.id)
            if self.delivery is not None:
                self.delivery.send(replace(entry.what, t_ns=self.now_ns()))
        if self.voice is not None:
            await self.voice.sound(sound_of(entry.what), worth_s=WORTH_S)


async def _introduce(way: CueChannel, *, alongside: bool) -> None:
    """Say where the watch is to listen, once it is known whether that may be."""
    if way.delivery is None:
        complain(way.text)
        return
    way.delivery.send(PhaseChange(0, Phase.WAITING, Phase.WAITING))
    await _allowed(way.delivery)
    trouble = None if alongside else way.trouble
    complain(f"cues go to {way.text}" if trouble is None else f"no cues yet: {trouble}")
    if way.watch is not None:
        complain("to feel them, in another terminal: kickcue watch")


async def _allowed(delivery: Delivery) -> None:
    """Return once it is known that nobody else sends, or that there is no connection yet."""
    async with running(delivery.only_sender(), name="only sender") as asked:
        until_s = asyncio.get_running_loop().time() + FIRST_LINK_S
        while not asked.done() and asyncio.get_running_loop().time() < until_s:
            await asyncio.wait({asked}, timeout=LOOK_S)
            if not delivery.session.connected and delivery.session.trouble is not None:
                return


@asynccontextmanager
async def _voice(
    wanted: WantedScript, folder: Path, *, silent: bool
) -> AsyncIterator[AudioOutput | None]:
    voice = None if silent else await voice_of(wanted, folder)
    if voice is not None:
        voice.keep_awake(60.0 * wanted.minutes)
    try:
        yield voice
    finally:
        if voice is not None:
            await voice.close()


async def _listened(player: ScriptPlayer) -> bool:
    """Run it with keys and signals; return whether it came to its end."""

    def press(key: str) -> None:
        if key in KEYS:
            player.order(KEYS[key])

    with end_requests() as told, keys(press) as there_are_keys:
        if there_are_keys:
            complain(HELP)
        async with running(_stop_when(told, player), name="told to stop"):
            return await player.run()


async def _stop_when(told: asyncio.Event, player: ScriptPlayer) -> None:
    while not nobody_reads():
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await told.wait()
                break
    player.order(PlayerOrder.STOP)


def _tell_pause(begins: bool) -> None:
    print("       (paused)" if begins else "       (goes on)")
    flush()


def _report(way: CueChannel, delivery: Delivery) -> None:
    counts = delivery.report()
    complain(
        f"{counts['cues']} cues sent, {counts['felt']} felt, {counts['unanswered']} unanswered"
    )
    if way.trouble is not None:
        complain(f"no cues to the wrist: {way.trouble}")
