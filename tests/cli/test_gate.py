"""``kickcue gate``: the line that positions teach, its crossings,
and what to write into race.toml.
"""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.config.race_file import new_race_file
from kickcue.config.settings import load_settings
from kickcue.core.course import course_for
from kickcue.core.crossing.gate import Gate, Plane
from kickcue.core.events import Command, CommandKind, Fix, Input, Notification
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Header
from kickcue.recording.jsonl import lines
from tests.core.track import Venue

MPS = 5.0
AT_S = 20.0
"""When the gun goes; before, the runner stands."""
NOISE_M = 1.0
LAPS_5000 = [40.0 + 80.0 * n for n in range(13)]


def run(
    event: str, *, run_m: Callable[[float], float] = lambda t_s: MPS * t_s
) -> tuple[Venue, list[Fix]]:
    """Return a race at 5 m/s, a fix a second with 1 m of noise, from 15 s before the gun on."""
    course = course_for(event)
    venue = Venue(Random(1), noise_m=NOISE_M)
    fixes = venue.fixes(run_m, 400.0 - course.first_crossing_m, int(course.distance_m / MPS) + 5)
    return venue, [Fix(fix.t_ns + s_to_ns(AT_S), fix.lat_deg, fix.lon_deg) for fix in fixes]


def as_jsonl(
    path: Path,
    entries: list[Input],
    race: str | None = "5000m",
    sensors: dict[str, str] | None = None,
) -> Path:
    gun = [] if race is None else [Command(s_to_ns(AT_S), CommandKind.START)]
    everything = sorted([*gun, *entries], key=lambda entry: entry.t_ns)
    path.write_text(
        "".join(f"{line}\n" for line in lines(Header(race=race, sensors=sensors or {}), everything))
    )
    return path


