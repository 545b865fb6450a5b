"""The race file explains itself when new, and keeps what a person wrote when a sensor is added."""

import errno
import os
import stat
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.config.race_file import new_race_file, pin_sensor
from kickcue.config.settings import SensorPin, Settings, load_settings
from kickcue.config.settings_reference import setting_keys
from kickcue.core.errors import UsageError

STRAP = SensorPin(profile="polar-h10", address="A0:9E:1A:00:00:01")
POD = SensorPin(profile="stryd", name="Stryd")
MINE = """# my race
race = "5000m"   # the club's

[broker]  # of the club
#url = "mqtt://h"

# worn since May
[sensors.strap] # black
profile = 'polar-h10' # H10
address   =   "A0:9E:1A:00:00:99" # on the back
# end of strap

# at last
[sensors.belt]
profile = "generic-hr"
mqtt = "b"
# tail
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file(tmp_path: Path) -> None:
    """A new file holds the answers, is private, and loads as them."""
    path = tmp_path / "race.toml"
    new_race_file(
        path, {"race": "5000m", "target_s": 990.0, "language": "de", "broker.url": "mqtts://u:p@h"}
    )
    assert 0o600 == _mode(path)
    said = {"race": "5000m", "target_s": 990, "language": "de", "broker": {"url": "mqtts://u:p@h"}}
    assert said == {
        key: value for key, value in tomllib.loads(path.read_text()).items() if value != {}
    }
    assert Settings(
        race="5000m",
        target_s=990.0,
        language="de",
        broker={"url": "mqtts://u:p@h"},  # type: ignore[arg-type]
    ) == load_settings(path, environ={})
    assert [path] == list(tmp_path.iterdir())


POINT = {"gate.lat_deg": 51.0, "gate.lon_deg": 0.0, "gate.heading_deg": 90.0}
UUID = {"beacon.ibeacon": "f7826da6-4fa2-4e98-8024-bc5b71e0893e"}
NARROWER = {"major": UUID, "minor": UUID, "instance": {"beacon.eddystone": "edd1ebeac04e5defa017"}}
"""Keys of a beacon that say which one of many it is."""
POSTS = {"gate.left": [51.86274, -0.42311], "gate.right": [51.86266, -0.42309]}


def test_a_new_file_explains_every_key(tmp_path: Path) -> None:
    """Each key stands in a new file with its meaning before it, and each that is off would be right
    if it were on.
    """
    path = tmp_path / "race.toml"
    new_race_file(path, {"race": "3000sc"})
    text = path.read_text()
    unwrapped = " ".join(line.removeprefix("# ") for line in text.splitlines())
    assert [] == [key.path for key in setting_keys() if key.what not in unwrapped]
    found = set()
    for line in text.splitlines():
        if line.startswith("#") and " = " in line and not line.startswith("# "):
            key, _, value = line.removeprefix("#").partition(" = ")
            if key in ("profile", "address", "name", "mqtt"):
                key = f"sensors.strap.{key}"
            found.add(key)
            needs = {"race": "3000sc" if key == "water_jump" else "5000m"} | _needed(key)
            load_settings(
                None, options={**needs, key: tomllib.loads(f"v = {value}")["v"]}, environ={}
            )
    expected = {".".join(key.path).replace("NAME", "strap") for key in setting_keys()}
    assert expected - {"race"} == found


def _needed(key: str) -> dict[str, Any]:
    """Return what a key cannot do without: some say something only together."""
    block, _, name = key.rpartition(".")
    if block == "gate":
        return POSTS if name in ("left", "right") else POINT
    if block == "beacon":
        return NARROWER.get(name, {})
    if block == "watch":
        return {"watch.profile": "infinitime"}
    if block == "sensors.strap":
        return (
            {"sensors.strap.name": "x"}
            if name == "profile"
            else {"sensors.strap.profile": "polar-h10"}
        )
    return {}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "race: is missing"),
        ({"race": "5000m", "lap_m": 3}, "lap: expected 50 to 2000 m, got 3.0 m"),
        ({"race": "5k", "laps": 3}, "laps: unknown key"),
    ],
)
def test_wrong_answers_make_no_file(answers: dict[str, Any], told: str, tmp_path: Path) -> None:
    """Answers that make no settings are refused as settings are."""
    with pytest.raises(UsageError, match=told):
        new_race_file(tmp_path / "race.toml", answers)
    assert [] == list(tmp_path.iterdir())


def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    """What is there stays, a link to nowhere as well."""
    (tmp_path / "race.toml").write_text("mine")
    (tmp_path / "link.toml").symlink_to("nowhere")
    for name in ("race.toml", "link.toml"):
        with pytest.raises(UsageError, match="already exists"):
            new_race_file(tmp_path / name, {"race": "5k"})
    assert "mine" == (tmp_path / "race.toml").read_text()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The line names the folder to make."""
    with pytest.raises(UsageError, match=r"no folder .*none; create it first"):
        new_race_file(tmp_path / "none" / "race.toml", {"race": "5k"})


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a read-only or full disk the line says so, and nothing is changed or left behind."""
    path = tmp_path / "race.toml"
    path.write_text(MINE)

    def fails(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    told = f"cannot write .*: {os.strerror(code)}"
    with pytest.raises(UsageError, match=told):
        pin_sensor(path, "pod", POD)
    with pytest.raises(UsageError, match=told):
        new_race_file(tmp_path / "new.toml", {"race": "5k"})
    assert MINE == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_where_no_file_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not even the new file beside the old one can be made, the line tells which folder has
    to be writable.
    """

    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", fails)
    with pytest.raises(
        UsageError,
        match=f"Read-only file system; make sure you can write to {tmp_path}",
    ):
        new_race_file(tmp_path / "race.toml", {"race": "5k"})


