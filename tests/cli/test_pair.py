"""``kickcue pair``: whose sensors are whose, asked on a terminal or told by address."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from tests.beds.fake_bluez import FakeBluez
from tests.cli.tui.terminals import in_a_pipe, on_a_terminal
from tests.cli.tui.track import BOTH, OTHER, POD, STRAP, Track, let_go

RACE = '# my race\nrace = "5000m"\n'


@pytest.fixture
def race(home: Path) -> Path:
    path = home / "race.toml"
    path.write_text(RACE)
    return path


def unchanged(path: Path) -> bool:
    return path.read_text() == RACE


def pins(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(path.read_text()).get("sensors", {})
    return found


async def test_a_runner_recognises_his_own(track: Track, home: Path, race: Path) -> None:
    """GIVEN straps of the same model WHEN one is chosen THEN its live heart rate is shown; after y,
    strap and pod stand in race.toml.
    """
    async with on_a_terminal("pair", folder=home) as shown:
        await shown.shows(
            "Which heart-rate strap is yours?", "Polar H10 75340F2C", "Polar H10 0000AAAA"
        )
        await shown.answers("1\r", "beats/min", "Is that your heart rate?", "battery 80 %")
        assert track.strap.connected
        assert not track.other.connected
        await shown.answers("y", "Which foot pod is yours?", "Stryd")
        await shown.answers("2\r", "steps/min", "Is that your cadence?")
        shown.press("y")
        assert await shown.left() == 0
        assert "next: kickcue run" in shown.text
    assert {
        "strap": {"profile": "polar-h10", "address": STRAP},
        "pod": {"profile": "stryd", "address": POD},
    } == pins(race)
    await let_go(*track.all)


async def test_somebody_elses_is_let_go_again(track: Track, home: Path, race: Path) -> None:
    """GIVEN another runner's strap that was chosen WHEN n THEN the list is back, the strap is free,
    and q changes nothing.
    """
    async with on_a_terminal("pair", folder=home) as shown:
        await shown.shows("Polar H10 0000AAAA")
        number = next(
            line.split()[0] for line in reversed(shown.text.splitlines()) if "0000AAAA" in line
        )
        await shown.answers(f"{number}\r", "Is that your heart rate?")
        assert track.other.connected
        await shown.answers("n", "Which heart-rate strap is yours?")
        await let_go(track.other)
        await shown.answers("88\r", "No number 88 in the list.")
        shown.press("q")
        assert await shown.left() == 1
        assert "nothing chosen, nothing changed" in shown.text
    assert unchanged(race)


@pytest.mark.usefixtures("track")
async def test_one_sensor_can_be_enough(home: Path, race: Path) -> None:
    """GIVEN a strap that sends steps too WHEN it is taken THEN no pod is asked for unless the
    runner wants one.
    """
    async with on_a_terminal("pair", "--strap", BOTH, folder=home) as shown:
        await shown.shows("TICKR X 1234", "180 steps/min")
        shown.press("n")
        assert await shown.left() == 1
    async with on_a_terminal("pair", folder=home) as shown:
        await shown.shows("TICKR X 1234")
        number = next(
            line.split()[0] for line in reversed(shown.text.splitlines()) if "TICKR" in line
        )
        await shown.answers(f"{number}\r", "Is that your heart rate?")
        await shown.answers("y", "One sensor is enough.")
        shown.press("\r")
        assert await shown.left() == 0
    assert {"strap": {"profile": "wahoo-tickr-x", "address": BOTH}} == pins(race)


async def test_addresses_are_taken_without_a_terminal(track: Track, home: Path, race: Path) -> None:
    """GIVEN addresses and --yes WHEN paired THEN nothing is asked or connected, and the profiles
    are those of the devices.
    """
    status, out, _ = await in_a_pipe(
        "pair", "--yes", "--strap", STRAP.lower(), "--pod", POD, folder=home
    )
    assert status == 0
    assert f"strap: Polar H10 75340F2C, recognised by its address {STRAP}, profile polar-h10" in out
    assert {"strap": STRAP, "pod": POD} == {
        name: pin["address"] for name, pin in pins(race).items()
    }
    assert not any(sensor.connected for sensor in track.all)
    status, out, _ = await in_a_pipe("pair", "--yes", "--strap", OTHER, folder=home)
    assert status == 0
    assert "still has pod" in out


@pytest.mark.usefixtures("track")
async def test_the_next_step_names_a_race_file_of_another_name(home: Path, race: Path) -> None:
    """GIVEN a race file that `kickcue run` would not find by itself THEN the next step names it;
    race.toml needs no naming.
    """
    (home / "sunday.toml").symlink_to(race)
    for words, named in (["sunday.toml"], " sunday.toml"), (["race.toml"], ""), ([], ""):
        status, out, _ = await in_a_pipe("pair", "--yes", "--strap", STRAP, *words, folder=home)
        assert (0, f"next: kickcue run{named}") == (status, out.strip().rpartition("; ")[2])


async def test_an_address_that_changes_pins_by_name(
    bluez: FakeBluez, home: Path, race: Path
) -> None:
    """GIVEN a device whose address is private (it changes) WHEN paired THEN it is known by its
    name; without a name it is refused.
    """
    bluez.add_sensor(
        "44:00:00:00:00:03", "Zwift RunPod 7", services={"1814": ["2a53"]}, random_address=True
    )
    status, _, _ = await in_a_pipe("pair", "--yes", "--pod", "44:00:00:00:00:03", folder=home)
    assert status == 0
    assert {"pod": {"profile": "zwift-runpod", "name": "Zwift RunPod 7"}} == pins(race)


async def test_a_pod_is_no_strap(track: Track, home: Path, race: Path) -> None:
    """GIVEN the pod's address as the strap's WHEN paired THEN one line says what it sends, and
    nothing is written.
    """
    status, _, err = await in_a_pipe("pair", "--yes", "--strap", POD, folder=home)
    assert (status, err) == (1, f"kickcue: {POD} is not a strap: it sends steps, battery\n")
    assert unchanged(race)
    assert not track.pod.connected


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "no terminal to ask in"),
        (["--strap", STRAP], "no terminal to ask in"),
        (["--yes"], "--yes: expected --strap ADDRESS"),
        (["--yes", "--strap", OTHER, "nowhere/race.toml"], "nowhere/race.toml: cannot read"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(
    options: list[str], says: str, race: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no terminal WHEN something is left open THEN exit status 2 and one line, before any
    radio is used.
    """
    assert race.is_file()
    assert main(["pair", *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


def test_without_a_race_file_init_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no race.toml anywhere WHEN paired THEN the line says which command makes one."""
    monkeypatch.chdir(home)
    assert main(["pair", "--yes", "--strap", STRAP]) == 2
    assert "create one with `kickcue init`" in capsys.readouterr().err


BAND = "C0:FF:EE:00:00:07"


@pytest.mark.parametrize(
    ("option", "services", "profile"),
    [
        ("--strap", {"180d": ["2a37"], "fee0": []}, "generic-hr"),
        ("--pod", {"1814": ["2a53"], "fee0": []}, "generic-rsc"),
    ],
)
async def test_a_service_that_is_not_advertised(
    bluez: FakeBluez,
    home: Path,
    race: Path,
    option: str,
    services: dict[str, list[str]],
    profile: str,
) -> None:
    """GIVEN a band or pod that has what is wanted and does not advertise it WHEN named THEN it is
    connected to, looked into and taken.
    """
    band = bluez.add_sensor(BAND, "Band 8", services=services, advertised=["fee0"])
    status, out, err = await in_a_pipe("pair", "--yes", option, BAND, folder=home)
    assert (status, err) == (0, "")
    assert f"profile {profile}" in out
    assert {option[2:]: {"profile": profile, "address": BAND}} == pins(race)
    await let_go(band)


async def test_a_named_device_that_sends_nothing_of_the_kind(
    bluez: FakeBluez, home: Path, race: Path
) -> None:
    """GIVEN a device that has no heart rate at all WHEN named as the strap THEN one line says what
    it sends, and nothing is written.
    """
    bluez.add_sensor(BAND, "Lamp", services={"fee0": []}, advertised=["fee0"])
    status, _, err = await in_a_pipe("pair", "--yes", "--strap", BAND, folder=home)
    assert (status, err) == (
        1,
        f"kickcue: {BAND} is not a strap: it sends nothing that kickcue can read\n",
    )
    assert unchanged(race)


async def test_a_band_is_tried_before_it_is_taken(bluez: FakeBluez, home: Path, race: Path) -> None:
    """GIVEN a band that does not advertise its heart rate WHEN named on a terminal THEN it is
    connected to and asked for before it is taken.
    """
    band = bluez.add_sensor(
        BAND, "Band 8", services={"180d": ["2a37"], "fee0": []}, advertised=["fee0"]
    )
    async with on_a_terminal("pair", "--strap", BAND, folder=home) as shown:
        await shown.shows("Band 8", "Is that your heart rate?")
        assert band.connected
        shown.press("y")
        assert await shown.left() == 0
    assert {"strap": {"profile": "generic-hr", "address": BAND}} == pins(race)
