"""The health of a sensor. A sensor that fell silent has no value, not its last one."""

import pytest

from kickcue.core.events import Estimate, Mode, Notice, Notification
from kickcue.core.sensors.channel_health import Channel, ChannelHealth
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from tests.core.scenario import GENERIC, Race, Sensor


def channel(silence_ok_s: float = 2.5, frozen_after_s: float = 10.0) -> Channel:
    return Channel(silence_ok_s, frozen_after_s)


@pytest.mark.parametrize(
    ("silent_s", "state"),
    [
        (0.0, ChannelHealth.FRESH),
        (2.5, ChannelHealth.FRESH),
        (2.6, ChannelHealth.STALE),
        (10.0, ChannelHealth.STALE),
        (10.1, ChannelHealth.LOST),
    ],
)
def test_silence(silent_s: float, state: ChannelHealth) -> None:
    """Silence makes a value stale as soon as its profile sets, and lost after 10 s."""
    c = channel()
    c.update(0, 1, plausible=True)
    assert state is c.state(s_to_ns(silent_s))


def test_a_slow_sensor_is_lost_later() -> None:
    """GIVEN a profile that allows 8 s of silence THEN lost is after 16 s."""
    c = channel(silence_ok_s=8.0)
    c.update(0, 1, plausible=True)
    assert [ChannelHealth.FRESH, ChannelHealth.STALE, ChannelHealth.LOST] == [
        c.state(s_to_ns(t)) for t in (8.0, 16.0, 16.1)
    ]


def test_never_received_is_lost() -> None:
    """A sensor that was never received is lost, not fresh with a zero."""
    assert ChannelHealth.LOST is channel().state(0)


def test_frozen() -> None:
    """GIVEN the same value for longer than a living value can THEN it is frozen, until something
    else comes.
    """
    c = channel()
    for second in range(11):
        c.update(s_to_ns(second), b"same", plausible=True)
    assert ChannelHealth.FRESH is c.state(s_to_ns(10))
    c.update(s_to_ns(11), b"same", plausible=True)
    assert ChannelHealth.FROZEN is c.state(s_to_ns(11))
    c.update(s_to_ns(12), b"other", plausible=True)
    assert ChannelHealth.FRESH is c.state(s_to_ns(12))


def test_what_cannot_be() -> None:
    """An implausible value is reported as that, and the next plausible one makes the sensor fresh
    again.
    """
    c = channel()
    c.update(0, 1, plausible=False)
    assert ChannelHealth.IMPLAUSIBLE is c.state(1)
    c.update(2, 2, plausible=True)
    assert ChannelHealth.FRESH is c.state(3)


def test_a_lost_link() -> None:
    """WHEN the link goes down THEN the value is lost at once,
    and back with the first notification.
    """
    c = channel()
    c.update(0, 1, plausible=True)
    c.connected = False
    assert ChannelHealth.LOST is c.state(1)
    c.update(2, 1, plausible=True)
    assert ChannelHealth.FRESH is c.state(3)


# ---- the same as a runner's screen has it


def codes(race: Race, sensor: str) -> list[str]:
    return [n.code for n in race.all(Notice) if n.sensor == sensor]


def value(estimate: Estimate, sensor: str) -> float | None:
    return estimate.cadence_spm if sensor == "pod" else estimate.heart_rate_bpm


def of(race: Race, sensor: str) -> Sensor:
    return race.pod if sensor == "pod" else race.strap


@pytest.mark.parametrize("sensor", ["pod", "strap"])
@pytest.mark.parametrize("phase_s", [0.0, 0.13, 0.37, 0.49, 0.5, 0.51, 0.62, 0.87, 0.99])
def test_a_silent_sensor_has_no_value_within_three_seconds(sensor: str, phase_s: float) -> None:
    """GIVEN either sensor, at any phase to the other WHEN it falls silent THEN within 3 s of its
    last notification the estimate has no value.
    """
    race = Race()
    race.strap.next_s = phase_s
    race.gun()
    race.runs(5.0, seconds=20)
    silent = of(race, sensor)
    silent.falls_silent(8)
    assert silent.last is not None
    received_ns = silent.last.t_ns
    race.runs(5.0, seconds=8)
    unknown = next(
        e for e in race.all(Estimate) if e.t_ns > received_ns and value(e, sensor) is None
    )
    assert 2.5 < (unknown.t_ns - received_ns) / NS_PER_S <= 3.0
    race.runs(5.0, seconds=2)
    assert value(race.told(), sensor) is not None
    assert ["sensor_fresh", "sensor_stale", "sensor_fresh"] == codes(race, sensor)


