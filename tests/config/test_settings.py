"""Settings: three ways to say one thing, the later wins, and what is wrong is told with who said
it.
"""

import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, strategies as st
from pydantic import BaseModel, ValidationError

from kickcue.config.cue_terms import CueTerms
from kickcue.config.device_settings import BeaconSettings, WatchSettings
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import (
    BrokerSettings,
    SensorPin,
    Settings,
    find_race_file,
    load_settings,
    state_folder,
)
from kickcue.config.settings_reference import setting_keys
from kickcue.core.cueing.cue_output import CueOutput
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError

STRAP = '[sensors.strap]\nprofile = "polar-h10"\naddress = "a0:9e:1a:00:00:01"\n'
POD = '[sensors.pod]\nprofile = "stryd"\nname = "Stryd"\n'


@pytest.fixture
def race_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a race file, private unless told."""

    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "race.toml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def refused(path: Path | None = None, environ: dict[str, str] | None = None, **options: Any) -> str:
    """Return the line that refuses these settings; a dot in an option's name is written as two
    underscores.
    """
    told = {key.replace("__", "."): value for key, value in options.items()}
    with pytest.raises(UsageError) as caught:
        load_settings(path, options=told, environ=environ or {})
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_whole_file(race_file: Callable[..., Path]) -> None:
    """Every kind of key in a file reaches the settings, and the race's part of it the document that
    is recorded.
    """
    settings = load_settings(
        race_file(
            'race = "3000m"\nlap_m = 200\nrules = "timetrial"\ntarget_s = 540\nadapter = '
            '"hci1"\nstate_dir = "/data"\nrecord = false\n'
            '[broker]\nurl = "mqtts://h:8883/club"\nca = "/ca.pem"\nathlete = '
            f'"maria"\n{STRAP}{POD}[sensors.belt]\nprofile = "generic-hr"\nmqtt = "b-1"\n'
        ),
        environ={},
    )
    expected = Settings(
        race="3000m",
        lap_m=200.0,
        rules=Rules.TIMETRIAL,
        target_s=540.0,
        adapter="hci1",
        state_dir=Path("/data"),
        record=False,
        broker=BrokerSettings(url="mqtts://h:8883/club", ca=Path("/ca.pem"), athlete="maria"),
        sensors={
            "strap": SensorPin(profile="polar-h10", address="A0:9E:1A:00:00:01"),
            "pod": SensorPin(profile="stryd", name="Stryd"),
            "belt": SensorPin(profile="generic-hr", mqtt="b-1"),
        },
    )
    assert expected == settings
    sensors = {
        "strap": {"profile": "polar-h10"},
        "pod": {"profile": "stryd"},
        "belt": {"profile": "generic-hr"},
    }
    document = {
        "race": "3000m",
        "lap_m": 200.0,
        "rules": "timetrial",
        "target_s": 540.0,
        "sensors": sensors,
    }
    assert document == settings.document().as_json()
    assert RaceDocument.parse(document, "the recording") == settings.document()


def test_the_later_wins(race_file: Callable[..., Path]) -> None:
    """GIVEN a key in the file, the environment and the options WHEN loaded THEN options beat the
    environment, which beats the file.
    """
    path = race_file('race = "800m"\nlap_m = 200\nlead_ms = 100\n')
    environ = {"KICKCUE_RACE": "1500m", "KICKCUE_LAP_M": "300"}
    settings = load_settings(path, environ=environ, options={"race": "5000m", "lap_m": None})
    assert ("5000m", 300.0, 100) == (settings.race, settings.lap_m, settings.lead_ms)


def test_options_may_be_dotted_or_blocks() -> None:
    """A command may give ``broker.url``, or a block under ``broker``: both mean the same, and None
    is not told.
    """
    dotted = {
        "race": "5k",
        "broker.url": "mqtt://h",
        "broker.ca": None,
        "sensors.pod.profile": "stryd",
        "sensors.pod.name": "S",
    }
    blocks = {
        "race": "5k",
        "broker": {"url": "mqtt://h", "ca": None},
        "sensors": {"pod": {"profile": "stryd", "name": "S"}},
    }
    assert load_settings(None, options=dotted, environ={}) == load_settings(
        None, options=blocks, environ={}
    )


def test_a_sensor_of_the_file_can_be_completed_by_options(race_file: Callable[..., Path]) -> None:
    """GIVEN a pinned sensor in the file WHEN an option names another profile for it THEN the pin
    stays.
    """
    path = race_file(f'race = "5k"\n{STRAP}')
    settings = load_settings(path, options={"sensors.strap.profile": "generic-hr"}, environ={})
    assert {
        "strap": SensorPin(profile="generic-hr", address="A0:9E:1A:00:00:01")
    } == settings.sensors


_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "race": st.sampled_from(["5000m", "mile", "3000m"]),
    "lap_m": st.floats(60, 800),
    "kick_m": st.floats(1, 800),
    "rules": st.sampled_from([rules.value for rules in Rules]),
    "tactical": st.booleans(),
    "language": st.sampled_from(["en", "de", "fr"]),
    "smile": st.booleans(),
    "target_s": st.floats(720, 1900),
    "splits": st.sampled_from(["off", "haptic", "sound", "both"]),
    "hr_ceiling_bpm": st.integers(60, 240),
    "lead_ms": st.integers(0, 2000),
    "scale": st.floats(0.8, 1.25),
    "page.on": st.booleans(),
    "page.host": st.sampled_from(["192.168.1.7", "::1"]),
    "page.port": st.integers(1, 65535),
    "page.https": st.booleans(),
    "scale_sd": st.floats(0.001, 0.2),
    "plan": st.sampled_from(["strides", "two-hundreds"]),
    "adapter": st.integers(0, 99).map("hci{}".format),
    "state_dir": st.text(string.ascii_letters, min_size=1).map("/{}".format),
    "record": st.booleans(),
    "broker.url": st.sampled_from(
        [
            "mqtt://h",
            "mqtts://maria@h:8884/club",
            "mqtt://u:p%2Fw@[::1]:1883/a/b",
            "mqtt://u:12@10.0.0.1",
        ]
    ),
    "broker.password_file": st.text(string.ascii_letters, min_size=1).map("/{}".format),
    "broker.ca": st.text(string.ascii_letters, min_size=1).map("/{}".format),
    "broker.athlete": st.text(string.ascii_letters + "_-", min_size=1),
    "audio.output": st.sampled_from(["off", "fallback", "always"]),
    "audio.voice": st.sampled_from(
        ["none", "espeak-ng", "espeak-ng:en-gb", "say:Anna", "piper:/models/x.onnx"]
    ),
    "audio.player": st.sampled_from(["aplay", "pw-play"]),
    "audio.lead_ms": st.integers(0, 2000),
    "audio.tones": st.booleans(),
    "audio.keep_awake": st.booleans(),
    **{
        f"cues.{kind}": st.sampled_from([output.value for output in CueOutput])
        for kind in CueTerms.model_fields
    },
}


@given(
    values=st.fixed_dictionaries(
        {"race": _VALUES["race"]}, optional={key: _VALUES[key] for key in _VALUES if key != "race"}
    )
)
def test_three_ways_to_say_one_thing(
    values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GIVEN any settings WHEN said in a file, in the environment, or by options THEN they are
    equal, password and all.
    """
    path = tmp_path_factory.mktemp("settings") / "race.toml"
    blocks: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    for key, value in values.items():
        if "." in key:
            table, _, name = key.partition(".")
            blocks.setdefault(table, {})[name] = value
    path.touch(0o600)
    path.write_text(tomlkit.dumps(blocks))
    variables = {
        f"KICKCUE_{key.replace('.', '_').upper()}": str(value) for key, value in values.items()
    }
    by_file = load_settings(path, environ={})
    by_environment = load_settings(None, environ=variables)
    by_options = load_settings(None, options=values, environ={})
    assert by_file == by_environment == by_options
    assert (
        by_file.broker.url_password
        == by_environment.broker.url_password
        == by_options.broker.url_password
    )


