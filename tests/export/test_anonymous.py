"""What is shared names nobody: secrets planted in every field of a recording reach no export."""

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from rich.console import Console

from kickcue.analysis.comparison import compare
from kickcue.analysis.review.as_json import review_json
from kickcue.analysis.review.model import ReviewKind
from kickcue.analysis.session_comparison import compare_sessions
from kickcue.config.race_document import RaceDocument
from kickcue.core.events import (
    BeaconReading,
    Command,
    CommandKind,
    Cue,
    Estimate,
    Fix,
    Notification,
    PhaseChange,
)
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.units import s_to_ns
from kickcue.export.activity import UNDATED_UTC
from kickcue.export.anonymous import anonymous
from kickcue.export.anonymous_setup import KEPT, KEPT_OF_STEP, anonymous_setup
from kickcue.export.formats import FORMATS, exported
from kickcue.recording import Recording, read
from kickcue.recording.model import INPUTS, OUTPUTS, ActivityFound, Header
from kickcue.recording.watch_records import WatchLap, WatchRecord, WatchRecords
from kickcue.replay.reviewed import reviewed
from kickcue.report.comparison_json import comparison_json
from kickcue.report.comparison_page import comparison_page
from kickcue.report.comparison_text import comparison_text
from kickcue.report.formats import PaceUnit
from kickcue.report.page import report_page
from kickcue.report.text import TextReport
from tests.analysis.review.made_up import race_recording, session_recording
from tests.export.whole_way import as_mcap

SECRET: Final = "Zatopek"
LAT_DEG, LON_DEG = 49.593751, 17.250879
TRACES: Final = (SECRET, SECRET.encode().hex(), "49.5937", "17.2508", "2026-05", "19:52:00")
"""What must be found nowhere: a name, its bytes, a place, a date and a time of day."""
UTC: Final = "2026-05-30T19:52:00Z"


def _planted(entry: Any) -> Any:
    """Return an event with the secret in each text and the place in each position."""
    changes: dict[str, Any] = {}
    for name, hint in get_type_hints(type(entry)).items():
        value = getattr(entry, name)
        if hint in (str, str | None) or str in get_args(hint):
            changes[name] = SECRET if type(value) in (str, type(None)) else value
        elif isinstance(value, Cue):
            changes[name] = _planted(value)
    if isinstance(entry, Notification):
        changes = {"sensor": SECRET, "data": entry.data + SECRET.encode()}
    return entry._replace(**changes) if isinstance(entry, Estimate) else replace(entry, **changes)


def _more() -> list[Any]:
    """Return what a race has besides: positions, a maker's own messages, a beacon."""
    place = LocationAndSpeed(
        speed_mps=4.0, lat_deg=LAT_DEG, lon_deg=LON_DEG, position_status=PositionStatus.OK
    )
    return [
        Fix(s_to_ns(2), LAT_DEG, LON_DEG, 3.0),
        Notification(s_to_ns(2), SECRET, "2a67", bytes(place)),
        Notification(s_to_ns(2), SECRET, "2a25", SECRET.encode()),
        Notification(s_to_ns(2), SECRET, "6e400003-b5a3-f393-e0a9-e50e24dcca9e", SECRET.encode()),
        Notification(s_to_ns(2), SECRET, "2a29", SECRET.encode()),
        BeaconReading(s_to_ns(2), -60),
    ]


def planted(recording: Recording) -> Recording:
    """Return the recording with secrets in all of its fields."""
    setup = dict(recording.header.setup or {})
    plan = setup.get("plan")
    if plan is not None:
        steps = [{**plan["steps"][0], "steps": [*plan["steps"][0]["steps"]]}]
        steps[0]["steps"][0] = {**steps[0]["steps"][0], "imagery": SECRET}
        setup["plan"] = {**plan, "name": SECRET, "title": SECRET, "about": SECRET, "steps": steps}
    setup["gate"] = {"lat_deg": LAT_DEG, "lon_deg": LON_DEG, "heading_deg": 76.5}
    setup["language"] = f"/home/{SECRET}/words.toml"
    setup["sensors"] = {SECRET: {"profile": "generic-rsc"}, "strap": {"profile": "generic-hr"}}
    entries = sorted(
        [*map(_planted, recording.entries), *_more()], key=lambda entry: int(entry.t_ns)
    )
    header = replace(
        recording.header,
        race=recording.header.race if plan is None else SECRET,
        utc=UTC,
        sensors={SECRET: "generic-rsc", "strap": "generic-hr"},
        setup=setup,
        made_by=f"{SECRET}'s watch 3924118",
        live={"broker": f"mqtt://{SECRET}@pi", "athlete": SECRET},
        pins={SECRET: "A0:9E:1A:00:00:01"},
    )
    return replace(
        Recording.of(Path(f"/home/{SECRET}/{SECRET} 2026-05-30.mcap"), header, entries),
        kind="MCAP",
        problems=(SECRET,),
        notes=(SECRET,),
        laps={SECRET: 1, "manual": 2},
        laps_note=SECRET,
        activities=(ActivityFound(1, UTC, SECRET, 1.0, 1.0, taken=True),),
        activities_note=SECRET,
        watch=WatchRecords(
            (WatchRecord(0, 0.0, lat_deg=LAT_DEG, lon_deg=LON_DEG), WatchRecord(s_to_ns(9), 36.0)),
            (WatchLap(s_to_ns(9), SECRET, distance_m=36.0),),
        ),
    )


