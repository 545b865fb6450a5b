"""Zwift's workouts become plans, in the dialects that apps write; the rest is refused by line."""

import time
from pathlib import Path

import pytest

from kickcue.core.errors import DataError
from kickcue.core.plan import Effort, Plan, Repeat, Rest, Run, TimedRun, straight
from kickcue.workouts import read, read_workout
from tests.workouts.sdk import put

BY_DISTANCE = """<?xml version="1.0" encoding="UTF-8"?>
<workout_file>
    <author>A coach</author>
    <name>Two hundreds &amp; home</name>
    <description>Push through the line</description>
    <sportType>run</sportType>
    <durationType>distance</durationType>
    <tags><tag name="INTERVALS"/></tags>
    <workout>
        <Warmup Duration="1000" PowerLow="0.6" PowerHigh="0.8" pace="1"/>
        <IntervalsT Repeat="3" OnDuration="200" OffDuration="200" OnPower="1.1" OffPower="0.6">
            <textevent distoffset="150" message="Through the line"/>
            <textevent distoffset="0" message="Relaxed, tall"/>
        </IntervalsT>
        <SteadyState Duration="800" Power="1.02" pace="2"/>
        <Cooldown Duration="1000" PowerLow="0.8" PowerHigh="0.6" pace="1"/>
    </workout>
</workout_file>
"""

BY_TIME = """<workout_file>
<author/><name/><sportType>run</sportType><durationType>time</durationType>
<workout>
  <SteadyState show_avg="1" Power="0.65" Duration="600"><textevent message="Easy"/></SteadyState>
  <IntervalsT OnPower="1.1" OffPower="0.7" Repeat="5" OffDuration="90" OnDuration="60.5"/>
  <FreeRun Duration="300"/>
  <MaxEffort Duration="20"/>
  <textevent timeoffset="0" message="Well run"/>
  <RestDay/>
</workout>
</workout_file>
"""


def wrapped(blocks: str, settings: str = "<durationType>time</durationType>") -> str:
    return f"<workout_file>{settings}<workout>\n{blocks}\n</workout></workout_file>"


def test_a_session_by_distance(tmp_path: Path) -> None:
    """GIVEN a run by distance, as Zwift's own are WHEN read THEN lengths are metres, messages are
    in the order in which they come up, and nothing had to be assumed.
    """
    found = read(put(tmp_path, BY_DISTANCE, "a.zwo"))
    assert found.notes == ()
    assert found.plan == Plan(
        "Two hundreds & home",
        (
            Run(straight(1000.0), effort=Effort.EASY),
            Repeat(
                3,
                (
                    Run(straight(200.0), imagery="Relaxed, tall. Through the line"),
                    Rest(distance_m=200.0),
                ),
            ),
            Run(straight(800.0)),
            Run(straight(1000.0), effort=Effort.EASY),
        ),
    )


def test_a_session_by_time(tmp_path: Path) -> None:
    """GIVEN a run by time without a name, with a steady block below threshold and a free one WHEN
    read THEN those are easy, lengths are seconds, and the name is the file's.
    """
    found = read(put(tmp_path, BY_TIME, "thursday.zwo"))
    assert found.notes == ()
    assert found.plan == Plan(
        "thursday",
        (
            TimedRun(600.0, Effort.EASY, "Easy"),
            Repeat(5, (TimedRun(60.5), Rest(duration_s=90.0))),
            TimedRun(300.0, Effort.EASY),
            TimedRun(20.0),
        ),
    )


def test_names_in_any_case(tmp_path: Path) -> None:
    """GIVEN ``Freeride``, ``TextEvent``, ``TimeOffset`` and a decimal comma, as some apps write
    them WHEN read THEN they mean the same.
    """
    blocks = (
        '<Freeride duration="90,5"><TextEvent TimeOffset="9" message="B"/>'
        '<TextEvent TimeOffset="1" message="A"/></Freeride>'
    )
    plan = read_workout(put(tmp_path, wrapped(blocks), "a.zwo"))
    assert plan.steps == (TimedRun(90.5, Effort.EASY, "A. B"),)


@pytest.mark.parametrize(
    ("settings", "leg", "assumed"),
    [
        ("<sportType>run</sportType>", Run(straight(300.0)), "taken for metres"),
        ("", TimedRun(300.0), "taken for seconds"),
    ],
)
def test_what_the_lengths_are_is_told_where_it_is_assumed(
    tmp_path: Path, settings: str, leg: Run | TimedRun, assumed: str
) -> None:
    """GIVEN no durationType WHEN read THEN a run is by metres, as in Zwift, and the runner is told
    what to write if that is wrong.
    """
    found = read(put(tmp_path, wrapped('<MaxEffort Duration="300"/>', settings), "a.zwo"))
    assert found.plan.steps == (leg,)
    assert assumed in found.notes[0]
    assert "add <durationType>" in found.notes[0]


