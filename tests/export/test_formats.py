"""What a format cannot hold is an error that says so, and no file that nobody can read."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from kickcue.core.errors import DataError
from kickcue.core.events import Tick
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.export.formats import DATED, exported
from kickcue.recording import Recording, read
from kickcue.replay.as_run import as_run
from kickcue.replay.reviewed import reviewed
from tests.odd import native, strange
from tests.odd.foreign import rows, shifted, write_tcx
from tests.odd.native import Native
from tests.odd.recordings import odd


def written(folder: Path, given: Native, to: str) -> dict[str, bytes]:
    path = native.write_inputs(folder / "race.mcap", given)
    recording = read(path)
    return exported(as_run(recording), reviewed(recording), to)


@pytest.mark.parametrize(
    "utc", ["1970-01-01T00:00:00Z", "1995-06-14T10:00:00Z", "2199-12-31T10:00:00Z"]
)
def test_a_date_that_fit_cannot_hold(tmp_path: Path, utc: str) -> None:
    """GIVEN a recorder whose clock was wrong by decades WHEN exported as FIT THEN the error names
    the date and those that FIT can hold; TCX holds any.
    """
    race = native.race("800m")
    given = Native(replace(race.header, utc=utc), race.inputs)

    with pytest.raises(DataError, match=f"from 1998-07-03 to 2126-02-06, .* is of {utc[:10]}"):
        written(tmp_path, given, "fit")

    (tmp_path / "race.mcap").unlink()
    assert utc[:16].encode() in written(tmp_path, given, "tcx")[".tcx"]


@pytest.mark.parametrize("to", sorted(DATED))
def test_nothing_was_measured(tmp_path: Path, to: str) -> None:
    """GIVEN a race of presses alone that nobody finished WHEN exported for training sites THEN one
    line says that there is nothing in it for them.
    """
    race = native.race("800m").between(0.0, 20.0)
    ran = native.heart_alone(race).live()
    silent = [entry for entry in ran if type(entry).__name__ != "Notification"]
    path = native.write(tmp_path / "race.mcap", race.header, [*silent, Tick(s_to_ns(21.0))])
    recording = read(path)

    with pytest.raises(DataError, match=r"race\.mcap .*(no distance|position)"):
        exported(recording, reviewed(recording), to)


def test_a_name_that_json_lines_cannot_hold(tmp_path: Path) -> None:
    """GIVEN a sensor with controls in its name in an MCAP WHEN exported as JSON Lines THEN one line
    says what is expected of a name.
    """
    path = strange.write_strange(tmp_path / "race.mcap", native.race("800m"), strange.CONTROLS)
    recording: Recording = read(path)

    with pytest.raises(DataError, match=r"cannot be written as JSON Lines: .*printable name"):
        exported(recording, reviewed(recording), "jsonl")


def test_a_gap_stays_a_gap(tmp_path: Path) -> None:
    """GIVEN a race with three minutes without a word WHEN exported as FIT THEN there is no record
    in them, and all others are there.
    """
    recording = read(odd("a gap of minutes", tmp_path))
    path = tmp_path / "gap.fit"
    path.write_bytes(exported(recording, reviewed(recording), "fit")[".fit"])
    watch = read(path).watch
    assert watch is not None
    steps = [
        round((after.t_ns - before.t_ns) / NS_PER_S) for before, after in pairwise(watch.records)
    ]

    assert len([step for step in steps if step > 1]) == 1
    assert 170 <= max(steps) <= 182
    assert sum(steps) == pytest.approx(reviewed(recording).seconds, abs=1.0)


def test_a_watch_whose_distance_went_back(tmp_path: Path) -> None:
    """GIVEN a TCX whose laps have lengths below nothing WHEN exported as FIT THEN such a lap has
    no length.
    """
    backwards = [replace(row, metres=2000.0 - row.metres) for row in rows(200)]
    recording = read(write_tcx(tmp_path / "back.tcx", backwards, lap_rows=50))

    data = exported(recording, reviewed(recording), "fit")[".fit"]

    (tmp_path / "back.fit").write_bytes(data)
    assert read(tmp_path / "back.fit").watch is not None


def test_longer_than_fit_can_hold(tmp_path: Path) -> None:
    """GIVEN a watch whose clock was set on by months in mid-run WHEN exported as FIT THEN the error
    names the dates, and how long FIT can hold.
    """
    late = shifted(rows(60), 10_000_000, 30)
    recording = read(write_tcx(tmp_path / "months.tcx", late))

    with pytest.raises(DataError, match=r"FIT holds 49 days, .* 2021-09-08 to 2022-01-0"):
        exported(recording, reviewed(recording), "fit")
