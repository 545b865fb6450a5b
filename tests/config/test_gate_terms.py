"""``[gate]``: the finish line from a race file, the environment, an option;
kept with a recording.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import load_settings
from kickcue.core.crossing.gate import Gate
from kickcue.core.errors import UsageError

POINT = {"lat_deg": 51.862701, "lon_deg": -0.423102, "heading_deg": 76.5}
POSTS = {"left": [51.86274, -0.42311], "right": [51.86266, -0.42309]}

points = st.fixed_dictionaries(
    {
        "lat_deg": st.floats(-89, 89),
        "lon_deg": st.floats(-180, 180),
        "heading_deg": st.floats(0, 360),
    },
    optional={"half_width_m": st.floats(1, 50)},
)


def line(gate: dict[str, Any]) -> Gate | None:
    """Return the line that the engine gets."""
    return (
        load_settings(None, options={"race": "5000m", "gate": gate}, environ={})
        .document()
        .engine_config()
        .gate
    )


@given(points)
def test_a_point_and_a_direction(terms: dict[str, float]) -> None:
    """GIVEN any place on earth and any direction WHEN set THEN the engine watches that line, 12 m
    to either side unless told.
    """
    assert line(terms) == Gate(**terms)


def test_two_posts() -> None:
    """GIVEN the ends of the line WHEN set THEN the engine watches the line between them."""
    assert line(POSTS) == Gate.between((51.86274, -0.42311), (51.86266, -0.42309))


def test_no_line() -> None:
    """GIVEN no [gate], or an empty one THEN the line is to be learned."""
    assert line({}) is None


@pytest.mark.parametrize("terms", [POINT, POSTS], ids=["point", "posts"])
def test_three_ways_to_say_it(terms: dict[str, Any], tmp_path: Path) -> None:
    """GIVEN a line WHEN said in the race file, in the environment, or by options THEN it is the
    same line.
    """
    path = tmp_path / "race.toml"
    path.write_text(
        "\n".join(
            ['race = "5000m"', "[gate]", *(f"{key} = {value}" for key, value in terms.items())]
        )
    )
    variables = {
        f"KICKCUE_GATE_{key.upper()}": str(value).strip("[]") for key, value in terms.items()
    }
    by_file = load_settings(path, environ={}).gate
    by_environment = load_settings(None, environ={"KICKCUE_RACE": "5000m", **variables}).gate
    by_options = load_settings(
        None,
        options={"race": "5000m", **{f"gate.{key}": value for key, value in terms.items()}},
        environ={},
    ).gate
    assert by_file == by_environment == by_options


@pytest.mark.parametrize("terms", [POINT, POSTS, {}], ids=["point", "posts", "none"])
def test_it_is_kept_with_a_recording(terms: dict[str, Any]) -> None:
    """GIVEN a race with a line WHEN its document is written and read again, as a recording does
    THEN it is the same race.
    """
    document = load_settings(None, options={"race": "5000m", "gate": terms}, environ={}).document()
    assert ("gate" in document.as_json()) == bool(terms)
    assert document == RaceDocument.parse(document.as_json(), "a recording")


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        (
            "lat_deg = 95\nlon_deg = 0\nheading_deg = 0",
            r"gate.lat_deg: expected at most 89, got 95",
        ),
        (
            "lat_deg = 51\nlon_deg = 0",
            (
                r"gate: expected lat_deg, lon_deg, heading_deg .* or left "
                r"and right alone"
            ),
        ),
        ("half_width_m = 5", r"gate: expected lat_deg"),
        ("left = [51, 0]", r"gate: expected"),
        (
            "left = [51, 0]\nright = [51, 0.0001]\nheading_deg = 3",
            r"gate: expected",
        ),
        (
            "left = [51, 0]\nright = [51.1, 0]",
            (
                r"gate: left and right do not form a finish line: gate half_width_m: "
                r"expected 1 to 50, got 5559\.75"
            ),
        ),
        ("left = [51]\nright = [51, 0]", r"gate.left\[2\]: is missing"),
        ('left = "here"\nright = [51, 0]', r"gate.left\[1\]: expected a number, got 'here'"),
        ("lat = 51", r"gate.lat: unknown key, did you mean 'lat_deg'\?"),
    ],
    ids=[
        "no place",
        "no direction",
        "only a width",
        "one post",
        "both ways",
        "far apart",
        "half a post",
        "a word",
        "a slip",
    ],
)
def test_what_is_no_line_is_refused(toml: str, told: str, tmp_path: Path) -> None:
    """GIVEN a [gate] that is none THEN one line tells the file, the key,
    and what would be right.
    """
    path = tmp_path / "race.toml"
    path.write_text(f'race = "5000m"\n[gate]\n{toml}\n')
    assert tomllib.loads(path.read_text())["race"] == "5000m"
    with pytest.raises(UsageError, match=rf"^{path}: {told}"):
        load_settings(path, environ={})


def test_a_line_on_the_road_is_refused() -> None:
    """GIVEN a road race with a line THEN it cannot be run, and the reason is told."""
    with pytest.raises(
        UsageError, match="gate: only applies to a track race, and 5k is run on the road"
    ):
        load_settings(
            None, options={"race": "5k", "gate": POINT}, environ={}
        ).document().engine_config()
