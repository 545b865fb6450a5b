"""A phone as the watch: its profile names the programs that play a cue.

``termux-vibrate`` and ``am broadcast`` are such.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from kickcue.config.watch_files import load_watch, load_watches
from kickcue.core.errors import UsageError
from kickcue.core.watch.delivery_steps import ProgramCall
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.indistinguishable_cues import CUES
from kickcue.core.watch.state_machine import LATE, MOST_CUES, CueAck, CueContent, Play
from kickcue.core.watch.watch_profile import Transport, WatchProfile, played_by
from kickcue.edges.mqtt.watch_client import Happening

PATIENCE_S: Final = 5.0
"""A program that takes longer hangs, as those of Termux:API do where its app is missing."""
LOOK_S: Final = 0.02
FAILED: Final = "the program failed"
CURES: Final = {
    "termux-vibrate": "install the app Termux:API and `pkg install termux-api`",
    "am": "it is part of Android: run this on the phone, in Termux",
}

Key = tuple[str, str]
"""Run and cue."""


def worn_as(id_or_path: str) -> WatchProfile:
    """Return the profile of a watch that programs of this machine can play.

    UsageError where they cannot.
    """
    profile = load_watch(id_or_path)
    if not _by_programs(profile):
        names = " or ".join(id_ for id_, each in load_watches().items() if _by_programs(each))
        how = played_by(profile.id, profile.transport)
        raise UsageError(f"--as: expected {names}, got {id_or_path}: {how}")
    for program in sorted(
        {step.argv[0] for kind in CUES for step in _runs(profile, _example(kind))}
    ):
        if shutil.which(program) is None:
            raise UsageError(
                f"--as {id_or_path}: {program} is not installed: {CURES.get(program, 'install it')}"
            )
    return profile


class Programs:
    """Plays what is decided; all of it returns at once but ``end``.

    ``answered`` gets what became of each cue, ``warn`` what is wrong. Cues are played one after
    the other, for a ring has to be ended before anything else; one that is late by then is dropped.
    A cue counts as felt when its first program has ended well: the others are still to come then,
    and the sender would repeat what is not answered.
    """

    def __init__(
        self, profile: WatchProfile, answered: Callable[[CueAck], None], warn: Callable[[str], None]
    ) -> None:
        self._profile = profile
        self._answered = answered
        self._warn = warn
        self._trouble: str | None = None
        self._decided: Play | None = None
        self._answers: OrderedDict[Key, CueAck | None] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def lead_ms(self) -> int:
        """How long a cue takes from here to the skin."""
        return self._profile.timing.lead_after_ms(None)

    @property
    def trouble(self) -> str | None:
        """What went wrong with the last program; None where all is well."""
        return self._trouble

    def take(self, happening: Happening) -> bool:
        """Take what happened; return whether it is dealt with here.

        An answer that is not known yet must not be shown as given.
        """
        match happening:
            case Play():
                self._decided = happening
            case CueAck():
                self._answer(happening)
                return True
        return False

    async def end(self) -> None:
        """Let what has begun come to its end: a ring that is not ended goes on."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _answer(self, answer: CueAck) -> None:
        key = (answer.run_id, answer.cue_id)
        play, self._decided = self._decided, None
        if play is not None and play.touch.id == answer.cue_id and answer.felt:
            self._answers[key] = None
            if len(self._answers) > MOST_CUES:
                self._answers.popitem(last=False)
            task = asyncio.get_running_loop().create_task(self._play(play, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        known = self._answers.get(key, answer)
        if known is not None:  # asked once more while it is played: the answer comes
            self._answered(known)

    async def _play(self, play: Play, answer: CueAck) -> None:
        """Run the programs of a cue, each in its time."""
        clock = asyncio.get_running_loop().time
        decided_s = clock()
        async with self._one_at_a_time:
            late_ms = play.late_ms + round((clock() - decided_s) * 1000)
            if late_ms > play.touch.ttl_ms:
                self._settle(replace(answer, felt=False, why=LATE, latency_ms=late_ms))
                return
            at_s, ends = clock(), list[asyncio.Task[str | None]]()
            for step in _runs(self._profile, play.touch):
                ends.append(asyncio.get_running_loop().create_task(_run(step.argv)))
                if len(ends) == 1:
                    ends[0].add_done_callback(
                        lambda end: self._first_ended(
                            replace(answer, latency_ms=late_ms), end.result()
                        )
                    )
                at_s += step.wait_ms / 1000
                await asyncio.sleep(at_s - clock())
                if ends[0].done() and ends[0].result() is not None:
                    break  # what has not begun is not begun in its middle
        for end in ends:
            self._note(await end)

    def _first_ended(self, answer: CueAck, trouble: str | None) -> None:
        self._settle(answer if trouble is None else replace(answer, felt=False, why=FAILED))

    def _settle(self, answer: CueAck) -> None:
        self._answers[answer.run_id, answer.cue_id] = answer
        self._answered(answer)

    def _note(self, trouble: str | None) -> None:
        """Tell what is wrong, once while it lasts."""
        if trouble is not None and trouble != self._trouble:
            self._warn(trouble)
        self._trouble = trouble


def _by_programs(profile: WatchProfile) -> bool:
    return profile.transport in (Transport.PROGRAM, Transport.INTENT)


def _example(kind: str) -> CueContent:
    pulses, urgency = CUES[kind]
    return CueContent(kind, kind, kind, None, pulses, urgency, ttl_ms=0)


def _runs(profile: WatchProfile, touch: CueContent) -> tuple[ProgramCall, ...]:
    return tuple(step for step in encode(profile, touch).steps if isinstance(step, ProgramCall))


async def _run(argv: Sequence[str]) -> str | None:
    """Run a program to its end; return what is wrong, None where all is well.

    It is run by Popen, as in ``edges/fixes/termux.py``.
    """
    try:
        # asyncio's own does it likewise; the profile's words, without a shell.
        process = subprocess.Popen(  # noqa: ASYNC220, S603
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a text with a NUL in it is no argument
        return f"cannot start {argv[0]}: {getattr(error, 'strerror', error)}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            while process.poll() is None:  # noqa: ASYNC110  a program's end is no event of the loop
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return f"{argv[0]} did not finish within {PATIENCE_S:g} s"
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"{argv[0]} failed: exit status {process.returncode}" if process.returncode else None
