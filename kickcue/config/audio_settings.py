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
        description="Cues to this machine's headphones or loudspeaker: never, those that no watch "
        "has answered, or all. Road and sanctioned races stay silent.",
    )
    voice: str | None = Field(
        default=None,
        description="Who speaks: espeak-ng, say, termux-tts-speak, each also with a voice of its "
        "own (espeak-ng:en-gb), piper:<model>, or none for tones alone (the best that is "
        "installed).",
        examples=["espeak-ng:en-gb"],
    )
    player: Literal["pw-play", "paplay", "aplay", "afplay", "termux-media-player"] | None = Field(
        default=None,
        description="What plays the sound (the first of these that can).",
        examples=["aplay"],
    )
    lead_ms: int = Field(
        default=200,
        ge=0,
        le=2000,
        description="How much earlier the armed cue of the bell is begun, in milliseconds: what "
        "the output takes to the ear. Bluetooth 150 to 250, a cable 0 to 60.",
    )
    tones: bool = Field(
        default=True,
        description="A tone before each phrase. Without a voice there are tones in any case.",
    )
    keep_awake: bool = Field(
        default=True,
        description=(
            "Play silence from four minutes before the bell, or Bluetooth headphones fall "
            "asleep and swallow the start of a cue."
        ),
    )

    @field_validator("voice")
    @classmethod
    def _known(cls, voice: str | None) -> str | None:
        if voice is not None and _VOICE.fullmatch(voice) is None:
            raise ValueError(
                "expected espeak-ng, say or termux-tts-speak, alone or as espeak-ng:en-gb; or "
                "piper:<model>; or none"
            )
        return voice