def test_the_three_ways_are_tried_with_every_key() -> None:
    """The comparison above leaves out only what excludes another key, what goes with others (a
    line), or has no variable (sensors).
    """
    together: dict[str, type[BaseModel]] = {"watch": WatchSettings, "beacon": BeaconSettings}
    left_out = {"lane", "indoor", "water_jump", "fixes.gpsd", "fixes.termux"}
    left_out |= {f"{table}.{key}" for table, keys in together.items() for key in keys.model_fields}
    # test_gate_terms.py tries those.
    tried = {".".join(key.path) for key in setting_keys() if key.variable and key.path[0] != "gate"}
    assert tried == _VALUES.keys() | left_out


def test_variables_are_told_apart() -> None:
    """No two keys have one variable, and those of the plan are there."""
    variables = [key.variable for key in setting_keys() if key.variable]
    assert len(set(variables)) == len(variables)
    assert {
        "KICKCUE_RACE",
        "KICKCUE_LAP_M",
        "KICKCUE_ADAPTER",
        "KICKCUE_STATE_DIR",
        "KICKCUE_RECORD",
        "KICKCUE_BROKER_URL",
    } < set(variables)
    assert {"KICKCUE_BROKER_PASSWORD_FILE", "KICKCUE_BROKER_CA", "KICKCUE_BROKER_ATHLETE"} < set(
        variables
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('race = "5000m"\nlaps_m = 3\n', "laps_m: unknown key, did you mean 'lap_m'?"),
        ('race = "5000m"\nlap_m = "far"\n', "lap_m: expected a number, got 'far'"),
        ('race = "5000m"\nlap_m = 3\n', "lap: expected 50 to 2000 m, got 3.0 m"),
        ('race = "5001x"\n', "unknown event '5001x'"),
        (
            'race = "5000m"\nlanguage = "tlh"\n',
            "language: expected one of de, en, fr, or a .toml file of your own, got 'tlh'",
        ),
        ('race = "5000m"\nadapter = "usb0"\n', "adapter: expected something like hci0, got 'usb0'"),
        (
            'race = "5000m"\nbroker = "mqtt://h"\n',
            "broker: expected a block, [broker], got 'mqtt://h'",
        ),
        ('race = "5000m"\n[broker]\nuri = "x"\n', "broker.uri: unknown key, did you mean 'url'?"),
        (
            'race = "5000m"\n[broker]\nurl = "h:1883"\n',
            "expected something like mqtt://[user[:password]@]host[:port][/prefix]",
        ),
        (
            'race = "5000m"\n[broker]\nathlete = "ma/ria"\n',
            "broker.athlete: expected letters, digits, _ and -, got 'ma/ria'; it becomes",
        ),
        ('race = "5000m"\n[sensors.pod]\nname = "x"\n', "sensors.pod.profile: is missing"),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "strid"\nname = "x"\n',
            "sensors.pod.profile: expected a sensor profile, got 'strid': did you mean stryd?",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\n',
            "sensors.pod: expected exactly one of address, name and mqtt",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\nname = "x"\nmqtt = "y"\n',
            "sensors.pod: expected exactly one of address, name and mqtt",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\naddress = "A0:9E:1A"\n',
            "sensors.pod.address: expected something like A0:9E:1A:00:00:01, or on macOS",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\naddress = "A0-9E-1A-00-00-01"\n',
            "expected something like A0:9E:1A:00:00:01",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\nname = " "\n',
            "sensors.pod.name: expected the name as the device advertises it, got ' '",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nprofile = "stryd"\nmqtt = "a/b"\n',
            "sensors.pod.mqtt: expected letters, digits, _ and -, got 'a/b'",
        ),
        (
            'race = "5000m"\n[sensors.pod]\nadress = "x"\n',
            "sensors.pod.adress: unknown key, did you mean 'address'?",
        ),
        (
            'race = "5000m"\n[sensors."my pod"]\nprofile = "stryd"\nname = "x"\n',
            "letters, digits, _ and -, got 'my pod'",
        ),
        (
            f'race = "5000m"\n{POD}{POD.replace("pod", "pod2")}',
            "expected a device of its own for each sensor, got name 'Stryd' for pod and pod2",
        ),
        (
            (
                f'race = "5000m"\n{STRAP}'
                '[sensors.belt]\nprofile = "generic-hr"\naddress = "A0:9E:1A:00:00:01"\n'
            ),
            "for each sensor, got address 'A0:9E:1A:00:00:01' for strap and belt",
        ),
    ],
)
def test_what_is_wrong_in_a_file(text: str, told: str, race_file: Callable[..., Path]) -> None:
    """WHEN the file is wrong THEN one line names the file, the key, the value and what would be
    right.
    """
    path = race_file(text)
    message = refused(path)
    assert message.startswith(f"{path}: ")
    assert told in message, message


