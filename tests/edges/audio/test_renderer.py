"""Phrases into files: by the real espeak-ng, by what other voices are told, kept between races, and
done without.
"""

import asyncio
import time
import wave
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from kickcue.config.phrase_files import languages, load_vocabulary, spoken_language
from kickcue.config.settings_model import AudioSettings
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind
from kickcue.edges.audio import AudioOutput, CueSound, SoundPlan, sounds_of
from kickcue.edges.audio.errors import AudioError
from kickcue.edges.audio.renderer import Renderer
from kickcue.edges.audio.tones import tone
from kickcue.edges.audio.voices import PROGRAMS, Voice, find_voice
from kickcue.edges.audio.wav import read_wav
from tests.edges.audio.conftest import Programs
from tests.patience import PATIENCE_S

APT = "apt-get install espeak-ng"
SAY = CueSound(CueKind.DRIVE, PULSES[CueKind.DRIVE], "Through the line!")
TONE_S = tone(SAY.kind, SAY.pulses).seconds


@pytest.fixture
def studio_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("language", languages())
async def test_espeak_speaks_every_phrase(
    language: str, programs: Programs, studio_folder: Path
) -> None:
    """GIVEN the real espeak-ng WHEN a race's sounds are made THEN each is its tone and at least 0.2
    s of speech, in each language.
    """
    programs.real("espeak-ng", APT)
    voice = find_voice(None, spoken_language(language))
    studio = Renderer(voice, studio_folder, studio_folder / "cache", tones=True)
    sounds = sounds_of(load_vocabulary(language))
    await studio.prepare(sounds)
    for sound in sounds:
        file = await studio.file(sound)
        assert file.seconds == read_wav(file.path).seconds
        assert file.seconds > tone(sound.kind, sound.pulses).seconds + 0.2


async def test_a_phrase_is_spoken_once_and_kept(
    programs: Programs, studio_folder: Path, tmp_path: Path
) -> None:
    """GIVEN phrases spoken for an earlier race WHEN made again THEN no voice runs; another voice or
    text is spoken anew.
    """
    silence = tmp_path / "said.wav"
    _write(silence)
    programs.script("piper", f"/bin/cat > {tmp_path}/text; /bin/cp {silence} $4")
    cache = tmp_path / "cache"
    voice = Voice("piper", "/models/a.onnx")
    for given, spoken in (
        (voice, 1),
        (voice, 1),
        (replace(voice, which="/models/b.onnx"), 2),
        (voice, 2),
    ):
        await Renderer(given, studio_folder, cache, tones=True).prepare([SAY])
        assert spoken == len(programs.calls("piper"))
    await Renderer(voice, studio_folder, cache, tones=True).prepare(
        [replace(SAY, say="Quick feet!")]
    )
    assert 3 == len(programs.calls("piper"))
    assert "Quick feet!\n" == (tmp_path / "text").read_text()
    assert 3 == len(list(cache.iterdir()))


async def test_a_broken_file_in_the_cache_is_made_anew(
    programs: Programs, studio_folder: Path, tmp_path: Path
) -> None:
    """GIVEN a kept phrase cut off by a power cut WHEN made again
    THEN it is spoken anew, and whole.
    """
    said = tmp_path / "said.wav"
    _write(said)
    programs.script("piper", f"/bin/cat; /bin/cp {said} $4")
    cache = tmp_path / "cache"
    for _ in range(2):
        await Renderer(Voice("piper", "m"), studio_folder, cache, tones=True).prepare([SAY])
        (kept,) = cache.iterdir()
        kept.write_bytes(kept.read_bytes()[:20])
    assert 2 == len(programs.calls("piper"))


async def test_a_cache_that_cannot_be_is_done_without(
    programs: Programs, studio_folder: Path, tmp_path: Path
) -> None:
    """GIVEN a folder for the cache that cannot be made WHEN made THEN the phrase is there all the
    same.
    """
    said = tmp_path / "said.wav"
    _write(said)
    programs.script("piper", f"/bin/cat; /bin/cp {said} $4")
    studio = Renderer(Voice("piper", "m"), studio_folder, said / "cache", tones=True)
    await studio.prepare([SAY])
    assert (await studio.file(SAY)).seconds > TONE_S + 0.4


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("echo 'no such model' >&2; exit 1", "tones only: piper failed: no such model"),
        ("exit 3", "tones only: piper failed: exit status 3"),
        ("exit 0", "tones only: .*phrase.wav: not a WAV file"),
        ("echo text > $4", "tones only: .*phrase.wav: not a WAV file"),
    ],
)
async def test_a_voice_that_fails_leaves_the_tones(
    does: str, told: str, programs: Programs, studio_folder: Path
) -> None:
    """GIVEN a voice that fails WHEN sounds are made THEN one sentence says how, and the tone is
    there.
    """
    programs.script("piper", does)
    studio = Renderer(Voice("piper", "m"), studio_folder, studio_folder / "cache", tones=False)
    with pytest.raises(AudioError, match=told):
        await studio.prepare([SAY])
    assert TONE_S == (await studio.file(SAY)).seconds


