"""``kickcue record``: what the sensors send, to be looked at and replayed later."""

import os
import signal
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.events import Command, CommandKind, Notification
from kickcue.recording import read
from tests.cli.tui.terminals import in_a_pipe, on_a_terminal
from tests.cli.tui.track import POD, STRAP, Track, let_go

FROM_FIRST_VALUES_ON = """
import asyncio
from kickcue.cli import record
until_asked = record._until_asked
async def once_heard(take, seconds, requested):
    while not all(values.now(take.now_ns()) for values in take.values.values()):
        await asyncio.sleep(0.01)
    await until_asked(take, take.now_ns() / 1e9 + seconds, requested)
record._until_asked = once_heard
"""
"""Has the seconds count once both sensors have said something."""


async def test_what_was_recorded_replays_as_a_race(track: Track, home: Path) -> None:
    """GIVEN two addresses WHEN recorded for a while THEN the file names their profiles, asks for
    ticks, and replays as a race.
    """
    out = home / "warm-up.mcap"
    status, said, err = await in_a_pipe(
        *("record", str(out), "--strap", STRAP, "--pod", POD, "--seconds", "3"),
        folder=home,
        before=FROM_FIRST_VALUES_ON,
    )
    assert (0, "") == (status, err)
    assert f"Recorded in {out}" in said
    found = read(out)
    assert ({"strap": "polar-h10", "pod": "stryd"}, False, None) == (
        dict(found.header.sensors),
        found.header.ticks,
        found.header.race,
    )
    assert {"strap": STRAP, "pod": POD} == found.header.pins, "which devices were heard"
    assert {("strap", "2a37"), ("pod", "2a53")} <= {
        (e.sensor, e.char) for e in found.inputs if isinstance(e, Notification)
    }
    assert ((), ()) == (found.problems, found.outputs)
    status, said, _ = await in_a_pipe("replay", str(out), "--race", "1500m", folder=home)
    assert status == 0
    assert "body" in said
    await let_go(*track.all)


@pytest.mark.usefixtures("track")
async def test_laps_are_marked_by_hand(home: Path) -> None:
    """GIVEN a terminal and a race file WHEN s and the space bar are pressed THEN start and laps are
    in the file, one line shows how it goes.
    """
    (home / "race.toml").write_text(
        f'race = "5000m"\n[sensors.strap]\nprofile = "polar-h10"\naddress = "{STRAP}"\n'
    )
    async with on_a_terminal("record", "out.mcap", folder=home) as shown:
        await shown.shows("s start", "strap ● 142 beats/min")
        await shown.answers("s u ", "2 laps")
        shown.press("\x03")
        assert await shown.left() == 0
        assert "kickcue info out.mcap" in shown.text
    kinds = [event.kind for event in read(home / "out.mcap").inputs if isinstance(event, Command)]
    assert [CommandKind.START, CommandKind.LAP, CommandKind.LAP] == kinds


@pytest.mark.usefixtures("track")
async def test_without_a_name_it_goes_to_the_state_folder(home: Path) -> None:
    """GIVEN no file to write to WHEN recorded until SIGTERM THEN it lies in the state folder,
    whole.
    """
    async with on_a_terminal("record", "--strap", STRAP, folder=home) as shown:
        await shown.shows("142 beats/min")
        shown.process.send_signal(signal.SIGTERM)
        assert await shown.left() == 0
    (path,) = (Path(os.environ["XDG_STATE_HOME"]) / "kickcue" / "recordings").glob("*.mcap")
    assert () == read(path).problems


async def test_a_recording_is_never_written_over(track: Track, home: Path) -> None:
    """GIVEN a file of that name WHEN recorded THEN exit status 2 before a sensor is connected, and
    the file is as it was.
    """
    (home / "out.mcap").write_text("mine")
    status, _, err = await in_a_pipe("record", "out.mcap", "--strap", STRAP, folder=home)
    assert (2, 1) == (status, err.count("\n"))
    assert "never overwritten" in err
    assert (home / "out.mcap").read_text() == "mine"
    assert not track.strap.connected


def test_sensors_of_a_gateway_are_not_for_record(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race file whose only sensor comes over MQTT WHEN recorded THEN the line says which
    command hears it.
    """
    monkeypatch.chdir(home)
    (home / "race.toml").write_text(
        'race = "5000m"\n[sensors.strap]\nprofile = "polar-h10"\nmqtt = "strap-1"\n'
    )
    assert main(["record"]) == 2
    assert "`kickcue run` records both" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "expected --strap ADDRESS or --pod ADDRESS"),
        (["a.mcap", "b.mcap"], "at most one OUT.mcap"),
        (["notes.txt"], "expected at most one OUT.mcap and one race.toml, got notes.txt"),
        (["--seconds", "0"], "--seconds: expected more than 0, got 0"),
        (["nowhere.toml"], "nowhere.toml: cannot read"),
    ],
)
def test_what_cannot_be_recorded_is_one_line(
    options: list[str],
    says: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN nobody to record, or too many files WHEN recorded THEN exit status 2 and one line."""
    monkeypatch.chdir(home)
    assert main(["record", *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
