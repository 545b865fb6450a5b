"""``kickcue.boot.js`` under Node, with stand-ins for the watch (``bangle.mjs``): not Espruino, but
its every path, in virtual time.

What is written to it comes from kickcue's own encoder, with what only the bridge can know put in.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.config.watch_files import load_watch
from kickcue.core.watch.delivery_steps import Step, Write
from kickcue.core.watch.encoding import encode, encode_arm, encode_disarm
from kickcue.core.watch.state_machine import CueContent
from tests.watches.conftest import HERE, WATCHES

APP: Final = WATCHES / "bangle-gb" / "kickcue.boot.js"
PROFILE: Final = load_watch("bangle-gb")
ID: Final = "1f/last_lap-1"
BUZZES: Final = [
    [0, "buzz", 500, 1],
    [0, "show", "Bell"],
    [0, "told", {"t": "kick", "id": ID, "felt": True, "late": 0}],
    [650, "buzz", 150, 0.5],
]

Scripted = tuple[str, object]


def touch(cue_id: str = ID, text: str = "Bell") -> CueContent:
    return CueContent(cue_id, "last_lap", text, None, ((500, 150, 1.0), (150, 0, 0.5)), 3, 2000)


def line(steps: tuple[Step, ...] | None, **more: object) -> Scripted:
    """Return the one line of these steps, with keys added."""
    assert steps is not None
    [step] = steps
    assert isinstance(step, Write)
    code = step.data.decode("latin-1")
    message = {**json.loads(code[code.index("(") + 1 : code.rindex(")")]), **more}
    return "line", f"\x10GB({json.dumps(message)})\n"


def now(cue_id: str = ID, **more: object) -> Scripted:
    return line(encode(PROFILE, touch(cue_id)).steps, **more)


def armed(due_in_ms: int, cue_id: str = ID, **more: object) -> Scripted:
    encoded = encode_arm(PROFILE, touch(cue_id), due_in_ms)
    assert encoded is not None
    return line(encoded.steps, **more)


def disarmed(cue_id: str = ID) -> Scripted:
    return line(encode_disarm(PROFILE, cue_id))


def measure(sent_ms: int, clock: str = "b") -> Scripted:
    """Return a message that is nothing but a measure of the link."""
    return "line", f'GB({{"t":"kick","m":{sent_ms},"r":"{clock}"}})'


MEASURED: Final = (measure(0), ("pass", 1000), measure(1000))


@pytest.fixture
def play(node: Path) -> Any:
    """Return a function that plays a script to the app and returns what happened."""

    def played(*script: Scripted) -> list[list[Any]]:
        command = [node, HERE / "bangle.mjs", APP]
        done = subprocess.run(
            command, input=json.dumps(script), capture_output=True, text=True, check=True
        )
        happened: list[list[Any]] = json.loads(done.stdout)
        return happened

    return played


def of(happened: list[list[Any]], what: str) -> list[list[Any]]:
    """Return (when, value) of one kind of happening."""
    return [[each[0], *each[2:]] for each in happened if each[1] == what]


def at(ms: int, happened: list[list[Any]]) -> list[list[Any]]:
    return [[when + ms, *rest] for when, *rest in happened]


def test_it_is_what_espruino_takes(node: Path) -> None:
    """GIVEN the app WHEN it is parsed as ES5 THEN there is no complaint."""
    done = subprocess.run(
        [node, HERE / "espruino.mjs", APP], capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_a_cue_is_played_and_acknowledged(play: Any) -> None:
    """GIVEN the app WHEN a cue comes THEN each pulse has its moment and its strength, the text is
    shown, and the answer is one JSON line.
    """
    assert sorted(BUZZES, key=str) == sorted(play(now(), ("pass", 2000)), key=str)


def test_a_cue_without_an_id_is_played_and_not_answered(play: Any) -> None:
    """GIVEN the app WHEN pulses come without an id, twice
    THEN both are played and nothing is said.
    """
    happened = play(now(""), ("pass", 2000), now(""), ("pass", 2000))
    assert (4, []) == (len(of(happened, "buzz")), of(happened, "told"))


def test_a_cue_that_comes_twice_is_felt_once_and_answered_twice(play: Any) -> None:
    """GIVEN a cue that was felt WHEN it comes again, or is armed again THEN the first answer is
    given again, and nothing is felt.
    """
    happened = play(now(), ("pass", 2000), now(), ("pass", 100), armed(500), ("pass", 2000))
    felt = {"t": "kick", "id": ID, "felt": True, "late": 0}
    assert [[0, felt], [2000, felt], [2100, felt]] == of(happened, "told")
    assert 2 == len(of(happened, "buzz"))


def test_an_armed_cue_fires_without_a_link(play: Any) -> None:
    """GIVEN an armed cue WHEN the link is lost THEN it is felt at its time; WHEN the link is back
    and it is armed again THEN it is answered.
    """
    happened = play(
        armed(5100),
        ("connected", False),
        ("pass", 9000),
        ("connected", True),
        armed(1000),
        ("pass", 3000),
    )
    assert at(5100, of(BUZZES, "buzz")) == of(happened, "buzz")
    assert [
        [0, {"t": "kick", "id": ID, "armed": True}],
        [9000, {"t": "kick", "id": ID, "felt": True, "late": 0}],
    ] == of(happened, "told")


def test_the_cue_before_the_timer_stops_the_timer(play: Any) -> None:
    """GIVEN an armed cue WHEN the cue comes first THEN it is felt then and not again."""
    happened = play(armed(5000), ("pass", 4000), now(), ("pass", 9000))
    assert at(4000, of(BUZZES, "buzz")) == of(happened, "buzz")


def test_arming_again_moves_the_timer(play: Any) -> None:
    """GIVEN an armed cue WHEN it is armed anew THEN it is felt once, at the new time."""
    happened = play(armed(5000), ("pass", 4000), armed(3000), ("pass", 9000))
    assert at(7000, of(BUZZES, "buzz")) == of(happened, "buzz")


def test_a_disarmed_cue_does_not_fire(play: Any) -> None:
    """GIVEN an armed cue WHEN it is disarmed THEN its time passes without a buzz."""
    assert [] == of(play(armed(5000), disarmed(), ("pass", 9000)), "buzz")


def test_a_new_run_takes_over(play: Any) -> None:
    """GIVEN an armed cue of one run WHEN another run arms one THEN only that is felt."""
    happened = play(armed(5000), armed(7000, "2a/last_lap-1"), ("pass", 9000))
    assert at(7000, of(BUZZES, "buzz")) == of(happened, "buzz")


def test_what_lay_in_a_queue_is_dropped(play: Any) -> None:
    """GIVEN a link that was measured WHEN a cue took 2.5 s and is worth 2 s THEN it is dropped, and
    the answer says late; at 1.9 s it is felt.
    """
    happened = play(*MEASURED, ("pass", 8000), now(m=6500, l=2000, r="b"), ("pass", 2000))
    assert [[9000, {"t": "kick", "id": ID, "felt": False, "why": "late", "late": 2500}]] == of(
        happened, "told"
    )
    assert [] == of(happened, "buzz")
    happened = play(*MEASURED, ("pass", 8000), now(m=7100, l=2000, r="b"), ("pass", 2000))
    assert at(9000, of(BUZZES, "buzz")) == of(happened, "buzz")


def test_an_arm_that_lay_in_a_queue_fires_at_its_own_time(play: Any) -> None:
    """GIVEN a link that was measured WHEN an arm took 2.5 s THEN its timer is not 2.5 s late, and
    it is told once that it is set.
    """
    happened = play(*MEASURED, ("pass", 8000), armed(5000, m=6500, r="b"), ("pass", 9000))
    assert at(11_500, of(BUZZES, "buzz")) == of(happened, "buzz")
    assert [9000, {"t": "kick", "id": ID, "armed": True}] == of(happened, "told")[0]


def test_a_bridge_that_was_restarted_has_a_clock_of_its_own(play: Any) -> None:
    """GIVEN a link that was measured WHEN a cue says another clock THEN it waits for a measure of
    that, and is late where none comes in time.
    """
    anew = [measure(ms, "c") for ms in (100, 1100)]
    happened = play(
        *MEASURED, now(m=1, r="c"), ("pass", 99), anew[0], ("pass", 1000), anew[1], ("pass", 2000)
    )
    assert at(2099, of(BUZZES, "buzz")) == of(happened, "buzz")
    happened = play(
        *MEASURED,
        now(m=1, r="c"),
        ("pass", 1099),
        measure(1100, "c"),
        ("pass", 1000),
        measure(2100, "c"),
        ("pass", 2000),
    )
    assert [[3099, {"t": "kick", "id": ID, "felt": False, "why": "late", "late": 2099}]] == of(
        happened, "told"
    )


def test_starting_another_app_loses_nothing(play: Any) -> None:
    """GIVEN an armed cue and one that was felt WHEN another app is started THEN the one fires at
    its time, the other is not felt again.
    """
    happened = play(
        now("1f/a"),
        ("pass", 2000),
        armed(5000),
        ("pass", 1000),
        ("restart", 700),
        now("1f/a"),
        ("pass", 9000),
    )
    assert [*of(BUZZES, "buzz"), *at(7000, of(BUZZES, "buzz"))] == of(happened, "buzz")


def test_a_restart_that_took_too_long_drops_the_cue(play: Any) -> None:
    """GIVEN an armed cue WHEN the watch comes back 3 s after its time THEN it is dropped, and the
    answer says late.
    """
    happened = play(armed(5000), ("pass", 1000), ("restart", 7000), ("pass", 1000))
    assert [] == of(happened, "buzz")
    assert {"t": "kick", "id": ID, "felt": False, "why": "late", "late": 3000} == of(
        happened, "told"
    )[-1][1]


def test_a_newcomer_cuts_what_is_playing(play: Any) -> None:
    """GIVEN a cue that is playing WHEN another comes THEN the rest of the first is not played."""
    happened = play(now("1f/a"), ("pass", 600), now("1f/b"), ("pass", 3000))
    assert [[0, 500, 1], [600, 500, 1], [1250, 150, 0.5]] == of(happened, "buzz")


@pytest.mark.parametrize(
    "message",
    [
        '{"t":"kick"}',
        '{"t":"kick","id":"x","p":"y"}',
        '{"t":"kick","id":"x","p":[-1]}',
        '{"t":"kick","id":"x","p":[99999]}',
    ],
    ids=["nothing", "text", "negative", "endless"],
)
def test_what_is_malformed_is_passed_over(message: str, play: Any) -> None:
    """GIVEN a broken message WHEN a good one follows THEN only that is played."""
    assert sorted(BUZZES, key=str) == sorted(
        play(("line", f"GB({message})"), now(), ("pass", 2000)), key=str
    )


def test_what_is_meant_for_others_is_passed_over(play: Any) -> None:
    """GIVEN a notification of the phone WHEN it comes THEN nothing happens."""
    assert [] == play(
        ("line", 'GB({"t":"notify","id":1,"title":"x"})'), ("line", "GB()"), ("pass", 2000)
    )
