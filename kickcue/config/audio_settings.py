"""Whether and how cues are heard, beside being felt."""

import re
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_VOICE: Final = re.compile(r"none|(?:espeak-ng|say|termux-tts-speak)(?::.+)?|piper:.+")


class AudioSettings(BaseModel):
    """``[audio]``: off unless told.

    A computer that begins to talk in a stadium surprises, and many races ban headphones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    output: Literal["off", "fallback", "always"] = Field(
        default="off",
        description=(
            "Cues on this machine's headphones or loudspeaker: never, only those no watch "
            "acknowledged, or all. Road and sanctioned races stay silent."
        ),
    )
    voice: str | None = Field(
        default=None,
        description=(
            "Speech program: espeak-ng, say or termux-tts-speak, alone or with a voice "
            "(espeak-ng:en-gb), piper:<model>, or none for tones only (default: the best "
            "installed)."
        ),
        examples=["espeak-ng:en-gb"],
    )
    player: Literal["pw-play", "paplay", "aplay", "afplay", "termux-media-player"] | None = Field(
        default=None,
        description="Audio player (default: the first of these that works).",
        examples=["aplay"],
    )
    lead_ms: int = Field(
        default=200,
        ge=0,
        le=2000,
        description=(
            "How much earlier the bell cue starts playing, in milliseconds, to make up for audio "
            "latency. Bluetooth 150 to 250, a cable 0 to 60."
        ),
    )
    tones: bool = Field(
        default=True,
        description="A tone before each phrase. Without a voice there are always tones.",
    )
    keep_awake: bool = Field(
        default=True,
        description=(
            "Play silence from four minutes before the bell, so that Bluetooth headphones do not "
            "go to sleep and swallow the start of a cue."
        ),
    )

    @field_validator("voice")
    @classmethod
    def _known(cls, voice: str | None) -> str | None:
        if voice is not None and _VOICE.fullmatch(voice) is None:
            raise ValueError(
                "expected espeak-ng, say or termux-tts-speak, alone or with a voice "
                "(espeak-ng:en-gb); piper:<model>; or none"
            )
        return voice
