"""The broker's password is found where it may stand, refused where others may read it, and shown
nowhere.
"""

import copy
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from pydantic import ValidationError

from kickcue.config.race_file import new_race_file, pin_sensor
from kickcue.config.settings import BrokerSettings, SensorPin, Settings, load_settings
from kickcue.core.errors import UsageError

SECRET = "s3ntinel-hush"


@pytest.fixture
def keep(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file with a mode."""

    def write(name: str, content: str | bytes, mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    return write


def _password(file: Path | None = None, url: str | None = None, **environ: str) -> str | None:
    found = Settings(race="5k", broker=BrokerSettings(url=url, password_file=file)).broker_password(
        environ
    )
    return None if found is None else found.get_secret_value()


@pytest.mark.parametrize(
    ("content", "password"),
    [
        ("hush\n", "hush"),
        ("hush", "hush"),
        ("hush\r\n", "hush"),
        (" a b \n", " a b "),
        ("größe\n", "größe"),
    ],
)
@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_password_of_a_file(
    content: str, password: str, mode: int, keep: Callable[..., Path]
) -> None:
    """The newline at the end that every editor writes is no part of the password; everything else
    is.
    """
    assert password == _password(keep("pw", content, mode))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o622])
def test_a_file_that_others_may_read(mode: int, keep: Callable[..., Path]) -> None:
    """A file that the group or others may read or write is refused with the command that
    cures it.
    """
    path = keep("pw", SECRET, mode)
    with pytest.raises(UsageError) as caught:
        _password(path)
    assert (
        f"broker.password_file {path}: expected mode 0600, got {mode:04o}: chmod 600 {path}"
        == str(caught.value)
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "got an empty file"),
        ("\n", "got an empty file"),
        (f"{SECRET}\n{SECRET}\n", "expected one line"),
        (f"{SECRET}\0", "expected one line"),
        (SECRET * 500, "at most 4 kB"),
        (b"\xff" + SECRET.encode(), "UTF-8"),
    ],
)
def test_a_file_that_holds_no_password(
    content: str | bytes, told: str, keep: Callable[..., Path]
) -> None:
    """What cannot be a password is refused, and not shown."""
    with pytest.raises(UsageError) as caught:
        _password(keep("pw", content))
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A file that is absent or a folder is refused with its name."""
    for path, told in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "expected a file, got a folder"),
    ):
        with pytest.raises(UsageError, match=told) as caught:
            _password(path)
        assert f"broker.password_file {path}: " in str(caught.value)


def test_which_password_is_taken(keep: Callable[..., Path], tmp_path: Path) -> None:
    """The URL's, else the variable's, else the file's, else systemd's; none is None."""
    file, given = keep("pw", "of-file"), keep("broker-password", "of-systemd", 0o440)
    everywhere = {
        "KICKCUE_BROKER_PASSWORD": "of-variable",
        "CREDENTIALS_DIRECTORY": str(given.parent),
    }
    assert "of/url" == _password(file, "mqtt://u:of%2Furl@h", **everywhere)
    assert "of-variable" == _password(file, "mqtt://u@h", **everywhere)
    assert "of-file" == _password(
        file, KICKCUE_BROKER_PASSWORD="", CREDENTIALS_DIRECTORY="/nowhere"
    )
    assert "of-systemd" == _password(CREDENTIALS_DIRECTORY=str(given.parent))
    assert None is _password(CREDENTIALS_DIRECTORY=str(tmp_path / "none"))
    assert None is _password()


def test_systemd_guards_its_own(keep: Callable[..., Path]) -> None:
    """GIVEN a credential, whose access list shows as a group bit WHEN password_file names it THEN
    it is taken all the same.
    """
    given = keep("broker-password", "of-systemd", 0o440)
    assert "of-systemd" == _password(given, CREDENTIALS_DIRECTORY=str(given.parent))


@pytest.mark.parametrize(
    ("url", "kept", "password"),
    [
        ("mqtt://u:p@h", "mqtt://u@h", "p"),
        ("mqtts://u:p%40%2F@h:8883/a/b", "mqtts://u@h:8883/a/b", "p@/"),
        ("mqtt://u:@h", "mqtt://u@h", ""),
        ("mqtt://u:1883@[::1]:1883", "mqtt://u@[::1]:1883", "1883"),
        ("mqtt://h:1883/p", "mqtt://h:1883/p", None),
        ("mqtt://u@h", "mqtt://u@h", None),
    ],
)
def test_the_url_is_kept_without_its_password(url: str, kept: str, password: str | None) -> None:
    """The password is taken out of the URL and told apart from its port."""
    broker = BrokerSettings(url=url)
    assert kept == broker.url
    assert password == (
        None if broker.url_password is None else broker.url_password.get_secret_value()
    )


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_password_in_a_race_file_that_others_may_read(
    mode: int, keep: Callable[..., Path]
) -> None:
    """A password in the race file is refused where the file is not private, even if another URL
    would win; in a private one it is taken.
    """
    text = f'race = "5k"\n[broker]\nurl = "mqtt://u:{SECRET}@h"\n'
    path = keep("race.toml", text, mode)
    for options in ({}, {"broker.url": "mqtt://h"}):
        with pytest.raises(UsageError) as caught:
            load_settings(path, options=options, environ={})
        assert [] == [
            word
            for word in (f"{path}: broker.url", f"chmod 600 {path}", "broker.password_file")
            if word not in str(caught.value)
        ]
        assert SECRET not in str(caught.value)
    path.chmod(0o600)
    found = load_settings(path, environ={}).broker_password({})
    assert found is not None
    assert SECRET == found.get_secret_value()


