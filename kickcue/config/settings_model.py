"""The keys of the settings, with what each of them means and may be.

The broker's password is in no field: it shows in no ``repr``, no dump and no error.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)

from kickcue.config.audio_settings import AudioSettings
from kickcue.config.beacon_settings import BeaconSettings
from kickcue.config.broker_secret import find_password
from kickcue.config.device_address import device_address, device_name
from kickcue.config.fix_settings import FixSettings
from kickcue.config.profile_files import load_profile
from kickcue.config.race_document import RaceDocument, RaceTerms, SensorChoice
from kickcue.config.watch_settings import WatchSettings
from kickcue.core.errors import UsageError

PINS: Final = ("address", "name", "mqtt")
URL_FORM: Final = "mqtt://[user[:password]@]host[:port][/prefix]"
_URL: Final = re.compile(
    r"(?P<scheme>mqtts?://)(?:(?P<user>[^/?#@:\s]+)(?::(?P<password>[^/?#@\s]*))?@)?"
    r"(?P<place>(?:[^/?#@:\[\]\s]+|\[[^/?#@\[\]\s]+\])(?::\d{1,5})?(?:/[^?#@\s]*)?)"
)
_LEVEL: Final = re.compile(r"[\w-]+")  # one level of a topic, as the topics want it
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_STRICT: Final = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SensorPin(BaseModel):
    """Which device a sensor of the race is, and the profile that reads it.

    It is known by exactly one of address, name and MQTT id.
    """

    model_config = _STRICT

    profile: str = Field(
        description="Its sensor profile; 'kickcue profiles list' shows all.",
        examples=["polar-h10"],
    )
    address: str | None = Field(
        default=None,
        description=(
            "Its Bluetooth address (on macOS the UUID that CoreBluetooth assigns). Exactly one of "
            "address, name and mqtt."
        ),
        examples=["A0:9E:1A:00:00:01"],
    )
    name: str | None = Field(
        default=None,
        description=(
            "The name it advertises, for devices whose address changes; it must be unique."
        ),
        examples=["Polar H10 12345678"],
    )
    mqtt: str | None = Field(
        default=None,
        description=(
            "Its id if a gateway reads it: notifications come at "
            "<prefix>/sensor/<id>/<characteristic>."
        ),
        examples=["strap-1"],
    )

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, profile: str) -> str:
        try:
            load_profile(profile)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return profile

    @field_validator("address")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        return device_address(address)

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str | None) -> str | None:
        return device_name(name)

    @field_validator("mqtt")
    @classmethod
    def _one_level(cls, mqtt: str | None) -> str | None:
        return _level(mqtt)

    @model_validator(mode="after")
    def _one_pin(self) -> Self:
        told = [kind for kind in PINS if getattr(self, kind) is not None]
        if len(told) != 1:
            found = " and ".join(told) or "none of them"
            raise ValueError(
                "expected exactly one of address, name and mqtt ('kickcue pair' writes it), got "
                f"{found}"
            )
        return self

    @property
    def pin(self) -> tuple[str, str]:
        """Return the kind of the pin and its value, such as ("address", "A0:9E:1A:00:00:01")."""
        return next((kind, value) for kind in PINS if (value := getattr(self, kind)) is not None)


class BrokerSettings(BaseModel):
    """Which broker the cues go to.

    A password written into ``url`` is taken out of it at once; see ``Settings.broker_password``.
    """

    model_config = _STRICT

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
    athlete: str | None = Field(
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
            escapes = "write / ? # @ in a user or password as %2F %3F %23 %40"
            raise ValueError(f"expected something like {URL_FORM}, or mqtts:// for TLS; {escapes}")
        return url

    @property
    def url_password(self) -> SecretStr | None:
        """Return the password that was written into the URL."""
        return self._password

    @field_validator("athlete")
    @classmethod
    def _one_level(cls, athlete: str | None) -> str | None:
        return _level(athlete)


class Settings(RaceTerms):
    """All that can be set; the keys of the race stand at the top level."""

    model_config = _STRICT

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

    def document(self) -> RaceDocument:
        """Return the race as it is recorded: nothing of devices, brokers or folders."""
        terms = {
            key: getattr(self, key)
            for key in RaceTerms.model_fields
            if key in self.model_fields_set
        }
        return RaceDocument(
            **terms,
            sensors={name: SensorChoice(profile=pin.profile) for name, pin in self.sensors.items()},
        )

    def broker_password(self, environ: Mapping[str, str] = os.environ) -> SecretStr | None:
        """Return the broker's password: of its URL, KICKCUE_BROKER_PASSWORD, a file or systemd.

        The first that is there is taken; the file is ``password_file``. UsageError where it
        is absent, empty, or readable by others.
        """
        return self.broker.url_password or find_password(self.broker.password_file, environ)


def same_device(sensors: Mapping[str, SensorPin]) -> str | None:
    """Return one sentence where two sensors are pinned to one device."""
    counted = Counter(pin.pin for pin in sensors.values())
    for kind, value in counted:
        names = [name for name, pin in sensors.items() if pin.pin == (kind, value)]
        if len(names) > 1:
            return (
                f"expected a device of its own for each sensor, got {kind} {value!r} for "
                f"{' and '.join(names)}"
            )
    return None


def _level(text: str | None) -> str | None:
    """Return what can stand between two slashes of a topic."""
    if text is not None and _LEVEL.fullmatch(text) is None:
        raise ValueError(
            "expected letters, digits, _ and -; it becomes one level of the MQTT topic"
        )
    return text
