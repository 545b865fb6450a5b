"""``kickcue reps``: the table, the JSON, what is said of fade and kick, and one line where there is
nothing.
"""

import json
from pathlib import Path

import pytest

from kickcue.cli import main
from kickcue.cli.reps import for_the_kick
from kickcue.core.clock_format import clock
from kickcue.core.events import Command, CommandKind
from kickcue.core.units import s_to_ns
from kickcue.recording import Header, jsonl
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

REPS_S = [(60, 100), (160, 200), (260, 302), (362, 400)]
FORGOTTEN_S = 302


def four_times_200_m() -> list[Entry]:
    """Return 4 x 200 m by a pod, 90 strides a minute and 95 in the last; one of the presses was
    forgotten.
    """
    entries: list[Entry] = [Command(0, CommandKind.START)]
    run_m = 0.0
    for second in range(461):
        at_work = next(((a, b) for a, b in REPS_S if a < second <= b), None)
        mps = 0.0 if at_work is None else 200.0 / (at_work[1] - at_work[0])
        run_m += mps
        cadence = 0 if at_work is None else 95 if second > REPS_S[-1][0] else 90
        entries.append(pod_notification(s_to_ns(second), PodSample(mps, cadence, run_m)))
        if second in {end for rep in REPS_S for end in rep} - {FORGOTTEN_S}:
            entries.append(Command(s_to_ns(second), CommandKind.LAP))
    return entries


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    jsonl.write(path, Header(), four_times_200_m())
    return path


def test_the_table_by_presses(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session with one press forgotten THEN the table marks what is filled in, tells no
    distance there, and nothing is wider than 80.
    """
    assert 0 == main(["reps", "--from", "marks", str(session)])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert (
        out
        == """\
session.jsonl: 4 repetitions, found by marks
rep   start  time s    m  min/km  spm  rest s
  1  1:00.0    40.0  200    3:20  180       -
  2  2:40.0    40.0  200    3:20  180    60.0
  3  4:20.0   ~40.0    -       -  180    60.0
  4  6:02.0    38.0  200    3:10  190    62.0
~ an end without a press, filled in with the usual length
time   mean 39.3 s ± 1.2, 38.0 to 40.0
rest   mean 61.0 s ± 1.4
last   against the mean of the others: speed +5.3%
fade   last against first: speed +5.3%, cadence +5.6%
kick   cadence +5.6% against those before, as the last-lap cue calls for (+3%)
"""
    )


def test_what_it_is_found_by(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a pod and presses THEN the speeds are used unless told, and the presses when told; JSON
    says which, with units in its keys.
    """
    ways = []
    for options in ([], ["--from", "speed"], ["--from", "marks"]):
        assert 0 == main(["reps", "--json", *options, str(session)])
        told = json.loads(capsys.readouterr().out)
        ways.append(told["from"])
        assert 4 == len(told["reps"])
    assert ["speed", "speed", "marks"] == ways
    assert {
        "start_s": 260.0,
        "end_s": 300.0,
        "race_s": 260.0,
        "start_seen": True,
        "end_seen": False,
        "rest_s": 60.0,
        "distance_m": None,
        "speed_mps": None,
        "cadence_spm": 180.0,
        "heart_rate_bpm": None,
    } == told["reps"][2]
    assert {"speed": 0.0526, "cadence": 0.0556} == told["last_against_first"]
    assert (3, 39.333, 61.0, 5.26) == tuple(
        told[key] for key in ("alike", "mean_s", "mean_rest_s", "last_percent")
    )


def test_times_are_from_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a session that was started a minute into the recording THEN people read its times from
    there, and programs both.
    """
    entries = [entry for entry in four_times_200_m() if not isinstance(entry, Command)]
    path = tmp_path / "later.jsonl"
    jsonl.write(path, Header(), [*entries, Command(s_to_ns(50), CommandKind.START)])
    assert 0 == main(["reps", str(path)])
    starts = [line.split()[1] for line in capsys.readouterr().out.splitlines()[2:6]]
    assert 0 == main(["reps", "--json", str(path)])
    reps = json.loads(capsys.readouterr().out)["reps"]
    assert starts == [clock(rep["race_s"]) for rep in reps]
    assert [rep["start_s"] - 50.0 for rep in reps] == pytest.approx([10, 110, 210, 312], abs=1.0)
    assert [rep["start_s"] - 50.0 for rep in reps] == pytest.approx([r["race_s"] for r in reps])


def test_the_heart_is_shown_where_it_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a strap THEN its mean in each repetition stands there; without one there is no column
    of dashes.
    """
    path = tmp_path / "session.jsonl"
    beats = [strap_notification(s_to_ns(second), 120 + second // 10) for second in range(461)]
    jsonl.write(path, Header(), [*four_times_200_m(), *beats])
    assert 0 == main(["reps", str(path)])
    header, first, *_ = capsys.readouterr().out.splitlines()[1:]
    assert ["spm", "bpm"] == header.split()[6:8]
    assert "128" == first.split()[6]
    without = tmp_path / "without.jsonl"
    jsonl.write(without, Header(), four_times_200_m())
    assert 0 == main(["reps", str(without)])
    assert "bpm" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("speed", "cadence", "says"),
    [
        (0.05, None, "unknown: the last lap calls for cadence, and there is no cadence data"),
        (0.05, 0.018, "cadence +1.8% against those before; the last-lap cue calls for +3%"),
        (-0.05, -0.04, "cadence -4.0% against those before; the last-lap cue calls for +3%"),
        (0.05, 0.04, "cadence +4.0% against those before, as the last-lap cue calls for (+3%)"),
        (None, 0.04, "cadence +4.0% against those before, as the last-lap cue calls for (+3%)"),
        (-0.01, 0.04, "cadence +4.0% against those before, but no faster: steps were shorter"),
    ],
)
def test_what_is_said_of_the_kick(speed: float | None, cadence: float | None, says: str) -> None:
    """It compares cadence with what the cue asks for; more steps without more speed are told as
    shorter ones, nothing known as nothing.
    """
    assert says == for_the_kick(speed, cadence)


def test_no_repetitions_is_one_line(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN no such evidence, or no such file THEN one line says so, with status 1 or 2."""
    assert 1 == main(["reps", "--from", "positions", str(session)])
    assert (
        "session.jsonl: no positions to find repetitions by; available: speed and marks"
        in capsys.readouterr().err
    )
    assert 2 == main(["reps", str(tmp_path / "none.fit")])
    assert 1 == capsys.readouterr().err.count("\n")


@pytest.mark.recordings
def test_the_real_session(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN the recorded 16 x 200 m THEN positions and speeds both show sixteen of 180 to 210 m,
    and the file's own laps none.
    """
    path = str(data_dir / "recordings" / "ParseGPX_track_session.gpx")
    for way in ("positions", "speed"):
        assert 0 == main(["reps", "--json", "--from", way, path])
        reps = json.loads(capsys.readouterr().out)["reps"]
        assert 16 == len(reps)
        assert [] == [rep["distance_m"] for rep in reps if not 180.0 <= rep["distance_m"] <= 210.0]
    assert 1 == main(["reps", "--from", "marks", path])
