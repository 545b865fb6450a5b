"""An optical sensor that counts steps: noticed, and not seen where a true heart happens to beat
with the legs.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Level, Notice
from kickcue.core.profiles import SensorProfile
from kickcue.core.sensors.cadence_lock import CadenceLock
from kickcue.core.sensors.hub import SensorHub
from kickcue.core.units import s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from tests.core.optical import SENSORS, Kind, figures, wear
from tests.examples import some_of

KINDS = some_of(Kind, {Kind.SURGES})

Rate = Callable[[int], float]


def steady(_second: int) -> float:
    """Legs that turn 178 times a minute."""
    return 178.0


def never(_second: int) -> None:
    """No pod."""


def watched(
    seconds: int, bpm: Rate, spm: Callable[[int], float | None], lock: CadenceLock | None = None
) -> list[bool]:
    """Return second by second whether the lock was called; the values jitter by one, as sensors'
    do.
    """
    lock = lock or CadenceLock()
    value = []
    for second in range(seconds):
        steps = spm(second)
        value.append(
            lock.update(
                s_to_ns(second),
                round(bpm(second)) + (second * 7 % 3 - 1),
                None if steps is None else steps + second * 5 % 3 - 1,
            )
        )
    return value


def test_a_leap_to_the_cadence() -> None:
    """GIVEN 160 at 178 steps WHEN the sensor reports 178 from one second to the next THEN that is
    called within 12 s.
    """
    called = watched(120, lambda s: 160 if s < 60 else 178, steady)
    assert 60 < called.index(True) <= 72
    assert all(called[72:])


def test_a_leap_elsewhere() -> None:
    """GIVEN 150 at 178 steps WHEN the sensor leaps to 165 THEN that is no cadence lock."""
    assert not any(watched(120, lambda s: 150 if s < 60 else 165, steady))


def test_the_gun() -> None:
    """GIVEN a heart at rest WHEN its sensor shows the cadence ten seconds after the gun THEN no
    heart came there so fast.
    """
    called = watched(120, lambda s: 90 if s < 45 else 176, lambda s: 0 if s < 40 else 176)
    assert 45 < called.index(True) <= 62


@pytest.mark.parametrize("lag_s", [38.0, 60.0, 90.0, 132.0])
def test_a_heart_that_settles_at_the_cadence(lag_s: float) -> None:
    """GIVEN a runner at 178 beats and 178 steps, reached as hearts reach it THEN that is never
    called, from the gun to the end.
    """
    assert not any(watched(1500, lambda s: 95 + 83 * (1 - 2.718281828 ** (-s / lag_s)), steady))


def test_a_heart_that_crosses_the_cadence() -> None:
    """GIVEN a heart that drifts from 165 to 190 in ten minutes past steady legs at 178 THEN
    crossing them is no lock.
    """
    assert not any(watched(600, lambda s: 165 + s / 24, steady))


def test_beats_that_go_with_the_legs() -> None:
    """GIVEN a sensor that was locked before anybody looked WHEN the legs change by 15 in a few
    seconds and it goes along THEN it is called.
    """
    legs: Rate = lambda s: 170 if s % 60 < 40 else 185  # noqa: E731
    called = watched(200, lambda s: legs(s - 1), legs)
    assert 40 < called.index(True) <= 62


def test_a_heart_that_answers_a_surge() -> None:
    """GIVEN 174 beats at 170 steps WHEN the legs surge to 182 and the heart follows as hearts do
    THEN that is no lock.
    """
    legs: Rate = lambda s: 170 if s < 60 else 182  # noqa: E731
    assert not any(
        watched(
            180, lambda s: 174 + (0 if s < 60 else 14 * (1 - 2.718281828 ** (-(s - 60) / 38))), legs
        )
    )


@pytest.mark.parametrize("back_bpm", [160.0, 190.0])
def test_it_is_left_again(back_bpm: float) -> None:
    """GIVEN a lock WHEN the sensor finds the pulse again THEN it is accepted after 5 s, and a
    second lock is called like the first.
    """
    called = watched(300, lambda s: 178 if 60 <= s < 120 or s >= 200 else back_bpm, steady)
    assert called[110]
    assert not any(called[125:200])
    assert called[215]


def test_without_steps_there_is_nothing_to_lock_to() -> None:
    """GIVEN no cadence THEN no lock is called; WHEN the cadence is lost in a lock THEN that is kept
    for 10 s and no longer.
    """
    assert not any(watched(120, lambda s: 160 if s < 60 else 178, never))
    called = watched(120, lambda s: 160 if s < 60 else 178, lambda s: 178 if s < 90 else None)
    assert (True, True, False) == (called[89], called[98], called[101])


@given(
    st.lists(
        st.tuples(st.floats(0.1, 20.0), st.floats(1.0, 400.0), st.none() | st.floats(0.0, 300.0)),
        max_size=80,
    )
)
def test_anything_may_come(values: list[tuple[float, float, float | None]]) -> None:
    """WHATEVER comes, at whatever times
    THEN it is read, and the same twice gives the same twice.
    """
    locks = CadenceLock(), CadenceLock()
    t_s = 0.0
    for gap_s, bpm, spm in values:
        t_s += gap_s
        first, second = (lock.update(s_to_ns(t_s), bpm, spm) for lock in locks)
        assert first == second


# ---- at the desk


def hub_with(optical: bool | None, *, rr: bool) -> tuple[list[float | None], list[Notice], bool]:
    """Let a sensor lock on at 60 s and leave at 120 s; return what was shown each second, the
    notices, and whether a ceiling was reached.
    """
    hub = SensorHub(
        {
            "watch": SensorProfile("w", "w", "w", "guess", (), optical=optical),
            "pod": SENSORS["pod"],
        },
        170.0,
    )
    shown: list[float | None] = []
    notices: list[Notice] = []
    too_high = False
    for second in range(180):
        t_ns = s_to_ns(second)
        hub.handle_notification(
            pod_notification(t_ns, PodSample(4.5, 89 + second % 2)), t_ns, body=True
        )
        bpm = 178 + second % 2 if 60 <= second < 120 else 160 + second % 2
        hub.handle_notification(
            strap_notification(t_ns, bpm, "watch", rr_1024=(345 + second % 9,) if rr else ()),
            t_ns,
            body=True,
        )
        shown.append(hub.heart_rate_bpm(t_ns))
        notices += hub.survey(t_ns).news
        too_high = too_high or hub.over_ceiling(t_ns)
    return shown, notices, too_high


def test_a_locked_sensor_has_no_heart_rate() -> None:
    """GIVEN an optical sensor WHEN it locks on THEN the heart rate is unknown until it has left,
    reported once, and no ceiling is reached by it.
    """
    shown, notices, too_high = hub_with(True, rr=False)
    assert not too_high
    assert {None} == set(shown[72:120])
    assert 161 in shown[130:135]
    assert [Level.WARNING] == [n.level for n in notices if n.code == "cadence_lock"]
    assert ["sensor_fresh", "sensor_implausible", "sensor_fresh"] == [
        n.code for n in notices if n.sensor == "watch" and "lock" not in n.code
    ][:3]


@pytest.mark.parametrize(
    ("optical", "rr", "watched_for"),
    [
        (True, False, True),
        (True, True, True),
        (None, False, True),
        (None, True, False),
        (False, False, False),
    ],
)
def test_who_is_watched(optical: bool | None, rr: bool, watched_for: bool) -> None:
    """Light is watched, a strap is not; a sensor of unknown kind is, unless it sends the intervals
    that straps send.
    """
    shown, _, _ = hub_with(optical, rr=rr)
    assert watched_for == (None in shown[75:115])


def test_a_locked_sensor_hands_over() -> None:
    """GIVEN a watch before a strap WHEN the watch locks on THEN the strap's value is shown; the
    order of the configuration is reported once.
    """
    strap = SensorProfile("s", "s", "s", "guess", (), optical=False)
    hub = SensorHub({**SENSORS, "strap": strap}, None)
    shown, notices = [], []
    for second in range(120):
        t_ns = s_to_ns(second)
        hub.handle_notification(
            pod_notification(t_ns, PodSample(4.5, 89 + second % 2)), t_ns, body=True
        )
        hub.handle_notification(
            strap_notification(t_ns, (162 if second < 60 else 178) + second % 2, "watch"),
            t_ns,
            body=True,
        )
        hub.handle_notification(
            strap_notification(t_ns, 155 + second % 2, "strap"), t_ns, body=True
        )
        shown.append(hub.heart_rate_bpm(t_ns))
        notices += hub.survey(t_ns).news
    assert {162, 163} == set(shown[6:60])
    assert {155, 156} == set(shown[75:])
    assert [
        (
            "watch (optical) counts before strap (chest strap) as the setup has it; the strap is "
            "the truer one"
        )
    ] == [n.text for n in notices if n.code == "sensor_order"]


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_locks(kind: Kind) -> None:
    """GIVEN a dozen simulated runs of a kind with locks THEN at least 80 % of those that matter are
    called (1,000 runs: see the docs).
    """
    found = figures([wear(seed, kind, locks=True, like_the_legs=False) for seed in range(12)])
    assert found.locks > 15
    assert found.called >= 0.8 * found.locks


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_hearts_like_the_legs(kind: Kind) -> None:
    """GIVEN a dozen simulated runs with a true heart that beats with the legs THEN less than 2 % of
    the time is called a lock.
    """
    found = figures([wear(seed, kind, locks=False, like_the_legs=True) for seed in range(12)])
    assert found.false_time < 0.02
