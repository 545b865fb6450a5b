"""``kickcue scan``: in a pipe, as JSON, on a terminal, and where there is no Bluetooth."""

import json
import termios
from pathlib import Path

import pytest

from kickcue.cli import main
from tests.beds.fake_bluez import FakeBluez
from tests.beds.watches import infinitime_in
from tests.cli.tui.terminals import LEFT_OTHER_SCREEN, in_a_pipe, on_a_terminal, seeing
from tests.cli.tui.track import BOTH, OTHER, POD, STRAP, Track, let_go
from tests.patience import PATIENCE_S


async def scanned(home: Path, count: int, *options: str) -> tuple[int, str, str]:
    """Scan for a moment from when so many devices were seen on."""
    return await in_a_pipe(
        *("scan", "--seconds", "0.5", *options),
        folder=home,
        limits={"kickcue.cli.scan.LISTEN_S": PATIENCE_S},
        before=seeing("kickcue.cli.scan", count),
    )


async def test_a_pipe_gets_a_plain_table_strongest_first(track: Track, home: Path) -> None:
    """GIVEN four sensors WHEN scanned in a pipe THEN each has a line with name, address, profile
    and what it sends; 80 columns hold it.
    """
    status, out, err = await scanned(home, 4)
    assert (0, "") == (status, err)
    head, *lines = out.splitlines()
    assert ["dBm", "name", "address", "read", "as", "seen", "sends"] == head.split()
    assert [STRAP, POD, BOTH, OTHER] == [
        next(address for address in (STRAP, POD, BOTH, OTHER) if address in line) for line in lines
    ]
    assert "polar-h10" in lines[0]
    assert lines[2].endswith("heart, steps")
    assert max(map(len, out.splitlines())) <= 80
    assert not any(sensor.connected for sensor in track.all)


@pytest.mark.usefixtures("track")
async def test_json_has_an_object_for_each_device(home: Path) -> None:
    """GIVEN sensors WHEN scanned with --json THEN each is one object, by keys with units; --values
    adds what the device says.
    """
    status, out, _ = await scanned(home, 4, "--json", "--values")
    assert status == 0
    found = {each["address"]: each for each in map(json.loads, out.splitlines())}
    assert (found[STRAP]["name"], found[STRAP]["profile"], found[STRAP]["generic"]) == (
        "Polar H10 75340F2C",
        "polar-h10",
        False,
    )
    assert {"heart_rate_bpm": 142} == {
        key: value for key, value in found[STRAP]["values"].items() if key != "battery_percent"
    }
    assert {133, 180} <= set(found[BOTH]["values"].values())
    assert found[POD]["address_changes"] is False


async def test_what_kickcue_cannot_read_is_shown_when_asked_for(
    bluez: FakeBluez, home: Path
) -> None:
    """GIVEN nothing but a heater WHEN scanned THEN nobody is heard, and why that may be; with --all
    it is there.
    """
    bluez.add_sensor("A0:00:00:00:00:09", "heater", services={"1809": ["2a1c"]})
    _, out, _ = await scanned(home, 0)
    assert out.startswith("no sensor found: straps sleep unless worn")
    _, out, _ = await scanned(home, 1, "--all")
    assert "heater" in out


async def test_a_terminal_shows_it_live_and_is_put_back(track: Track, home: Path) -> None:
    """GIVEN a terminal WHEN scanned THEN the table lives until q, and is left standing; the
    terminal is as it was.
    """
    async with on_a_terminal("scan", "--values", folder=home) as shown:
        await shown.shows("▂▄▆█ -4", "Polar H10 75340F2C", "142 beats/min", "180 steps/min")
        shown.forget()
        shown.press("q")
        assert await shown.left() == 0
        assert termios.tcgetattr(shown.slave) == shown.before
        assert STRAP in shown.raw.split(LEFT_OTHER_SCREEN)[1]
    await let_go(*track.all)


@pytest.mark.usefixtures("track")
async def test_an_arrow_key_is_no_letter(home: Path) -> None:
    """GIVEN a scan on a terminal WHEN F2 (which ends in a Q) is pressed THEN it goes on; Q with the
    shift key ends it.
    """
    async with on_a_terminal("scan", folder=home) as shown:
        await shown.shows("Stryd")
        shown.press("\x1bOQ")
        shown.forget()
        await shown.shows("Stryd")
        shown.press("Q")
        assert await shown.left() == 0


def test_without_bluetooth_one_line_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a machine with BlueZ and without D-Bus WHEN scanned THEN one line on stderr, exit
    status 1.
    """
    monkeypatch.setattr("kickcue.edges.radio.linux.PROGRAMS", ("sh",))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={home}/none")
    assert main(["scan"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "D-Bus is not running" in err


@pytest.mark.parametrize("seconds", ["0", "-1", "1e9"])
def test_a_time_that_is_none_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a time that makes no sense WHEN scanned THEN exit status 2 before anything is done."""
    assert main(["scan", "--seconds", seconds]) == 2
    assert "--seconds" in capsys.readouterr().err


async def test_a_watch_is_marked(bluez: FakeBluez, home: Path) -> None:
    """GIVEN a PineTime that advertises its name alone WHEN scanned THEN it is there, by the profile
    that `kickcue bridge` takes.
    """
    infinitime_in(bluez)
    _, out, _ = await scanned(home, 1)
    (line,) = out.splitlines()[1:]
    assert ["infinitime", "watch"] == [
        word for word in line.split() if word in ("infinitime", "watch")
    ]
    _, out, _ = await scanned(home, 1, "--json")
    assert ("infinitime", None) == ((found := json.loads(out))["watch"], found["profile"])


async def test_a_beacon_is_shown_as_a_race_file_names_it(bluez: FakeBluez, home: Path) -> None:
    """GIVEN an iBeacon WHEN scanned THEN its line says what it is, and below stands what goes into
    [beacon]; as JSON the same.
    """
    ibeacon = bytes.fromhex("0215e2c56db5dffb48d2b060d0f5a71096e000010007c5")
    bluez.add_sensor("C3:00:00:00:00:09", "line", services={}, manufacturer_data={0x004C: ibeacon})
    said = 'ibeacon = "e2c56db5-dffb-48d2-b060-d0f5a71096e0", major = 1, minor = 7'
    _, out, _ = await scanned(home, 1)
    assert "iBeacon" in out.splitlines()[1]
    assert f"C3:00:00:00:00:09: {said}" == out.splitlines()[-1]
    _, out, _ = await scanned(home, 1, "--json")
    assert [said] == json.loads(out)["beacons"]
