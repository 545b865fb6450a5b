"""``kickcue run``: a race on a terminal, as a service, cut off and taken up again; and sensors that
nobody has named.
"""

import asyncio
import os
import signal
import termios
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.events import Command, CommandKind, Cue, Notification
from kickcue.recording import Recording, read
from tests.cli.tui.terminals import (
    LEFT_OTHER_SCREEN,
    Terminal,
    in_a_pipe,
    on_a_terminal,
    seeing,
    start_in_a_pipe,
)
from tests.cli.tui.track import POD, STRAP, Track, let_go
from tests.patience import PATIENCE_S

PRESS_S = "kickcue.cli.press.ANSWER_S"
RACE = f"""
race = "5000m"

[sensors.strap]
profile = "polar-h10"
address = "{STRAP}"

[sensors.pod]
profile = "stryd"
address = "{POD}"
"""


@pytest.fixture
def race(home: Path) -> Path:
    """Return a race file with both sensors pinned."""
    path = home / "race.toml"
    path.write_text(RACE)
    return path


def races() -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "kickcue" / "races"


def recorded() -> Recording:
    """Return the only recording there is."""
    (path,) = races().glob("*.mcap")
    return read(path)


def orders(recording: Recording) -> list[CommandKind]:
    return [event.kind for event in recording.inputs if isinstance(event, Command)]


async def warmed_up(shown: Terminal) -> None:
    """Wait until both sensors say something."""
    await shown.shows(
        "142 heartbeats/min",
        "180 steps/min",
        "press s when the gun goes",
        "5000m, laps of 400 m, training",
    )


@pytest.mark.usefixtures("race")
async def test_a_race_on_a_terminal(track: Track, home: Path) -> None:
    """GIVEN pinned sensors WHEN run THEN they are shown, keys order the race, q asks while it is
    on, and at the end the recording is named.
    """
    async with on_a_terminal("run", folder=home) as shown:
        await warmed_up(shown)
        await shown.shows("battery 80 %", "battery 55 %", "recording", "cue: Ready")
        assert (True, True, False) == (
            track.strap.connected,
            track.pod.connected,
            track.other.connected,
        )
        await shown.answers("s", "lap 1 of 13", " m/s", "from the pod only")
        await shown.answers("q", "The race is on. Press q again to quit")
        # A line or none: the pod has been running since before the start.
        await shown.answers(" ", "button")
        await shown.answers("f", "It is still far to the finish. Press f again")
        await shown.answers("f", "finished after", "u to undo for")
        shown.press("q")
        assert await shown.left() == 0
        assert termios.tcgetattr(shown.slave) == shown.before
        after = shown.raw.split(LEFT_OTHER_SCREEN)[1]
        assert "Recorded in" in after
        assert "kickcue replay" in after
        assert "5000m in " in after
    page = next(races().glob("*.html"))
    assert f"Report: {page}" in " ".join(after.split())
    assert [CommandKind.START, CommandKind.LAP, CommandKind.FINISH] == orders(recorded())
    assert not recorded().problems
    await let_go(*track.all)


@pytest.mark.usefixtures("track", "race")
async def test_a_race_that_was_left_goes_on(home: Path) -> None:
    """GIVEN a race that is left by q and q WHEN run again THEN it is taken up, in the same
    recording, and can be given up for good; only then is there a page of it.
    """
    async with on_a_terminal("run", folder=home) as shown:
        await warmed_up(shown)
        await shown.answers("s", "lap 1 of 13")
        await shown.answers("q", "Press q again to quit")
        shown.press("q")
        assert await shown.left() == 0
        assert "The race was not over" in shown.text
        assert "Report: kickcue report " in shown.text
    assert not list(races().glob("*.html"))
    async with on_a_terminal("run", folder=home) as shown:
        # Which lap it is now depends on how long the next run took to start.
        await shown.shows("resumed", " of 13")
        await shown.answers("x", "Abandon the race? Press x again")
        await shown.answers("x", "abandoned")
        shown.press("q")
        assert await shown.left() == 0
    assert 1 == len(list(races().glob("*.html")))
    assert [CommandKind.START, CommandKind.ABORT] == orders(recorded())


@pytest.mark.usefixtures("track", "race")
async def test_a_lost_terminal_does_not_end_a_race(home: Path) -> None:
    """GIVEN a race that is on WHEN the terminal hangs up THEN recording goes on, and SIGTERM ends
    it in good order.
    """
    async with on_a_terminal("run", folder=home) as shown:
        await warmed_up(shown)
        await shown.answers("s", "lap 1 of 13")
        shown.hang_up()
        await shown.until(lambda: lets_go(shown))
        shown.process.send_signal(signal.SIGHUP)
        heard = len(recorded().inputs)
        await shown.until(lambda: len(recorded().inputs) > heard + 10)
        assert shown.process.returncode is None
        shown.process.send_signal(signal.SIGTERM)
        assert await shown.left() == 0
    assert not recorded().problems


def lets_go(shown: Terminal) -> bool:
    """Tell whether the program has let go of the terminal: nothing it writes goes there."""
    return Path(f"/proc/{shown.process.pid}/fd/1").readlink() == Path(os.devnull)


