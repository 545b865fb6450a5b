"""Any file of any kind, damaged in any way: it ends in a recording or in one line, with little to
say.
"""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.summary import summarize
from kickcue.config.profile_files import load_profiles
from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Fix, Mark, MarkSource
from kickcue.recording import Header, Recording, read
from kickcue.recording.jsonl import lines
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from tests.recording.fit_bytes import (
    ELAPSED,
    LAP,
    LAP_TRIGGER,
    RUNNING,
    SESSION,
    SESSION_SPORT,
    START,
    T0,
    TIME,
    simple_run,
)
from tests.recording.test_file_bytes import zipped

SECONDS: Final = range(30)
NS: Final = 10**9
HUGE: Final = (
    b"1e308",
    b"-1e308",
    b"9" * 400,
    b"9223372036854775807",
    b"nan",
    b"1e400",
    b"-1",
    b"\xff" * 8,
    b"\x7f" * 8,
    bytes(8),
)
PROFILES: Final = load_profiles()


def fit() -> bytes:
    file = (
        simple_run(30)
        .define(2, LAP, [TIME, START, ELAPSED, LAP_TRIGGER])
        .add(2, T0 + 15, T0, 15_000, 0)
        .add(2, T0 + 29, T0 + 15, 14_000, 7)
    )
    return bytes(file.define(3, SESSION, [TIME, START, SESSION_SPORT]).add(3, T0 + 29, T0, RUNNING))


def gpx() -> bytes:
    point = (
        '<trkpt lat="51.5" lon="{}"><time>2024-05-01T08:00:{:02}Z</time>'
        "<extensions><x:hr>150</x:hr><x:cad>88</x:cad></extensions></trkpt>"
    )
    points = "".join(point.format(second * 6e-5, second) for second in SECONDS)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" '
        f'creator="x"><trk><trkseg>{points}</trkseg></trk></gpx>'
    ).encode()


def tcx() -> bytes:
    point = (
        "<Trackpoint><Time>2024-05-01T08:00:{:02}Z</Time><DistanceMeters>{}</DistanceMeters>"
        "<HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint>"
    )
    laps = ""
    for start in (0, 10, 20):
        points = "".join(point.format(second, second * 4) for second in range(start, start + 10))
        laps += (
            f'<Lap StartTime="2024-05-01T08:00:{start:02}Z"><TotalTimeSeconds>10</TotalTimeSeconds>'
            "<DistanceMeters>40</DistanceMeters><TriggerMethod>Manual</TriggerMethod>"
            f"<Track>{points}</Track></Lap>"
        )
    return (
        "<TrainingCenterDatabase><Activities><Activity "
        f'Sport="Running">{laps}</Activity></Activities></TrainingCenterDatabase>'
    ).encode()


def entries() -> list[Entry]:
    race: list[Entry] = [Command(0, CommandKind.START)]
    for second in SECONDS:
        race += [
            pod_notification(second * NS, PodSample(4.0, 88, 4.0 * second)),
            strap_notification(second * NS, 150),
        ]
        race += [
            Fix(second * NS, 51.5, second * 6e-5, accuracy_m=3.0, speed_mps=4.0, age_s=0.1),
            Mark(second * NS, MarkSource.BUTTON),
        ]
    return race


def jsonl() -> bytes:
    header = Header(
        race="800m", lap_m=400.0, utc="2024-05-01T08:00:00Z", sensors={"pod": "generic-rsc"}
    )
    return "\n".join(lines(header, entries())).encode()


def mcap(tmp_path: Path) -> bytes:
    path = tmp_path / "made.mcap"
    path.unlink(missing_ok=True)
    with McapWriter(path, Header(race="800m", lap_m=400.0, utc="2024-05-01T08:00:00Z")) as writer:
        for entry in entries():
            writer.write(entry)
    return path.read_bytes()


def strava() -> bytes:
    streams = {
        "time": list(SECONDS),
        "distance": [4.0 * second for second in SECONDS],
        "heartrate": [150] * 30,
        "latlng": [[51.5, 0.1]] * 30,
    }
    return json.dumps([{"type": name, "data": data} for name, data in streams.items()]).encode()


