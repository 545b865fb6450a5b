"""``kickcue course``: where the lines and the bell are."""

import argparse
from typing import Any

from kickcue.cli.format.console import json_line, numbers, table
from kickcue.core.course import EVENTS, LANES, STEEPLE_LAPS_M, Course, Window, course_for
from kickcue.core.units import MILE_M


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "event",
        metavar="EVENT",
        help=(
            f"{', '.join(EVENTS)}, metres on the track (1200m), kilometres (8k) or miles (5mile) "
            "on the road"
        ),
    )
    parser.add_argument(
        "--lap", type=float, metavar="M", help="lap length in metres (default: 400)"
    )
    parser.add_argument(
        "--lane",
        type=int,
        metavar="N",
        help=f"lane of a 400 m track if the whole race is run in it, 1 to {LANES}",
    )
    parser.add_argument("--indoor", action="store_true", help="a 200 m track")
    parser.add_argument(
        "--water-jump",
        choices=tuple(STEEPLE_LAPS_M),
        help="where the water jump of a steeplechase is; sets the lap length",
    )
    parser.add_argument(
        "--kick",
        type=float,
        metavar="M",
        help="how long the kick is (default: the last lap; 1000 m on the road)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the course."""
    course = course_for(
        args.event,
        lap_m=args.lap,
        kick_m=args.kick,
        lane=args.lane,
        water_jump=args.water_jump,
        indoor=args.indoor,
    )
    print(json_line(_as_json(course)) if args.json else _as_text(course))
    return 0


def _as_json(course: Course) -> dict[str, Any]:
    found = {
        "event": course.event,
        "distance_m": course.distance_m,
        "lap_m": course.lap_m,
        "first_crossing_m": course.first_crossing_m,
        "crossings_m": course.crossings_m,
        "bell_m": course.bell_m,
        "kick_m": course.kick_m,
    }
    return found if course.note is None else {**found, "note": course.note}


def _as_text(course: Course) -> str:
    marker = "mile" if course.marker_m == MILE_M else "kilometre"
    lap = (
        f"on the road, a line every {marker}"
        if course.lap_m is None
        else f"laps of {course.lap_m:.10g} m"
    )
    title = f"{course.event}: {course.distance_m:.10g} m, {lap}, bell after {course.bell_m:.10g} m"
    marks = _marks(course)
    lines = {metres: str(line) for line, metres in enumerate(course.crossings_m, start=1)}
    points = sorted(marks.keys() | lines.keys())
    run_m, to_go_m = numbers(points), numbers([course.distance_m - metres for metres in points])
    rows = [
        (lines.get(metres, ""), run, to_go, marks.get(metres, ""))
        for metres, run, to_go in zip(points, run_m, to_go_m, strict=True)
    ]
    parts = [title, "", table(("line", "metres run", "to go", ""), rows, align="rrrl")]
    return "\n".join(parts if course.note is None else [*parts, "", f"Note: {course.note}."])


def _marks(course: Course) -> dict[float, str]:
    """Return what to print beside the point, by metres run; the bell and the finish come first."""
    marks = {
        course.distance_m: "finish",
        course.bell_m: "bell" if course.window is Window.METRES else f"bell: {course.window_name}",
    }
    for metres, text in (
        (course.last_200_m, "200 to go"),
        (course.last_100_m, "100 to go"),
        (course.last_50_m, "50 to go"),
    ):
        if metres > 0:
            marks.setdefault(metres, text)
    return marks
