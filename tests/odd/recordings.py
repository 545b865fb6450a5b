"""Recordings that are odd, each in its own way: what becomes of a run when not all goes well, and
runs that are longer, shorter or emptier than others.

``ODD`` names them; a maker writes one into a folder and returns where it is. Nothing in them is
left to chance: the same each time.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kickcue.core.events import Tick
from kickcue.core.units import s_to_ns
from kickcue.recording.sensor_encoding import POD, STRAP
from tests.odd import foreign, native, strange
from tests.odd.foreign import rows, write_fit, write_gpx, write_tcx
from tests.odd.native import HOUR_S, Native, race, session, write_inputs, write_live

Maker = Callable[[Path], Path]

DAY_S: Final = 86_400
END: Final = Tick(s_to_ns(600.0))
"""Somebody ended the program."""


def _live(name: str, make: Callable[[], Native]) -> Maker:
    return lambda folder: write_live(folder / f"{name}.mcap", make())


def _inputs(name: str, make: Callable[[], Native]) -> Maker:
    return lambda folder: write_inputs(folder / f"{name}.jsonl", make())


def _strange(name: str, text: str) -> Maker:
    def make(folder: Path) -> Path:
        given = session("two-hundreds") if name == "markup" else race("1500m")
        return strange.write_strange(folder / f"strange {name}.mcap", given, text)

    return make


def _cut_off(folder: Path) -> Path:
    """Write a file that ends within a record: the power went."""
    path = write_live(folder / "cut-off.mcap", race("1500m").between(0.0, 200.0))
    path.write_bytes(path.read_bytes()[:-9876])
    return path


def _strange_file(folder: Path) -> Path:
    return write_live(folder / f"{strange.FILE_NAME}.mcap", race("800m"))


_NATIVE: Final[Mapping[str, Maker]] = {
    "200 m": _live("200m", partial(race, "200m")),
    "800 m": _live("800m", partial(race, "800m")),
    "1500 m": _live("1500m", partial(race, "1500m")),
    "mile": _live("mile", partial(race, "mile")),
    "50 km": _live("50k", partial(race, "50k", "road")),
    "strides": _live("strides", partial(session, "strides")),
    "two hundreds": _live("two-hundreds", partial(session, "two-hundreds", pressed=True)),
    "a session broken off": _live(
        "session-broken-off", lambda: native.aborted(session("two-hundreds"), 100.0)
    ),
    "no heart rate": _live("no-heart", lambda: native.without_sensor(race("1500m"), STRAP)),
    "no cadence": _live("no-cadence", lambda: native.without_cadence(race("1500m"))),
    "no pod": _live("no-pod", lambda: native.without_sensor(race("1500m"), POD)),
    "heart rate alone": _live("heart-alone", lambda: native.heart_alone(race("1500m"))),
    "cadence alone": _live("cadence-alone", partial(race, "1500m", "cadence-only")),
    "no marks": _live("no-marks", partial(race, "1500m", "bare")),
    "a start and nothing else": _inputs(
        "start-alone",
        lambda: race("1500m").with_inputs([native.start_of(race("1500m"))]),
    ),
    "nothing at all": _inputs("nothing", lambda: race("1500m").with_inputs([])),
    "no start": _live("no-start", lambda: native.without_start(race("1500m"))),
    "no start, replayed": _inputs("no-start", lambda: native.without_start(race("1500m"))),
    "a false start": _live("false-start", lambda: native.started_twice(race("1500m"), 60.0)),
    "a second heat": _live(
        "second-heat", lambda: native.two_heats(race("800m"), race("800m", seed=2), 45.0)
    ),
    "aborted": _live("aborted", lambda: native.aborted(race("1500m"), 150.0)),
    "aborted at once": _live("aborted-at-once", lambda: native.aborted(race("1500m"), 0.5)),
    "cut off": _cut_off,
    "a gap of minutes": _live("gap", lambda: native.silent(race("5000m"), 300.0, 480.0)),
    "a gap over the finish": _live(
        "gap-at-end", lambda: native.silent(race("1500m"), 200.0, 1000.0).also(END)
    ),
    "presses taken back": _live(
        "undone", lambda: native.pressed_and_undone(race("1500m"), (30.0, 100.0, 180.0))
    ),
    "a pod that begins anew": _live("pod-restart", partial(race, "5000m", "swap")),
    "a machine that slept": _live("slept", partial(race, "5000m", "sleep")),
    "a link in bursts": _live("bursts", partial(race, "1500m", "burst")),
    "bad presses": _live("bad-presses", partial(race, "5000m", "button-bad")),
    "an hour's clock jump": _inputs("clock-jump", lambda: race("1500m").later(HOUR_S, 150.0)),
    "a clock that goes back": _inputs(
        "clock-back", lambda: race("1500m").later(60.0).later(-50.0, 200.0)
    ),
    "no race named": _inputs("unnamed", lambda: native.unnamed(race("1500m"))),
    **{f"strange texts: {name}": _strange(name, text) for name, text in strange.TEXTS.items()},
    "a strange file name": _strange_file,
}

_FOREIGN: Final[Mapping[str, Maker]] = {
    "FIT": lambda folder: write_fit(folder / "run.fit", rows(1500), laps_s=(300, 640, 900)),
    "FIT of one record": lambda folder: write_fit(folder / "one.fit", rows(0)),
    "FIT without heart rate and cadence": lambda folder: write_fit(
        folder / "plain.fit", rows(600, heart=False, cadence=False, position=False)
    ),
    "FIT with pauses": lambda folder: write_fit(
        folder / "pauses.fit",
        [*rows(300), *foreign.shifted(rows(900), 240, 300)[301:]],
        stopped_s=((300, 540),),
    ),
    "FIT with a gap": lambda folder: write_fit(
        folder / "gap.fit", [*rows(900)[:200], *rows(900)[500:]]
    ),
    "FIT with a clock set on": lambda folder: write_fit(
        folder / "clock-on.fit", foreign.shifted(rows(900), 3 * DAY_S, 400)
    ),
    "FIT with a clock set back": lambda folder: write_fit(
        folder / "clock-back.fit", foreign.shifted(rows(900), -3600, 400)
    ),
    "FIT of who stood": lambda folder: write_fit(folder / "stood.fit", rows(300, 0.0)),
    "FIT marathon": lambda folder: write_fit(folder / "marathon.fit", rows(11_000, 3.9, every_s=5)),
    "FIT of 24 hours": lambda folder: write_fit(folder / "day.fit", rows(DAY_S, 2.3, every_s=30)),
    "FIT with a strange field": lambda folder: write_fit(
        folder / "strange.fit", rows(120), note=b"<script>\x1b[2J\xff"
    ),
    "GPX": lambda folder: write_gpx(folder / "run.gpx", rows(900)),
    "GPX of places alone": lambda folder: write_gpx(
        folder / "places.gpx", rows(900, heart=False, cadence=False)
    ),
    "GPX of one place": lambda folder: write_gpx(
        folder / "standing.gpx", rows(300, 0.0, heart=False, cadence=False)
    ),
    "GPX with strange texts": lambda folder: write_gpx(
        folder / "strange.gpx", rows(60), text=strange.MARKUP + strange.FORMULA
    ),
    "TCX": lambda folder: write_tcx(folder / "run.tcx", rows(900)),
    "TCX with strange texts": lambda folder: write_tcx(
        folder / "strange.tcx", rows(200), text=strange.MARKUP + strange.TURNED
    ),
}

EMPTY: Final = ("a start and nothing else", "nothing at all")
"""Those with nothing to look at: each is an error, and a clean one."""
ODD: Final[Mapping[str, Maker]] = {**_NATIVE, **_FOREIGN}


def odd(name: str, folder: Path) -> Path:
    """Write the recording of this name; return where it is."""
    file_name, data = _made(name)
    path = folder / file_name
    path.write_bytes(data)
    return path


@cache
def _made(name: str) -> tuple[str, bytes]:
    with TemporaryDirectory() as folder:
        path = ODD[name](Path(folder))
        return path.name, path.read_bytes()
