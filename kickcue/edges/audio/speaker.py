"""Cues to the ear, armed and felt as ``core/watch/state_machine.py`` has it: once and never late.

Nothing here waits and nothing raises into a race. What goes wrong is reported, and tried again with
the next cue.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from kickcue.core.events import Ack, Arm, Cue, Disarm
from kickcue.core.units import NS_PER_MS
from kickcue.core.watch.clock_offset import APART_MS
from kickcue.core.watch.state_machine import (
    Action,
    CueContent,
    MessageTimes,
    Play,
    WatchStateMachine,
)
from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.output import AudioOutput, SoundPlan
from kickcue.edges.audio.sounds import CueSound
from kickcue.supervision.tasks import cancel, running

AWAKE_AFTER_S: Final = 120.0
"""How long after a cue the output is kept awake: what follows the bell follows within a lap."""
_RUN: Final = "ours"


class Speaker:
    """What ``speaker`` gives.

    ``arm``, ``disarm`` and ``play`` return at once; times are on the clock that ``now_ns`` reads.
    """

    def __init__(
        self,
        output: AudioOutput,
        lead_ms: int,
        now_ns: Callable[[], int],
        answered: Callable[[Ack], None],
    ) -> None:
        self.output = output
        self.prepared = asyncio.Event()
        """Every sound is ready, as far as it can be."""
        self._now_ns = now_ns
        self._began_ns = now_ns()
        self._answered = answered
        self._wrist = WatchStateMachine()
        self._wrist.lead_ms = lead_ms
        for ago_ms in (APART_MS, 0):
            self._set_clock(self._now_ms() - ago_ms)
        self._timer: asyncio.TimerHandle | None = None
        self._current: asyncio.Task[None] | None = None

    def arm(self, arm: Arm) -> None:
        """Begin ``arm.cue`` by itself, ``lead_ms`` before it is due."""
        self.expect(arm)
        if self._may_sound(arm.cue):
            self._do(self._wrist.arm(self._stamp(arm.t_ns), _touch(arm.cue), arm.due_in_ms))

    def expect(self, arm: Arm) -> None:
        """Keep the output awake for a cue that will be played only if need be."""
        if self._may_sound(arm.cue):
            self.output.keep_awake(arm.due_in_ms / 1000 + AWAKE_AFTER_S)

    def disarm(self, disarm: Disarm) -> None:
        """Forget an armed cue."""
        self._do(self._wrist.disarm(self._stamp(disarm.t_ns), disarm.cue_id))

    def play(self, cue: Cue) -> None:
        """Begin ``cue`` now, unless it is late or was begun already.

        So it is a fallback too, for a cue that no watch has answered.
        """
        if self._may_sound(cue):
            self.output.keep_awake(AWAKE_AFTER_S)
            self._do(self._wrist.cue(self._stamp(cue.t_ns), _touch(cue)))

    async def prepare(self) -> None:
        """Make all sounds."""
        await self.output.prepare()
        self.prepared.set()

    async def close(self) -> None:
        """Stop whatever sounds."""
        if self._timer is not None:
            self._timer.cancel()
        await cancel(() if self._current is None else (self._current,))
        await self.output.close()

    def _may_sound(self, cue: Cue) -> bool:
        """Tell whether a cue is for the ear.

        Where the rules of the race allow no voice it has no ``say``, and a tone is no better then.
        One given before this speaker began has sounded already: a daemon that was killed had played
        it before it recorded it.
        """
        return cue.say is not None and cue.t_ns >= self._began_ns

    def _stamp(self, t_ns: int) -> MessageTimes:
        self._set_clock(self._now_ms())
        return MessageTimes(_RUN, t_ns // NS_PER_MS, self._now_ms())

    def _set_clock(self, now_ms: int) -> None:
        """Tell the wrist that sender and receiver share a clock.

        So how late a cue is is known here, not estimated.
        """
        self._wrist.hear(MessageTimes(_RUN, now_ms, now_ms))

    def _now_ms(self) -> int:
        return self._now_ns() // NS_PER_MS

    def _do(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            if isinstance(action, Play):
                self._current = asyncio.create_task(
                    self._sound(action, self._current), name=f"sound of {action.touch.id}"
                )
            elif not action.felt:
                self._answer(action.cue_id, action.why, action.latency_ms)
        if self._timer is not None:
            self._timer.cancel()
        due_ms = self._wrist.next_due_ms
        if due_ms is not None:
            self._timer = asyncio.get_running_loop().call_later(
                max(due_ms - self._now_ms(), 1) / 1000, self._tick
            )

    def _tick(self) -> None:
        self._do(self._wrist.tick(self._now_ms()))

    async def _sound(self, play: Play, before: asyncio.Task[None] | None) -> None:
        """Let a cue sound; the one before is cut short, for the newer one is what matters."""
        touch = play.touch
        sound = CueSound(touch.kind, touch.pulses, touch.say or "")
        try:
            await cancel(() if before is None else (before,))
            why = await self.output.sound(sound, worth_s=(touch.ttl_ms - play.late_ms) / 1000)
        except asyncio.CancelledError:
            self._answer(touch.id, None, play.late_ms)
            raise
        self._answer(touch.id, why, play.late_ms)

    def _answer(self, cue_id: str, why: str | None, late_ms: int) -> None:
        self._answered(Ack(self._now_ns(), cue_id, felt=why is None, why=why, latency_ms=late_ms))


def _touch(cue: Cue) -> CueContent:
    return CueContent(cue.id, cue.kind, cue.text, cue.say, cue.pulses, cue.urgency, cue.ttl_ms)


def _nobody(_: object) -> None:
    pass


@asynccontextmanager
async def speaker(
    plan: SoundPlan,
    *,
    now_ns: Callable[[], int],
    answered: Callable[[Ack], None] = _nobody,
    warn: Callable[[str], None] = _nobody,
) -> AsyncIterator[Speaker]:
    """Speak cues until left; the sounds are made in the background meanwhile.

    ``answered`` gets each cue once it was played or dropped; ``warn`` gets what is wrong, one
    sentence each. AudioError where this machine has no place for a temporary file.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="kickcue-audio-", ignore_cleanup_errors=True)
    except OSError as error:
        raise AudioError(
            f"no sound: no writable folder for temporary files ({error.strerror})"
        ) from None
    with folder as name:
        found = Speaker(AudioOutput(plan, Path(name), warn), plan.lead_ms, now_ns, answered)
        try:
            async with running(found.prepare(), name="audio studio"):
                yield found
        finally:
            await found.close()
