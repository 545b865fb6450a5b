"""``kickcue say``: the cues as they will sound, to try headphones with."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path
from typing import Final

from kickcue.cli.format.output_format import bars
from kickcue.config.settings import Settings, find_race_file, load_settings, state_folder
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.errors import UsageError
from kickcue.core.events import CueKind
from kickcue.daemon.audio import audio_cache, audio_plan
from kickcue.edges.audio import AudioError, AudioOutput, CueSound

BETWEEN_S: Final = 0.8
WORTH_S: Final = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "cue", nargs="*", metavar="CUE", help=f"{', '.join(CueKind)} (default: all)"
    )
    parser.add_argument(
        "--file",
        type=Path,
        metavar="race.toml",
        help="race file with [audio] and language (default: the one `kickcue run` uses)",
    )
    parser.add_argument(
        "--language", metavar="LANGUAGE", help="en, de, fr, or a .toml file of your own"
    )
    parser.add_argument(
        "--voice",
        metavar="VOICE",
        help="espeak-ng, espeak-ng:en-gb, say:Anna, piper:MODEL, none ...",
    )
    parser.add_argument(
        "--player", metavar="PLAYER", help="pw-play, paplay, aplay, afplay or termux-media-player"
    )


def run(args: argparse.Namespace) -> int:
    """Play the cues, one after the other; 0 when all were played."""
    for cue in args.cue:
        if cue not in set(CueKind):
            raise UsageError(f"cue: expected one of {', '.join(CueKind)}, got {cue!r}")
    settings = _settings(args)
    plan = audio_plan(settings, audio_cache(state_folder(settings)))
    wanted = [sound for sound in plan.sounds if not args.cue or sound.kind in args.cue]
    with tempfile.TemporaryDirectory(prefix="kickcue-audio-") as folder:
        asyncio.run(_say(AudioOutput(plan, Path(folder), _print), settings, wanted))
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    path = args.file or find_race_file(os.environ)
    race = {"race": "5000m"} if path is None else {}  # any will do: no cue names the race
    return load_settings(
        path,
        options={
            **race,
            "language": args.language,
            "audio.voice": args.voice,
            "audio.player": args.player,
        },
    )


async def _say(output: AudioOutput, settings: Settings, wanted: list[CueSound]) -> None:
    try:
        await output.prepare()
        _print(_outputs(output, settings))
        for number, sound in enumerate(wanted):
            await asyncio.sleep(BETWEEN_S if number else 0.0)
            _print(f"{sound.kind.replace('_', ' '):<9} {bars(sound.pulses):<24} {sound.say}")
            why = await output.sound(sound, worth_s=WORTH_S)
            if why is not None:
                raise AudioError(why)
    finally:
        await output.close()


def _outputs(output: AudioOutput, settings: Settings) -> str:
    voice = "no voice, tones only" if output.voice is None else f"voice {output.voice.name}"
    player = "no player" if output.playing.best is None else f"player {output.playing.best.program}"
    rules = ALLOWED[settings.rules]
    if not rules.voice:
        use = f"silent in this race ({rules.reason})"
    elif settings.audio.output == "off":
        use = 'silent in a race: [audio] output is "off"'
    else:
        use = (
            f'[audio] output is "{settings.audio.output}", and the bell cue starts '
            f"{settings.audio.lead_ms} ms early"
        )
    return f"{voice}; {player}; {use}"


def _print(text: str) -> None:
    print(text, flush=True)
