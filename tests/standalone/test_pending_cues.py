"""The page sends again, and holds its tongue, as the daemon does: the same at each step."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from kickcue.core.events import Arm, Cue, CueKind
from kickcue.core.units import NS_PER_MS
from kickcue.edges.mqtt.messages import StatusMessage
from kickcue.edges.mqtt.pending_cues import PendingCues, over_ns
from kickcue.edges.mqtt.rivals import Rivals
from tests.conftest import absent, find_program

PLAYER: Final = Path(__file__).with_name("play_pending.mjs")
SCHEDULES: Final = 200
LENGTH: Final = 60
TTL_MS: Final = 2000

Step = list[Any]


def cue(cue_id: str, now_ms: int) -> Cue:
    return Cue(now_ms * NS_PER_MS, cue_id, CueKind.LAST_LAP, "x", None, (), 3, TTL_MS, None, None)


def pending_steps(random: Random) -> Iterator[Step]:
    now_ms = 0
    for _ in range(LENGTH):
        now_ms += random.choice((1, 100, 100, 350, 1000, 4000))
        what = random.choice(("arm", "disarm", "give", "felt", "refuse", "beat", "beat", "beat"))
        due_ms = random.randrange(8000)
        more = {
            "arm": now_ms + due_ms + TTL_MS,
            "give": now_ms + TTL_MS,
            "refuse": random.choice(("late", "muted", None)),
            "beat": random.random() < 0.1,
        }
        yield [what, now_ms, random.choice("abc"), more.get(what)]


def sent_again(steps: list[Step]) -> list[Any]:
    """Return what the daemon's rules give for each step."""
    pending = PendingCues()
    return [_step(pending, *step) for step in steps]


def _step(pending: PendingCues, what: str, now_ms: int, cue_id: str, more: Any) -> Any:
    now_ns = now_ms * NS_PER_MS
    match what:
        case "arm":
            arm = Arm(now_ns, cue(cue_id, now_ms), more - TTL_MS - now_ms)
            assert more * NS_PER_MS == over_ns(arm)
            pending.arm(arm, now_ns)
        case "disarm":
            pending.disarm(cue_id)
        case "give":
            pending.give(cue(cue_id, now_ms), now_ns)
        case "felt":
            pending.felt(cue_id)
        case "refuse":
            return pending.refuse(cue_id, more)
        case _:
            due = [arm.cue.id for arm in pending.arms_due(now_ns, fresh_link=more)]
            asked = pending.unfelt(now_ns)
            for given in asked:
                if given.cue.t_ns + TTL_MS * NS_PER_MS > now_ns:
                    given.sent_ns = now_ns
                else:
                    pending.give_up(given)
            return [due, [given.cue.id for given in asked]]
    return None


def rival_steps(random: Random) -> Iterator[Step]:
    now_ms = 5000
    for _ in range(LENGTH):
        now_ms += random.choice((1, 50, 300, 1000, 3000))
        what = random.choice(("up", "look", "status", "status"))
        status = "online" if random.random() < 0.8 else "offline"
        will = status == "offline" and random.random() < 0.5
        sent = None if will else max(now_ms + random.choice((-4000, -300, 0, 300, 4000)), 0)
        message = {"runId": random.choice(("a", "me", "z")), "sent": sent, "status": status}
        yield [what, now_ms, message, random.random() < 0.3]


def may_send(steps: list[Step]) -> list[Any]:
    """Return what the daemon's rules give after each step."""
    now_ms = 0
    rivals = Rivals("me", lambda: now_ms * NS_PER_MS)
    found = []
    for what, at_ms, message, retained in steps:
        now_ms = at_ms
        if what == "up":
            rivals.link_up()
        elif what == "status":
            status = StatusMessage(
                run_id=message["runId"],
                sent_ms=message["sent"],
                status=message["status"],
                phase=None,
            )
            rivals.take(status, retained=retained)
        found.append([rivals.may_send, rivals.found is not None])
    return found


def test_the_page_decides_as_the_daemon_does() -> None:
    """GIVEN random orders, answers, losses and other senders WHEN both play them THEN each step
    gives the same.
    """
    node = find_program("node") or absent("Node", "apt-get install nodejs")
    random = Random(7)
    pending = [list(pending_steps(random)) for _ in range(SCHEDULES)]
    rivals = [list(rival_steps(random)) for _ in range(SCHEDULES)]
    done = subprocess.run(
        [node, PLAYER],
        input=json.dumps({"pending": pending, "rivals": rivals}),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert [sent_again(steps) for steps in pending] == found["pending"]
    wanted = [may_send(steps) for steps in rivals]
    assert wanted == found["rivals"]
    assert {True, False} == {may for steps in wanted for may, _ in steps}