@pytest.mark.parametrize("every_s", [3.0, 4.0, 5.0])
def test_a_slow_sensor_has_a_value_between_its_words(every_s: float) -> None:
    """GIVEN both sensors slow WHEN six intervals have shown their intervals THEN their values
    stand, BUT a notification well overdue ends them.
    """
    race = Race("10000m")
    race.pod.every_s = race.strap.every_s = every_s
    race.gun()
    race.runs(5.0, seconds=35)
    learned = len(race.said)
    race.runs(5.0, seconds=120)
    estimate = [o for o in race.said[learned:] if isinstance(o, Estimate)]
    assert {(180.0, 160.0)} == {(e.cadence_spm, e.heart_rate_bpm) for e in estimate}
    assert [] == [n.code for n in race.said[learned:] if isinstance(n, Notice)]
    assert race.strap.last is not None
    received_ns = race.strap.last.t_ns
    race.strap.falls_silent(10)
    race.runs(5.0, seconds=15)
    unknown = next(
        e for e in race.all(Estimate) if e.t_ns > received_ns and e.heart_rate_bpm is None
    )
    assert 1.5 * every_s < (unknown.t_ns - received_ns) / NS_PER_S <= 1.5 * every_s + 0.5
    assert [unknown.t_ns] == [
        n.t_ns for n in race.notices("sensor_stale") if n.sensor == "strap" and n.t_ns > received_ns
    ]


def test_both_silent() -> None:
    """GIVEN both sensors fall silent at once THEN both values are gone within 3 s, told stale and
    then lost.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=20)
    race.pod.falls_silent(30)
    race.strap.falls_silent(30)
    race.runs(5.0, seconds=2.99)
    assert (None, None) == (race.told().cadence_spm, race.told().heart_rate_bpm)
    race.runs(5.0, seconds=20)
    assert (
        ["sensor_fresh", "sensor_stale", "sensor_lost"]
        == codes(race, "pod")
        == codes(race, "strap")
    )


@pytest.mark.parametrize("sensor", ["pod", "strap"])
def test_a_link_that_goes_down(sensor: str) -> None:
    """WHEN a sensor's link goes down THEN its value is gone within a beat, BUT WHEN it comes back
    THEN so does the value.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=20.9)
    race.loses(sensor)
    of(race, sensor).falls_silent(3)
    race.runs(5.0, seconds=1.5)
    assert value(race.told(), sensor) is None
    race.runs(5.0, seconds=5)
    assert value(race.told(), sensor) is not None
    assert ["sensor_fresh", "sensor_lost", "sensor_fresh"] == codes(race, sensor)


def test_a_frozen_pod() -> None:
    """GIVEN a pod that repeats itself THEN after 10 s it has no cadence, and the runner goes on by
    the last speed; then it recovers.
    """
    race = Race("5000m")
    race.gun()
    race.runs(5.0, seconds=20)
    race.pod.freezes(30)
    race.runs(5.0, seconds=15)
    assert (None, None, Mode.CLOCK) == (
        race.told().cadence_spm,
        race.told().speed_mps,
        race.told().mode,
    )
    race.runs(5.0, seconds=25)
    assert 180.0 == race.told().cadence_spm
    assert ["sensor_fresh", "sensor_frozen", "sensor_fresh"] == codes(race, "pod")


def test_a_frozen_strap() -> None:
    """GIVEN a strap whose beats and intervals stay the same for a minute and a half THEN it has no
    value.
    """
    race = Race("5000m")
    race.gun()
    race.strap.freezes(120)
    race.runs(5.0, seconds=89)
    assert 160.0 == race.told().heart_rate_bpm
    race.runs(5.0, seconds=5)
    assert race.told().heart_rate_bpm is None
    assert "sensor_frozen" in codes(race, "strap")


def test_a_standing_pod_is_not_frozen() -> None:
    """GIVEN a runner who waits at the line for a minute THEN the pod's sameness is no fault."""
    race = Race()
    race.stands(60)
    assert 0.0 == race.told().cadence_spm
    assert ["sensor_fresh"] == codes(race, "pod")