def _traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


def _drawn(parts: Iterable[Any]) -> str:
    out = io.StringIO()
    screen = Console(file=out, width=400)
    for part in parts:
        screen.print(part)
    return out.getvalue()


def _texts(recording: Recording, folder: Path) -> Iterable[tuple[str, str]]:
    """Yield everything that can be made of a recording, as text."""
    review = reviewed(recording)
    yield "report", json.dumps(review_json(review))
    yield "page", report_page(review)
    yield "text", _drawn([TextReport(review)])
    sessions = review.kind is ReviewKind.SESSION
    found = compare_sessions([review, review]) if sessions else compare([review, review])
    yield "comparison", json.dumps(comparison_json(found))
    yield "comparison's page", comparison_page(found, PaceUnit.KILOMETRE)
    yield "comparison's text", _drawn(comparison_text(found))
    for to in FORMATS:
        if to == "mcap":
            yield to, as_mcap(recording, folder / "shared.mcap").read_bytes().decode("latin-1")
        elif to == "parquet":
            data = exported(recording, review, to)[".parquet"]
            table = pq.read_table(io.BytesIO(data))
            yield to, f"{table.schema.metadata}{table.to_pylist()}{data.decode('latin-1')}"
        elif to != "gpx":  # without positions there is none
            for suffix, data in exported(recording, review, to).items():
                yield suffix, data.decode("latin-1")


@pytest.mark.parametrize("kind", ["race", "session", "run"])
def test_no_secret_reaches_an_export(kind: str, tmp_path: Path) -> None:
    """GIVEN a race, a session and a run with secrets in every field that can hold one WHEN
    anonymous THEN no export and no report has any, though each has some of them before.
    """
    made = session_recording() if kind == "session" else race_recording()
    secret = planted(made)
    if kind == "run":
        secret = replace(secret, header=replace(secret.header, race=None, setup=None))
    assert set(TRACES) - {SECRET.encode().hex()} == set(_traces(repr(secret)))

    shared = anonymous(secret)

    assert [] == _traces(repr(shared))
    for name, text in _texts(shared, tmp_path):
        assert [] == _traces(text), name


def test_pages_have_secrets_before() -> None:
    """GIVEN the same race WHEN it is not anonymous THEN its page and a comparison's have some: what
    is looked for above can be found.
    """
    secret = planted(race_recording())
    setup = {**(secret.header.setup or {}), "language": "en"}
    review = reviewed(replace(secret, header=replace(secret.header, setup=setup)))
    assert _traces(report_page(review))
    assert _traces(comparison_page(compare([review, review]), PaceUnit.KILOMETRE))


def test_every_event_has_been_thought_about() -> None:
    """Each class of event whose fields hold free text or a place is changed; a new one fails here
    until somebody has thought about it.
    """
    for cls in (*INPUTS, *OUTPUTS):
        names = {"text", "say", "why", "sensor", "data", "id", "cue_id", "code", "lat_deg", "char"}
        held = names & set(get_type_hints(cls))
        free = {name for name, hint in get_type_hints(cls).items() if hint in (str, str | None)}
        assert free <= names, cls
        event = next(
            (each for each in planted(race_recording()).entries if type(each) is cls), None
        )
        if held and event is not None:
            recording = Recording.of(Path("x"), Header(), [event])
            assert [] == _traces(repr(anonymous(recording).entries)), cls


def test_every_key_of_a_setup_has_been_thought_about() -> None:
    """The keys of a race document that stay are among its keys; what is not listed goes."""
    assert set(KEPT) <= set(RaceDocument.model_fields)
    assert {"gate", "language", "sensors", "plan", "race"} == (
        set(RaceDocument.model_fields) - set(KEPT)
    )
    assert {"imagery", "race", "steps"}.isdisjoint(KEPT_OF_STEP)
    assert {} == anonymous_setup({"new": SECRET, "race": SECRET, "language": "de"}, str)


def test_it_is_still_the_same_race(tmp_path: Path) -> None:
    """GIVEN a race WHEN anonymous THEN its laps and cues are at the same times, its date is that
    which stands for none, and kickcue reads the file.
    """
    race = race_recording()
    shared = anonymous(race)
    before, after = reviewed(race), reviewed(shared)
    assert [lap.seconds for lap in before.laps] == [lap.seconds for lap in after.laps]
    assert [cue.race_s for cue in before.cues] == [cue.race_s for cue in after.cues]
    assert [cue.felt for cue in before.cues] == [cue.felt for cue in after.cues]
    assert UNDATED_UTC[:10] in exported(shared, after, "tcx")[".tcx"].decode()
    again = read(as_mcap(shared, tmp_path / "shared.mcap"))
    assert (None, shared.entries) == (again.header.utc, again.entries)
    kinds = (PhaseChange, Command)
    assert [each for each in race.entries if isinstance(each, kinds)] == [
        each for each in shared.entries if isinstance(each, kinds)
    ]
    assert CommandKind.START in {each.kind for each in shared.inputs if isinstance(each, Command)}
