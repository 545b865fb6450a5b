"""``kickcue visualise``: one's own race in the mind, spoken, with the cues of race day."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from kickcue import machine_time
from kickcue.cli.format.printing import complain, tell
from kickcue.cli.visualise.wanted import WantedScript, as_text
from kickcue.coaching.imagined_race import ImaginedRace
from kickcue.coaching.script import LONGEST_MINUTES, Script
from kickcue.coaching.script_files import load_script, script_languages, scripts
from kickcue.coaching.timeline import steps
from kickcue.config.phrase_files import languages, load_vocabulary, spoken_language
from kickcue.config.settings import Settings, find_race_file, load_settings, state_folder
from kickcue.core.course import STEEPLE_LAPS_M
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.errors import UsageError

USUAL: Final = "calm"
MOST_BELIEFS: Final = 2
"""The script goes on in the runner's own race; more would be a lecture."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    told = "as in race.toml"
    parser.add_argument(
        "--race", metavar="EVENT", help=f"5000m, mile, 3000sc, 10k ... (default: {told})"
    )
    parser.add_argument(
        "--goal", metavar="TIME", help=f"your goal, such as 15:30 (default: target_s {told})"
    )
    parser.add_argument(
        "--script",
        default=USUAL,
        metavar="NAME",
        help=f"{', '.join(scripts())}, or a .toml file of your own (default: {USUAL})",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        metavar="N",
        help="how long it takes, pauses included (default: as the script says)",
    )
    parser.add_argument(
        "--language",
        metavar="LANGUAGE",
        help=f"{', '.join(script_languages())} (default: {told}, or en)",
    )
    parser.add_argument(
        "--rival", metavar="NAME", help="who comes up on your shoulder (default: somebody)"
    )
    parser.add_argument(
        "--no-belief",
        action="store_true",
        help="no sentence about what you have done already, from your own recordings",
    )
    _add_course_options(parser)
    _add_player_options(parser)


def _add_course_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lap", type=float, metavar="M", help="lap length in metres")
    parser.add_argument("--kick", type=float, metavar="M", help="how long the kick is, in metres")
    parser.add_argument("--indoor", action="store_true", default=None, help="a 200 m track")
    parser.add_argument(
        "--water-jump", choices=tuple(STEEPLE_LAPS_M), help="where a steeplechase has it"
    )


def _add_player_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", action="store_true", help="show the lines, speak none")
    parser.add_argument("--show", action="store_true", help="print all lines with their times")
    parser.add_argument(
        "--wav", type=Path, metavar="FILE", help="write the session to a new sound file instead"
    )
    parser.add_argument(
        "--voice", metavar="VOICE", help="espeak-ng, espeak-ng:en-gb, say:Anna, piper:MODEL ..."
    )
    parser.add_argument(
        "--player", metavar="PLAYER", help="pw-play, paplay, aplay, afplay or termux-media-player"
    )
    parser.add_argument(
        "--broker",
        metavar="URL",
        help="where the watch is (default: as in race.toml, or a private broker)",
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="with mqtts://: the certificates to trust"
    )
    parser.add_argument("--athlete", metavar="NAME", help="whose watch: topics below kickcue/NAME")
    parser.add_argument(
        "--alongside", action="store_true", help="send cues even if a race already does"
    )


def run(args: argparse.Namespace) -> int:
    """Play it, write it, or print it; 0 also where it was stopped by its listener."""
    told = [name for name in ("text", "show", "wav") if getattr(args, name)]
    if len(told) > 1:
        raise UsageError(f"expected one of --text, --show and --wav, got --{' and --'.join(told)}")
    wanted = _wanted(args)
    if args.show:
        for entry in wanted.timeline().entries:
            print(as_text(entry))
        return 0
    # numpy and MQTT take their time to import.
    if args.wav is not None:
        from kickcue.cli.visualise.sound_file import check_target_file, write_session  # noqa: PLC0415

        check_target_file(args.wav)
        with tempfile.TemporaryDirectory(prefix="kickcue-visualise-") as folder:
            tell(machine_time.run(write_session(wanted, args.wav, Path(folder))))
        return 0
    from kickcue.cli.visualise.play import play  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="kickcue-visualise-") as folder:
        machine_time.run(play(wanted, Path(folder), silent=args.text, alongside=args.alongside))
    return 0


def _wanted(args: argparse.Namespace) -> WantedScript:
    if args.race is not None and args.goal is None:
        raise UsageError(f"--goal: expected your goal for the {args.race}, such as --goal 15:30")
    settings = _settings(args)
    if settings.target_s is None:
        raise UsageError(
            "--goal: expected your goal, such as --goal 15:30, or target_s in race.toml"
        )
    script = load_script(args.script, spoken_language(settings.language))
    minutes = script.minutes if args.minutes is None else args.minutes
    if not 0 < minutes <= LONGEST_MINUTES:
        raise UsageError(
            f"--minutes: expected more than 0 and at most {LONGEST_MINUTES:g}, got {minutes:g}"
        )
    imagined = ImaginedRace(
        settings.course(),
        settings.target_s,
        script.words,
        rival=args.rival or "",
        belief="" if args.no_belief else _belief(settings, script),
    )
    if not ALLOWED[settings.rules].cues:
        complain(f"{ALLOWED[settings.rules].reason}: so there are none here either")
    return WantedScript(
        settings,
        script,
        steps(
            script,
            imagined,
            load_vocabulary(_language(args, settings, script), imagined.course),
            settings.rules,
            smile=settings.smile,
        ),
        minutes,
    )


def _belief(settings: Settings, script: Script) -> str:
    """Return what the runner has done already; empty where no line asks for it, or none knows."""
    if not any("{belief}" in line.say for line in script.lines):
        return ""
    # What reads recordings takes its time to import.
    from kickcue.cli.own_recordings import own_record  # noqa: PLC0415
    from kickcue.coaching.belief import beliefs  # noqa: PLC0415
    from kickcue.coaching.belief_words import sentence  # noqa: PLC0415

    try:
        folder = state_folder(settings)
    except UsageError:  # a user without a home folder has no recordings either
        return ""
    # `kickcue belief` tells which recordings are left out, and why; here it would disturb.
    record = own_record(folder / "races", (), lambda _: None)
    return " ".join(sentence(each, script.language) for each in beliefs(record, MOST_BELIEFS))


def _language(args: argparse.Namespace, settings: Settings, script: Script) -> str:
    """Return the language of the cues: a script of one's own brings it along."""
    own = args.script.endswith(".toml") and args.language is None
    return script.language if own and script.language in languages() else settings.language


def _settings(args: argparse.Namespace) -> Settings:
    options: dict[str, Any] = {
        "race": args.race,
        "target_s": args.goal,
        "lap_m": args.lap,
        "kick_m": args.kick,
        "indoor": args.indoor,
        "water_jump": args.water_jump,
        "language": args.language,
        "audio.voice": args.voice,
        "audio.player": args.player,
        "broker.url": args.broker,
        "broker.ca": None if args.ca is None else str(args.ca),
        "broker.athlete": args.athlete,
    }
    return load_settings(find_race_file(os.environ), options=options)