def test_pinning_a_new_sensor_leaves_the_rest_alone(tmp_path: Path) -> None:
    """A new sensor comes at the end; every byte before it is as it was."""
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    pin_sensor(path, "pod", POD)
    assert f'{MINE}\n[sensors.pod]\nprofile = "stryd"\nname = "Stryd"\n' == path.read_text()


@pytest.mark.parametrize(
    ("pin", "line"),
    [
        (STRAP, 'address   =   "A0:9E:1A:00:00:01" # on the back'),
        (
            SensorPin(profile="polar-h10", name='Polar "H10" #1 \\ ä'),
            'name   =   "Polar \\"H10\\" #1 \\\\ ä" # on the back',
        ),
        (SensorPin(profile="polar-h10", mqtt="strap"), 'mqtt   =   "strap" # on the back'),
    ],
)
def test_pinning_anew_changes_one_line(pin: SensorPin, line: str, tmp_path: Path) -> None:
    """GIVEN a pinned sensor between comments WHEN another device takes its place THEN only the
    value, or the key with it, is another.
    """
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    pin_sensor(path, "strap", pin)
    expected = MINE.replace('address   =   "A0:9E:1A:00:00:99" # on the back', line)
    assert expected.replace("'polar-h10'", '"polar-h10"') == path.read_text().replace(
        "'polar-h10'", '"polar-h10"'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        'race = "5k"',
        'race = "5k"\n',
        '[sensors]\n# none yet\n[broker]\nathlete = "m"\n',
        'sensors = { strap = { profile = "stryd", mqtt = "x" } } # one line\nrace = "5k"\n',
        'sensors.strap.profile = "stryd"\nsensors.strap.mqtt = "x"\nrace = "5k"\n',
        (
            '[sensors]\nstrap = { profile = "stryd", mqtt = "x" } # inline\nbelt.profile = '
            '"stryd"\nbelt.mqtt = "y"\n'
        ),
        (
            '[sensors.strap]\nprofile = "stryd"\n[broker]\nathlete = "m"\n[sensors.belt]\nprofile '
            '= "stryd"\nmqtt = "y"\n'
        ),
        '[sensors.strap]\nprofile = "stryd"\nname = "a"\nmqtt = "b"\n# two\n',
        '["sensors"."strap"]\n"profile" = "stryd"\n"name" = \'a\'\n',
        '[sensors.strap]\nname = """\nlong"""\nprofile = "x"\n',
        "note = '''\n[sensors.strap]\nname = \"no\"\n'''\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_way_to_write_sensors(text: str, newline: str, tmp_path: Path) -> None:
    """However the sensors are written, both a new and a changed one arrive, comments stay, and so
    do the ends of lines.
    """
    path = tmp_path / "race.toml"
    path.write_bytes(text.replace("\n", newline).encode())
    before = tomllib.loads(text)
    pin_sensor(path, "strap", STRAP)
    pin_sensor(path, "pod", POD)
    after = path.read_bytes().decode()
    sensors = before.get("sensors", {}) | {
        "strap": STRAP.model_dump(exclude_none=True),
        "pod": POD.model_dump(exclude_none=True),
    }
    assert {**before, "sensors": sensors} == tomllib.loads(after)
    assert [] == [
        comment
        for comment in ("# none yet", "# one line", "# inline", "# two")
        if (comment in text) and (comment not in after)
    ]
    if newline in text.replace("\n", newline):
        assert newline == "\n" or "\n" not in after.replace("\r\n", "")


_names = st.sampled_from(["strap", "pod", "belt", "POD-2"])
_pins = st.one_of(
    st.integers(0, 2**48 - 1).map(
        lambda it: SensorPin(
            profile="stryd", address=":".join(f"{it:012X}"[at : at + 2] for at in range(0, 12, 2))
        )
    ),
    st.text(min_size=1, max_size=20)
    .filter(lambda text: bool(text.strip()) and text.isprintable())
    .map(lambda text: SensorPin(profile="polar-h10", name=text)),
    st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True).map(
        lambda text: SensorPin(profile="generic-hr", mqtt=text)
    ),
)


