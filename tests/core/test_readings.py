import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError
from kickcue.core.gatt import CODECS
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.gatt.treadmill import TreadmillData
from kickcue.core.profiles import CadenceUnit, HeartRules, PodRules, SensorProfile
from kickcue.core.readings import (
    BatteryReading,
    HeartReading,
    LocationReading,
    PodReading,
    cadence_spm,
    interpret,
    unit_keys,
)


def _profile(*, heart: HeartRules | None = None, pod: PodRules | None = None) -> SensorProfile:
    return SensorProfile(
        "it",
        "Maker",
        "Model",
        "source",
        ("somewhere",),
        heart=heart or HeartRules(),
        pod=pod or PodRules(),
    )


PLAIN = _profile()
ODD = _profile(
    heart=HeartRules(ignore_contact=True, rr_unlike_bpm_factor=2.0),
    pod=PodRules(
        CadenceUnit.STRIDE,
        reject_cadence_below=45,
        reject_above_mps=2.2,
        zero_cadence_is_unknown=True,
    ),
)


def _heart(hex_: str, profile: SensorProfile = PLAIN) -> HeartReading:
    reading = interpret(profile, "2a37", bytes.fromhex(hex_))
    assert isinstance(reading, HeartReading)
    return reading


def _pod(speed_mps: float, cadence: int, profile: SensorProfile) -> PodReading:
    reading = interpret(profile, "2a53", bytes(RscMeasurement(speed_mps, cadence, running=True)))
    assert isinstance(reading, PodReading)
    return reading


@pytest.mark.parametrize("hex_", ["0000", "010000", "1600"])
def test_heart_rate_0_is_unknown(hex_: str) -> None:
    """A sensor that sends 0 is searching: nobody has that heart rate."""
    assert _heart(hex_).bpm is None


@pytest.mark.parametrize(("hex_", "contact"), [("0054", None), ("0454", False), ("0654", True)])
def test_contact_is_told_and_does_not_take_the_heart_rate_away(
    hex_: str, contact: bool | None
) -> None:
    """GIVEN a sensor that does not report contact, or says it has none THEN the heart rate stands
    beside that.
    """
    assert HeartReading(84, (), contact) == _heart(hex_)


def test_contact_that_means_nothing_is_unknown() -> None:
    """GIVEN a profile that says the contact bits lie THEN they are unknown whatever they say."""
    assert [None, None] == [_heart(hex_, ODD).contact for hex_ in ("0454", "0654")]


def test_intervals_no_heart_has_are_dropped_for_every_sensor() -> None:
    """Beat-to-beat intervals under 250 ms and over 2500 ms are not beats; the limits themselves
    are.
    """
    sent = [255, 256, 1000, 2560, 2561]  # 1/1024 s
    data = bytes([0x10, 60]) + b"".join(rr.to_bytes(2, "little") for rr in sent)
    assert (250.0, 976.5625, 2500.0) == _heart(data.hex()).rr_ms


def test_intervals_unlike_the_heart_rate_are_dropped_where_the_profile_says_so() -> None:
    """GIVEN 56 beats a minute and intervals of 1044 and 302 ms THEN the second is dropped only by
    the profile that knows of it.
    """
    assert ((1043.9453125, 301.7578125), (1043.9453125,)) == (
        _heart("10382d043501").rr_ms,
        _heart("10382d043501", ODD).rr_ms,
    )


def test_intervals_without_a_heart_rate_keep_the_wide_limits() -> None:
    """GIVEN heart rate 0 THEN there is nothing to compare with, and plausible intervals stay."""
    assert HeartReading(None, (1000.0,), None) == _heart("10000004", ODD)


def test_power_in_the_cadence_is_rejected_at_running_speed_only() -> None:
    """GIVEN a pod that may send power / 10 THEN a small cadence is unknown when running, and
    believed when walking.
    """
    assert [None, 21, 45] == [
        _pod(3.5, 21, ODD).cadence_raw,
        _pod(1.5, 21, ODD).cadence_raw,
        _pod(3.5, 45, ODD).cadence_raw,
    ]
    assert 21 == _pod(3.5, 21, PLAIN).cadence_raw


def test_lost_cadence_is_unknown_while_there_is_speed() -> None:
    """GIVEN a sensor that loses the steps THEN cadence 0 is unknown on a moving belt, and 0 on one
    that stands.
    """
    assert [None, 0] == [_pod(1.5, 0, ODD).cadence_raw, _pod(0, 0, ODD).cadence_raw]
    assert 0 == _pod(1.5, 0, PLAIN).cadence_raw


def test_pod_reading_carries_the_declared_unit_and_every_field() -> None:
    """A full notification arrives whole, with the unit its profile declares."""
    reading = interpret(ODD, "2a53", bytes.fromhex("0780035ae90039300000"))
    assert PodReading(3.5, 90, CadenceUnit.STRIDE, 2.33, 1234.5, running=True) == reading


def test_treadmill_has_speed_and_distance_but_no_cadence() -> None:
    """FTMS knows no cadence, and its heart rate is not believed."""
    reading = interpret(
        PLAIN, "2acd", bytes(TreadmillData(speed_mps=3.0, distance_m=150, heart_rate_bpm=120))
    )
    assert PodReading(3.0, None, CadenceUnit.AUTO, None, 150, None) == reading