def polar() -> bytes:
    def series(value: float) -> list[dict[str, object]]:
        return [
            {"dateTime": f"2024-05-01T08:00:{second:02}.000", "value": value * second}
            for second in SECONDS
        ]

    samples = {"heartRate": series(5), "speed": series(0.5), "distance": series(4)}
    return json.dumps(
        {"exportVersion": "1.6", "exercises": [{"timezoneOffset": 60, "samples": samples}]}
    ).encode()


def bangle() -> bytes:
    return b"Time,Latitude,Longitude,Heartrate,Steps\n" + b"".join(
        b"%d,51.5,0.1,150,3\n" % (1714550400 + second) for second in SECONDS
    )


MAKERS: Final[dict[str, Callable[[], bytes]]] = {
    "fit": fit,
    "fit in a row": lambda: fit() + fit(),
    "gpx": gpx,
    "gpx in utf-16": lambda: gpx().decode().encode("utf-16"),
    "tcx": tcx,
    "jsonl": jsonl,
    "strava": strava,
    "polar": polar,
    "bangle": bangle,
    "gzip": lambda: gzip.compress(tcx(), mtime=0),
    "zip": lambda: zipped({"run.fit": fit()}),
}


def mutated(data: bytes, random_: random.Random) -> bytes:
    """Return the bytes with some flipped, cut out, put in, said twice, or made huge."""
    found = bytearray(data)
    for _ in range(random_.randrange(1, 6)):
        at = random_.randrange(len(found) or 1)
        length = random_.choice((1, 1, 2, 8, 40))
        kind = random_.randrange(6)
        if kind == 0 and found:
            found[at] ^= 1 << random_.randrange(8)
        elif kind == 1:
            del found[at : at + length]
        elif kind == 2:
            found[at:at] = random_.randbytes(length)
        elif kind == 3:
            found[at:at] = found[at : at + length] * random_.randrange(3)
        elif kind == 4:
            found[at : at + length] = random_.choice(HUGE)
        else:
            _enlarge(found, at)
    return bytes(found)


def _enlarge(found: bytearray, at: int) -> None:
    """Put a huge number in the place of the next one that stands there as text."""
    begin = next(
        (place for place in range(at, len(found)) if found[place : place + 1].isdigit()), None
    )
    if begin is not None:
        end = next(
            (place for place in range(begin, len(found)) if not found[place : place + 1].isdigit()),
            len(found),
        )
        found[begin:end] = HUGE[at % 6]


def holds(path: Path, data: bytes) -> None:
    """Check that a file is read, or refused in one line, and that no more than a little is said."""
    path.write_bytes(data)
    try:
        found = read(path, marks="all")
    except DataError as error:
        told = [str(error).removeprefix(str(path))]
    else:
        assert isinstance(found, Recording)
        summarize(found, sensor_profiles(found, PROFILES))
        told = [*found.problems, *found.notes]
    assert len(told) <= 15
    assert all(len(sentence) < 600 and "\n" not in sentence for sentence in told)


@pytest.mark.parametrize("kind", MAKERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_any_mutation(tmp_path: Path, kind: str, random_: random.Random) -> None:
    """Whatever is done to a file, there is a recording or one line of error, in short words."""
    holds(tmp_path / "mutated", mutated(MAKERS[kind](), random_))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_any_mutation_of_a_native_recording(tmp_path: Path, random_: random.Random) -> None:
    """The same for kickcue's own form."""
    holds(tmp_path / "mutated", mutated(mcap(tmp_path), random_))


def test_the_files_are_read_before_they_are_damaged(tmp_path: Path) -> None:
    """Each file that the tests damage is whole, and its half minute is read: else they would show
    nothing.
    """
    for data in (*(make() for make in MAKERS.values()), mcap(tmp_path)):
        path = tmp_path / "whole"
        path.write_bytes(data)
        found = read(path)
        assert (29.0, ()) == (found.duration_s, found.problems)