async def test_a_lap_is_spoken_at_once(
    programs: Programs, studio_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN the real espeak-ng WHEN the time of a lap is to be heard, which nobody could prepare
    THEN it is spoken after its tone, with or without pulses for the wrist, and not kept.
    """
    programs.real("espeak-ng", APT)
    monkeypatch.setattr("kickcue.edges.audio.renderer.AT_ONCE_S", PATIENCE_S)
    voice = find_voice(None, "en")
    cache = studio_folder / "cache"
    studio = Renderer(voice, studio_folder, cache, tones=True)
    tone_s = tone(CueKind.SPLIT, PULSES[CueKind.SPLIT]).seconds
    for pulses in (PULSES[CueKind.SPLIT], ()):
        file = await studio.file(CueSound(CueKind.SPLIT, pulses, "Lap 3, 74.2."))
        assert file.seconds > tone_s + 0.5
    assert not cache.exists()


@pytest.mark.parametrize("does", ["exit 1", "exec /bin/sleep 60"])
async def test_a_voice_that_is_slow_leaves_the_tone(
    does: str, programs: Programs, studio_folder: Path
) -> None:
    """GIVEN a voice that fails, or needs more than a second WHEN the time of a lap is to be heard
    THEN its tone is, no later than that.
    """
    programs.script("piper", does)
    studio = Renderer(Voice("piper", "m"), studio_folder, studio_folder / "cache", tones=True)
    began_s = time.monotonic()
    file = await studio.file(CueSound(CueKind.SPLIT, (), "Lap 3, 74.2."))
    assert time.monotonic() - began_s < 30.0
    assert tone(CueKind.SPLIT, PULSES[CueKind.SPLIT]).seconds == file.seconds


async def test_what_is_not_ready_yet_is_a_tone(programs: Programs, studio_folder: Path) -> None:
    """GIVEN sounds that are being made WHEN one of them is due before it was spoken THEN its tone
    is played, and no voice is waited for.
    """
    programs.script("piper", "exec /bin/sleep 60")
    studio = Renderer(Voice("piper", "m"), studio_folder, studio_folder / "cache", tones=True)
    making = asyncio.create_task(studio.prepare([SAY]))
    await asyncio.sleep(0.2)
    assert TONE_S == (await studio.file(SAY)).seconds
    making.cancel()
    with suppress(asyncio.CancelledError):
        await making


async def test_espeak_that_does_not_know_the_voice(
    programs: Programs, studio_folder: Path, tmp_path: Path
) -> None:
    """GIVEN the real espeak-ng WHEN asked for a voice that it has not
    THEN its own words are told.
    """
    programs.real("espeak-ng", APT)
    told: list[str] = []
    output = AudioOutput(
        SoundPlan((SAY,), "en", tmp_path / "cache", voice="espeak-ng:xx-none"),
        studio_folder,
        told.append,
    )
    await output.prepare()
    assert "tones only: espeak-ng failed: Error: The specified espeak-ng voice does not exist." in (
        output.trouble or ""
    )
    assert any("voice does not exist" in each for each in told)


def test_voices_are_found_in_order(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Mac its own voice is best, else espeak-ng, else the phone's; piper only where it is
    asked for, with its model.
    """
    for program in ("piper", "termux-tts-speak", "espeak-ng", "say"):
        programs.script(program)
    monkeypatch.setattr("sys.platform", "darwin")
    assert Voice("say", "") == find_voice(None, "de")
    monkeypatch.setattr("sys.platform", "linux")
    assert Voice("espeak-ng", "de") == find_voice(None, "de")
    (programs.folder / "espeak-ng").unlink()
    assert Voice("termux-tts-speak", "de") == find_voice(None, "de")
    assert Voice("piper", "m.onnx") == find_voice("piper:m.onnx", "de")
    assert find_voice("none", "de") is None


def test_no_voice_says_what_to_install(programs: Programs) -> None:
    """GIVEN no voice, or not the one that is set WHEN looked for THEN the sentence says what is
    there instead, and what to do.
    """
    assert [] == programs.calls("espeak-ng")
    with pytest.raises(
        AudioError, match="no voice is installed: tones only; sudo apt install espeak-ng"
    ):
        find_voice(None, "en")
    with pytest.raises(AudioError, match="the voice piper is not installed: tones only"):
        find_voice("piper:m.onnx", "en")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_voice_can_be_set(program: str) -> None:
    """What the edge can speak with is what ``audio.voice`` takes."""
    assert f"{program}:x" == AudioSettings(voice=f"{program}:x").voice


@pytest.mark.parametrize("voice", ["festival", "piper", "piper:", "espeak-ng:", "none:x", ""])
def test_a_voice_that_cannot_be_is_refused(voice: str) -> None:
    """Slips in ``audio.voice`` are told with what would be right."""
    with pytest.raises(ValidationError, match="expected espeak-ng, say or termux-tts-speak"):
        AudioSettings(voice=voice)


def _write(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\x00\x40" * 8000)