def test_a_race_file_without_a_password_may_be_read_by_all(keep: Callable[..., Path]) -> None:
    """A URL without a password, port and all, is no secret."""
    path = keep("race.toml", 'race = "5k"\n[broker]\nurl = "mqtt://u@h:1883/p"\n', 0o644)
    assert "mqtt://u@h:1883/p" == load_settings(path, environ={}).broker.url


def _settings(way: str, keep: Callable[..., Path]) -> Settings:
    url = f"mqtt://u:{SECRET}@h/p"
    if way == "file":
        return load_settings(
            keep("race.toml", f'race = "5k"\n[broker]\nurl = "{url}"\n'), environ={}
        )
    if way == "variable":
        return load_settings(None, environ={"KICKCUE_RACE": "5k", "KICKCUE_BROKER_URL": url})
    if way == "option":
        return load_settings(None, options={"race": "5k", "broker.url": url}, environ={})
    return Settings(race="5k", broker=BrokerSettings(url=url))


@pytest.mark.parametrize("way", ["file", "variable", "option", "model"])
def test_the_password_shows_nowhere(way: str, keep: Callable[..., Path]) -> None:
    """GIVEN a password in the URL WHEN the settings are printed, dumped, copied or recorded THEN it
    is in none of that, and yet at hand.
    """
    settings = _settings(way, keep)
    shown = [
        repr(settings),
        str(settings),
        repr(settings.broker),
        settings.model_dump_json(),
        str(settings.model_dump()),
        str(dict(settings)),
    ]
    shown += [
        repr(copy.deepcopy(settings)),
        repr(settings.broker_password({})),
        f"{vars(settings)}{vars(settings.broker)}",
    ]
    shown += [
        json.dumps(settings.document().as_json()),
        json.dumps(settings.document().with_digests().as_json()),
    ]
    assert [] == [text for text in shown if SECRET in text]
    found = copy.deepcopy(settings).broker_password({})
    assert found is not None
    assert SECRET == found.get_secret_value()


@pytest.mark.parametrize(
    "wrong",
    [
        {"broker.url": f"mqtt://u:{SECRET}/x@h"},
        {"broker.url": f"mqtt://u:x@{SECRET}@h"},
        {"broker.url": f"mqtt://u:{SECRET}"},
        {"broker.url": f"mqtt://u:1/{SECRET}@h"},
        {"broker.url": f"http://u:{SECRET}@h"},
        {"broker.url": f"u:{SECRET}@h"},
        {"broker.url": f"mqtt:/u:{SECRET}@h"},
        {"broker.url": f"mqtt://u:{SECRET}@h:port"},
        {"broker.url": f"mqtt://:{SECRET}@h"},
        {"broker.url": f"mqtt://u:{SECRET}@"},
        {"broker.url": f"mqtt://u:a\n{SECRET}@h"},
        {"broker": f"mqtt://u:{SECRET}@h"},
        {"broker.password": SECRET},
        {"broker.uri": f"mqtt://u:{SECRET}@h"},
        {"password": SECRET},
        {"broker.url": f"mqtt://u:{SECRET}@h", "broker.athlete": "a/b"},
        {"broker.url": f"mqtt://u:{SECRET}@h", "lap_m": "far"},
        {"broker.url": f"mqtt://u:{SECRET}@h", "race": "5001x"},
        {"adapter": f"mqtt://u:{SECRET}@h"},
    ],
)
def test_no_error_shows_the_password(
    wrong: dict[str, Any], keep: Callable[..., Path], tmp_path: Path
) -> None:
    """WHEN settings with a password are refused, for whatever reason THEN neither the line nor the
    traceback shows it.
    """
    options = {"race": "5k", **wrong}
    blocks: dict[str, Any] = {key: value for key, value in options.items() if "." not in key}
    blocks |= (
        {
            "broker": {
                key.removeprefix("broker."): value for key, value in options.items() if "." in key
            }
        }
        if "broker" not in blocks
        else {}
    )
    path = keep("race.toml", tomlkit.dumps(blocks))
    variables = {
        f"KICKCUE_{key.replace('.', '_').upper()}": value
        for key, value in options.items()
        if key != "broker.password"
    }
    variables |= {"KICKCUE_LEAD_MS": "late"} if "broker.password" in options else {}
    for load in (
        lambda: load_settings(path, environ={}),
        lambda: load_settings(None, environ=variables),
        lambda: load_settings(None, options=options, environ={}),
        lambda: new_race_file(tmp_path / "new.toml", options),
    ):
        with pytest.raises(UsageError) as caught:
            load()
        assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert not (tmp_path / "new.toml").exists()


def test_the_models_own_error_shows_no_password() -> None:
    """Who makes the models without ``load_settings`` is told no value."""
    for make in (
        lambda: BrokerSettings(url=f"u:{SECRET}@h"),
        lambda: Settings(race="5k", broker={"url": f"u:{SECRET}@h"}),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValidationError) as caught:
            make()
        assert SECRET not in str(caught.value)


def test_writing_shows_no_password(keep: Callable[..., Path]) -> None:
    """GIVEN a race file with a password and a slip in it WHEN a sensor is pinned THEN the line does
    not show it.
    """
    path = keep("race.toml", f'race = "5k"\n[broker]\nurl = "mqtt://u:{SECRET}@h\n')
    with pytest.raises(UsageError) as caught:
        pin_sensor(path, "pod", SensorPin(profile="stryd", name="Stryd"))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