def test_who_said_it_is_told(race_file: Callable[..., Path]) -> None:
    """The line names the variable, the options, or all that a mistake is made of."""
    assert refused(environ={"KICKCUE_RACE": "5k", "KICKCUE_LEAD_MS": "soon"}).startswith(
        "environment variable KICKCUE_LEAD_MS: lead_ms: expected a whole number, got 'soon'"
    )
    assert refused(race="5k", lead_ms=9000).startswith(
        "the options: lead_ms: expected at most 2000, got 9000"
    )
    path = race_file('race = "5k"\n')
    assert refused(path, environ={"KICKCUE_LAP_M": "400"}).startswith(
        f"{path} and environment variable KICKCUE_LAP_M: lap only applies to a track race"
    )
    path = race_file(f'race = "5k"\n{POD}')
    assert refused(path, sensors__pod__mqtt="p").startswith(
        f"{path} and the options: sensors.pod: expected exactly one of address, name and mqtt"
    )


def test_a_value_in_the_place_of_a_block_is_not_papered_over(
    race_file: Callable[..., Path],
) -> None:
    """GIVEN a file where the broker is no block WHEN the environment sets a key of the block THEN
    the file's slip is told all the same.
    """
    message = refused(
        race_file('race = "5k"\nbroker = "h"\n'), environ={"KICKCUE_BROKER_ATHLETE": "maria"}
    )
    assert "broker: expected a block, [broker], got 'h'" in message


