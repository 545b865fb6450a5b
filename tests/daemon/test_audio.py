"""Cues to this machine's own sound, as a run wires it:
all, those that no watch answers, or none.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kickcue.config.settings import Settings, load_settings
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Arm, Cue, CueKind
from kickcue.daemon.audio import LocalAudio, local_audio
from kickcue.daemon.wiring import live
from kickcue.edges.audio import AudioOutput, CueSound
from kickcue.edges.mqtt.delivery import deliver
from tests.daemon.test_race_daemon import RACE, PlayedClock, cues, play, recorded, replays_alike
from tests.edges.audio.conftest import Programs, programs
from tests.edges.mqtt.conftest import (
    TOPICS,
    Nats,
    Run,
    engine_clock,
    nats,
    own_runtime_folder,
    until,
)

__all__ = ["nats", "own_runtime_folder", "programs"]


def settings(**more: Any) -> Settings:
    """Return an 800 m that is to be heard, with a strap and a pod that a gateway reads."""
    pins = {
        "strap": {"profile": "generic-hr", "mqtt": "s"},
        "pod": {"profile": "generic-rsc", "mqtt": "p"},
    }
    return load_settings(
        None,
        options={
            "race": "800m",
            "sensors": pins,
            "audio.output": "always",
            "audio.keep_awake": False,
            **more,
        },
        environ={},
    )


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what sounds, as it begins; a sound takes no time."""
    kinds: list[str] = []

    async def sound(_: AudioOutput, each: CueSound, *, worth_s: float) -> None:
        assert worth_s > 0
        kinds.append(each.kind)

    async def prepare(_: AudioOutput) -> None:
        pass

    monkeypatch.setattr(AudioOutput, "sound", sound)
    monkeypatch.setattr(AudioOutput, "prepare", prepare)
    return kinds


@pytest.mark.usefixtures("lasting")
async def test_a_race_is_heard(tmp_path: Path, heard: list[str]) -> None:
    """GIVEN all cues to the headphones WHEN a race is run THEN each is heard once, the bell's too,
    and the recording is what it would be.
    """
    async with live(settings(**{"audio.lead_ms": 0}), state=tmp_path, clock=PlayedClock()) as run:
        await play(run, RACE.inputs)
        await until(lambda: run.phase.value == "finished")
        assert run.session is not None
        given = run.session.view.cues
        await until(lambda: len(heard) >= len(given))
    recording = recorded(tmp_path)
    assert 1 == heard.count(CueKind.LAST_LAP)
    assert len(cues(recording)) == len(heard)
    assert replays_alike(recording)


@pytest.mark.parametrize("rules", [Rules.ROAD, Rules.SANCTIONED])
async def test_where_headphones_are_banned_all_is_silent(
    rules: Rules, tmp_path: Path, programs: Programs
) -> None:
    """GIVEN rules that allow no voice WHEN sound is wanted THEN there is none, no program is even
    started, and the reason is told.
    """
    programs.script("aplay")
    told: list[str] = []
    race = {"race": "5k"} if rules is Rules.ROAD else {}
    async with local_audio(
        settings(rules=rules.value, **race), tmp_path, now_ns=lambda: 0, warn=told.append
    ) as audio:
        assert audio is None
    assert [True] == [each.startswith(f"no sound: {rules.value} race") for each in told]
    assert "" == programs.log.read_text()


async def test_off_is_off(tmp_path: Path, programs: Programs) -> None:
    """GIVEN nothing said of sound WHEN a race begins THEN there is none, and nothing is told."""
    told: list[str] = []
    async with local_audio(
        load_settings(None, options={"race": "800m"}, environ={}),
        tmp_path,
        now_ns=lambda: 0,
        warn=told.append,
    ) as audio:
        assert audio is None
    assert [] == told
    assert "" == programs.log.read_text()


async def test_a_machine_that_cannot_sound_runs_the_race(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN nowhere to write a sound WHEN sound is wanted THEN that is told, and the race goes on
    without.
    """

    def nowhere(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory")

    monkeypatch.setattr("tempfile.TemporaryDirectory", nowhere)
    told: list[str] = []
    async with local_audio(settings(), tmp_path, now_ns=lambda: 0, warn=told.append) as audio:
        assert audio is None
    assert 1 == len(told)
    assert told[0].startswith("audio: no sound: ")


async def test_a_fallback_waits_for_the_watch(tmp_path: Path, heard: list[str]) -> None:
    """GIVEN a fallback WHEN cues go to a watch THEN they are heard only once nobody has answered,
    and without any watch at once.
    """
    now = engine_clock()
    run = Run(now)
    options = settings(**{"audio.output": "fallback"})
    async with local_audio(options, tmp_path, now_ns=now, warn=pytest.fail) as audio:
        assert isinstance(audio, LocalAudio)
        first, second = run.cue("c1", ttl_ms=60_000), run.cue("c2", ttl_ms=60_000)
        audio.take(Arm(first.t_ns, first, due_in_ms=0), alone=False)
        audio.take(first, alone=False)
        audio.take(second, alone=True)
        await until(lambda: len(heard) == 1)
        audio.on_unfelt(first)
        audio.on_unfelt(first)
        audio.on_unfelt(second)
        await until(lambda: len(heard) == 2)
        await asyncio.sleep(0)
    assert 2 == len(heard)


async def test_a_cue_that_no_watch_feels_is_heard(
    tmp_path: Path, heard: list[str], nats: Nats
) -> None:
    """GIVEN a broker and no watch WHEN a cue has been repeated in vain THEN it is handed to the
    fallback once, still in time to be heard.
    """
    now = engine_clock()
    handed: list[str] = []
    async with (
        local_audio(
            settings(**{"audio.output": "fallback"}), tmp_path, now_ns=now, warn=pytest.fail
        ) as audio,
        deliver(nats.address, TOPICS, run_id="run", now_ns=now) as delivery,
    ):
        assert audio is not None

        def hand_over(cue: Cue) -> None:
            handed.append(cue.id)
            audio.on_unfelt(cue)

        delivery.unfelt = hand_over
        delivery.send(Run(now, delivery).cue("c1", ttl_ms=60_000))
        await until(lambda: delivery.counters.repeated > 3)
        await until(lambda: bool(heard))
    assert ["c1"] == handed
    assert 1 == len(heard)
