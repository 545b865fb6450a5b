import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli import main
from kickcue.core.engine import Engine
from kickcue.core.events import (
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Link,
    Mark,
    MarkSource,
    Mode,
    Notice,
    Notification,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header, jsonl, read
from kickcue.recording.header import race_header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from kickcue.replay.reviewed import reviewed
from kickcue.replay.run_engine import drive

HEADER = Header(
    "1500m",
    400.0,
    "2026-06-14T10:09:11Z",
    {"pod": "stryd", "strap": "polar-h10"},
    None,
    ticks=True,
    made_by="kickcue 0.1.0",
)


def race() -> list[Entry]:
    """Return 20 s at 5 m/s, 92 strides and 170 bpm; the strap falls silent after 10 s, nothing is
    heard from 15 s to 19 s.
    """
    entries: list[Entry] = [Command(0, CommandKind.START)]
    for second in (*range(16), 19, 20):
        t_ns = s_to_ns(second)
        entries.append(pod_notification(t_ns, PodSample(5.0, 92, 5.0 * second)))
        if second <= 10:
            entries.append(strap_notification(t_ns, 160 + second))
    entries += [
        Link(s_to_ns(20), "strap", up=False),
        Notification(s_to_ns(20), "strap", "2a37", b"\x01"),
        Mark(s_to_ns(20), MarkSource.BUTTON),
        Cue(
            s_to_ns(20),
            "c1",
            CueKind.LAST_LAP,
            "last lap: turnover up",
            None,
            (),
            2,
            3000,
            400.0,
            1.0,
        ),
        Notice(s_to_ns(20), "sensor_lost", "the strap is silent"),
        Tick(s_to_ns(21)),
    ]
    return entries


@pytest.fixture
def mcap(tmp_path: Path) -> Path:
    path = tmp_path / "race.mcap"
    with McapWriter(path, HEADER) as writer:
        for entry in race():
            writer.write(entry)
    return path


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_page_of_a_recording(mcap: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race recorded by kickcue WHEN all is asked THEN the runner's lines come first, then
    sensors, gaps, outputs; plain in a pipe.
    """
    assert main(["info", "--verbose", str(mcap)]) == 0
    assert (
        capsys.readouterr().out
        == """\
race.mcap
kind      MCAP by kickcue 0.1.0
start     2026-06-14T10:09:11Z
race      1500m, laps of 400 m
time      0:21.0
distance  105.0 m
pace      3:20 min/km
cadence   184 to 184, median 184 spm
heart     160 to 170, median 165 bpm
marks     button 1
lap times 0:20.0
cue       0:20.0  last_lap, 400 ± 2 m to go: last lap: turnover up
length    0:21.0
pod       stryd: 18 notifications, 1 Hz, silent for 4 s at 0:15.0
          distance    100.0 m
          speed       5.00 to 5.00, median 5.00 m/s
          cadence     184 to 184, median 184 spm
strap     polar-h10: 12 notifications, 1 Hz, silent for 10 s at 0:10.0, 1 broken
          heart rate  160 to 170, median 165 bpm
also      commands 1, links 1, ticks 1
gaps      1 over 3 s: 4 s at 0:15.0
outputs   cue 1, notice 1
"""
    )


def test_times_are_from_the_gun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race whose gun went 8 s into the recording WHEN all is asked THEN people read times
    from the gun, a minus before it, and programs both.
    """
    path = tmp_path / "race.mcap"
    later = [each for each in race() if not isinstance(each, Command)]
    with McapWriter(path, HEADER) as writer:
        for entry in sorted(
            [*later, Command(s_to_ns(8), CommandKind.START)], key=lambda entry: entry.t_ns
        ):
            writer.write(entry)
    assert main(["info", "--verbose", str(path)]) == 0
    found = capsys.readouterr().out
    assert "\ncue       0:12.0  last_lap" in found
    assert "\nlength    0:21.0, 0:08.0 of it before the start\n" in found
    assert "silent for 4 s at 0:07.0\n" in found
    assert "\ngaps      1 over 3 s: 4 s at 0:07.0\n" in found
    assert main(["info", "--json", str(path)]) == 0
    whole = told(capsys)
    assert (20.0, 12.0) == (whole["cues"][0]["t_s"], whole["cues"][0]["race_s"])
    assert (15.0, 7.0) == (whole["gaps"][0]["from_s"], whole["gaps"][0]["from_race_s"])


def test_the_runner_comes_first(mcap: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race WHEN nothing more is asked THEN time, distance, pace and laps are there,
    notifications and gaps are not; how to see them is.
    """
    assert main(["info", str(mcap)]) == 0
    found = capsys.readouterr().out
    labels = [line[:10].strip() for line in found.splitlines()[1:]]
    assert [
        "kind",
        "start",
        "race",
        "time",
        "distance",
        "pace",
        "cadence",
        "heart",
        "marks",
        "lap times",
        "cue",
        "more",
    ] == labels
    assert "notifications" not in found
    assert "--verbose" in found


def test_a_race_lapped_with_the_space_bar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN laps ordered by key, one of them taken back, a false start and what came after the
    finish THEN the laps that stand are marks.
    """
    orders = [
        (2, CommandKind.START),
        (10, CommandKind.START),
        (90, CommandKind.LAP),
        (95, CommandKind.LAP),
        (96, CommandKind.UNDO_LAP),
        (171, CommandKind.LAP),
        (250, CommandKind.FINISH),
        (260, CommandKind.LAP),
    ]
    path = tmp_path / "keys.mcap"
    with McapWriter(path, HEADER) as writer:
        for t_s, kind in orders:
            writer.write(Command(s_to_ns(t_s), kind))
        writer.write(Mark(s_to_ns(270), MarkSource.TRACKSIDE))
    assert main(["info", str(path)]) == 0
    found = capsys.readouterr().out
    assert "marks     button 3, trackside 1\n" in found
    assert "time      4:00.0\n" in found
    assert "lap times 1:20.0  1:21.0\n" in found
    assert main(["info", "--json", str(path)]) == 0
    json_told = told(capsys)
    assert {"button": 3, "trackside": 1} == json_told["marks"]
    assert {
        "start_s": 10.0,
        "time_s": 240.0,
        "stopped_s": 0.0,
        "distance_m": None,
        "lap_times_s": [80.0, 81.0],
        "estimated": [False, False],
    } == json_told["run"]


def test_a_race_is_no_longer_than_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a race whose end was noticed 3 m behind the line THEN the distance is the race's, the
    time that at the line; what came after the end counts for nothing.
    """
    path = tmp_path / "over.mcap"
    with McapWriter(path, HEADER) as writer:
        writer.write(Command(0, CommandKind.START))
        for t_s, run_m in ((200, 1003.0), (300, 1503.0), (400, 1503.0)):
            writer.write(
                Estimate(
                    s_to_ns(t_s), run_m, 2.0, 5.0, None, None, 4, 1500.0 - run_m, None, Mode.POD
                )
            )
        writer.write(PhaseChange(s_to_ns(300), Phase.FINISHED, Phase.LAST_50))
        writer.write(Mark(s_to_ns(420), MarkSource.BUTTON))
    assert main(["info", str(path)]) == 0
    found = capsys.readouterr().out
    assert "time      4:59.4\ndistance  1500.0 m\npace      3:20 min/km\n" in found
    assert "marks     trackside" not in found


def test_the_laps_of_a_race_are_those_of_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a race with presses that were missed, doubled and late THEN all its laps are there as
    the report has them, those that nobody marked by the estimate; and how the last one was.
    """
    path = tmp_path / "race.mcap"
    document = simulated_document("3000m")
    race = simulate(document.course(), SCENARIOS["button-bad"], 3)
    with McapWriter(path, race_header(document, utc="2026-06-14T10:09:11Z")) as writer:
        for event, outputs in drive(
            Engine(document.engine_config()), race.inputs, ticks_recorded=False
        ):
            writer.write(event)
            for output in outputs:
                writer.write(output)
    review = reviewed(read(path))
    assert main(["info", "--json", str(path)]) == 0
    run = told(capsys)["run"]
    assert [lap.seconds for lap in review.laps] == run["lap_times_s"]
    assert 8 == len(run["lap_times_s"])
    assert {True, False} == set(run["estimated"])
    assert run["time_s"] == pytest.approx(sum(run["lap_times_s"])) == review.seconds
    assert main(["info", str(path)]) == 0
    found = capsys.readouterr().out
    assert "\nkick      Your last lap took " in found
    assert "~" in found.partition("lap times ")[2]


def test_a_race_that_nobody_ran_yet_is_not_run_for_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording that names a race and holds nothing that the engine said THEN its page has
    what is recorded, and no more.
    """
    path = tmp_path / "race.jsonl"
    jsonl.write(path, HEADER, [e for e in race() if not isinstance(e, Cue | Notice | Tick)])
    assert main(["info", str(path)]) == 0
    found = capsys.readouterr().out
    assert "time      0:20.0\ndistance  100.0 m\n" in found
    assert "\nkick " not in found


def test_json_has_units_in_its_keys(mcap: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as one JSON object: numbers as numbers, unknown as null."""
    assert main(["info", "--json", str(mcap)]) == 0
    found = told(capsys)
    assert (str(mcap), "MCAP", "1500m", 400.0, 21.0) == tuple(
        found[key] for key in ("file", "kind", "race", "lap_m", "duration_s")
    )
    pod, strap = found["sensors"]
    assert ({"low": 184, "median": 184, "high": 184}, 100.0, None) == (
        pod["cadence_spm"],
        pod["distance_m"],
        pod["heart_rate_bpm"],
    )
    assert (10.0, 1, "polar-h10") == (
        strap["silence"]["from_s"],
        strap["broken"],
        strap["profile"],
    )
    assert [{"from_s": 15.0, "to_s": 19.0, "from_race_s": 15.0, "to_race_s": 19.0}] == found["gaps"]
    assert [
        {
            "t_s": 20.0,
            "race_s": 20.0,
            "kind": "last_lap",
            "to_go_m": 400.0,
            "sd_m": 1.0,
            "text": "last lap: turnover up",
        }
    ] == found["cues"]
    assert ({"button": 1}, {"cue": 1, "notice": 1}, [], []) == (
        found["marks"],
        found["outputs"],
        found["notes"],
        found["problems"],
    )


def test_a_cut_file_is_shown_and_fails(
    mcap: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a recording cut off in the middle THEN what is there is shown, the problem says at
    which second it ends, the status is 1.
    """
    whole = mcap.read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: whole.index(b'{"t_ns":8000000000')])
    assert main(["info", "--verbose", str(cut)]) == 1
    found = capsys.readouterr().out
    assert "pod       stryd: 8 notifications" in found
    assert (
        "PROBLEM   The recording ends at 7.000 s, because the file is truncated there;\n          "
        "anything later is lost.\n" in found
    )
    assert max(map(len, found.splitlines())) <= 80


def test_many_files(mcap: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN several files of which one is none THEN the others are shown, the bad one is one line
    on stderr, the worst status is returned.
    """
    bad = tmp_path / "bad.fit"
    bad.write_bytes(b"no")
    assert main(["info", "--json", str(mcap), str(bad), str(mcap)]) == 1
    out, err = capsys.readouterr()
    assert [str(mcap)] * 2 == [json.loads(line)["file"] for line in out.splitlines()]
    assert (1, True) == (len(err.splitlines()), err.startswith(f"kickcue: {bad}: not a FIT file"))
    assert main(["info", str(tmp_path / "no.fit"), str(bad)]) == 2
    assert main(["info", str(mcap), str(mcap)]) == 0
    assert "\n\nrace.mcap\n" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "status"), [("no.fit", 2), ("bad.fit", 1), (".", 2)])
def test_one_bad_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: int
) -> None:
    """GIVEN a single file that is none THEN one line says so, with status 1 for its bytes and 2 for
    its name.
    """
    (tmp_path / "bad.fit").write_bytes(b"no")
    assert main(["info", str(tmp_path / name)]) == status
    out, err = capsys.readouterr()
    assert ("", 1) == (out, len(err.splitlines()))


def test_an_imported_activity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """GIVEN a TCX with laps by distance THEN laps are told by what ended them, and how they would
    become marks.
    """
    points = "".join(
        f"<Trackpoint><Time>2013-06-08T0{8 + s // 3600}:{s // 60 % 60:02}:{s % 60:02}Z</Time>"
        f"<DistanceMeters>{4 * s}</DistanceMeters></Trackpoint>"
        for s in range(0, 4000, 10)
    )
    path = tmp_path / "run.tcx.gz"
    path.write_bytes(
        gzip.compress(
            (
                '<TrainingCenterDatabase><Activities><Activity Sport="Running">'
                '<Lap StartTime="2013-06-08T08:00:00Z"><TriggerMethod>Distance</TriggerMethod>'
                f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
            ).encode()
        )
    )
    assert main(["info", "--verbose", str(path)]) == 0
    found = capsys.readouterr().out
    for line in (
        "kind      TCX\n",
        "time      1:06:30.0\n",
        "length    1:06:30.0\n",
        "pod       generic-rsc: 400 notifications, 0.1 Hz, silent for 10 s at 0:00.0\n",
        "laps      1 by distance\n",
        "marks     none (--marks all uses the laps as marks)\n",
        "gaps      399 over 3 s; the longest: 10 s at 0:00.0, 10 s at 0:10.0, 10 s at\n",
        "note      The file has no cadence.\n",
    ):
        assert line in found


def test_sensors_without_a_known_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GIVEN a header that names no profile, or one that is unknown THEN the plain Bluetooth ones
    read the bytes.
    """
    path = tmp_path / "race.jsonl"
    path.write_text(
        '{"kickcue": 1, "sensors": {"strap": "my-own"}}\n{"t": 0, "sensor": "pod", "char": '
        '"2a53", "hex": "0400045a"}\n'
        '{"t": 0, "sensor": "strap", "char": "2a37", "hex": "0096"}\n{"t": 0, "sensor": "odd", '
        '"char": "2a00", "hex": ""}\n',
        encoding="utf-8",
    )
    assert main(["info", "--verbose", str(path)]) == 0
    found = capsys.readouterr().out
    assert "start     date unknown\n" in found
    assert (
        "pod       profile not recorded: 1 notifications\n          speed       4.00 to 4.00, "
        "median 4.00 m/s\n" in found
    )
    assert (
        "strap     my-own: 1 notifications\n          heart rate  150 to 150, median 150 bpm\n"
        in found
    )
    assert "odd       profile not recorded: 1 notifications\n" in found


@pytest.mark.recordings
@pytest.mark.parametrize("most_bytes", [60_000, pytest.param(10**6, marks=pytest.mark.long)])
def test_every_real_file_has_a_page(
    data_dir: Path, capsys: pytest.CaptureFixture[str], most_bytes: int
) -> None:
    """All (the small) real recordings are shown in 80 columns, and as JSON, without a single
    problem.
    """
    files = sorted(
        str(path)
        for path in (data_dir / "recordings").iterdir()
        if path.suffix != ".tsv" and path.stat().st_size < most_bytes
    )
    assert main(["info", *files]) == 0
    found = capsys.readouterr().out
    assert max(map(len, found.splitlines())) <= 80
    assert [Path(file).name for file in files] == [
        line for line in found.splitlines() if line in {Path(file).name for file in files}
    ]
