"""Sounds out of the machine: the real aplay into a file, and players that fail, hang, or are not
there.
"""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kickcue.config.settings_model import AudioSettings
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind
from kickcue.edges.audio import AudioOutput, CueSound, SoundPlan
from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.playback import Playing
from kickcue.edges.audio.players import PLAYERS, find_players
from kickcue.edges.audio.sounds import mixed
from kickcue.edges.audio.speech_process import LiveVoice
from kickcue.edges.audio.voices import Voice
from kickcue.edges.audio.wav import FULL_SCALE, File, read_wav
from tests.edges.audio.conftest import Programs, is_running
from tests.edges.mqtt.conftest import until
from tests.patience import PATIENCE_S

DRIVE = CueSound(CueKind.DRIVE, PULSES[CueKind.DRIVE], "Through the line!")
CLIP = File(Path("/nowhere/a.wav"), 0.1)


@pytest.fixture
def sound_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that ALSA's default output writes what is played into, as raw samples."""
    heard = tmp_path / "heard.raw"
    config = tmp_path / "asound.conf"
    config.write_text(
        f'pcm.!default {{ type file; slave.pcm nothing; file "{heard}"; format raw '
        f"}}\npcm.nothing {{ type null }}\n"
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return heard


def samples(file: Path) -> NDArray[np.int16]:
    return np.frombuffer(file.read_bytes(), dtype="<i2")


async def test_aplay_plays_the_phrase_that_espeak_said(
    programs: Programs, sound_card: Path, tmp_path: Path
) -> None:
    """GIVEN the real espeak-ng and the real aplay WHEN a cue sounds THEN the very samples of tone
    and phrase reach the sound card.
    """
    programs.real("espeak-ng", "apt-get install espeak-ng")
    programs.real("aplay", "apt-get install alsa-utils")
    output = AudioOutput(
        SoundPlan((DRIVE,), "en", tmp_path / "cache", keep_awake=False), tmp_path, lambda _: None
    )
    await output.prepare()
    assert output.trouble is None
    assert Voice("espeak-ng", "en") == output.voice
    assert await output.sound(DRIVE, worth_s=2.0) is None
    (kept,) = (tmp_path / "cache").iterdir()
    said = read_wav(kept)
    expected = np.round(mixed(DRIVE, said, tones=True).samples * FULL_SCALE)
    heard = samples(sound_card)
    assert np.array_equal(expected, heard[: len(expected)])
    assert not heard[len(expected) :].any()  # ALSA rounds up to whole periods
    phrase = heard[len(expected) - len(said.samples) : len(expected)]
    assert 1.0 == pytest.approx(np.corrcoef(phrase, said.samples)[0, 1], abs=1e-3)


async def test_aplay_without_a_sound_card(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a machine without sound WHEN a cue is to sound THEN nothing is raised, and aplay's own
    words tell why.
    """
    programs.real("aplay", "apt-get install alsa-utils")
    empty = tmp_path / "asound.conf"
    empty.touch()
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(empty))
    told: list[str] = []
    output = AudioOutput(
        SoundPlan((DRIVE,), "en", tmp_path / "cache", voice="none"), tmp_path, told.append
    )
    for _ in range(2):
        why = await output.sound(DRIVE, worth_s=2.0)
        assert "no sound: aplay failed: aplay: main:" in (why or "")
        assert why == output.trouble
    assert 1 == len(told)


async def test_the_first_player_that_can_is_kept(programs: Programs) -> None:
    """GIVEN a player without its server before one that plays WHEN played twice THEN the first is
    tried once only.
    """
    programs.script("pw-play", "echo 'Host is down' >&2; exit 1")
    programs.script("aplay")
    playing = Playing(find_players(None))
    for _ in range(2):
        await playing.play(CLIP, worth_s=10.0)
    assert ["a.wav"] == programs.calls("pw-play")
    assert ["-q -N a.wav", "-q -N a.wav"] == programs.calls("aplay")
    assert playing.best is not None
    assert "aplay" == playing.best.program


async def test_all_players_fail(programs: Programs) -> None:
    """GIVEN players that all fail WHEN played THEN one sentence tells what each has said; past its
    time a cue is tried no further.
    """
    programs.script("pw-play", "echo 'Host is down' >&2; exit 1")
    programs.script("paplay", "exit 7")
    playing = Playing(find_players(None))
    with pytest.raises(
        AudioError,
        match="no sound: pw-play failed: Host is down; paplay failed: exit status 7",
    ):
        await playing.play(CLIP, worth_s=10.0)
    with pytest.raises(AudioError, match=r"no sound: pw-play failed: Host is down$"):
        await playing.play(CLIP, worth_s=-1.0)


async def test_a_player_that_hangs_is_ended(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """GIVEN a player that never ends WHEN its patience is over THEN it is killed and the next one
    plays.
    """
    monkeypatch.setattr("kickcue.edges.audio.playback.PATIENCE_S", 0.2)
    pid = tmp_path / "pid"
    programs.script("pw-play", f"echo $$ > {pid}; exec /bin/sleep 1000")
    playing = Playing(find_players(None))
    while not (pid.exists() and pid.read_text()):  # a busy machine may not have started it by then
        with pytest.raises(AudioError, match=r"pw-play did not finish within 0\.3 s"):
            await playing.play(CLIP, worth_s=10.0)
    assert not is_running(pid)


async def test_a_player_is_ended_with_whoever_waits_for_it(
    programs: Programs, tmp_path: Path
) -> None:
    """GIVEN a cue that is being played WHEN the run ends THEN the player ends as well."""
    pid = tmp_path / "pid"
    programs.script("pw-play", f"echo $$ > {pid}; exec /bin/sleep 1000")
    task = asyncio.create_task(Playing(find_players(None)).play(CLIP, worth_s=10.0))
    await until(lambda: pid.exists() and pid.read_text() != "")
    task.cancel()
    await asyncio.wait({task})
    assert not is_running(pid)


@pytest.mark.parametrize("steps", [2, 20])
async def test_what_a_player_has_started_is_ended_with_it(
    steps: int, programs: Programs, tmp_path: Path
) -> None:
    """GIVEN a player that is a script around another program, as Termux's is WHEN its cue is cut
    short, even in the moment of its beginning THEN both end, and nobody waits for the other one.
    """
    pid = tmp_path / "pid"
    programs.script("pw-play", f"/bin/sleep 1000 & echo $! > {pid}; wait")
    task = asyncio.create_task(Playing(find_players(None)).play(CLIP, worth_s=10.0))
    for _ in range(steps):
        await asyncio.sleep(0)
    while not (pid.exists() and pid.read_text()):
        time.sleep(0.01)  # noqa: ASYNC251  this process stands still, the other runs
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE_S)
    assert task.done()
    await until(lambda: not is_running(pid))


async def test_a_live_voice_ends_with_what_it_has_started(
    programs: Programs, tmp_path: Path
) -> None:
    """GIVEN a live voice that is a script around another program WHEN the race ends THEN both
    end.
    """
    pid = tmp_path / "pid"
    programs.script("termux-tts-speak", f"/bin/sleep 1000 & echo $! > {pid}; wait")
    voice = LiveVoice(Voice("termux-tts-speak", "en"))
    await voice.start()
    await until(lambda: pid.exists() and pid.read_text() != "")
    await voice.close()
    await until(lambda: not is_running(pid))


def test_no_player_says_what_to_install(programs: Programs) -> None:
    """GIVEN no player, or not the one that is set WHEN looked for THEN the sentence says what to
    install.
    """
    assert not programs.log.read_text()
    with pytest.raises(AudioError, match="no audio player found: sudo apt install"):
        find_players(None)
    with pytest.raises(AudioError, match="the player aplay is not installed: sudo apt install"):
        find_players("aplay")


def test_every_player_can_be_set() -> None:
    """What the edge can play with is what ``audio.player`` takes."""
    schema = AudioSettings.model_json_schema()["properties"]["player"]["anyOf"][0]["enum"]
    assert [player.program for player in PLAYERS] == schema


def silences(folder: Path) -> list[float]:
    return [clip.seconds for clip in map(read_wav, folder.glob("*.wav")) if not clip.samples.any()]


async def test_what_keeps_the_output_awake(programs: Programs, tmp_path: Path) -> None:
    """GIVEN a player that mixes WHEN the output is to stay awake THEN silence is played; GIVEN one
    that does not THEN nothing is.
    """
    for program, expected in (("paplay", True), ("aplay", False)):
        programs.script(program)
        output = AudioOutput(
            SoundPlan((DRIVE,), "en", tmp_path / "cache", voice="none", player=program),
            tmp_path,
            lambda _: None,
        )
        output.keep_awake(1000.0)
        await output.sound(DRIVE, worth_s=2.0)
        if expected:
            await until(
                lambda program=program: len(programs.calls(program)) > 1  # type: ignore[misc]
            )
        await output.close()
        assert 1 + expected == len(programs.calls(program))
    assert [10.0] == silences(tmp_path)


async def test_a_live_voice_speaks_after_the_tone(programs: Programs, tmp_path: Path) -> None:
    """GIVEN Termux, whose voice writes no files WHEN cues sound THEN one process is told line by
    line, and tones come from the player.
    """
    programs.script("termux-media-player")
    programs.script("termux-tts-speak", f"exec /bin/cat >> {tmp_path}/spoken")
    output = AudioOutput(SoundPlan((DRIVE,), "en", tmp_path / "cache"), tmp_path, lambda _: None)
    await output.prepare()
    for _ in range(2):
        assert await output.sound(DRIVE, worth_s=2.0) is None
    spoken = tmp_path / "spoken"
    await until(
        lambda: spoken.exists() and "Through the line!\nThrough the line!\n" == spoken.read_text()
    )
    await output.close()
    assert ["-s MUSIC -l en"] == programs.calls("termux-tts-speak")
    assert 3 == len(programs.calls("termux-media-player"))  # the trial is one of them
