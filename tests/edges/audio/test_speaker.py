"""Cues to the ear by the wrist's laws: once, never late, armed ahead, and silent where the rules
want it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import Ack, Arm, Cue, CueKind, Disarm
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.core.watch.state_machine import LATE
from kickcue.edges.audio import AudioError, CueSound, SoundPlan, Speaker, speaker
from tests.edges.audio.conftest import Programs
from tests.edges.mqtt.conftest import until

BEGAN_NS = 100 * NS_PER_S
CUE = Cue(
    t_ns=BEGAN_NS,
    id="last_lap-1",
    kind=CueKind.LAST_LAP,
    text="Last lap",
    say="Last lap.",
    pulses=PULSES[CueKind.LAST_LAP],
    urgency=3,
    ttl_ms=2000,
    to_go_m=400.0,
    sd_m=2.0,
)
SOUND = CueSound(CUE.kind, CUE.pulses, "Last lap.")


@dataclass
class Ear:
    """A speaker whose clock stands still unless told, and what came of it."""

    programs: Programs
    cache: Path
    now_ns: int = BEGAN_NS
    acks: list[Ack] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, lead_ms: int = 0) -> AsyncIterator[Speaker]:
        plan = SoundPlan(
            (SOUND,), "en", self.cache, voice="none", lead_ms=lead_ms, keep_awake=False
        )
        async with speaker(
            plan, now_ns=lambda: self.now_ns, answered=self.acks.append, warn=self.told.append
        ) as found:
            await until(found.prepared.is_set)
            self.programs.log.write_text("")  # the trial does not count
            yield found

    @property
    def heard(self) -> list[tuple[str, bool, str | None]]:
        return [(ack.cue_id, ack.felt, ack.why) for ack in self.acks]

    @property
    def sounds(self) -> int:
        return len(self.programs.log.read_text().splitlines())


@pytest.fixture
def ear(programs: Programs, tmp_path: Path) -> Ear:
    programs.script("aplay")
    return Ear(programs, tmp_path / "cache")


async def test_a_cue_is_heard_once(ear: Ear) -> None:
    """GIVEN a cue that was heard WHEN it comes again, as a repeat or as a fallback THEN it is not
    heard again.
    """
    async with ear.open() as speaking:
        speaking.play(CUE)
        await until(lambda: bool(ear.acks))
        ear.now_ns += 500 * NS_PER_MS
        speaking.play(CUE)
        speaking.play(replace(CUE, id="drive-1", t_ns=ear.now_ns))
        await until(lambda: len(ear.acks) > 1)
    assert [("last_lap-1", True, None), ("drive-1", True, None)] == ear.heard
    assert 2 == ear.sounds


async def test_a_late_cue_stays_silent(ear: Ear) -> None:
    """GIVEN a cue past its deadline, however it was the first to come WHEN played THEN it is
    dropped as late, and one in time is heard.
    """
    async with ear.open() as speaking:
        ear.now_ns += 2001 * NS_PER_MS
        speaking.play(CUE)
        assert [("last_lap-1", False, LATE)] == ear.heard
        assert 2001 == ear.acks[0].latency_ms
        ear.now_ns += 600 * NS_PER_S  # longer than any window of the delay's measure
        speaking.play(replace(CUE, id="drive-1", t_ns=ear.now_ns - 1999 * NS_PER_MS))
        await until(lambda: len(ear.acks) > 1)
        assert ("drive-1", True, None) == ear.heard[1]
        assert 1999 == ear.acks[1].latency_ms
    assert 1 == ear.sounds


async def test_an_armed_cue_sounds_by_itself(ear: Ear) -> None:
    """GIVEN an armed cue WHEN its time comes THEN it is heard without an order, and the cue that
    comes after is not heard again.
    """
    async with ear.open(lead_ms=200) as speaking:
        speaking.arm(Arm(BEGAN_NS, CUE, due_in_ms=300))
        assert not ear.acks
        ear.now_ns += 100 * NS_PER_MS
        await until(lambda: bool(ear.acks))
        ear.now_ns += 200 * NS_PER_MS
        speaking.play(replace(CUE, t_ns=ear.now_ns))
    assert [("last_lap-1", True, None)] == ear.heard
    assert 1 == ear.sounds


@pytest.mark.parametrize(
    ("lead_ms", "due_in_ms", "waits_ms"),
    [(0, 60_000, 60_000), (250, 60_000, 59_750), (250, 100, 0)],
)
async def test_the_lead_is_taken_off(lead_ms: int, due_in_ms: int, waits_ms: int, ear: Ear) -> None:
    """GIVEN what the output takes to the ear WHEN a cue is armed THEN it is begun that much
    earlier, at once if less is left.
    """
    async with ear.open(lead_ms=lead_ms) as speaking:
        speaking.arm(Arm(BEGAN_NS, CUE, due_in_ms=due_in_ms))
        due_ms = speaking._wrist.next_due_ms
        assert waits_ms == (0 if due_ms is None else due_ms - BEGAN_NS // NS_PER_MS)


async def test_a_new_time_and_a_disarm(ear: Ear) -> None:
    """GIVEN an armed cue WHEN it is armed anew and then disarmed THEN the later order holds each
    time, and nothing is heard.
    """
    async with ear.open() as speaking:
        speaking.arm(Arm(BEGAN_NS, CUE, due_in_ms=60_000))
        ear.now_ns += NS_PER_S
        speaking.arm(Arm(ear.now_ns, CUE, due_in_ms=30_000))
        assert BEGAN_NS // NS_PER_MS + 31_000 == speaking._wrist.next_due_ms
        ear.now_ns += NS_PER_S
        speaking.disarm(Disarm(ear.now_ns, CUE.id, "the runner stopped"))
        assert speaking._wrist.next_due_ms is None
    assert [] == ear.heard


async def test_no_voice_allowed_means_no_sound(ear: Ear) -> None:
    """GIVEN a race whose rules allow no voice, so that cues have nothing to say WHEN armed and
    played THEN there is no tone either.
    """
    async with ear.open() as speaking:
        speaking.arm(Arm(BEGAN_NS, replace(CUE, say=None), due_in_ms=0))
        speaking.play(replace(CUE, say=None))
        speaking.play(replace(CUE, id="drive-1"))
        await until(lambda: bool(ear.acks))
    assert [("drive-1", True, None)] == ear.heard
    assert 1 == ear.sounds


async def test_what_a_dead_daemon_has_played_is_not_played_again(ear: Ear) -> None:
    """GIVEN a daemon restarted within a cue's time WHEN the cue is told again THEN it stays silent:
    the one before has played it.
    """
    async with ear.open() as speaking:
        speaking.play(replace(CUE, t_ns=BEGAN_NS - 1))
        speaking.play(replace(CUE, id="drive-1"))
        await until(lambda: bool(ear.acks))
    assert [("drive-1", True, None)] == ear.heard


async def test_a_newer_cue_cuts_the_older_short(ear: Ear, tmp_path: Path) -> None:
    """GIVEN a cue that is sounding WHEN the next one comes THEN the first is cut short, and both
    count as heard.
    """
    started = tmp_path / "started"
    ear.programs.script(
        "aplay", f"[ -e {started} ] && exit 0; echo > {started}; exec /bin/sleep 1000"
    )
    started.touch()
    async with ear.open() as speaking:
        started.unlink()
        speaking.play(CUE)
        await until(started.exists)
        speaking.play(replace(CUE, id="drive-1"))
        await until(lambda: len(ear.acks) > 1)
    assert [("last_lap-1", True, None), ("drive-1", True, None)] == ear.heard


async def test_trouble_is_told_once_and_passes(ear: Ear) -> None:
    """GIVEN headphones that are away WHEN two cues come THEN each is answered with why and it is
    told once; once they are back all is well.
    """
    async with ear.open() as speaking:
        ear.programs.script("aplay", "echo 'No such device' >&2; exit 1")
        for number in (1, 2):
            speaking.play(replace(CUE, id=f"even-{number}"))
            await until(lambda number=number: len(ear.acks) == number)  # type: ignore[misc]
        why = "no sound: aplay failed: No such device"
        assert [("even-1", False, why), ("even-2", False, why)] == ear.heard
        assert [f"audio: {why}"] == ear.told
        assert why == speaking.output.trouble
        ear.programs.script("aplay")
        speaking.play(replace(CUE, id="even-3"))
        await until(lambda: len(ear.acks) > 2)
        assert ("even-3", True, None) == ear.heard[2]
        assert speaking.output.trouble is None


async def test_a_machine_without_anything(programs: Programs, tmp_path: Path) -> None:
    """GIVEN neither player nor voice WHEN a race begins and a cue comes THEN both are told before
    it, and nothing is raised.
    """
    acks: list[Ack] = []
    told: list[str] = []
    plan = SoundPlan((SOUND,), "en", tmp_path / "cache")
    async with speaker(
        plan, now_ns=lambda: BEGAN_NS, answered=acks.append, warn=told.append
    ) as speaking:
        assert ["no audio player found", "no voice is installed"] == [
            each.split(": ")[1] for each in told
        ]
        speaking.play(CUE)
        await until(lambda: bool(acks))
    assert not programs.log.read_text()
    assert "no sound: no player" == acks[0].why


async def test_no_place_for_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs
) -> None:
    """GIVEN a machine that can write nowhere WHEN opened THEN one sentence says so."""
    assert not programs.log.read_text()

    def nowhere(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory")

    monkeypatch.setattr("tempfile.TemporaryDirectory", nowhere)
    with pytest.raises(AudioError, match="no writable folder for temporary files"):
        async with speaker(SoundPlan((SOUND,), "en", tmp_path), now_ns=lambda: BEGAN_NS):
            pass
