"""``kickcue bridge``: in a pipe, on a terminal, as a part of a run,
and where it is asked wrongly.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.core.events import Cue, CueKind
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.topics import Topics
from tests.beds.fake_bluez import FakeBluez
from tests.beds.watches import bangle_in, infinitime_in
from tests.cli.tui.terminals import CUES_WORTH_A_MINUTE, on_a_terminal, start_in_a_pipe
from tests.cli.tui.track import POD, STRAP, a_track, let_go
from tests.patience import PATIENCE_S

RACE = f"""
race = "5000m"

[watch]
profile = "infinitime"

[sensors.strap]
profile = "polar-h10"
address = "{STRAP}"

[sensors.pod]
profile = "stryd"
address = "{POD}"
"""


@pytest.fixture
async def sender(home: Path) -> AsyncIterator[tuple[Delivery, Callable[[], int]]]:
    """Give the sender of a race on this machine's private broker, with its clock."""
    del home  # a runtime folder of its own
    start_ns = time.monotonic_ns()

    def clock() -> int:
        return time.monotonic_ns() - start_ns

    async with (
        private_broker(Topics()) as broker,
        deliver(broker.address, Topics(), run_id="run", now_ns=clock) as delivery,
    ):
        yield delivery, clock


def cue(t_ns: int) -> Cue:
    return Cue(
        t_ns,
        "bell",
        CueKind.LAST_LAP,
        "Last lap: relax",
        None,
        ((150, 100, 1.0), (150, 0, 1.0)),
        3,
        60_000,
        400.0,
        2.0,
    )


async def test_a_pipe_gets_a_line_for_each_change(
    bluez: FakeBluez, sender: tuple[Delivery, Callable[[], int]], home: Path
) -> None:
    """GIVEN a PineTime and a race WHEN bridged in a pipe THEN its coming, what to know of it, the
    cue and a drop are told; it ends by SIGTERM.
    """
    worn, sensor = infinitime_in(bluez)
    delivery, clock = sender
    process = await start_in_a_pipe("bridge", "--watch", "infinitime", folder=home)
    assert process.stdout is not None
    said = ""

    async def says(text: str) -> None:
        nonlocal said
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while text not in said:
                line = (await process.stdout.readline()).decode()
                assert line, said
                said += line

    await says("connected, firmware 1.14.0, battery 71 %")
    await says("note: The heart rate stops while the screen is off")
    delivery.send(cue(clock()))
    await says("last_lap: Last lap: relax: felt after")
    await says("1 felt, 0 not")
    async with asyncio.timeout(PATIENCE_S):
        while len(worn.felt) < 2:  # noqa: ASYNC110  what is waited for happens in another process
            await asyncio.sleep(0.01)
    sensor.advertise(on=False)
    sensor.drop()
    await says("connecting to")
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert (0, b"") == (process.returncode, err), out
    assert ["ring", "tap"] == [felt.what for felt in worn.felt]


async def test_a_bridge_waits_for_a_run_and_tells_it_whether_a_wrist_is_there(
    bluez: FakeBluez, home: Path
) -> None:
    """GIVEN no run WHEN a bridge starts THEN it waits; each run that comes is told that the watch
    is there, and that it is not once it is gone.
    """
    _, sensor = infinitime_in(bluez)
    process = await start_in_a_pipe("bridge", "--watch", "infinitime", folder=home)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "no broker: waiting for `kickcue run` on this machine" not in (
                line := (await process.stdout.readline()).decode()
            ):
                assert line, "the bridge has ended"
        for reachable in (True, False):
            sensor.advertise(on=reachable)
            if not reachable:
                sensor.drop()
            async with (
                private_broker(Topics()) as broker,
                deliver(broker.address, Topics(), run_id="run", now_ns=time.monotonic_ns) as run,
            ):
                says = "infinitime on the wrist" if reachable else "no watch: infinitime: "
                async with asyncio.timeout(PATIENCE_S):
                    # Another process.
                    while says not in run.watches.text(time.monotonic_ns()):  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()


@pytest.mark.usefixtures("sender")
async def test_a_terminal_has_one_line(bluez: FakeBluez, home: Path) -> None:
    """GIVEN a Bangle.js WHEN bridged on a terminal THEN one line tells how it is doing, until q."""
    _, sensor = bangle_in(bluez)
    async with on_a_terminal(
        "bridge", "--watch", "bangle-js", "--address", sensor.address.lower(), folder=home
    ) as shown:
        await shown.shows("● bangle-js", f"{sensor.address} connected", "no cue yet")
        shown.press("q")
        assert 0 == await shown.left()
    await let_go(sensor)


async def test_a_run_bridges_by_itself(bluez: FakeBluez, home: Path) -> None:
    """GIVEN a race file with a watch WHEN run THEN the watch stands with the sensors, and feels the
    first cue.
    """
    worn, sensor = infinitime_in(bluez)
    (home / "race.toml").write_text(RACE)
    async with on_a_terminal(
        "run", folder=home, size=(30, 100), limits=CUES_WORTH_A_MINUTE
    ) as shown:
        await shown.shows("the watch", "battery 71 %", "PineTime")
        async with a_track(bluez):
            await shown.shows("cue: Ready")
            await shown.until(lambda: bool(worn.felt))
        shown.press("q")
        assert 0 == await shown.left()
    await let_go(sensor)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--watch", "garmin"],
            ("got companion: it needs an app on the watch, which does not exist: not usable"),
        ),
        (["--watch", "web"], "the page of the run plays it: open it"),
        (["--watch", "esp32-mqtt"], "it connects to the broker itself and needs no bridge"),
        (["--watch", "termux"], "`kickcue watch --as termux` plays it, on the phone"),
        (["--watch", "bangle-gb"], "expected its address or name"),
        (["--watch", "infinitim"], "did you mean infinitime?"),
        (["--watch", "infinitime", "--address", "x"], "expected something like A0:9E:1A:00:00:01"),
        (
            ["--watch", "infinitime", "--address", STRAP, "--name", "x"],
            "expected --name or --address, got both",
        ),
    ],
    ids=["companion", "page", "mqtt", "phone", "unnamed", "misspelt", "address", "both"],
)
def test_what_is_asked_wrongly_is_told(
    options: list[str], told: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a watch that cannot be bridged to, or is not clearly told WHEN bridged THEN one line
    says so, and what would be right.
    """
    del home
    assert 2 == main(["bridge", *options])
    error = capsys.readouterr().err
    assert told in error
    assert 1 == error.count("\n")
