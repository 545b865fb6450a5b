"""``kickcue press`` for busy machines: the answer is waited for until it is there.

As a program (``python -m tests.cli.patient_press lap``) where the press has to come out of a
process of its own.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from kickcue.cli import press
from kickcue.cli.press import DaemonView
from kickcue.edges.mqtt import watch_client
from kickcue.edges.mqtt.watch_client import WatchClient
from tests.patience import PATIENCE_S

LOOK_S = 0.1
LISTEN = press._listen


def is_online(view: DaemonView) -> bool:
    """Tell whether the daemon is there and has said whether a race is on."""
    return view.online and view.status is not None and view.status.phase is not None


def says_where(view: DaemonView) -> bool:
    """Tell whether the daemon has also said where the runner is, in a race."""
    return is_online(view) and (view.state is not None or not view.is_racing)


def patient(
    enough: Callable[[DaemonView], bool],
) -> Callable[[WatchClient, DaemonView, float], Awaitable[None]]:
    """Return what listens until the press is sent or refused, and enough is known."""

    async def until_known(helper: WatchClient, view: DaemonView, _: float) -> None:
        session = helper.session
        async with asyncio.timeout(PATIENCE_S):
            while not (session.refusals.text or (session.counters.sent and enough(view))):
                await LISTEN(helper, view, LOOK_S)

    return until_known


def be_patient(patch: pytest.MonkeyPatch, enough: Callable[[DaemonView], bool]) -> None:
    """Have presses of this process wait so, and be worth more than a second."""
    patch.setattr(watch_client, "COMMAND_WORTH_S", PATIENCE_S)
    patch.setattr(press, "_listen", patient(enough))


if __name__ == "__main__":
    from kickcue.cli import main

    with pytest.MonkeyPatch.context() as patched:
        be_patient(patched, is_online if "--anywhere" in sys.argv else says_where)
        words = [word for word in sys.argv[1:] if word != "--anywhere"]
        sys.exit(main(["press", *words]))
