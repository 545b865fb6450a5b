from hypothesis import given, strategies as st

from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification

numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def test_a_sample_becomes_the_bytes_of_a_pod() -> None:
    """Speed, strides, stride length and distance stand in the 2A53 to the steps of the wire."""
    found = pod_notification(7, PodSample(4.5, 91.0, 1234.56, 2.95))
    assert (7, "pod", "2a53") == (found.t_ns, found.sensor, found.char)
    assert RscMeasurement(
        4.5, 91, running=True, stride_length_m=2.95, distance_m=1234.6
    ) == RscMeasurement.from_bytes(found.data)


def test_what_is_unknown_is_left_out_or_0() -> None:
    """2A53 can leave out stride length and distance; speed and cadence are 0 where they are
    unknown.
    """
    found = RscMeasurement.from_bytes(pod_notification(0, PodSample(None, None)).data)
    assert RscMeasurement(0.0, 0, running=False) == found


def test_running_is_told_by_the_speed_unless_it_is_known() -> None:
    """From 2 m/s on the status bit says running, unless the sample knows better."""
    samples = [
        PodSample(1.9, 60),
        PodSample(2.0, 80),
        PodSample(1.9, 60, running=True),
        PodSample(2.0, 80, running=False),
    ]
    assert [False, True, True, False] == [
        RscMeasurement.from_bytes(pod_notification(0, sample).data).running for sample in samples
    ]


@given(st.builds(PodSample, numbers, numbers, numbers, numbers))
def test_no_sample_is_refused(sample: PodSample) -> None:
    """Whatever a file holds becomes a notification: speed and cadence stop at the ends of their
    fields, a wild distance is left out.
    """
    found = RscMeasurement.from_bytes(pod_notification(0, sample).data)
    assert 0 <= found.speed_mps <= 0xFFFF / 256
    if sample.distance_m is not None and 0 <= sample.distance_m <= 0xFFFFFFFF / 10:
        assert found.distance_m is not None
        assert abs(found.distance_m - sample.distance_m) <= 0.05 + 1e-6
    else:
        assert found.distance_m is None


def test_heart_rate_becomes_the_bytes_of_a_strap() -> None:
    """Rate, intervals and contact stand in the 2A37, a rate above 255 in its wide form."""
    found = strap_notification(9, 171.4, rr_1024=(350, 352), contact=True)
    assert (9, "strap", "2a37") == (found.t_ns, found.sensor, found.char)
    assert HeartRateMeasurement(
        171, contact=True, rr_1024=(350, 352)
    ) == HeartRateMeasurement.from_bytes(found.data)
    assert HeartRateMeasurement.from_bytes(strap_notification(0, 300).data).bpm == 300