@pytest.mark.usefixtures("track", "race")
@pytest.mark.parametrize("racing", [True, False])
async def test_a_hang_up_ends_a_headless_run_only_where_no_race_is_on(
    home: Path, racing: bool
) -> None:
    """GIVEN --headless from a shell whose connection breaks WHEN a race is on THEN it goes on; WHEN
    none is THEN the run ends well.
    """
    process = await start_in_a_pipe("run", "--headless", folder=home)
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        while b" cue id=" not in (line := await process.stderr.readline()):
            assert line, "the run has ended"
        if racing:
            # Its answer may come too late for it on a busy machine; the log tells.
            await in_a_pipe("press", "start", folder=home, limits={PRESS_S: 5.0})
            while b"phase=body" not in (line := await process.stderr.readline()):
                assert line, "the run has ended"
            process.send_signal(signal.SIGHUP)
            heard = len(recorded().inputs)
            # What is waited for happens in another process.
            while len(recorded().inputs) <= heard + 10:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert process.returncode is None
        process.send_signal(signal.SIGTERM if racing else signal.SIGHUP)
        await process.communicate()
    assert 0 == process.returncode
    assert not recorded().problems


@pytest.mark.usefixtures("track", "race")
async def test_a_service_is_told_to_end(home: Path) -> None:
    """GIVEN --headless WHEN SIGTERM comes THEN the recording is whole, what happened stands in the
    log by name, exit status 0.
    """
    process = await start_in_a_pipe("run", "--headless", folder=home)
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        while b" cue id=" not in (line := await process.stderr.readline()):
            assert line, "the run has ended"
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert (0, b"") == (process.returncode, out)
    assert b"Traceback" not in err
    found = recorded()
    assert not found.problems
    assert {"strap", "pod"} == {
        event.sensor for event in found.inputs if isinstance(event, Notification)
    }
    assert ["ready"] == [output.kind for output in found.outputs if isinstance(output, Cue)]


async def test_sensors_are_not_guessed(track: Track, home: Path) -> None:
    """GIVEN a race file without sensors WHEN run headless THEN exit status 2, and the line says who
    is around and what to do.
    """
    (home / "race.toml").write_text('race = "5000m"\n')
    status, out, err = await in_a_pipe(
        *("run", "--headless"), folder=home, before=seeing("kickcue.cli.run_sensors", 4)
    )
    assert (2, "", 1) == (status, out, err.count("\n"))
    assert f"Polar H10 75340F2C {STRAP} (heart, battery)" in err
    assert "`kickcue pair`" in err
    assert not any(sensor.connected for sensor in track.all)


@pytest.mark.usefixtures("track")
async def test_on_a_terminal_the_runner_chooses(home: Path) -> None:
    """GIVEN a race file without sensors WHEN run on a terminal THEN the choice of pair is offered,
    and kept only if the runner says so.
    """
    race = home / "race.toml"
    race.write_text('race = "5000m"\n')
    async with on_a_terminal("run", folder=home) as shown:
        await shown.shows("Which heart-rate strap is yours?", "Polar H10 75340F2C")
        await shown.answers("1\r", "Is that your heart rate?")
        await shown.answers("y", "Which foot pod is yours?")
        await shown.answers("w", "Save this choice in race.toml?")
        await shown.answers("n", "142 heartbeats/min", "press s when the gun goes")
        shown.press("q")
        assert await shown.left() == 0
    assert race.read_text() == 'race = "5000m"\n'


@pytest.mark.usefixtures("track", "race")
async def test_nothing_is_recorded_if_asked_so(home: Path) -> None:
    """GIVEN --no-record WHEN run THEN the screen says so, and there is no file."""
    async with on_a_terminal("run", "--no-record", folder=home) as shown:
        await shown.shows("142 heartbeats/min", "off, as configured")
        shown.press("\x03")
        assert await shown.left() == 0
        assert "Nothing was recorded." in shown.text
    assert not races().exists()


@pytest.mark.usefixtures("race")
async def test_without_bluetooth_the_screen_says_why(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN BlueZ but no D-Bus WHEN run on a terminal of another encoding THEN the sensors' lines
    say what to do, in ASCII, and q leaves.
    """
    (home / "bin").mkdir()
    (home / "bin" / "bluetoothctl").touch(0o700)
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={home}/none")
    async with on_a_terminal("run", folder=home, encoding="ascii") as shown:
        await shown.shows("o D-Bus is not running, which Bluetooth needs")
        assert shown.text.isascii()
        shown.press("q")
        assert await shown.left() == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "race: is missing"),
        (["--race", "5000m", "--lap", "7"], "lap"),
        (["--race", "5000m", "--broker", "pi"], "broker.url"),
        (["--race", "5000m", "--profile", "pod=stryd"], "sensors.pod"),
        (["nowhere.toml"], "nowhere.toml: cannot read"),
    ],
)
def test_a_wrong_race_is_one_line(
    options: list[str],
    says: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN options that make no race WHEN run
    THEN exit status 2, and one line that names the key.
    """
    monkeypatch.chdir(home)
    assert main(["run", "--headless", *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


@pytest.mark.usefixtures("race")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--broker", "mqtt://pi", "--ca", "ca.crt"], "expected mqtts:// with a CA file"),
        (["--broker", "mqtts://pi", "--ca", "ca.crt"], "CA file ca.crt: No such file"),
    ],
)
def test_a_ca_that_is_of_no_use_is_one_line(
    options: list[str],
    says: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN --ca without TLS, or a file that is not there WHEN run THEN exit status 2, and one line
    that says so.
    """
    monkeypatch.chdir(home)
    assert main(["run", "--headless", *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


@pytest.mark.long
async def test_a_service_logs_what_the_race_came_to(home: Path) -> None:
    """GIVEN a whole race as a service WHEN it is over THEN one log line has its headline and its
    page, which lies beside the recording.
    """
    status, out, err = await in_a_pipe(
        "run", "--headless", "--simulated", "--race", "800m", "--rate", "50", folder=home
    )
    assert (0, "") == (status, out)
    (line,) = (line for line in err.splitlines() if " report " in line)
    (page,) = races().glob("*.html")
    assert 'text="800m in ' in line
    assert line.endswith(f"page={page}")
