"""The page goes through a session as the command does: the same orders, the same moments."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from kickcue.cli.visualise.player import PlayerOrder
from tests.cli.visualise.test_player import LINE_S, SESSION, heard
from tests.conftest import absent, find_program

PLAYER: Final = Path(__file__).with_name("play_script.mjs")
STORIES: Final = 200

Story = tuple[tuple[float, PlayerOrder], ...]


def stories() -> list[Story]:
    """Return orders at odd moments: two things at one moment have no order."""
    random = Random(15)
    return [(*_orders(random), (100.37, PlayerOrder.STOP)) for _ in range(STORIES)]


def _orders(random: Random) -> Iterator[tuple[float, PlayerOrder]]:
    for at_s in sorted(random.sample(range(40), random.randrange(6))):
        yield at_s + 0.37, random.choice(list(PlayerOrder))


def session() -> dict[str, Any]:
    entries = [
        {"at_s": each.at_s, "lasts_s": each.lasts_s, "text": getattr(each.what, "text", "")}
        for each in SESSION.entries
    ]
    return {"entries": entries, "total_s": SESSION.total_s}


def test_the_page_obeys_as_the_command_does() -> None:
    """GIVEN orders at random moments WHEN both play the same session THEN each line begins when
    the command's begins, as often, and both come to the same end.
    """
    node = find_program("node") or absent("Node", "apt-get install nodejs")
    told = {"session": session(), "lasts": LINE_S, "stories": stories()}
    done = subprocess.run(
        [node, PLAYER], input=json.dumps(told), capture_output=True, text=True, check=True
    )
    ends = set()
    for story, there in zip(stories(), json.loads(done.stdout), strict=True):
        here = heard(*story)
        ends.add(here.ended[0])
        rounded = [[text, round(at_s, 6)] for text, at_s in here.began]
        assert rounded == [[text, round(at_s, 6)] for text, at_s in there["began"]], story
        assert here.ended[0] is there["ended"][0], story
        assert round(here.ended[1], 6) == round(there["ended"][1], 6), story
    assert {True, False} == ends