def test_no_race(race_file: Callable[..., Path]) -> None:
    """Without an event the line tells the three ways to say it."""
    for path in (None, race_file('lap_m = 400\n[broker]\nurl = "mqtt://h"\n')):
        message = refused(path)
        assert [] == [
            word
            for word in ("race: is missing", "kickcue init", "KICKCUE_RACE", "option")
            if word not in message
        ]


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("KICKCUE_LAP", "did you mean KICKCUE_LAP_M?"),
        ("KICKCUE_LANGAUGE", "did you mean KICKCUE_LANGUAGE?"),
        ("KICKCUE_BROKER_PASWORD", "did you mean KICKCUE_BROKER_PASSWORD?"),
        (
            "KICKCUE_BROKER_FINGERPRINT",
            "known here: KICKCUE_BROKER_URL, KICKCUE_BROKER_PASSWORD_FILE",
        ),
        ("KICKCUE_SENSORS_STRAP_ADDRESS", "[sensors] is set in the race file"),
    ],
)
def test_a_slip_in_a_variable_is_told(variable: str, told: str) -> None:
    """A variable that nobody reads, but that looks like one of the settings, would be a wish that
    is silently lost.
    """
    message = refused(environ={"KICKCUE_RACE": "5k", variable: "hush"})
    assert f"environment variable {variable}: no such setting" in message
    assert told in message
    assert "hush" not in message


