"""What simpler devices would have done, on a race made by hand."""

import pytest

from kickcue.core.course import course_for
from kickcue.core.events import Command, CommandKind, Input, Mark, MarkSource, Notification
from kickcue.core.units import s_to_ns
from kickcue.lab.baselines import BASELINES, baselines
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

COURSE = course_for("1500m")
BELL_S = 220.0  # 1100 m at 5 m/s


def pod_race(scale: float = 1.0, lifetime_m: float = 0.0) -> list[Input]:
    """Return a pod at an even 5 m/s, once a second for 300 s."""
    return [
        pod_notification(s_to_ns(t_s), PodSample(5.0 * scale, 90, lifetime_m + 5.0 * scale * t_s))
        for t_s in range(301)
    ]


def with_marks(events: list[Input], *moments_s: float) -> list[Input]:
    return sorted(
        [*events, *(Mark(s_to_ns(t_s), MarkSource.BUTTON) for t_s in moments_s)],
        key=lambda e: e.t_ns,
    )


def test_faultless_devices_are_all_right() -> None:
    """GIVEN a true pod and a press at each line THEN all three call the last lap at its line."""
    assert dict.fromkeys(BASELINES, BELL_S) == baselines(
        COURSE, with_marks(pod_race(), 60.0, 140.0, 220.0, 300.0)
    )


def test_a_long_pod_is_early() -> None:
    """GIVEN a pod 10 % long THEN the distance alert is 20 s early, the counter right, and the
    snapping one early by 10 % of a lap.
    """
    found = baselines(COURSE, with_marks(pod_race(1.1), 60.0, 140.0, 220.0))
    assert (200.0, 220.0) == (found["pod_distance"], found["press_counter"])
    assert found["press_snap"] == pytest.approx(140.0 + 80.0 / 1.1, abs=1.0)


def test_a_missed_press_costs_a_lap() -> None:
    """GIVEN one press missed, and a pod 2 % short THEN the counter calls a lap late, and so does
    the one that snaps to the wrong line.
    """
    found = baselines(COURSE, with_marks(pod_race(0.98), 60.0, 220.0, 300.0))
    assert (225.0, 300.0, 300.0) == (
        found["pod_distance"],
        found["press_counter"],
        found["press_snap"],
    )


def test_a_doubled_press_costs_a_lap_too() -> None:
    """GIVEN one press doubled THEN the counter calls a lap early."""
    assert 140.0 == baselines(COURSE, with_marks(pod_race(), 60.0, 62.0, 140.0))["press_counter"]


def test_an_ordered_lap_is_a_press() -> None:
    """GIVEN laps by the order for one THEN they count as those of the button do."""
    marked = with_marks(pod_race(), 60.0, 140.0, 220.0, 300.0)
    ordered = [Command(e.t_ns, CommandKind.LAP) if isinstance(e, Mark) else e for e in marked]
    assert baselines(COURSE, marked) == baselines(COURSE, ordered)


def test_nothing_heard_nothing_called() -> None:
    """GIVEN neither pod nor presses THEN none ever calls."""
    assert dict.fromkeys(BASELINES) == baselines(
        COURSE, [strap_notification(s_to_ns(t_s), 160) for t_s in range(400)]
    )


def test_a_lifetime_odometer() -> None:
    """GIVEN a pod that has counted for years THEN its first figure is where the race begins."""
    assert BELL_S == baselines(COURSE, pod_race(lifetime_m=100_000.0))["pod_distance"]


def test_bytes_that_are_none() -> None:
    """GIVEN broken frames and pods without a total THEN they are passed over, as the engine passes
    them over.
    """
    broken: list[Input] = [
        Notification(s_to_ns(t_s + 0.5), "pod", "2a53", b"\x03\x00") for t_s in range(300)
    ]
    bare: list[Input] = [
        pod_notification(s_to_ns(t_s + 0.7), PodSample(5.0, 90)) for t_s in range(300)
    ]
    events = sorted([*pod_race(), *broken, *bare], key=lambda e: e.t_ns)
    assert BELL_S == baselines(COURSE, events)["pod_distance"]


def test_the_bell_between_two_lines() -> None:
    """GIVEN a road race whose kick begins between two markers THEN the counter waits for the next
    one.
    """
    course = course_for("5k", kick_m=400.0)
    assert (
        1000.0
        == baselines(course, [Mark(s_to_ns(200.0 * n), MarkSource.BUTTON) for n in range(1, 6)])[
            "press_counter"
        ]
    )


# ---- races in which something goes wrong


def start(t_s: float) -> Command:
    return Command(s_to_ns(t_s), CommandKind.START)


def in_order(*events: Input) -> list[Input]:
    return sorted(events, key=lambda event: event.t_ns)


def test_they_begin_when_the_start_is_pressed() -> None:
    """GIVEN a start pressed 20 s late THEN the alert is 20 s late; what was before is nothing."""
    early = Mark(s_to_ns(10.0), MarkSource.BUTTON)
    found = baselines(COURSE, in_order(*pod_race(), early, start(20.0)))
    assert {"pod_distance": 240.0, "press_counter": None, "press_snap": 240.0} == found


def test_a_second_start_is_a_new_start() -> None:
    """GIVEN a start, then another one THEN all begin anew: metres, count, and what had fired."""
    presses = [Mark(s_to_ns(t_s), MarkSource.BUTTON) for t_s in (5.0, 6.0, 7.0, 8.0)]
    found = baselines(COURSE, in_order(*pod_race(), start(0.0), *presses, start(30.0)))
    assert {"pod_distance": 250.0, "press_counter": None, "press_snap": 250.0} == found


def test_a_pod_without_a_total() -> None:
    """GIVEN a pod that tells speed alone THEN the alert counts speed by time, from the start on."""
    speeds = [pod_notification(s_to_ns(t_s), PodSample(5.0, 90)) for t_s in range(301)]
    assert 230.0 == baselines(COURSE, in_order(*speeds, start(10.0)))["pod_distance"]
