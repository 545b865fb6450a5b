"""What else sensors say: distance by another characteristic, and batteries."""

from kickcue.core.events import Level, Mode, Notification
from kickcue.core.gatt.location_speed import LocationAndSpeed
from kickcue.core.units import s_to_ns
from tests.core.scenario import Race


def test_a_position_sensor_counts_like_a_pod() -> None:
    """GIVEN a sensor that tells speed and distance by 2A67, and no cadence THEN the runner is where
    it says.
    """
    race = Race()
    race.pod.worn = race.strap.worn = False
    race.gun()
    for second in range(30):
        race.runs(5.0, seconds=1.0)
        sent = LocationAndSpeed(speed_mps=5.0, distance_m=5.0 * (second + 1))
        race.feed(Notification(s_to_ns(race.t_s), "pod", "2a67", bytes(sent)))
    assert abs(race.off_m()) < 1.0
    assert (Mode.POD, None) == (race.told().mode, race.told().cadence_spm)


def test_a_position_alone_is_no_distance() -> None:
    """GIVEN a 2A67 with neither speed nor distance THEN it moves nobody."""
    race = Race()
    race.pod.worn = race.strap.worn = False
    race.gun()
    for second in range(10):
        race.feed(
            Notification(
                s_to_ns(second), "pod", "2a67", bytes(LocationAndSpeed(lat_deg=52.0, lon_deg=4.0))
            )
        )
    race.runs(5.0, seconds=10.0)
    assert Mode.CLOCK is race.told().mode


def test_a_low_battery_is_reported_once() -> None:
    """WHEN a sensor's battery is at 15 % or less THEN that is reported, once; above there is
    nothing to tell.
    """
    race = Race()
    race.gun()
    for second, percent in enumerate([80, 16, 15, 14]):
        race.feed(Notification(s_to_ns(second), "strap", "2a19", bytes([percent])))
    race.runs(5.0, seconds=5.0)
    assert [("strap", "strap battery at 15 %", Level.WARNING)] == [
        (n.sensor, n.text, n.level) for n in race.notices("battery_low")
    ]


def test_an_oddity_between_two_estimates_is_reported_with_the_next_one() -> None:
    """GIVEN an oddity just after an estimate WHEN it is told with the next one THEN it is told as
    of then: outputs come in order of time.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=5.0)
    race.feed(Notification(s_to_ns(race.t_s), "stranger", "2a37", b"\x00\x9d"))
    race.runs(5.0, seconds=2.0)
    assert 1 == len(race.notices("unknown_sensor"))
    assert [each.t_ns for each in race.said] == sorted(each.t_ns for each in race.said)
