"""Cues to this machine's own sound: all of them, or those that no watch has answered.

It stays silent where the race's rules want it so.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kickcue.config.phrase_files import load_vocabulary, spoken_language
from kickcue.config.settings import Settings
from kickcue.core.cueing.race_rules import ALLOWED
from kickcue.core.events import Arm, Cue, Disarm, Output
from kickcue.core.plan import Effort, Rest
from kickcue.core.session.session_cues import spoken
from kickcue.workouts.plan_source import any_session

if TYPE_CHECKING:
    from kickcue.edges.audio import SoundPlan, Speaker


class LocalAudio:
    """What ``local_audio`` gives; all of it returns at once."""

    def __init__(self, speaker: "Speaker", *, always: bool) -> None:
        self._speaker = speaker
        self._always = always

    @property
    def trouble(self) -> str | None:
        """What is wrong with the sound, in one sentence; None while all is well."""
        return self._speaker.output.trouble

    def take(self, output: Output, *, alone: bool) -> None:
        """Take an output of the engine in run time.

        ``alone``: there is no way to any watch, so what is a fallback has its moment now.
        """
        match output:
            case Arm() if not (self._always or alone):
                self._speaker.expect(output)
            case Arm():
                self._speaker.arm(output)
            case Disarm():
                self._speaker.disarm(output)
            case Cue() if self._always or alone:
                self._speaker.play(output)

    def on_unfelt(self, cue: Cue) -> None:
        """Play a cue that no watch has given, unless it is late by now or was played already."""
        self._speaker.play(cue)


def audio_cache(state: Path) -> Path:
    """Return the folder for spoken phrases, which even a locked-in service may write.

    It is below a run's own folder.
    """
    return state / "audio"


def audio_plan(settings: Settings, cache: Path) -> "SoundPlan":
    """Return how the settings want a race to sound."""
    # numpy, for those who want sound alone.
    from kickcue.edges.audio import SoundPlan, off_pace_sounds, sounds_of  # noqa: PLC0415

    audio = settings.audio
    session = settings.document(any_session).plan
    legs = () if session is None else session.plan().legs()
    runs = [leg for leg in legs if not isinstance(leg, Rest) and leg.effort is Effort.HARD]
    images = [spoken(run.imagery) for run in runs if run.imagery is not None]
    vocabulary = load_vocabulary(settings.language, settings.course())
    return SoundPlan(
        sounds=sounds_of(vocabulary, reps=len(runs), images=images),
        language=spoken_language(settings.language),
        cache=cache,
        voice=audio.voice,
        player=audio.player,
        lead_ms=audio.lead_ms,
        tones=audio.tones,
        keep_awake=audio.keep_awake,
        later=() if settings.target_s is None else off_pace_sounds(vocabulary),
    )


@asynccontextmanager
async def local_audio(
    settings: Settings, cache: Path, *, now_ns: Callable[[], int], warn: Callable[[str], None]
) -> AsyncIterator[LocalAudio | None]:
    """Open it; None where it is off, or the rules allow no voice.

    ``warn`` gets what is wrong: the race goes on without sound.
    """
    rules = ALLOWED[settings.rules]
    if settings.audio.output == "off":
        yield None
    elif not rules.voice:
        warn(f"no sound: {rules.reason}")
        yield None
    else:
        from kickcue.edges.audio import AudioError, speaker  # noqa: PLC0415  same

        async with AsyncExitStack() as stack:
            found = None
            try:
                found = await stack.enter_async_context(
                    speaker(audio_plan(settings, cache), now_ns=now_ns, warn=warn)
                )
            except AudioError as error:
                warn(f"audio: {error}")
            yield (
                None
                if found is None
                else LocalAudio(found, always=settings.audio.output == "always")
            )
