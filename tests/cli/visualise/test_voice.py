"""The voice of a session, with the real espeak-ng and small scripts in the place of players."""

import argparse
import wave
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from kickcue.cli.visualise import _wanted, configure
from kickcue.cli.visualise.play import PlayerStage
from kickcue.cli.visualise.voice import lengths_s, sound_of, voice_of
from kickcue.cli.visualise.wanted import WantedScript
from kickcue.coaching.timeline import Spoken
from kickcue.core.events import Cue
from tests.cli.conftest import home
from tests.edges.audio.conftest import Programs, programs

if TYPE_CHECKING:
    from kickcue.edges.mqtt.delivery import Delivery

__all__ = ["home", "programs"]


@pytest.fixture
def wanted(home: Path, monkeypatch: pytest.MonkeyPatch) -> WantedScript:
    """Return the short script for a 5000 m in 15:30."""
    monkeypatch.chdir(home)
    parser = argparse.ArgumentParser()
    configure(parser)
    words = ["--race", "5000m", "--goal", "15:30", "--language", "en", "--script", "short"]
    return _wanted(parser.parse_args(words))


class Sent(list[Cue]):
    """The way to the wrist, as far as a stage uses it."""

    send = list.append


async def test_a_cue_that_a_pause_cut_off_is_not_felt_twice(wanted: WantedScript) -> None:
    """GIVEN a cue that is begun anew after a pause THEN it was sent once, stamped when it was
    given.
    """
    sent = Sent()
    stage = PlayerStage(lambda: 7, cast("Delivery", sent), None)
    entry = next(each for each in wanted.timeline().entries if isinstance(each.what, Cue))
    for _ in range(2):
        await stage.perform(entry)
    assert [("last_lap-1", 7)] == [(cue.id, cue.t_ns) for cue in sent]


async def test_lines_are_spoken_and_cues_sound_as_on_race_day(
    wanted: WantedScript, programs: Programs, tmp_path: Path
) -> None:
    """GIVEN a voice and a player THEN lines are played as words alone, cues with their tone, and
    the timeline knows how long each is.
    """
    programs.real("espeak-ng", "apt install espeak-ng")
    programs.script("aplay", f'/bin/cp "$3" {tmp_path}/heard.wav')
    voice = await voice_of(wanted, tmp_path)
    assert voice is not None
    try:
        lasts_s = await lengths_s(voice, wanted.steps)
        session = wanted.timeline(lasts_s)
        stage = PlayerStage(lambda: 0, None, voice)
        for kind in (Spoken, Cue):
            entry = next(each for each in session.entries if isinstance(each.what, kind))
            await stage.perform(entry)
            with wave.open(str(tmp_path / "heard.wav")) as file:
                length_s = file.getnframes() / file.getframerate()
            assert length_s == pytest.approx(entry.lasts_s, abs=0.001)
    finally:
        await voice.close()
    assert 0.5 < min(lasts_s)
    line = next(each.what for each in wanted.steps if isinstance(each.what, Spoken))
    assert () == sound_of(line).pulses
    assert session.total_s == 120


@pytest.mark.parametrize("missing", ["voice", "player", "sound card"])
async def test_where_nothing_can_be_heard_it_is_told(
    wanted: WantedScript,
    programs: Programs,
    tmp_path: Path,
    missing: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN no voice, no player or no sound card THEN why is told, and that the lines are shown."""
    if missing != "voice":
        programs.real("espeak-ng", "apt install espeak-ng")
    if missing != "player":
        programs.script("aplay", "exit 0" if missing == "voice" else "exit 1")
    assert await voice_of(wanted, tmp_path) is None
    *why, last = capsys.readouterr().err.splitlines()
    assert last == "kickcue: no voice can be heard here: the lines are shown, at their times"
    assert {
        "voice": "no voice is installed",
        "player": "no audio player found",
        "sound card": "no sound: aplay failed",
    }[missing] in why[0]


async def test_a_cue_without_a_voice_on_the_day_has_one_at_home(
    home: Path, wanted: WantedScript, programs: Programs, tmp_path: Path
) -> None:
    """GIVEN a road race, where cues are felt only, THEN the session can be spoken all the same."""
    del wanted
    (home / "race.toml").write_text('race = "10k"\ntarget_s = "35:00"\nrules = "road"\n')
    parser = argparse.ArgumentParser()
    configure(parser)
    road = _wanted(parser.parse_args(["--script", "short"]))
    assert {None} == {step.what.say for step in road.steps if isinstance(step.what, Cue)}
    programs.real("espeak-ng", "apt install espeak-ng")
    programs.script("aplay")
    voice = await voice_of(road, tmp_path)
    assert voice is not None
    await voice.close()
