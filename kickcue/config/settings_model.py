"""The keys of the settings, with what each of them means and may be.

The broker's password is in no field: it shows in no ``repr``, no dump and no error.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import unquote

from pydantic import (
    BaseModel,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)

from kickcue.config.broker_form import URL_ESCAPES, URL_FORM
from kickcue.config.broker_secret import find_password
from kickcue.config.device_settings import (
    STRICT,
    BeaconSettings,
    FixSettings,
    PageSettings,
    SensorPin,
    TopicLevel,
    WatchSettings,
    same_device,
)
from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import session_document
from kickcue.config.race_document import RaceDocument, RaceTerms, SensorChoice

_URL: Final = re.compile(
    r"(?P<scheme>mqtts?://)(?:(?P<user>[^/?#@:\s]+)(?::(?P<password>[^/?#@\s]*))?@)?"
    r"(?P<place>(?:[^/?#@:\[\]\s]+|\[[^/?#@\[\]\s]+\])(?::\d{1,5})?(?:/[^?#@\s]*)?)"
)
_VOICE: Final = re.compile(r"none|(?:espeak-ng|say|termux-tts-speak)(?::.+)?|piper:.+")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class BrokerSettings(BaseModel):
    """Which broker the cues go to.

    A password written into ``url`` is taken out of it at once; see ``Settings.broker_password``.
    """

    model_config = STRICT

    url: str | None = Field(
        default=None,
        description=(
            f"The MQTT broker: {URL_FORM}, or mqtts:// for TLS (default: a private broker that "
            "kickcue starts itself)."
        ),
        examples=["mqtts://maria@broker.example.org"],
    )
    password_file: Path | None = Field(
        default=None,
        description="A file with the broker's password, readable by you alone (chmod 600).",
        examples=["~/.config/kickcue/broker-password"],
    )
    ca: Path | None = Field(
        default=None,
        description=(
            "The CA certificate (PEM) to check the broker's certificate against, if no public "
            "authority signed it."
        ),
        examples=["/etc/ssl/certs/club-ca.pem"],
    )
    athlete: TopicLevel = Field(
        default=None,
        description=(
            "Whose cues these are: the topics are kickcue/<athlete>/... (default: runner)."
        ),
        examples=["maria"],
    )

    _password: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _take_password(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        url = given.get("url") if isinstance(given, Mapping) else None
        parts = _URL.fullmatch(url) if isinstance(url, str) else None
        if parts is None or parts["password"] is None:
            return handler(given)
        broker = handler({**given, "url": f"{parts['scheme']}{parts['user']}@{parts['place']}"})
        broker._password = SecretStr(unquote(parts["password"]))  # noqa: SLF001  its own
        return broker

    @field_validator("url")
    @classmethod
    def _form(cls, url: str | None) -> str | None:
        if url is not None and _URL.fullmatch(url) is None:
            raise ValueError(
                f"expected something like {URL_FORM}, or mqtts:// for TLS; {URL_ESCAPES}"
            )
        return url

    @property
    def url_password(self) -> SecretStr | None:
        """Return the password that was written into the URL."""
        return self._password


class AudioSettings(BaseModel):
    """``[audio]``: off unless told.

    A computer that begins to talk in a stadium surprises, and many races ban headphones.
    """

    model_config = STRICT

    output: Literal["off", "fallback", "always"] = Field(
        default="off",
        description=(
            "Cues on this machine's headphones or loudspeaker: never, only those that no "
            "watch felt, or all. Road and sanctioned races stay silent."
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
            "How much earlier the bell cue starts playing, in milliseconds, to make up for "
            "audio latency. Bluetooth 150 to 250, a cable 0 to 60."
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


class Settings(RaceTerms):
    """All that can be set; the keys of the race stand at the top level."""

    model_config = STRICT

    plan: str | None = Field(
        default=None,
        description=(
            "A session in place of a race: strides, two-hundreds, simulated-finish, ... "
            "('kickcue plan list'), or a file of your own. race is then the one you train for."
        ),
        examples=["strides"],
    )
    adapter: str | None = Field(
        default=None,
        description="Which Bluetooth adapter to use, if there are several (Linux).",
        examples=["hci0"],
    )
    state_dir: Path | None = Field(
        default=None,
        description=(
            "Folder for recordings, in its races/ (default: systemd's state folder, else "
            "~/.local/state/kickcue)."
        ),
        examples=["/var/lib/kickcue"],
    )
    record: bool = Field(default=True, description="Record the race.")
    broker: BrokerSettings = Field(default_factory=BrokerSettings)
    fixes: FixSettings = FixSettings()
    beacon: BeaconSettings = BeaconSettings()
    audio: AudioSettings = AudioSettings()
    watch: WatchSettings = WatchSettings()
    page: PageSettings = PageSettings()
    sensors: dict[str, SensorPin] = Field(default_factory=dict)

    @field_validator("adapter")
    @classmethod
    def _adapter_name(cls, adapter: str | None) -> str | None:
        if adapter is not None and re.fullmatch(r"hci\d+", adapter) is None:
            raise ValueError(
                "expected something like hci0; 'bluetoothctl list' and 'hciconfig' show which "
                "there are"
            )
        return adapter

    @field_validator("sensors")
    @classmethod
    def _told_apart(cls, sensors: dict[str, SensorPin]) -> dict[str, SensorPin]:
        for name in sensors:
            if _NAME.fullmatch(name) is None:
                raise ValueError(
                    f"sensor name: expected up to 32 letters, digits, _ and -, got {name!r}"
                )
        problem = same_device(sensors)
        if problem is not None:
            raise ValueError(problem)
        return sensors

    def document(
        self, session: Callable[[str], PlanDocument | None] = session_document
    ) -> RaceDocument:
        """Return the race as it is recorded: nothing of devices, brokers or folders.

        ``session`` finds the plan by its name or path.
        """
        terms = {
            key: getattr(self, key)
            for key in RaceTerms.model_fields
            if key in self.model_fields_set
        }
        return RaceDocument(
            **terms,
            sensors={name: SensorChoice(profile=pin.profile) for name, pin in self.sensors.items()},
            plan=None if self.plan is None else session(self.plan),
        )

    def broker_password(self, environ: Mapping[str, str] = os.environ) -> SecretStr | None:
        """Return the broker's password: of its URL, KICKCUE_BROKER_PASSWORD, a file or systemd.

        The first that is there is taken; the file is ``password_file``. UsageError where it
        is absent, empty, or readable by others.
        """
        return self.broker.url_password or find_password(self.broker.password_file, environ)
