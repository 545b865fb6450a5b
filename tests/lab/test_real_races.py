"""Real races, as the bytes a badly calibrated foot pod would have sent: the cue comes where the
last lap truly began.

Truth as the evaluation protocol defines it: for a race of nominal distance D recorded by a watch
that read W at the finish, the runner was at a line when the watch read the line's distance times W
/ D.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.events import Cue, CueKind, Input, Mark, MarkSource, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Recording, read
from kickcue.replay.source import source

pytestmark = pytest.mark.recordings

RACES = [
    ("trackeR_2013-06-08-090442.TCX.gz", "5000m", 5025.0),
    ("trackeR_2013-06-14-100911.TCX.gz", "10000m", 10014.5),
    ("GoldenCheetah_10kUNLP2014-Garmin15.fit", "10000m", 10010.8),
]
"""File, nominal race, what the watch read at the finish (truth.tsv)."""

PRESS_DELAY_S = 0.4


@pytest.mark.parametrize("scale", [0.97, 1.0, 1.03])
@pytest.mark.parametrize(("name", "race", "watch_m"), RACES)
def test_last_lap_cue_of_a_real_race(
    data_dir: Path, name: str, race: str, watch_m: float, scale: float
) -> None:
    """GIVEN a recorded race, a pod that is 3 % off, a press at each line / WHEN it is replayed /
    THEN the cue is within 2 s of the truth.
    """
    recording = read(data_dir / "recordings" / name, marks="none")
    document = RaceDocument(
        race=race,
        sensors={
            "pod": SensorChoice(profile="generic-rsc"),
            "strap": SensorChoice(profile="generic-hr"),
        },
    )
    course = document.course()
    per_metre = watch_m / course.distance_m
    truth_s = [moment_at(recording, line_m * per_metre) for line_m in course.crossings_m]
    marks = [Mark(s_to_ns(t_s + PRESS_DELAY_S), MarkSource.BUTTON) for t_s in truth_s[:-1]]
    inputs = sorted([*scaled(recording.inputs, scale), *marks], key=lambda event: event.t_ns)

    race_run = source(replace(recording, inputs=tuple(inputs)), document)
    cues = [
        out
        for _, outs in race_run.run()
        for out in outs
        if isinstance(out, Cue) and out.kind is CueKind.LAST_LAP
    ]

    assert [cue.kind for cue in cues] == [CueKind.LAST_LAP]
    bell_s = moment_at(recording, course.bell_m * per_metre)
    assert abs(ns_to_s(cues[0].t_ns) - bell_s) <= 2.0


def moment_at(recording: Recording, watch_m: float) -> float:
    """Return when the watch read ``watch_m``, in seconds."""
    before = (0.0, 0.0)
    for event in recording.inputs:
        if not isinstance(event, Notification) or event.char != "2a53":
            continue
        distance_m = RscMeasurement.from_bytes(event.data).distance_m
        assert distance_m is not None
        now = (ns_to_s(event.t_ns), distance_m)
        if distance_m >= watch_m > before[1]:
            share = (watch_m - before[1]) / (distance_m - before[1])
            return before[0] + share * (now[0] - before[0])
        before = now
    return before[0]


def scaled(inputs: tuple[Input, ...], scale: float) -> list[Input]:
    """Return the events with the pod reading ``scale`` times as far and as fast."""
    return [
        scaled_pod(event, scale)
        if isinstance(event, Notification) and event.char == "2a53"
        else event
        for event in inputs
    ]


def scaled_pod(event: Notification, scale: float) -> Notification:
    sent = RscMeasurement.from_bytes(event.data)
    distance_m = None if sent.distance_m is None else sent.distance_m * scale
    return replace(
        event, data=bytes(replace(sent, speed_mps=sent.speed_mps * scale, distance_m=distance_m))
    )


@pytest.mark.parametrize("scale", [0.97, 1.03])
def test_presses_at_the_start_line_count_as_well(data_dir: Path, scale: float) -> None:
    """GIVEN a 5000 m whose runner presses each 400 m from the start, half a lap off the finish line
    / THEN the cue is within 2 s all the same.
    """
    name, race, watch_m = RACES[0]
    recording = read(data_dir / "recordings" / name, marks="none")
    document = RaceDocument(
        race=race,
        sensors={
            "pod": SensorChoice(profile="generic-rsc"),
            "strap": SensorChoice(profile="generic-hr"),
        },
    )
    per_metre = watch_m / document.course().distance_m
    marks = [
        Mark(
            s_to_ns(moment_at(recording, 400.0 * n * per_metre) + PRESS_DELAY_S), MarkSource.BUTTON
        )
        for n in range(1, 13)
    ]
    inputs = sorted([*scaled(recording.inputs, scale), *marks], key=lambda event: event.t_ns)

    race_run = source(replace(recording, inputs=tuple(inputs)), document)
    cues = [
        out
        for _, outs in race_run.run()
        for out in outs
        if isinstance(out, Cue) and out.kind is CueKind.LAST_LAP
    ]

    assert abs(ns_to_s(cues[0].t_ns) - moment_at(recording, 4600.0 * per_metre)) <= 2.0