def as_gpx(path: Path, fixes: list[Fix]) -> Path:
    began = datetime(2026, 5, 1, tzinfo=UTC)
    points = "".join(
        f'<trkpt lat="{fix.lat_deg:.7f}" lon="{fix.lon_deg:.7f}">'
        f"<time>{(began + timedelta(seconds=ns_to_s(fix.t_ns))).isoformat()}</time></trkpt>"
        for fix in fixes
    )
    path.write_text(
        f'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    )
    return path


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    capsys.readouterr()
    assert 0 == main(["gate", *map(str, words), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def off_m(gate: dict[str, float], true: Gate) -> float:
    return math.hypot(
        *Plane(true.lat_deg, true.lon_deg).east_north(gate["lat_deg"], gate["lon_deg"])
    )


def test_kickcues_own_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recorded 5000 m with positions THEN line, laps, all 13 crossings and the time of the
    race are found.
    """
    venue, fixes = run("5000m")
    found = told(capsys, as_jsonl(tmp_path / "race.jsonl", list(fixes)))
    assert off_m(found["gate"], venue.gate) < 2.0
    assert 12.0 > abs(
        (found["gate"]["heading_deg"] - venue.gate.heading_deg + 180.0) % 360.0 - 180.0
    )
    assert [*range(1, 14)] == [crossing["line"] for crossing in found["crossings"]]
    assert pytest.approx(LAPS_5000, abs=1.0) == [
        crossing["time_s"] for crossing in found["crossings"]
    ]
    assert found["race_s"] == pytest.approx(1000.0, abs=1.0)
    assert len(found["laps_m"]) >= 10
    assert found["laps_m"] == pytest.approx([400.0] * len(found["laps_m"]), rel=0.03)


def test_a_watchs_track(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a GPX file, which knows neither race nor gun WHEN both are told THEN the same line is
    found as in the recording.
    """
    venue, fixes = run("5000m")
    path = as_gpx(tmp_path / "race.gpx", fixes)
    gun_s = AT_S - ns_to_s(fixes[0].t_ns)  # the file begins with the first position
    found = told(capsys, path, "--race", "5000m", "--start-offset", f"{gun_s:g}")
    assert off_m(found["gate"], venue.gate) < 2.0
    assert found["race_s"] == pytest.approx(1000.0, abs=1.0)


def test_positions_of_a_sensor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN positions in the notifications of a Location and Speed sensor THEN they teach the same
    line.
    """
    venue, fixes = run("5000m")
    sent = [
        Notification(
            fix.t_ns,
            "phone",
            "2a67",
            bytes(
                LocationAndSpeed(
                    lat_deg=fix.lat_deg, lon_deg=fix.lon_deg, position_status=PositionStatus.OK
                )
            ),
        )
        for fix in fixes
    ]
    found = told(
        capsys, as_jsonl(tmp_path / "race.jsonl", list(sent), sensors={"phone": "generic-rsc"})
    )
    assert off_m(found["gate"], venue.gate) < 2.0
    assert len(found["crossings"]) == 13


def test_what_is_printed_can_be_pasted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WHEN the page is read THEN it shows laps, crossings and time; its end is the line as
    race.toml takes it.
    """
    venue, fixes = run("5000m")
    assert 0 == main(["gate", str(as_jsonl(tmp_path / "race.jsonl", list(fixes)))])
    page = capsys.readouterr().out
    assert all(
        word in page
        for word in (
            "race.jsonl, 5000m on laps of 400 m",
            " laps of ",
            "1 of 13",
            "13 of 13",
            "race: 16:",
        )
    )
    race_file = tmp_path / "race.toml"
    new_race_file(race_file, {"race": "5000m"})
    with race_file.open("a") as file:
        file.write(page.partition("# for race.toml:")[2])
    gate = load_settings(race_file, environ={}).gate.gate()
    assert gate is not None
    assert off_m({"lat_deg": gate.lat_deg, "lon_deg": gate.lon_deg}, venue.gate) < 2.0


def test_a_crossing_that_was_not_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN no position around one line, nor around the last THEN the others keep their numbers,
    and no race time is made up.
    """
    _, fixes = run("5000m")
    lost = [(270.0, 290.0), (990.0, 1010.0)]
    kept = [
        fix
        for fix in fixes
        if not any(low <= ns_to_s(fix.t_ns) - AT_S <= high for low, high in lost)
    ]
    path = as_jsonl(tmp_path / "race.jsonl", list(kept))
    found = told(capsys, path)
    assert [1, 2, 3, *range(5, 13)] == [crossing["line"] for crossing in found["crossings"]]
    assert found["race_s"] is None
    assert 0 == main(["gate", str(path)])
    assert "race: the last line crossing was not found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entries", "race", "told_so"),
    [
        ([], "5000m", "no positions in it"),
        (
            [fix for fix in run("5000m")[1] if fix.t_ns > s_to_ns(AT_S + 30.0)],
            "5000m",
            "the first position comes 30 s after the start",
        ),
        (
            run("5000m")[1][:90],
            "5000m",
            "the start was not passed again after whole laps of 400 m",
        ),
        (
            run("5000m", run_m=lambda t_s: 3.0 * t_s if t_s < 20.0 else 60.0)[1],
            "5000m",
            "was not passed again",
        ),
        (run("5000m")[1], "5k", "5k is a road race, where no line is crossed twice"),
    ],
    ids=["no positions", "none at the gun", "no whole lap", "stopped", "a road"],
)
def test_nothing_to_be_learned(
    entries: list[Input],
    race: str,
    told_so: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN a recording that teaches no line THEN one sentence says why, and the status is 1."""
    assert 1 == main(["gate", str(as_jsonl(tmp_path / "race.jsonl", entries, race))])
    error = capsys.readouterr().err
    assert error.startswith("kickcue: race.jsonl: no finish line to learn: ")
    assert told_so in error


def test_which_race_it_was_has_to_be_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording that names no race WHEN none is told THEN it says how to tell one, and the
    status is 2.
    """
    assert 2 == main(["gate", str(as_gpx(tmp_path / "race.gpx", run("5000m")[1]))])
    assert "race.gpx does not say which race it was: give --race" in capsys.readouterr().err


def test_one_lap_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a recording that ends with the first lap of an 800 m THEN its line is told, with the
    one crossing there is.
    """
    venue, fixes = run("800m")
    found = told(capsys, as_jsonl(tmp_path / "race.jsonl", list(fixes[:100]), "800m"))
    assert off_m(found["gate"], venue.gate) < 2.0
    assert [1] == [crossing["line"] for crossing in found["crossings"]]


@pytest.mark.recordings
def test_a_real_session_with_pauses(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN 16 x 200 m on a real track, not recorded in the rests WHEN taken for a race THEN no lap
    is made up across the gaps.
    """
    assert 1 == main(
        ["gate", str(data_dir / "recordings" / "ParseGPX_track_session.gpx"), "--race", "3200m"]
    )
    assert "the start was not passed again after whole laps of 400 m" in capsys.readouterr().err


def test_a_simulated_line_is_on_no_track(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a simulated race WHEN it teaches a line THEN one line says that this is a line of no
    real track.
    """
    _, fixes = run("1500m")
    path = tmp_path / "race.jsonl"
    header = Header(race="1500m", made_by="kickcue 0.1.0 simulate")
    entries: list[Input] = [Command(s_to_ns(AT_S), CommandKind.START), *fixes]
    path.write_text(
        "".join(
            f"{line}\n" for line in lines(header, sorted(entries, key=lambda entry: entry.t_ns))
        )
    )
    assert 0 == main(["gate", str(path)])
    assert (
        f"kickcue: {path}: simulated, so its finish line is not on a real track\n"
        == capsys.readouterr().err
    )
