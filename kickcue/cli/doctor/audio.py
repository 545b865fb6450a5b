"""Whether cues can be played, where they are wanted."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.cli.doctor.result import Context, Result, ok, warning
from kickcue.config.settings import Settings, state_folder
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.daemon.audio import audio_cache, audio_plan

WHAT: Final = "sound"
REMEDY: Final = "`kickcue say` plays the cues; docs/audio.md has what a service needs"


def audio(patient: Context) -> Iterator[Result]:
    """Play a tenth of a second of silence, and let the voice speak one phrase into a file."""
    settings = patient.settings
    if settings is None or settings.audio.output == "off":
        return
    rules = ALLOWED[settings.rules]
    if not rules.voice:
        yield ok(WHAT, f"none ({rules.reason})")
        return
    yield asyncio.run(_try(settings, audio_cache(state_folder(settings, patient.environ))))


async def _try(settings: Settings, cache: Path) -> Result:
    from kickcue.edges.audio import AudioOutput  # noqa: PLC0415  numpy, for those who want sound

    plan = audio_plan(settings, cache)
    with tempfile.TemporaryDirectory(prefix="kickcue-audio-") as folder:
        output = AudioOutput(replace(plan, sounds=plan.sounds[:1]), Path(folder), lambda _: None)
        try:
            await output.prepare()
        finally:
            await output.close()
    player, voice = output.playing.best, output.voice
    if output.trouble is not None:
        return warning(WHAT, output.trouble, REMEDY)
    assert player is not None
    return ok(
        WHAT,
        f"{player.program} plays; {'tones only' if voice is None else f'voice {voice.name}'}; "
        f"{settings.audio.output}",
    )
