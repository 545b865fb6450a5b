"""``kickcue set``: any key of race.toml, without knowing TOML, and without losing what a person
wrote there.
"""

import errno
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.cli import main
from kickcue.config.race_file import new_race_file
from kickcue.config.set_keys import set_keys
from kickcue.config.settings import load_settings
from kickcue.config.settings_reference import setting_keys
from kickcue.core.errors import UsageError
from kickcue.edges.web.addresses import qr_lines
from kickcue.standalone.race_toml import from_toml
from tests.standalone.test_race_setup import HERE

MINE = """# my race
race = "5000m"   # the club's

[broker]  # of the club
#url = "mqtt://h"
athlete = 'maria'

# worn since May
[sensors.strap] # black
profile = 'polar-h10' # H10
address   =   "A0:9E:1A:00:00:99" # on the back
# tail
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a race file of one's own."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    return path


def test_a_broker_is_set_beside_the_comments(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file with comments WHEN a key is set that is off there THEN that line alone is
    another, and what was written is told.
    """
    assert main(["set", "broker.url", "mqtt://192.168.1.20"]) == 0
    assert MINE.replace('#url = "mqtt://h"', 'url = "mqtt://192.168.1.20"') == mine.read_text()
    assert 'race.toml: broker.url = "mqtt://192.168.1.20"\n' == capsys.readouterr().out


def test_a_value_is_changed_in_its_place(mine: Path) -> None:
    """The comment behind a value stays where it is."""
    assert main(["set", "sensors.strap.address", "A0:9E:1A:00:00:01", "race", "10000m"]) == 0
    expected = MINE.replace("00:99", "00:01").replace('"5000m" ', '"10000m" ')
    assert expected == mine.read_text()


