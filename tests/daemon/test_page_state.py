"""What a page is shown beside the cues: always something that the wire takes."""

from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.config.plan_files import load_plan, plan_names
from kickcue.config.race_document import RaceDocument
from kickcue.core.course import course_for
from kickcue.core.events import Estimate, Mode, Phase
from kickcue.core.units import s_to_ns
from kickcue.daemon.clock import RaceTime
from kickcue.daemon.health import PartHealth, State
from kickcue.daemon.page_state import PageLaps, health_values, race_values
from kickcue.daemon.race_session import View
from kickcue.edges.mqtt.messages import MOST_LAPS, HealthMessage, LapsMessage, RaceMessage
from kickcue.lab.simulate import simulated_document

SENDER: Final[dict[str, Any]] = {"run_id": "run", "sent_ms": 1}
COURSE: Final = course_for("10000m")
MPS: Final = 5.0


def race_of(values: dict[str, Any]) -> RaceMessage:
    return RaceMessage(**SENDER, **values)


@pytest.mark.parametrize("event", ["800m", "5000m", "3000m steeplechase", "mile", "half marathon"])
def test_every_race_can_be_told(event: str) -> None:
    """GIVEN a race THEN its length, laps and bell are on the wire, and no repetitions."""
    document = simulated_document(event)
    course = document.course()
    found = race_of(race_values(document, course, document.name))
    assert ("race", None) == (found.kind, found.reps)
    assert (course.distance_m, course.lap_m, course.kick_m) == (
        found.distance_m,
        found.lap_m,
        found.kick_m,
    )


@pytest.mark.parametrize("name", plan_names())
def test_every_session_can_be_told(name: str) -> None:
    """GIVEN any plan that kickcue brings THEN a page knows how many repetitions it has, and that it
    has no length.
    """
    document = RaceDocument.parse(
        {**simulated_document("5000m").as_json(), "plan": load_plan(name).as_json()}, name
    )
    found = race_of(race_values(document, document.course(), document.name))
    assert "session" == found.kind
    assert found.reps is not None
    assert found.distance_m is None


@given(st.text(max_size=300))
def test_a_long_name_is_cut(name: str) -> None:
    """GIVEN whatever somebody calls a race THEN the wire takes it."""
    document = simulated_document("800m")
    assert name[:100] == race_of(race_values(document, document.course(), name)).name


def test_a_language_of_ones_own() -> None:
    """GIVEN phrases of one's own in a file THEN the page is not told its path."""
    document = simulated_document("800m").model_copy(update={"language": "/home/anna/platt.toml"})
    assert "own" == race_of(race_values(document, document.course(), "x")).language


@given(st.lists(st.builds(PartHealth, st.text(), st.sampled_from(State), st.text()), max_size=20))
def test_every_part_can_be_told(parts: list[PartHealth]) -> None:
    """GIVEN parts with whatever a device answers THEN the wire takes the first twelve, cut."""
    found = HealthMessage(**SENDER, **health_values(parts))
    assert [part.state for part in parts[:12]] == [part.state for part in found.parts]


def test_the_laps_of_a_whole_race() -> None:
    """GIVEN 25 laps at ten times their speed THEN the latest are on the wire, the last one by the
    end of the race, with the gun and the end on the clock of the run; a second look without news
    changes nothing.
    """
    laps, race = PageLaps(), RaceTime(s_to_ns(100.0), 10.0)
    view = View(phase=Phase.BODY, gun_ns=s_to_ns(20.0))
    for step in range(round(COURSE.distance_m / MPS)):
        view.estimate = Estimate(
            s_to_ns(20.0 + step), step * MPS, 1.0, MPS, None, None, None, None, None, Mode.POD
        )
        values = laps.values(COURSE, view, race, is_race=True)
        again = laps.values(COURSE, view, race, is_race=True)
        assert values == again
    view.over_ns, view.phase = s_to_ns(2021.0), Phase.FINISHED
    view.estimate = view.estimate and view.estimate._replace(distance_m=None)
    found = LapsMessage(**SENDER, **laps.values(COURSE, view, race, is_race=True))
    assert (102_000, 302_100, 10.0) == (found.gun_ms, found.over_ms, found.rate)
    assert not found.over_marked
    view.finish_pressed = True
    assert laps.values(COURSE, view, race, is_race=True)["over_marked"]
    view.finish_pressed = False
    assert MOST_LAPS == len(found.laps)
    assert [25 - MOST_LAPS + n for n in range(1, MOST_LAPS + 1)] == [lap.lap for lap in found.laps]
    assert {80.0} == {lap.lap_s for lap in found.laps[:-1]}
    assert (2001.0, 81.0, None) == (
        found.laps[-1].race_s,
        found.laps[-1].lap_s,
        found.laps[-1].error_s,
    )
    view.over_ns, view.phase = None, Phase.LAST_LAP  # an end taken back
    view.estimate = view.estimate and view.estimate._replace(
        t_ns=view.estimate.t_ns + 1, distance_m=COURSE.distance_m - 5.0
    )
    assert 24 == laps.values(COURSE, view, race, is_race=True)["laps"][-1]["lap"]


def test_a_start_taken_back_takes_its_laps() -> None:
    """GIVEN laps WHEN the start is taken back and no estimate has come since THEN they are gone."""
    laps, race = PageLaps(), RaceTime(0)
    view = View(phase=Phase.BODY, gun_ns=0)
    for step in range(100):
        view.estimate = Estimate(
            s_to_ns(step), step * MPS, 1.0, MPS, None, None, None, None, None, Mode.POD
        )
        values = laps.values(COURSE, view, race, is_race=True)
    assert [1] == [lap["lap"] for lap in values["laps"]]
    view.gun_ns = None
    values = laps.values(COURSE, view, race, is_race=True)
    assert (None, []) == (values["gun_ms"], values["laps"])
