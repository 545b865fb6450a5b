"""The real gpsd, fed by its own gpsfake with what a receiver on a track says."""

import asyncio
import math
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import reduce
from pathlib import Path
from random import Random

import pytest

from kickcue.core.course import course_for
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s
from kickcue.edges.gnss import Gpsd
from tests.conftest import absent, find_program
from tests.core.track import Venue
from tests.edges.gnss.conftest import until
from tests.ports import free_port

MPS = 5.0
HDOP = 0.9
EPOCHS = 110
"""15 s of standing and more than a lap."""
SENTENCE_S = 0.01


def sentence(text: str) -> str:
    """Return NMEA 0183 with its checksum."""
    return f"${text}*{reduce(lambda found, letter: found ^ ord(letter), text, 0):02X}\r\n"


def degrees(value: float, width: int) -> str:
    """Return degrees and minutes to 1e-6 of them, 2 mm."""
    return f"{int(abs(value)):0{width}}{(abs(value) % 1.0) * 60.0:09.6f}"


def nmea(fix: Fix, second: int) -> str:
    """Return what a receiver says of a place: GGA and RMC."""
    at = f"12{second // 60:02}{second % 60:02}.00"
    lat = f"{degrees(fix.lat_deg, 2)},{'N' if fix.lat_deg >= 0 else 'S'}"
    place = f"{lat},{degrees(fix.lon_deg, 3)},{'E' if fix.lon_deg >= 0 else 'W'}"
    gga = sentence(f"GPGGA,{at},{place},1,09,{HDOP},100.0,M,46.0,M,,")
    return gga + sentence(f"GPRMC,{at},A,{place},{MPS / 0.514444:.2f},0.0,010526,,,A")


@asynccontextmanager
async def real_gpsd(log: Path) -> AsyncIterator[int]:
    """Run gpsd by gpsfake, which plays the log again and again; return its port."""
    gpsfake = shutil.which("gpsfake")
    if gpsfake is None or find_program("gpsd") is None:
        absent("gpsd", "apt-get install gpsd gpsd-clients")
    port = free_port()
    words = ("-q", "-n", "-c", str(SENTENCE_S), "-P", str(port), str(log))
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin"))
    process = await asyncio.create_subprocess_exec(
        gpsfake,
        *words,
        env={**os.environ, "PATH": path},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def test_a_lap_on_a_track_by_the_real_gpsd(tmp_path: Path) -> None:
    """GIVEN a receiver that is run around a track, read by gpsd THEN its positions come through as
    they were, and teach the finish line.
    """
    course, venue = course_for("800m"), Venue(Random(3), noise_m=1.0)
    sent = list(venue.fixes(lambda t_s: MPS * t_s, 0.0, EPOCHS))[:EPOCHS]
    log = tmp_path / "track.nmea"
    log.write_text("".join(nmea(fix, second) for second, fix in enumerate(sent)), newline="")
    found: list[Fix] = []
    async with real_gpsd(log) as port:
        receiver = Gpsd("127.0.0.1", port, found.append, time.monotonic_ns)
        task = asyncio.create_task(receiver.run())
        try:
            await until(lambda: len({fix.lat_deg for fix in found}) >= EPOCHS - 5, patience_s=60.0)
        finally:
            task.cancel()
            await asyncio.wait({task})
        assert receiver.trouble is None
    told = sorted({epoch_of(fix, sent): fix for fix in found}.items())
    assert pytest.approx(MPS, abs=0.01) == found[-1].speed_mps
    accuracies = {fix.accuracy_m for fix in found if fix.accuracy_m is not None}
    assert accuracies, "gpsd reckons an error from the dilution of precision"
    assert all(1.0 < accuracy_m < 10.0 for accuracy_m in accuracies)
    line = FinishLine(course)
    for t_ns, fix in told:
        if t_ns <= 0:
            line.feed(replace(fix, t_ns=t_ns))
    line.start(0)
    crossed_ns = [line.feed(replace(fix, t_ns=t_ns)) for t_ns, fix in told if t_ns > 0]
    assert [80.0] == pytest.approx(
        [ns_to_s(t_ns) for t_ns in crossed_ns if t_ns is not None], abs=1.5
    )


def epoch_of(fix: Fix, sent: Sequence[Fix]) -> int:
    """Return when the runner was there; the position is the one that was sent to 1 cm."""
    nearest = min(
        sent, key=lambda each: math.dist((each.lat_deg, each.lon_deg), (fix.lat_deg, fix.lon_deg))
    )
    assert math.dist((nearest.lat_deg, nearest.lon_deg), (fix.lat_deg, fix.lon_deg)) < 1e-7, (
        "a position came that was not sent"
    )
    return nearest.t_ns