def test_keys_that_need_each_other_are_set_together(mine: Path) -> None:
    """A line takes three keys, a watch two; a sensor of a new name is begun."""
    line = ["gate.lat_deg", "51.8600063", "gate.lon_deg", "-0.4200145", "gate.heading_deg", "35.2"]
    assert main(["set", *line, "watch.profile", "bangle-gb", "watch.name", "Bangle.js 1a2b"]) == 0
    assert main(["set", "sensors.pod.profile", "stryd", "sensors.pod.name", "Stryd"]) == 0
    found = load_settings(mine, environ={})
    assert (51.8600063, -0.4200145, 35.2) == (
        found.gate.lat_deg,
        found.gate.lon_deg,
        found.gate.heading_deg,
    )
    assert ("bangle-gb", "Bangle.js 1a2b") == (found.watch.profile, found.watch.name)
    assert {"strap", "pod"} == found.sensors.keys()
    assert mine.read_text().endswith("\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["brokr.url", "mqtt://h"], "brokr.url: unknown key: did you mean broker.url?"),
        (["url", "mqtt://h"], "url: unknown key: did you mean broker.url?"),
        (["target", "16:30"], "target: unknown key: did you mean target_s?"),
        (["lap", "300"], "lap: unknown key: did you mean lap_m?"),
        (["sensors.strap.adress", "A0:9E:1A:00:00:01"], "did you mean sensors.NAME.address?"),
        (["wholly.else", "1"], "wholly.else: unknown key: see docs/configuration.md for all"),
        (["broker.url", "h:1883"], "race.toml: broker.url: expected something like mqtt://"),
        (["broker.url", "u:hush@h"], "got 'u:***@h'"),
        (["lap_m", "far"], "race.toml: lap_m: expected a number, got 'far'"),
        (["lap_m", "9" * 5000], "race.toml: lap_m: expected a finite number, got '999"),
        (["lead_ms", "9" * 400], "race.toml: lead_ms: expected"),
        (["lane", "1.5"], "race.toml: lane: expected a whole number, got '1.5'"),
        (["indoor", "perhaps"], "race.toml: indoor: expected true or false, got 'perhaps'"),
        (
            ["target_s", "10.30"],
            (
                "race.toml: target_s: expected 11:58 to 1:40:00 for 5000m, got 0:10.3; did you "
                "mean 10:30?"
            ),
        ),
        (["target_s", "1:00"], "did you mean 1:00:00?"),
        (
            ["gate.lat_deg", "51"],
            "race.toml: gate: expected lat_deg, lon_deg, heading_deg",
        ),
        (
            ["race", "5k", "gate.lat_deg", "51", "gate.lon_deg", "0", "gate.heading_deg", "9"],
            "gate: only applies to a track race, and 5k is run on the road",
        ),
        (
            ["sensors.strap.profile", "polar-h1"],
            "expected a sensor profile, got 'polar-h1': did you mean polar-h10?",
        ),
        (["broker.url.more", "x"], "broker.url.more: unknown key"),
        (["race"], "race: expected a value after it"),
        ([], "expected kickcue set KEY VALUE"),
        (["--unset", "audio.voice"], "race.toml: audio.voice is not set"),
        (
            ["--unset", "sensors.strap.address"],
            "sensors.strap: expected exactly one of address, name and mqtt",
        ),
        (
            ["--file", "none.toml", "race", "5k"],
            "none.toml: cannot read: No such file or directory; 'kickcue init' creates one",
        ),
    ],
)
def test_what_cannot_be_is_not_written(
    words: list[str], told: str, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a key or a value that cannot be WHEN set THEN one line says what would be right, the
    status is 2, and the file is as it was.
    """
    assert main(["set", *words]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert 1 == captured.err.count("\n")
    assert "hush" not in captured.err
    assert MINE == mine.read_text()


def test_nothing_to_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a race file the line says what makes one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("kickcue.config.paths.SYSTEM_FOLDER", tmp_path / "etc")
    assert main(["set", "race", "5k"]) == 2
    assert "create one with `kickcue init`, then `kickcue set` again" in capsys.readouterr().err


def test_a_key_is_taken_out(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that is unset goes, what a typing error has left there too, and nothing else does."""
    mine.write_text(MINE.replace("[broker]", "brokr = 3\n[broker]"))
    assert main(["set", "race", "mile"]) == 2
    assert main(["set", "--unset", "brokr", "--unset", "broker.athlete"]) == 0
    assert MINE.replace("athlete = 'maria'\n", "") == mine.read_text()
    assert "race.toml: broker.athlete is no longer set" in capsys.readouterr().out


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600])
def test_a_password_makes_the_file_private(
    mode: int, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a file that others may read WHEN a password is set THEN it is its owner's alone, and
    the password is not shown.
    """
    mine.chmod(mode)
    assert main(["set", "broker.athlete", "anna"]) == 0
    assert mode == mine.stat().st_mode & 0o777
    assert main(["set", "broker.url", "mqtt://u:hush@h"]) == 0
    assert 0o600 == mine.stat().st_mode & 0o777
    assert "hush" not in capsys.readouterr().out
    password = load_settings(mine, environ={}).broker.url_password
    assert password is not None
    assert "hush" == password.get_secret_value()


def test_a_full_disk_changes_nothing(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is replaced as a whole or not at all."""

    def fails(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fails)
    assert main(["set", "race", "mile"]) == 2
    assert "cannot write race.toml: No space left on device" in capsys.readouterr().err
    assert MINE == mine.read_text()
    assert [mine] == list(mine.parent.iterdir())


def test_a_path_is_meant_from_here(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a file in another folder WHEN a path is set
    THEN it means what it means in the shell.
    """
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert (
        main(
            [
                "set",
                "--file",
                "../race.toml",
                "broker.ca",
                "ca.pem",
                "broker.password_file",
                "~/pw",
                "state_dir",
                "..",
            ]
        )
        == 0
    )
    written = tomllib.loads(mine.read_text())
    assert ("sub/ca.pem", "~/pw", ".") == (
        written["broker"]["ca"],
        written["broker"]["password_file"],
        written["state_dir"],
    )
    assert tmp_path / "sub" / "ca.pem" == load_settings(mine, environ={}).broker.ca


@pytest.mark.parametrize("content", ["", "# my race, to be filled in.\n", "\n\n", "\ufeff"])
def test_a_file_that_a_power_cut_emptied(
    content: str, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN an empty file, or comments alone WHEN run THEN status 2 (systemd starts no more) says
    what is missing; WHEN set THEN it runs.
    """
    mine.write_text(content, encoding="utf-8")
    for command in (
        ["run", "--headless", "race.toml"],
        ["doctor", "race.toml", "--json"],
        ["say", "race.toml"],
    ):
        status = main(command)
        captured = capsys.readouterr()
        assert "race" in captured.out + captured.err
        assert status in ((1,) if command[0] == "doctor" else (2,)), command
    assert main(["set", "broker.url", "mqtt://h"]) == 0
    assert main(["set", "race", "5000m"]) == 0
    assert ("5000m", "mqtt://h") == (
        (found := load_settings(mine, environ={})).race,
        found.broker.url,
    )


def test_text_that_is_none(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes of a shell that are no text are refused."""
    assert main(["set", "sensors.strap.name", "\udcff", "--unset", "sensors.strap.address"]) == 2
    assert "kickcue: " in capsys.readouterr().err.encode("utf-8", "backslashreplace").decode()
    assert MINE == mine.read_text()


FILES = {
    "of init": None,
    "of one's own": MINE,
    "blocks with nothing in them, as init once wrote": (
        'race = "5000m"\n\n[broker]\n#url = "mqtt://h"\n#athlete = "maria"\n\n[audio]\n#tones '
        '= true\n\n[sensors.strap]\nprofile = "stryd"\nmqtt = "x"\n'
    ),
    "dotted": (
        'race = "5000m"\nbroker.athlete = "m" # whose\naudio.tones = '
        'false\nsensors.strap.profile = "stryd"\nsensors.strap.mqtt = "x"\n'
    ),
    "expected one line": (
        'race = "5000m"\nbroker = { athlete = "m" } # whose\nsensors = { strap = { profile = '
        '"stryd", mqtt = "x" } }\n'
    ),
    "no end of line": 'race = "5000m"',
    "a block in the middle": (
        'race = "5000m"\n[sensors.strap]\nprofile = "stryd"\nmqtt = '
        '"x"\n[broker]\n[sensors.belt]\nprofile = "stryd"\nmqtt = "y"\n'
    ),
    "keys in quotes": '"race" = "5000m"\n["broker"]\n"athlete" = "m"\n',
    "a text that looks like a key": (
        'race = "5000m"\nlanguage = "en" #\n[broker]\nathlete = "m"\n# a note:\n#url = """\n'
    ),
}
_SAID = {
    "race": ["mile", "10000m"],
    "kick_m": ["300", "200.5"],
    "smile": ["true", "no"],
    "hr_ceiling_bpm": ["185"],
    "broker.url": ["mqtt://h", "mqtts://u@h:8884/club"],
    "broker.athlete": ["maria", "a-1"],
    "audio.output": ["always"],
    "audio.lead_ms": ["100"],
    "audio.tones": ["on", "off"],
    "sensors.strap.profile": ["generic-hr"],
    "fixes.gpsd": ["localhost:2947"],
    "beacon.eddystone": ["edd1ebeac04e5defa017"],
}


@given(name=st.sampled_from([*FILES]), newline=st.sampled_from(["\n", "\r\n"]), data=st.data())
def test_any_row_of_keys_in_any_file(
    name: str, newline: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GIVEN any way to write a file WHEN keys are set and unset in any order THEN each has its last
    value, all else is as it was.
    """
    path = tmp_path_factory.mktemp("set") / "race.toml"
    text = FILES[name]
    if text is None:
        new_race_file(path, {"race": "5000m"})
        text = path.read_text()
    path.write_bytes(text.replace("\n", newline).encode())
    expected = _flat(tomllib.loads(text))
    comments = [line.partition("#")[2] for line in text.splitlines() if line.startswith("# ")]
    steps = data.draw(
        st.lists(
            st.sampled_from([*_SAID]).flatmap(
                lambda key: st.tuples(st.just(key), st.sampled_from(_SAID[key]))
            ),
            max_size=6,
        )
    )
    for key, value in steps:
        if key == "sensors.strap.profile" and not any(
            known.startswith("sensors.strap.") for known in expected
        ):
            continue
        if (
            key in expected
            and key not in ("race", "sensors.strap.profile")
            and data.draw(st.booleans())
        ):
            set_keys(path, {}, [key])
            del expected[key]
        else:
            set_keys(path, {key: value})
            expected[key] = {"no": False, "off": False, "on": True, "true": True}.get(value, value)
    written = path.read_bytes().decode()
    assert {key: str(value) for key, value in expected.items()} == {
        key: str(value) for key, value in _flat(tomllib.loads(written)).items()
    }
    assert [] == [comment for comment in comments if comment not in written]
    assert newline == "\n" or "\n" not in text or "\n" not in written.replace("\r\n", "")


def _flat(document: dict[str, Any], at: str = "") -> dict[str, Any]:
    """Return the values by their whole keys, numbers as somebody types them."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        found |= _flat(value, f"{at}{key}.") if isinstance(value, dict) else {f"{at}{key}": value}
    return found


def test_every_key_can_be_set(tmp_path: Path) -> None:
    """GIVEN the example of each key as text WHEN set THEN the file says it as a value of the right
    kind.
    """
    path = tmp_path / "race.toml"
    needs = {
        "gate.half_width_m": {"gate.lat_deg": "51", "gate.lon_deg": "0", "gate.heading_deg": "9"},
        "gate.left": {"gate.right": "51.862661, -0.42309"},
        "gate.right": {"gate.left": "51.862741, -0.423114"},
        "beacon.major": {"beacon.ibeacon": "f7826da6-4fa2-4e98-8024-bc5b71e0893e"},
        "beacon.minor": {"beacon.ibeacon": "f7826da6-4fa2-4e98-8024-bc5b71e0893e"},
        "beacon.instance": {"beacon.eddystone": "edd1ebeac04e5defa017"},
        "water_jump": {"race": "3000sc"},
    }
    for key in setting_keys():
        name = ".".join(key.path).replace("NAME", "strap")
        path.unlink(missing_ok=True)
        new_race_file(path, {"race": "5000m"})
        more = needs.get(name, {})
        if name.startswith("gate.") and name not in needs:
            more = {"gate.lat_deg": "51", "gate.lon_deg": "0", "gate.heading_deg": "9"}
        elif name.startswith("watch.") and name != "watch.profile":
            more = {"watch.profile": "infinitime"}
        elif name.startswith("sensors."):
            more = (
                {"sensors.strap.profile": "polar-h10"}
                if name != "sensors.strap.profile"
                else {"sensors.strap.mqtt": "x"}
            )
        text = (
            ",".join(map(str, key.example)) if isinstance(key.example, list) else str(key.example)
        )
        text = text.lower() if isinstance(key.example, bool) else text
        set_keys(path, {**more, name: text})
        written: Any = tomllib.loads(path.read_text())
        for part in name.split("."):
            written = written[part]
        assert key.example == written, name


def test_a_block_in_place_of_a_value_is_told(mine: Path) -> None:
    """GIVEN a value where a block should be WHEN a key of that block is set
    THEN the line says so.
    """
    mine.write_text('race = "5k"\nbroker = 3\n')
    with pytest.raises(UsageError, match=r"race\.toml: broker: expected a block, got 3"):
        set_keys(mine, {"broker.url": "mqtt://h"})


def test_the_race_as_a_qr_code(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race file with a broker and paired sensors WHEN its code is asked for THEN the code
    is that of the race alone, also right after a key was set.
    """
    wanted = (
        'race = "5000m"\ntarget_s = 990.0\n[sensors.strap]\nprofile = "polar-h10"\nmqtt = "strap"\n'
    )
    assert 0 == main(["set", "target_s", "16:30", "--qr"])
    assert "\n".join(qr_lines(wanted)) in capsys.readouterr().out
    assert 0 == main(["set", "--qr", "--file", str(mine)])
    assert "\n".join(qr_lines(wanted)) in capsys.readouterr().out
    assert "5000m" == from_toml(wanted, HERE).document["race"]


def test_what_has_no_code(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race that is too large for a code, or no race file WHEN its code is asked for THEN it
    is said what to do.
    """
    sensors = "".join(f'[sensors.s{n}]\nprofile = "stryd"\nname = "{n}"\n' for n in range(40))
    mine.write_text(f'race = "5000m"\n{sensors}')
    assert 2 == main(["set", "--qr"])
    assert "too large for a QR code" in capsys.readouterr().err
    mine.unlink()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert 2 == main(["set", "--qr"])
    assert "kickcue init" in capsys.readouterr().err