@pytest.mark.parametrize("spike", [225.0, 240.0, 90.0])
def test_an_implausible_heart_rate(spike: float) -> None:
    """GIVEN 160 a minute WHEN the strap reports 225, 240 or 90 for three seconds THEN nothing is
    shown, and then 160 again.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=20)
    race.strap.bpm = spike
    race.runs(5.0, seconds=3)
    assert race.told().heart_rate_bpm is None
    race.strap.bpm = 160.0
    race.runs(5.0, seconds=2)
    assert 160.0 == race.told().heart_rate_bpm
    assert ["sensor_fresh", "sensor_implausible", "sensor_fresh"] == codes(race, "strap")


def test_a_heart_rate_of_zero_is_unknown() -> None:
    """GIVEN an optical sensor that searches and sends 0 THEN there is no heart rate, never 0."""
    race = Race()
    race.gun()
    race.strap.bpm = 0.0
    race.runs(5.0, seconds=10)
    assert {None} == {e.heart_rate_bpm for e in race.all(Estimate)}


def test_the_second_strap_takes_over() -> None:
    """GIVEN two straps in the configuration's order WHEN the first falls silent THEN the second's
    value is shown, and the first's when it is back.
    """
    race = Race(sensors={"strap": GENERIC["strap"], "spare": GENERIC["strap"]})
    race.pod.worn = False
    shown = []
    for second in range(30):
        if second < 10 or second >= 20:
            race.feed(strap_notification(s_to_ns(second), 150, rr_1024=(400 + second,)))
        race.feed(strap_notification(s_to_ns(second + 0.5), 155, "spare", rr_1024=(390 + second,)))
        shown.append(race.told().heart_rate_bpm)
    assert 150.0 == shown[9] == shown[29]
    assert 155.0 == shown[16]
    assert None not in shown[14:]


def test_a_pod_on_each_foot() -> None:
    """GIVEN two pods, the second 5 % longer and quicker THEN the first alone counts, until it falls
    silent: then the second goes on from there.
    """
    race = Race(sensors={"pod": GENERIC["pod"], "left": GENERIC["pod"]})
    race.strap.worn = False
    race.gun()
    for second in range(60):
        race.pod.worn = second < 30
        race.runs(5.0, seconds=1.0)
        race.feed(pod_notification(s_to_ns(race.t_s), PodSample(5.25, 95, 5.25 * race.t_s), "left"))
        if second == 29:
            assert 180.0 == race.told().cadence_spm
            assert abs(race.off_m()) < 0.5
    assert 190.0 == race.told().cadence_spm
    assert abs(race.off_m() - 0.05 * 5.0 * 30) < 2.0


def test_sensors_that_are_not_configured() -> None:
    """WHEN a sensor notifies that is not in the configuration THEN it is ignored and reported
    once.
    """
    race = Race()
    race.gun()
    for second in range(10):
        race.feed(Notification(s_to_ns(second), "scale", "2a9d", b"\x00" * 8))
    assert ["scale"] == [n.sensor for n in race.notices("unknown_sensor")]


def test_half_a_time_between_beats() -> None:
    """WHEN a strap's frames end in half an interval THEN its heart rate counts, such frames are
    counted, and the first is told.
    """
    race = Race()
    race.gun()
    for second in range(5):
        race.feed(
            Notification(s_to_ns(second + 0.5), "strap", "2a37", bytes.fromhex("109600 0403"))
        )
    counts = race.engine._sensors.counts["strap"]
    assert (5, 5, 0) == (counts.decoded, counts.half_rr, counts.broken)
    assert 150.0 == race.told().heart_rate_bpm
    assert 1 == len(race.notices("half_rr"))


def test_bytes_that_are_none() -> None:
    """WHEN a sensor sends what cannot be decoded THEN each is counted in its own way, and the first
    is told with its bytes.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=5)
    for second, data in enumerate([b"\x00", b"\x03\x00\x05\x5a", b"\x03\x00\x05\x5a"]):
        race.feed(Notification(s_to_ns(5.5 + second), "pod", "2a53", data))
    race.runs(5.0, seconds=5)
    counts = race.engine._sensors.counts["pod"]
    assert (1, 2) == (counts.not_this_format, counts.broken)
    assert counts.decoded >= 5
    (notice,) = race.notices("undecodable")
    assert "pod sent 2a53 00:" in notice.text
    assert "\n" not in notice.text
