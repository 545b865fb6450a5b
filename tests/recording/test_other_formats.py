"""Files that people have besides FIT, TCX and GPX: read where they hold a run, else one line that
says what to export instead.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Fix, Notification
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.recording import Recording, read


def on_disk(tmp_path: Path, text: str, name: str = "export") -> Recording:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def pods(found: Recording) -> list[RscMeasurement]:
    return [
        RscMeasurement.from_bytes(e.data)
        for e in found.inputs
        if isinstance(e, Notification) and e.sensor == "pod"
    ]


def hearts(found: Recording) -> list[int]:
    return [e.data[1] for e in found.inputs if isinstance(e, Notification) and e.sensor == "strap"]


STREAMS: dict[str, Any] = {
    "time": [0, 1, 2, 4],
    "distance": [0.0, 4.0, 8.0, 16.0],
    "velocity_smooth": [4.0, 4.0, 4.0, 4.25],
    "heartrate": [150, 151, None, 153],
    "cadence": [88, 88, 89, 89],
    "latlng": [[51.5, -0.1], [51.5, -0.1], None, [51.6, -0.1]],
    "moving": [True, True, True, True],
}


@pytest.mark.parametrize(
    "given",
    [
        [{"type": name, "data": data} for name, data in STREAMS.items()],
        {
            name: {"data": data, "series_type": "time", "original_size": 4}
            for name, data in STREAMS.items()
        },
    ],
    ids=["a list", "an object"],
)
def test_streams_of_strava(tmp_path: Path, given: Any) -> None:
    """GIVEN Strava's streams in either form THEN all values of each record are read, and a note
    says what the original has besides.
    """
    found = on_disk(tmp_path, json.dumps(given))
    assert [(4.0, 88, 0.0), (4.0, 88, 4.0), (4.0, 89, 8.0), (4.25, 89, 16.0)] == [
        (pod.speed_mps, pod.cadence_per_min, pod.distance_m) for pod in pods(found)
    ]
    assert ([150, 151, 153], 3, None) == (
        hearts(found),
        sum(isinstance(e, Fix) for e in found.inputs),
        found.header.utc,
    )
    assert any("Export Original" in note for note in found.notes)


def samples(*values: Any, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"dateTime": f"2024-05-01T10:00:{start + second:02}.00{second}"}
        | ({} if value is None else {"value": value})
        for second, value in enumerate(values)
    ]


def test_a_session_of_polar_flow(tmp_path: Path) -> None:
    """GIVEN a session with its series, in local time and km/h THEN they are put together by the
    second, in UTC and m/s.
    """
    route = [
        {
            "dateTime": f"2024-05-01T10:00:0{second}.500",
            "latitude": 51.5,
            "longitude": -0.1,
            "altitude": 3,
        }
        for second in range(3)
    ]
    series = {
        "heartRate": samples(150, None, 152),
        "speed": samples(14.4, 14.4, 18.0),
        "distance": samples(0.0, 4.0, 8.0),
    }
    exercise = {
        "timezoneOffset": 120,
        "sport": "RUNNING",
        "samples": {**series, "cadence": samples(88, 88, 88), "recordedRoute": route},
    }
    found = on_disk(
        tmp_path,
        json.dumps(
            {
                "exportVersion": "1.6",
                "name": "x",
                "startTime": "2024-05-01T10:00:00.000",
                "exercises": [exercise],
            }
        ),
    )
    assert [(4.0, 88, 0.0), (4.0, 88, 4.0), (5.0, 88, 8.0)] == [
        (pod.speed_mps, pod.cadence_per_min, pod.distance_m) for pod in pods(found)
    ]
    assert ([150, 152], 3, "2024-05-01T08:00:00Z") == (
        hearts(found),
        sum(isinstance(e, Fix) for e in found.inputs),
        found.header.utc,
    )


def test_a_log_of_bangle(tmp_path: Path) -> None:
    """GIVEN the Recorder's columns, some empty THEN heart rate and positions are read, and the
    steps become strides a minute.
    """
    rows = "".join(
        f"{1714550400 + second},{'51.5,-0.1' if second % 2 else ','},3,"
        f"{150 if second else ''},90,HRM,3\n"
        for second in range(20)
    )
    found = on_disk(
        tmp_path,
        "Time,Latitude,Longitude,Altitude,Heartrate,Confidence,Source,Steps\n"
        f"{rows}\nnow,1,2,3,4,5,6,7\n",
    )
    assert {90} == {pod.cadence_per_min for pod in pods(found)[1:]}
    assert ([150] * 19, 10) == (hearts(found), sum(isinstance(e, Fix) for e in found.inputs))
    assert ("2024-05-01T08:00:00Z", ("skipped lines without a readable time: 1",)) == (
        found.header.utc,
        found.problems,
    )


def test_only_one_activity_is_there(tmp_path: Path) -> None:
    """GIVEN such a file THEN its second activity cannot be asked for."""
    path = tmp_path / "log.csv"
    path.write_text("Time,Heartrate\n1714550400,150\n")
    assert 1 == len(hearts(read(path, activity=1)))
    with pytest.raises(UsageError, match="--activity: expected 1"):
        read(path, activity=2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"exportVersion": "1.6", "startTime": "2024-05-01T08:00:00.000", "exercises": []}',
            "export the session as TCX",
        ),
        ('{"exportVersion": "1.6", "exercises": [', "export the session as TCX"),
        ('[{"type": "time", "data": [0, 1, ', "Export Original"),
        (
            (
                '<?xml version="1.0"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData '
                "(x)>]>\n<HealthData/>"
            ),
            "workout-routes",
        ),
        ("<HealthData locale='en'>", "workout-routes"),
        ("<!DOCTYPE html><html></html>", "a web page"),
        ("<?xml version='1.0'?><kml xmlns='x'>", "export GPX, TCX or FIT"),
        ("<pwx version='1.0'>", "export the original FIT"),
        ("<?xml version='1.0'?><sml>", "export FIT or GPX"),
        ('{"DeviceLog": {"Header": {}}}', "export FIT or GPX"),
        ("[Params]\r\nVersion=106\r\n", "export TCX or GPX"),
        ("Type,Local Number,Message,Field 1\n", "use the FIT file itself"),
        ('{"activityId": 1, "summaryDTO": {}}', "Export Original"),
    ],
)
def test_what_is_not_read_says_what_would_be(tmp_path: Path, text: str, told: str) -> None:
    """GIVEN a file that holds no run kickcue could use THEN one line says what it is and what to
    export instead.
    """
    with pytest.raises(DataError) as caught:
        on_disk(tmp_path, text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
