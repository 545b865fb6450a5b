"""Recordings as races with a known truth: which count, what their truth is, and what becomes of
them under a scenario.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Command, CommandKind, Input, Notification
from kickcue.core.units import s_to_ns
from kickcue.lab.evaluate import in_batches, simulated
from kickcue.lab.recorded_races import KnownRace, as_recorded, known_races, with_faults
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header
from kickcue.recording.jsonl import write as write_jsonl

DOCUMENT = simulated_document("1500m")
RACE = simulate(DOCUMENT.course(), SCENARIOS["button"], 3)
FINISH_S = RACE.truth.time_at(1500.0)

Keep = Callable[..., Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Return what writes events as a recording into the archive."""

    def write(
        name: str,
        inputs: tuple[Input, ...] = RACE.inputs,
        *,
        finish_s: float | None = FINISH_S,
        **header: str,
    ) -> Path:
        events = list(inputs)
        if finish_s is not None:
            events.append(Command(s_to_ns(finish_s), CommandKind.FINISH))
        about = Header(
            sensors={"pod": "generic-rsc", "strap": "generic-hr"},
            **{"race": "1500m", **header},  # type: ignore[arg-type]
        )
        write_jsonl(tmp_path / name, about, sorted(events, key=lambda e: e.t_ns))
        return tmp_path

    return write


def test_a_recording_with_its_finish_is_a_race(keep: Keep) -> None:
    """GIVEN recordings in folders, one with a finish THEN that one counts, and for the other it is
    told why not.
    """
    folder = keep("a.jsonl")
    keep("b.jsonl", finish_s=None)
    (folder / "notes.txt").write_text("no recording")
    (folder / "c.fit").write_bytes(b"no fit file")
    races, left_out = known_races(folder)
    assert ["a.jsonl"] == [race.path.name for race in races]
    assert {"b.jsonl", "c.fit"} == set(left_out)
    assert left_out["b.jsonl"] == "its finish is not known"


def test_truth_by_what_the_pod_read(keep: Keep) -> None:
    """GIVEN a pod that is 3 % or so off THEN the true bell is where it read (D - L) W / D: within
    its drift of where it truly was.
    """
    folder = keep("a.jsonl")
    races, _ = known_races(folder)
    (found,) = as_recorded(races)([0])
    (simulation,) = in_batches(simulated("button", DOCUMENT), [3])
    assert found.error_s is not None
    assert simulation.error_s is not None
    assert simulation.error_s == pytest.approx(found.error_s, abs=3.0)
    assert simulation.half_lap_s == pytest.approx(found.half_lap_s, abs=2.0)


def test_a_table_tells_the_finish(keep: Keep) -> None:
    """GIVEN a recording that does not tell its finish and a truth.tsv that does THEN it is a race;
    rows of other events are no matter.
    """
    folder = keep("a.jsonl", finish_s=None)
    rows = (
        "file\tt_s_since_first_record\tevent\ttrue_cumulative_m\tsource",
        f"a.jsonl\t{FINISH_S}\tfinish line\t1500\tme",
        "a.jsonl\t\tkick\t\tme",
    )
    (folder / "truth.tsv").write_text("\n".join(rows))
    (race,), _ = known_races(folder)
    assert FINISH_S == race.finish_s


def test_a_table_that_tells_nothing(keep: Keep) -> None:
    """GIVEN a truth.tsv whose finish has no time THEN that is told with the columns it needs."""
    folder = keep("a.jsonl")
    (folder / "truth.tsv").write_text(
        "file\tt_s_since_first_record\tevent\ttrue_cumulative_m\na.jsonl\t\tfinish\t1500\n"
    )
    with pytest.raises(DataError, match="t_s_since_first_record"):
        known_races(folder)


@pytest.mark.parametrize(("race", "words"), [("5000m", "of 5000 m"), ("1200m", "of 1200 m")])
def test_a_recording_of_another_race(keep: Keep, race: str, words: str) -> None:
    """GIVEN a recording whose distance is not its race's THEN it is left out with both figures, not
    scaled to fit.
    """
    keep("a.jsonl")
    folder = keep("b.jsonl", race=race)
    _, left_out = known_races(folder)
    assert words in left_out["b.jsonl"]