@given(pins=st.lists(st.tuples(_names, _pins), max_size=8, unique_by=lambda pair: pair[1].pin))
def test_any_row_of_pins(
    pins: list[tuple[str, SensorPin]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GIVEN a new file WHEN sensors are pinned and pinned anew in any order THEN the last pin of
    each is loaded, and no comment is lost.
    """
    path = tmp_path_factory.mktemp("pins") / "race.toml"
    new_race_file(path, {"race": "5000m"})
    comments = [line for line in path.read_text().splitlines() if line.startswith("#")]
    kept: dict[str, SensorPin] = {}
    for name, pin in pins:
        pin_sensor(path, name, pin)
        kept[name] = pin
    assert kept == load_settings(path, environ={}).sensors
    assert comments == [line for line in path.read_text().splitlines() if line.startswith("#")]


def test_a_device_called_none_is_a_device(tmp_path: Path) -> None:
    """GIVEN a sensor pinned by its address, so without a name WHEN another is pinned by the name
    "None" THEN they are two.
    """
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    pin_sensor(path, "pod", SensorPin(profile="stryd", name="None"))
    assert "None" == load_settings(path, environ={}).sensors["pod"].name


def test_one_device_is_not_pinned_twice(tmp_path: Path) -> None:
    """A device that is another sensor's is refused, in whatever case its address is written."""
    path = tmp_path / "race.toml"
    path.write_text('[sensors.belt]\nprofile = "generic-hr"\naddress = "a0:9e:1a:00:00:01"\n')
    before = path.read_text()
    with pytest.raises(
        UsageError,
        match=(
            r"race\.toml: expected a device of its own for each sensor, got address "
            r"'A0:9E:1A:00:00:01' for belt and strap"
        ),
    ):
        pin_sensor(path, "strap", STRAP)
    assert before == path.read_text()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('race = "5k\n', "line 1, column"),
        ("sensors = 3\n", "expected blocks"),
        ("[sensors]\nstrap = 3\n", "expected blocks"),
        ("[[sensors]]\nname = 'x'\n", "expected blocks"),
    ],
)
def test_what_cannot_be_edited_is_left_alone(text: str, told: str, tmp_path: Path) -> None:
    """A file that is not TOML, or has something else under sensors, is never overwritten."""
    path = tmp_path / "race.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        pin_sensor(path, "strap", STRAP)
    assert text == path.read_text()


def test_an_edit_that_would_say_something_else_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN an edit that no longer means what was there, plus the sensor WHEN pinned THEN the file
    stays, and the line says what to add.
    """
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    monkeypatch.setattr(
        "kickcue.config.race_file._added", lambda text, *_: [f"{text}[", "race = 1\n", ""]
    )
    with pytest.raises(
        UsageError,
        match=r'please add \[sensors\.pod\] with profile = "stryd", name = "Stryd"',
    ):
        pin_sensor(path, "pod", POD)
    assert MINE == path.read_text()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Pinning makes no file: the line says what does."""
    with pytest.raises(UsageError, match="'kickcue init' creates one"):
        pin_sensor(tmp_path / "race.toml", "strap", STRAP)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """GIVEN a race file that is a symbolic link WHEN a sensor is pinned THEN the file it means is
    changed, and the link is one still.
    """
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "mine.toml", tmp_path / "race.toml"
    real.write_text(MINE)
    link.symlink_to(real)
    pin_sensor(link, "pod", POD)
    assert link.is_symlink()
    assert "Stryd" in real.read_text()


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640])
def test_the_mode_stays(mode: int, tmp_path: Path) -> None:
    """A private file stays private, and one that others may read stays so."""
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    path.chmod(mode)
    pin_sensor(path, "pod", POD)
    assert mode == _mode(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays(tmp_path: Path) -> None:
    """GIVEN a runner's file WHEN root pins a sensor in it THEN it is the runner's still."""
    path = tmp_path / "race.toml"
    path.write_text(MINE)
    os.chown(path, 12345, 12346)
    pin_sensor(path, "pod", POD)
    assert (12345, 12346) == (path.stat().st_uid, path.stat().st_gid)