def test_part_of_a_treadmill_record_without_speed_and_distance_is_of_no_use() -> None:
    """A treadmill's record may come in parts: one that holds neither is no reading."""
    assert interpret(PLAIN, "2acd", bytes(TreadmillData(elapsed_s=60))) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PositionStatus.OK, (60.17, 24.94)),
        (PositionStatus.ESTIMATED, (60.17, 24.94)),
        (PositionStatus.LAST_KNOWN, (None, None)),
        (PositionStatus.NO_POSITION, (None, None)),
    ],
)
def test_last_known_position_is_no_position(
    status: PositionStatus, expected: tuple[float | None, float | None]
) -> None:
    """A sensor that fell silent has no value, not its last one."""
    sent = LocationAndSpeed(
        speed_mps=3.0, distance_m=1000.0, lat_deg=60.17, lon_deg=24.94, position_status=status
    )
    assert LocationReading(3.0, 1000.0, *expected) == interpret(PLAIN, "2a67", bytes(sent))


def test_battery() -> None:
    """The charge arrives in percent."""
    assert BatteryReading(90) == interpret(PLAIN, "2a19", b"\x5a")


@pytest.mark.parametrize(
    ("char", "hex_"),
    [("2a38", "01"), ("2a54", "1f00"), ("2a5d", "02"), ("2a29", "506f6c6172"), ("2a26", "352e30")],
)
def test_what_the_engine_does_not_use_is_no_reading(char: str, hex_: str) -> None:
    """Well-formed bytes of other characteristics are read and give nothing."""
    assert interpret(PLAIN, char, bytes.fromhex(hex_)) is None


def test_characteristic_may_be_written_long() -> None:
    """A recording that holds 128-bit UUIDs reads the same."""
    data = bytes.fromhex("0648")
    assert interpret(PLAIN, "2a37", data) == interpret(
        PLAIN, "00002A37-0000-1000-8000-00805F9B34FB", data
    )


@given(
    st.sampled_from([*CODECS, "ffff", "", "7e78aa19-72cd-d3b8-a81f-5b7e589bea0f"]),
    st.binary(max_size=40),
    st.sampled_from([PLAIN, ODD]),
)
def test_any_bytes_end_in_a_reading_or_a_decode_error(
    char: str, data: bytes, profile: SensorProfile
) -> None:
    """Bytes from outside raise DecodeError and nothing else, and what is read can be printed."""
    try:
        reading = interpret(profile, char, data)
    except DecodeError:
        return
    if reading is not None:
        assert len(unit_keys(reading)) <= len(reading._fields)


S, P, A = CadenceUnit.STRIDE, CadenceUnit.STEP, CadenceUnit.AUTO


@pytest.mark.parametrize(
    ("speed_mps", "raw", "expected"),  # expected for declared strides, steps, nothing declared
    [
        (3.5, 0, (None, None, None)),
        (3.5, 21, (None, None, None)),  # power / 10
        (3.5, 44, (None, None, None)),
        (3.5, 45, (90, None, None)),
        (3.5, 64, (128, None, None)),
        (3.5, 65, (130, 130, 130)),
        (3.5, 90, (180, 180, 180)),
        (3.5, 115, (230, 230, 230)),
        (3.5, 116, (232, 116, None)),
        (3.5, 120, (240, 120, None)),
        (3.5, 121, (121, 121, 121)),  # 242 steps of 0.87 m: nobody's
        (3.5, 129, (129, 129, 129)),
        (6.0, 125, (None, None, None)),  # neither 250 steps of 1.44 m nor 125 of 2.88 m
        (8.0, 125, (250, 250, 250)),  # a sprinter's, and no step is 3.84 m long
        (7.0, 50, (None, None, None)),  # 500 W: read as strides the step is 4.2 m long
        (3.5, 130, (130, 130, 130)),
        (3.5, 180, (180, 180, 180)),
        (3.5, 240, (240, 240, 240)),
        (3.5, 241, (None, None, None)),
        (2.2, 55, (110, 55, None)),  # walking: only the declaration can tell
        (1.4, 105, (210, 105, None)),
        (1.4, 130, (130, 130, 130)),
        (0.0, 0, (0, 0, 0)),  # standing
        (None, 90, (180, 90, None)),
        (None, 170, (170, 170, 170)),
        (3.5, None, (None, None, None)),
    ],
)
def test_strides_or_steps(
    speed_mps: float | None, raw: float | None, expected: tuple[float | None, ...]
) -> None:
    """The declared unit counts, except where the number contradicts it; where neither tells, the
    cadence is unknown.
    """
    found = tuple(
        cadence_spm(PodReading(speed_mps, raw, unit, None, None, None)) for unit in (S, P, A)
    )
    assert expected == found


@given(st.floats(2.21, 12), st.integers(0, 255), st.sampled_from(CadenceUnit))
def test_a_runners_cadence_is_a_runners_cadence(
    speed_mps: float, raw: int, unit: CadenceUnit
) -> None:
    """Whatever a sensor sends at running speed, what comes out is unknown or between 90 and 260
    steps a minute.
    """
    spm = cadence_spm(PodReading(speed_mps, raw, unit, None, None, None))
    assert spm is None or 90 <= spm <= 260