def test_a_recording_without_distance(keep: Keep) -> None:
    """GIVEN a recording of a strap alone THEN it is left out: nothing tells the distance."""
    keep("a.jsonl")
    folder = keep(
        "b.jsonl",
        tuple(e for e in RACE.inputs if not (isinstance(e, Notification) and e.sensor == "pod")),
    )
    assert "no pod in it tells a distance" == known_races(folder)[1]["b.jsonl"]


def test_nothing_there(tmp_path: Path) -> None:
    """GIVEN no folder, or one without a race THEN that is told."""
    with pytest.raises(UsageError, match="no such folder"):
        known_races(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="none of 0 recordings"):
        known_races(tmp_path)


def test_faults_on_top(keep: Keep) -> None:
    """GIVEN a recorded race and a scenario THEN each seed is another race, the same seed the same,
    and the bell is near the truth.
    """
    (race,), _ = known_races(keep("a.jsonl"))
    found = with_faults(race, "button")(range(6))
    assert found == with_faults(race, "button")(range(6))
    assert 6 == len({o.error_s for o in found})
    assert all(o.error_s is not None and abs(o.error_s) < 3.0 for o in found)
    assert 6 == len({o.baseline_errors_s["pod_distance"] for o in found})


@pytest.mark.parametrize("scenario", ["calibrated", "gate", "dropout", "swap"])
def test_other_faults_on_top(keep: Keep, scenario: str) -> None:
    """GIVEN a scenario whose faults are not the runner's THEN a recorded race can have them."""
    (race,), _ = known_races(keep("a.jsonl"))
    assert all(
        o.error_s is not None and abs(o.error_s) < 15.0
        for o in with_faults(race, scenario)(range(3))
    )


@pytest.mark.parametrize("scenario", ["start-late", "false-start", "slip", "sleep"])
def test_what_goes_wrong_on_top(keep: Keep, scenario: str) -> None:
    """GIVEN a mishap THEN a recorded race has it, and its truth counts from the true gun on."""
    (race,), _ = known_races(keep("a.jsonl"))
    found = with_faults(race, scenario)(range(4))
    errors_s = [o.error_s for o in found if o.error_s is not None]
    assert len(errors_s) >= 3  # a machine that sleeps over the bell gives none
    assert all(abs(error_s) < 4.0 for error_s in errors_s)
    assert all(o.covered > 0.8 for o in found)


def test_kilometre_marks_stand_on_the_road(keep: Keep) -> None:
    """GIVEN a race on the track THEN what happens between kilometre marks is refused for it."""
    (race,), _ = known_races(keep("a.jsonl"))
    with pytest.raises(UsageError, match="expected one on the road"):
        with_faults(race, "road-slip")


@pytest.mark.parametrize("scenario", ["wide", "surge", "smooth", "physical"])
def test_a_recorded_runner_runs_as_he_ran(scenario: str) -> None:
    """GIVEN a scenario that is a way of running THEN it is refused for recordings."""
    with pytest.raises(UsageError, match="a recorded runner"):
        with_faults(KnownRace(Path("a"), "{}", 1.0), scenario)


@pytest.mark.recordings
def test_the_real_races(data_dir: Path) -> None:
    """GIVEN the real recordings THEN the three races of truth.tsv count, and with everyday faults
    the bell is within 3 s of the truth.
    """
    races, left_out = known_races(data_dir)
    assert 3 == len(races)
    assert 10 < len(left_out)
    for race in races:
        errors = [o.error_s for o in with_faults(race, "button")(range(3))]
        assert all(error_s is not None and abs(error_s) < 3.0 for error_s in errors)
        assert median(abs(error_s or 0.0) for error_s in errors) < 1.5


def test_a_race_may_begin_late(keep: Keep) -> None:
    """GIVEN a recording begun a minute before the gun THEN its truth counts from the gun."""
    folder = keep("a.jsonl")
    minute_ns = s_to_ns(60.0)
    keep(
        "b.jsonl",
        tuple(replace(e, t_ns=e.t_ns + minute_ns) for e in RACE.inputs),
        finish_s=FINISH_S + 60.0,
    )
    races, _ = known_races(folder)
    at_once, later = as_recorded(races)(range(2))
    assert races[0].finish_s == pytest.approx(races[1].finish_s)
    assert at_once.error_s == pytest.approx(later.error_s, abs=0.01)