def test_variables_of_others_are_left_alone() -> None:
    """What other parts read, what looks like nothing of ours, and what is empty is neither refused
    nor taken.
    """
    others = {
        "KICKCUE_DATA": "/x",
        "KICKCUE_REQUIRE_REAL": "1",
        "KICKCUE_BROKER_PASSWORD": "x",
        "KICKCUE_DEBUG": "1",
        "KICKCUE_BLUEZ": "1",
        "LAP_M": "3",
        "KICKCUE_LAP_M": "",
    }
    assert Settings(race="5k") == load_settings(None, environ={"KICKCUE_RACE": "5k", **others})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('race = "5000m"\nlap_m 400\n', "line 2, column 7"),
        ('race = "5000m\n', "line 1, column 14"),
        ("[sensors", "line 1, column 9"),
        ("a = 1\na = 2\n", "line 2"),
    ],
)
def test_what_is_no_toml(text: str, place: str, race_file: Callable[..., Path]) -> None:
    """A slip in the TOML is told with file, line and column."""
    path = race_file(text)
    assert refused(path).startswith(f"{path}, {place}")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is absent, a folder, or no text is told in one line."""
    assert ("No such file or directory; 'kickcue init' creates one") in refused(
        tmp_path / "none.toml"
    )
    assert "expected a file, got a folder" in refused(tmp_path)
    (tmp_path / "race.toml").write_bytes(b'race = "\xff"\n')
    assert "line 1: expected UTF-8 text, got byte 0xff" in refused(tmp_path / "race.toml")
    (tmp_path / "race.toml").write_bytes(b"#" * 256_001)
    assert "expected at most 256 kB, got more" in refused(tmp_path / "race.toml")
    (tmp_path / "race.toml").write_text(f"race = {'[' * 100_000}")
    assert "line 1: expected brackets at most 8 deep, got more" in refused(tmp_path / "race.toml")


def test_a_file_saved_by_an_editor_with_a_mark(race_file: Callable[..., Path]) -> None:
    """The byte order mark that some editors put before UTF-8 is no part of the file."""
    assert "5k" == load_settings(race_file('\ufeffrace = "5k"\r\n'), environ={}).race


def test_paths(race_file: Callable[..., Path], tmp_path: Path) -> None:
    """A path in the file starts at the file's folder, one said elsewhere at the current one, and ~
    is the home folder anywhere.
    """
    path = race_file(
        'race = "5k"\nstate_dir = "state"\n[broker]\nurl = "mqtts://h"\nca = '
        '"~/ca.pem"\npassword_file = "/abs"\n'
    )
    settings = load_settings(path, environ={"HOME": "/home/maria"})
    found = (settings.state_dir, settings.broker.ca, settings.broker.password_file)
    assert (tmp_path / "state", Path("/home/maria/ca.pem"), Path("/abs")) == found
    said = load_settings(
        path, environ={"HOME": "/h", "KICKCUE_STATE_DIR": "here"}, options={"broker.ca": "~/x"}
    )
    assert (Path("here"), Path("/h/x")) == (said.state_dir, said.broker.ca)


def test_files_of_ones_own_lie_beside_the_race_file(
    race_file: Callable[..., Path], tmp_path: Path
) -> None:
    """GIVEN phrases in a file of one's own WHEN the race file names it THEN it is looked for beside
    the race file.
    """
    assert f"{tmp_path / 'mine.toml'}: cannot read" in refused(
        race_file('race = "5k"\nlanguage = "mine.toml"\n')
    )


def test_pins_that_are_right() -> None:
    """A MAC address and CoreBluetooth's UUID are taken in any case and compared in one."""
    uuid = "6d1f3c2a-0b7e-4b7b-9b1e-2f6c1d0a9e11"
    assert ("address", uuid.upper()) == SensorPin(profile="polar-h10", address=uuid).pin
    assert ("address", "A0:9E:1A:00:00:0F") == SensorPin(
        profile="polar-h10", address="a0:9e:1a:00:00:0f"
    ).pin
    assert ("name", "Polar H10 12345678") == SensorPin(
        profile="polar-h10", name="Polar H10 12345678"
    ).pin
    assert ("mqtt", "strap-1") == SensorPin(profile="polar-h10", mqtt="strap-1").pin


