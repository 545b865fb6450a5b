"""The only live wiring: radio and broker in, engine, wrist and recording out."""

import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kickcue.config.page_record import forget_page
from kickcue.config.profile_files import load_profile
from kickcue.config.settings import SensorPin, Settings
from kickcue.daemon.audio import audio_cache, local_audio
from kickcue.daemon.beacon import beacon_of
from kickcue.daemon.bridge import bridge_of
from kickcue.daemon.clock import Clock
from kickcue.daemon.cue_channel import CueChannel, way_to_the_wrist
from kickcue.daemon.logging_setup import event as log_event
from kickcue.daemon.position_receiver import positions
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.resume import find_unfinished
from kickcue.daemon.run_lock import only_one
from kickcue.daemon.simulated_sensors import SimulatedRun
from kickcue.edges.mqtt.delivery import Delivery, new_run_id
from kickcue.edges.radio import Pin, sensors
from kickcue.supervision.tasks import running

if TYPE_CHECKING:
    from kickcue.edges.web.race_page import RacePage

LOG: Final = logging.getLogger(__name__)


@asynccontextmanager
async def live(  # noqa: PLR0913  what is run, and one for each way in which it can be another
    settings: Settings,
    *,
    state: Path,
    clock: Clock | None = None,
    fresh: bool = False,
    alongside: bool = False,
    simulated: SimulatedRun | None = None,
) -> AsyncIterator[RaceDaemon]:
    """Run a race, live; recordings lie in ``state``/races.

    A race that was cut off less than ten minutes ago goes on, unless ``fresh``. Where another run
    sends cues on the same topics this one ends, unless ``alongside``; a race that is under way goes
    on without a wrist. What is ``simulated`` comes in instead of what sensors send, at its own
    rate; such a run takes up no race, and nothing is learned from it. UsageError where the settings
    describe no race that can be run; everything else is reported in ``notes`` and tried again.
    """
    clock = clock or Clock(rate=1.0 if simulated is None else simulated.rate)
    run = RaceDaemon(settings, clock, new_run_id(), state, simulated)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(state))
        _set_up(run, state, fresh=fresh)
        stack.push_async_callback(run.feed.close)
        stack.push_async_callback(run.inhibitor.close)
        way = await _open_outlets(run, stack, state, alongside=alongside)
        await stack.enter_async_context(_at_work(run, way))
        await _open_devices(run, stack, way, state)
        run.page = await stack.enter_async_context(_page(run, way, state))
        await stack.enter_async_context(_watched(run, run.log_health(), "live health"))
        if run.simulated is not None and simulated is not None:
            run.announcer.note(simulated.notice)
            playing = run.simulated.play(run.put, run.clock.run_ns, lambda: run.phase)
            await stack.enter_async_context(_watched(run, playing, "simulated sensors"))
        yield run
    if run.refused is not None:
        raise run.refused


def _set_up(run: RaceDaemon, state: Path, *, fresh: bool) -> None:
    """Take up the race that was cut off, or get ready for a new one."""
    unfinished = (
        find_unfinished(state / "races", run.document, run.clock, report=run.announcer.warn)
        if run.settings.record and not fresh and run.simulated is None
        else None
    )
    if unfinished is None:
        run.expect()
    else:
        run.feed.go_on(unfinished)
    if run.course.note is not None:
        run.announcer.note(run.course.note)


async def _open_outlets(
    run: RaceDaemon, stack: AsyncExitStack, state: Path, *, alongside: bool
) -> CueChannel:
    """Open the ways to ear and wrist, and return the latter."""
    settings, now_ns = run.settings, run.clock.run_ns
    audio = local_audio(settings, audio_cache(state), now_ns=now_ns, warn=run.announcer.warn)
    run.outlets.audio = await stack.enter_async_context(audio)
    wrist = way_to_the_wrist(settings, run.feed.run_id, now_ns, alongside=alongside)
    run.outlets.way = way = await stack.enter_async_context(wrist)
    return way


async def _open_devices(
    run: RaceDaemon, stack: AsyncExitStack, way: CueChannel, state: Path
) -> None:
    """Open whatever else is in reach: sensors, a watch to bridge to, beacon, satellites."""
    settings, now_ns = run.settings, run.clock.run_ns
    pins = [] if run.simulated is not None else _on_the_radio(settings)
    if pins:
        radio = sensors(pins, run.put, now_ns, adapter=settings.adapter)
        run.radio = await stack.enter_async_context(radio)
    run.bridge = await stack.enter_async_context(bridge_of(settings, way, state=state))
    run.beacon = await stack.enter_async_context(beacon_of(settings, run.locate, now_ns))
    run.positions = await stack.enter_async_context(positions(settings.fixes, run.locate, now_ns))


@asynccontextmanager
async def _page(run: RaceDaemon, way: CueChannel, state: Path) -> AsyncIterator["RacePage | None"]:
    """Serve the page where one is wanted."""
    if not run.settings.page.on:
        forget_page(state)
        yield None
        return
    # The server and what it needs take memory and a tenth of a second, from who has the page alone.
    from kickcue.daemon.web_page import page_of  # noqa: PLC0415

    async with page_of(run, way, state=state, goes_on=run.resumed) as page:
        yield page


@asynccontextmanager
async def _at_work(run: RaceDaemon, way: CueChannel) -> AsyncIterator[None]:
    """Feed the engine, and look after the wrist where there is a way to one."""
    delivery = way.delivery
    if run.outlets.audio is not None and delivery is not None:
        delivery.unfelt = run.outlets.audio.on_unfelt
    run.feed.catch_up()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_watched(run, run.work(), "live"))
        if delivery is not None:
            delivery.send_warnings_to(run.announcer.note)
            stack.callback(_log_counters, delivery)
            await stack.enter_async_context(_watched(run, run.read(delivery), "live reader"))
            await stack.enter_async_context(_watched(run, run.mind_wrist(delivery), "live wrist"))
            await stack.enter_async_context(_watched(run, run.show_state(delivery), "live state"))
        stack.push_async_callback(run.race_end.learnt)
        yield


def _log_counters(delivery: Delivery) -> None:
    """Log what became of everything sent and received: it may explain why a cue was not felt."""
    counted = {name: count for name, count in delivery.report().items() if count}
    log_event(LOG, logging.INFO, "delivery", **counted)


@asynccontextmanager
async def _watched(
    run: RaceDaemon, work: Coroutine[Any, Any, None], name: str
) -> AsyncIterator[None]:
    """Do a part of the run's work: if it fails, the run ends."""
    async with running(work, name=name) as task:
        task.add_done_callback(run.task_ended)
        yield


def _on_the_radio(settings: Settings) -> list[Pin]:
    """Return the sensors that this machine receives itself."""
    return [pin_of(name, pin) for name, pin in settings.sensors.items() if pin.mqtt is None]


def pin_of(sensor: str, pin: SensorPin) -> Pin:
    """Return what the radio wants to know of a sensor that has an address or a name."""
    return Pin(sensor, load_profile(pin.profile), pin.address, pin.name)
