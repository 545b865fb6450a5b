"""From a recording and a wish to an engine and its events."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.engine import Engine
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import (
    Arm,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Input,
    Mark,
    MarkSource,
    Mode,
    Output,
    PhaseChange,
    Tick,
)
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import Header, Recording
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from kickcue.replay.run_engine import drive
from kickcue.replay.source import at_pace, recorded_document, sensors_of, source

DOCUMENT = simulated_document("1500m")
RACE = simulate(DOCUMENT.course(), SCENARIOS["button"], 3)


def recording(inputs: tuple[Input, ...] = RACE.inputs, **header: Any) -> Recording:
    return Recording(Path("race.jsonl"), Header(**header), inputs)


def native() -> Recording:
    """Return the race as kickcue itself would have recorded it: with its set-up and its ticks."""
    fed = tuple(
        event
        for event, _ in drive(Engine(DOCUMENT.engine_config()), RACE.inputs, ticks_recorded=False)
    )
    return recording(fed, race="1500m", setup=DOCUMENT.as_json(), ticks=True)


def said(inputs: Any) -> list[Output]:
    return [output for _, outputs in inputs for output in outputs]


def test_a_native_recording_runs_as_it_ran() -> None:
    """GIVEN a recording with its set-up and ticks and no other wish THEN it is the same race: same
    document, same events, same outputs.
    """
    found = source(native(), None)
    assert found.same
    assert (DOCUMENT, native().inputs) == (found.document, found.inputs)
    assert said(drive(Engine(DOCUMENT.engine_config()), RACE.inputs, ticks_recorded=False)) == said(
        found.run()
    )


def test_a_wish_makes_it_another_race() -> None:
    """GIVEN a wish THEN the document is the wish, the recorded ticks are left out, and new ones
    come where the new race wants them.
    """
    wish = simulated_document("1200m")
    found = source(native(), wish)
    assert not found.same
    assert wish == found.document
    assert [] == [e for e in found.inputs if isinstance(e, Tick)]
    assert any(isinstance(event, Tick) for event, _ in found.run())


def test_a_corrected_distance_is_replayed_unless_another_race_is_wished() -> None:
    """GIVEN a recording whose distance was corrected.

    THEN it is run again so; under a wish for another race that alone counts.
    """
    order = Command(RACE.inputs[-1].t_ns // 2, CommandKind.DISTANCE, race_distance_m=3000.0)
    inputs = tuple(sorted([*RACE.inputs, order], key=lambda event: event.t_ns))
    corrected = recording(inputs, race="1500m", setup=DOCUMENT.as_json())
    assert order in source(corrected, None).inputs
    assert order in source(corrected, DOCUMENT.model_copy(update={"smile": False})).inputs
    assert order not in source(corrected, simulated_document("5000m")).inputs


def test_a_recording_that_names_its_race() -> None:
    """GIVEN the exchange form's header THEN race, lap and profiles are taken from it, and ticks are
    made.
    """
    found = source(
        recording(race="1500m", lap_m=400.0, sensors={"pod": "stryd", "strap": "polar-h10"}), None
    )
    assert ("1500m", 400.0) == (found.document.race, found.document.lap_m)
    assert {"pod": "stryd", "strap": "polar-h10"} == {
        name: choice.profile for name, choice in found.document.sensors.items()
    }
    assert not found.same


def test_sensors_that_are_not_named_are_read_by_the_standard() -> None:
    """GIVEN a recording that names one sensor only THEN the others it has heard are read by the
    generic profile of what they send.
    """
    choices = sensors_of(recording(sensors={"pod": "stryd"}))
    assert {"pod": "stryd", "strap": "generic-hr"} == {
        name: choice.profile for name, choice in choices.items()
    }
    assert {"pod": "generic-rsc", "strap": "generic-hr"} == {
        name: choice.profile for name, choice in sensors_of(recording()).items()
    }
    assert DOCUMENT.sensors == sensors_of(native())


def test_no_race_known() -> None:
    """GIVEN a recording that names no race and no wish THEN one line says what to say."""
    assert recorded_document(recording()) is None
    with pytest.raises(
        UsageError,
        match=r"^race\.jsonl does not say which race it was: give --race, e\.g\. --race 5000m$",
    ):
        source(recording(), None)


def test_nothing_to_run() -> None:
    """GIVEN a recording without sensor data, of no run of kickcue THEN one line says so."""
    with pytest.raises(DataError, match=r"^race\.jsonl has no sensor data$"):
        source(
            recording((Command(0, CommandKind.START), Mark(1, MarkSource.BUTTON)), race="1500m"),
            None,
        )


def test_a_setup_that_is_broken() -> None:
    """GIVEN a recorded set-up that cannot be read THEN one line names the file, the key and what
    would be right.
    """
    with pytest.raises(
        UsageError, match=r"^race\.jsonl: rules: expected one of [^\n]+, got 'none'$"
    ):
        source(recording(setup={"race": "1500m", "rules": "none"}), None)


# ---- the offset


def warm_up_then_race() -> Recording:
    """Return a recording of 100 s of warm-up and a 1500 m at 5 m/s from there on; the recorder's
    start was pressed at 0.
    """
    metres = [3.0 * t_s if t_s <= 100 else 300.0 + 5.0 * (t_s - 100) for t_s in range(420)]
    pods = [pod_notification(s_to_ns(t_s), PodSample(5.0, 90, m)) for t_s, m in enumerate(metres)]
    return recording((Command(0, CommandKind.START), *pods))


def test_the_gun_goes_where_the_offset_says() -> None:
    """GIVEN an offset THEN everything before it is left out, the gun is there, and the bell comes
    where that race has it.
    """
    found = source(warm_up_then_race(), DOCUMENT, 100.0)
    assert Command(s_to_ns(100.0), CommandKind.START) == found.inputs[0]
    assert 1 == sum(isinstance(e, Command) for e in found.inputs)
    assert min(e.t_ns for e in found.inputs) == s_to_ns(100.0)
    (bell,) = [o for o in said(found.run()) if isinstance(o, Cue) and o.kind is CueKind.LAST_LAP]
    assert abs(bell.t_ns - s_to_ns(320.0)) < s_to_ns(0.5)


@pytest.mark.parametrize("offset_s", [-1.0, 419.0, 1e6, float("nan")])
def test_an_offset_outside(offset_s: float) -> None:
    """GIVEN an offset that does not lie in the recording THEN one line says how long that is."""
    with pytest.raises(
        UsageError,
        match=r"^--start-offset: expected 0 to 419 s, the length of race\.jsonl, got \S+$",
    ):
        source(warm_up_then_race(), DOCUMENT, offset_s)


def test_an_offset_into_a_native_recording() -> None:
    """GIVEN a recording with ticks and its own set-up WHEN an offset is asked for THEN it is
    another race, with ticks of its own.
    """
    found = source(native(), None, 30.0)
    assert not found.same
    assert [] == [e for e in found.inputs if isinstance(e, Tick)]


# ---- played faster

BELL = Cue(
    s_to_ns(110.0),
    "last_lap-1",
    CueKind.LAST_LAP,
    "go",
    None,
    ((150, 0, 1.0),),
    3,
    2000,
    400.0,
    2.0,
)


def test_at_pace() -> None:
    """GIVEN a race played ten times faster from 10 s on THEN what was felt at 110 s is felt at 10
    s, and the bell is nearer; metres stay.
    """
    assert replace(BELL, t_ns=s_to_ns(10.0)) == at_pace(BELL, s_to_ns(10.0), 10.0)
    estimate = Estimate(
        s_to_ns(20.0), 50.0, 2.0, 5.0, 180.0, 160.0, 1, 1450.0, 200.0, Mode.POD, 1, 1, 6.0
    )
    assert estimate._replace(t_ns=s_to_ns(1.0), eta_bell_s=20.0, eta_bell_sd_s=0.6) == at_pace(
        estimate, s_to_ns(10.0), 10.0
    )


def test_an_armed_cue_at_pace() -> None:
    """GIVEN a cue armed 50 s ahead WHEN played ten times faster THEN it is due in 5 s, counted from
    its new time.
    """
    arm = Arm(s_to_ns(60.0), replace(BELL, t_ns=s_to_ns(60.0)), 50_000)
    found = at_pace(arm, s_to_ns(10.0), 10.0)
    assert isinstance(found, Arm)
    assert (s_to_ns(5.0), s_to_ns(5.0), 5000) == (found.t_ns, found.cue.t_ns, found.due_in_ms)
    assert "last_lap-1" == found.cue.id


def test_at_pace_keeps_order() -> None:
    """GIVEN a whole race THEN at any pace its outputs stay in order, and at pace one from 0 they
    stay as they are.
    """
    outputs = said(drive(Engine(DOCUMENT.engine_config()), RACE.inputs, ticks_recorded=False))
    assert outputs == [at_pace(o, 0, 1.0) for o in outputs]
    moments = [at_pace(o, 0, 30.0).t_ns for o in outputs]
    assert moments == sorted(moments)
    assert any(isinstance(o, PhaseChange) for o in outputs)


def test_sensors_without_notifications() -> None:
    """GIVEN a wish whose sensors are not in the recording
    THEN the race still runs, by its clock.
    """
    wish = RaceDocument(race="1500m", sensors={"other": SensorChoice(profile="generic-rsc")})
    strap_only = recording(
        (
            Command(0, CommandKind.START),
            *(strap_notification(s_to_ns(t_s), 160) for t_s in range(300)),
        )
    )
    estimates = [o for o in said(source(strap_only, wish).run()) if isinstance(o, Estimate)]
    assert {Mode.CLOCK} == {e.mode for e in estimates}