def test_settings_do_not_change() -> None:
    """What was loaded stays as it is."""
    settings = Settings(race="5k")
    with pytest.raises(ValidationError, match="frozen"):
        settings.race = "10k"


def test_the_nearest_race_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, then the user's configuration (XDG, or ~/.config), then the system's; a relative XDG
    folder is ignored, as XDG says.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kickcue.config.paths.SYSTEM_FOLDER", tmp_path / "etc")
    environ = {"HOME": str(tmp_path / "home")}
    assert None is find_race_file(environ)
    found = []
    for folder in ("etc", "home/.config/kickcue", "xdg/kickcue", ""):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "race.toml").touch()
        found.append(
            (
                find_race_file(environ),
                find_race_file({**environ, "XDG_CONFIG_HOME": str(tmp_path / "xdg")}),
            )
        )
    etc, home, xdg, here = (
        tmp_path / "etc/race.toml",
        tmp_path / "home/.config/kickcue/race.toml",
        tmp_path / "xdg/kickcue/race.toml",
        Path("race.toml"),
    )
    assert [(etc, etc), (home, etc), (home, xdg), (here, here)] == found
    Path("race.toml").unlink()
    assert home == find_race_file({**environ, "XDG_CONFIG_HOME": "xdg"})


def test_the_state_folder() -> None:
    """What is set, else systemd's first folder, else XDG's, else the user's own;
    nothing is made.
    """
    environ = {
        "HOME": "/home/maria",
        "XDG_STATE_HOME": "/xdg",
        "STATE_DIRECTORY": "/var/lib/kickcue:/var/lib/other",
    }
    settings = Settings(race="5k")
    assert Path("/set") == state_folder(Settings(race="5k", state_dir=Path("/set")), environ)
    assert Path("/var/lib/kickcue") == state_folder(settings, environ)
    del environ["STATE_DIRECTORY"]
    assert Path("/xdg/kickcue") == state_folder(settings, environ)
    environ["XDG_STATE_HOME"] = "relative"
    assert Path("/home/maria/.local/state/kickcue") == state_folder(settings, environ)


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system user may have no home folder: the line says what to set."""

    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(UsageError, match=r"no home folder: set state_dir \(KICKCUE_STATE_DIR\)"):
        state_folder(Settings(race="5k"), {})


def test_the_page_tells_every_key() -> None:
    """``docs/configuration.md`` has one row for each key there is, with its variable, kind, default
    and meaning, and no other.
    """
    page = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text(
        encoding="utf-8"
    )
    block = re.search(r"<!-- keys -->\n(.*?)<!-- end -->", page, re.DOTALL)
    assert block is not None
    rows = [
        "| key | variable | kind | default | meaning |",
        "|---|---|---|---|---|",
        *map(_row, setting_keys()),
    ]
    assert "\n".join(rows) == block[1].strip()


def test_the_examples_of_the_page_load(tmp_path: Path) -> None:
    """What the page shows as race files are race files."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text(
        encoding="utf-8"
    )
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        (tmp_path / "race.toml").write_text(example)
        assert load_settings(tmp_path / "race.toml", environ={}).sensors


def _row(key: Any) -> str:
    default = (
        "required"
        if key.required
        else ""
        if key.default is None
        else f"`{str(key.default).lower() if isinstance(key.default, bool) else key.default}`"
    )
    cells = (
        f"`{'.'.join(key.path)}`",
        f"`{key.variable}`" if key.variable else "",
        key.kind.replace(" | ", ", "),
        default,
        key.what.replace("<", "&lt;"),
    )
    return f"| {' | '.join(cells)} |"