def test_intervals_without_a_rest(tmp_path: Path) -> None:
    """GIVEN intervals whose off part is 0, or not there WHEN read THEN there is no rest."""
    for off in ("", 'OffDuration="0"'):
        block = f'<IntervalsT Repeat="2" OnDuration="30" {off}/>'
        plan = read_workout(put(tmp_path, wrapped(block), "a.zwo"))
        assert plan.steps == (Repeat(2, (TimedRun(30.0),)),)


def test_a_utf16_file_is_read(tmp_path: Path) -> None:
    """GIVEN a file that a Windows editor has saved as UTF-16 WHEN read THEN it is the same plan."""
    whole = read_workout(put(tmp_path, BY_DISTANCE, "a.zwo"))
    assert whole == read_workout(put(tmp_path, BY_DISTANCE.encode("utf-16"), "a.zwo"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            wrapped('<Warmup Duration="60"/>\n<SteadyState Duration="0"/>'),
            "line 3: SteadyState: expected Duration above 0 s, got '0'",
        ),
        (wrapped("<Cooldown/>"), "line 2: Cooldown: expected Duration above 0 s, got none"),
        (
            wrapped('<Warmup Duration="ten"/>'),
            "line 2: Warmup: expected Duration above 0 s, got 'te",
        ),
        (wrapped('<Warmup Duration="nan"/>'), "expected Duration above 0 s, got 'nan'"),
        (
            wrapped('<Warmup Duration="99999999"/>'),
            "line 2: Warmup: run: expected duration_s above",
        ),
        (
            wrapped('<IntervalsT Repeat="2.5" OnDuration="9"/>'),
            "line 2: IntervalsT: expected Repeat to be a whole number, got '2.5'",
        ),
        (
            wrapped('<IntervalsT Repeat="-1" OnDuration="9"/>'),
            "line 2: IntervalsT: repeat: expected 1 to 1000 times, got -1",
        ),
        (
            wrapped('<IntervalsT Repeat="2" OnDuration="9" OffDuration="x"/>'),
            "line 2: IntervalsT: expected OffDuration above 0 s, got 'x'",
        ),
        (
            wrapped('<Sprint Duration="9"/>'),
            "line 2: Sprint: this block is not known: expected Warmup, SteadyState, Inter",
        ),
        (wrapped(""), "expected blocks (Warmup, SteadyState, IntervalsT, Ramp, FreeRun, MaxEffort"),
        (
            wrapped('<Warmup Duration="9"/>', "<sportType>bike</sportType>"),
            "expected a workout with <sportType>run, got 'bike'",
        ),
        (
            wrapped('<Warmup Duration="9"/>', "<durationType>laps</durationType>"),
            "expected <durationType>time or distance, got 'laps'",
        ),
        ("<gpx><trk/></gpx>", "expected a Zwift workout (<workout_file>), got <gpx>"),
        (BY_DISTANCE[:600], "the XML is damaged or truncated"),
        (wrapped('<Warmup Duration="9"/>' * 1001), "an XML element is too large: expected at most"),
        (
            wrapped('<IntervalsT Repeat="900" OnDuration="9" OffDuration="9"/>'),
            "expected at most 1000 legs, got 1800",
        ),
        ("<workout_file>" + "<a>" * 100, "the XML is nested too deeply"),
    ],
)
def test_what_cannot_be_run_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """GIVEN a workout that cannot be run as it stands WHEN read THEN the file, the line and what
    would be right are named.
    """
    path = put(tmp_path, text, "a.zwo")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!ENTITY l0 "ha">{LAUGHS}',
        '<!ENTITY l9 SYSTEM "file:///etc/hostname">',
        '<!ENTITY % l9 SYSTEM "http://localhost:9/x.dtd">%l9;',
    ],
)
def test_an_xml_bomb_is_refused_at_once(tmp_path: Path, declared: str) -> None:
    """GIVEN entities that blow up, or open another file or address WHEN read THEN they are refused
    where they are declared, in no time.
    """
    workout = wrapped('<Warmup Duration="9"/>', "<name>&l9;</name>")
    text = f"<!DOCTYPE workout_file [{declared}]>{workout}"
    begun_s = time.process_time()
    with pytest.raises(DataError, match="expected no XML entities, got 'l"):
        read(put(tmp_path, text, "a.zwo"))
    assert time.process_time() - begun_s < 1.0


def test_a_file_larger_than_any_workout_is_refused(tmp_path: Path) -> None:
    """GIVEN a megabyte of blanks around a workout WHEN read THEN its size is refused."""
    with pytest.raises(DataError, match="a workout of at most 1024 kB, got more"):
        read(put(tmp_path, BY_TIME + " " * 1024 * 1024, "a.zwo"))
