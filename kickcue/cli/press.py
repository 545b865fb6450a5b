"""``kickcue press``: presses for a race that runs elsewhere, from a script or a helper's keys."""

import argparse
import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Group
from rich.text import Text

from kickcue import machine_time
from kickcue.cli.broker_options import ChosenBroker, add_broker_options, chosen_broker
from kickcue.cli.format.console import json_line
from kickcue.cli.format.printing import complain, tell
from kickcue.cli.tui.formatting import which_lap
from kickcue.cli.tui.keyboard import GIVE_UP, HUNG_UP, ORDERS, QUESTIONS, KeyPress, is_asked_first
from kickcue.cli.tui.screen import END, ENTER, INTERRUPT, canvas
from kickcue.cli.tui.terminal import is_terminal
from kickcue.cli.tui.typed_distance import DISTANCE, TypedDistance
from kickcue.cli.tui.watch_face import PHASES
from kickcue.core.course import race_distance_m
from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind, Orderer, Phase
from kickcue.core.position.uncertainty import to_go
from kickcue.edges.mqtt.broker_discovery import WAITING
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.liveness import SenderSilent
from kickcue.edges.mqtt.messages import StateMessage, StatusMessage
from kickcue.edges.mqtt.watch_client import COMMAND_WORTH_S, Happening, WatchClient, watch
from kickcue.supervision.tasks import running

WHAT: Final = {
    "lap": CommandKind.LAP,
    "start": CommandKind.START,
    "undo": CommandKind.UNDO_LAP,
    "finish": CommandKind.FINISH,
    "abort": CommandKind.ABORT,
    "distance": CommandKind.DISTANCE,
}
ENDS: Final = frozenset({"finish", "abort"})
KEYS: Final = {**ORDERS, **dict.fromkeys(ENTER, CommandKind.LAP), GIVE_UP: CommandKind.ABORT}
SUBSCRIBED: Final = ("status", "state")
LEAVING: Final = frozenset({"q", END, INTERRUPT, HUNG_UP})
ANSWER_S: Final = 1.5
"""A state comes half a second after what changed it, a status each second."""
FRAME_S: Final = 0.25
GIVEN_UP_S: Final = COMMAND_WORTH_S + 0.5
"""The broker's word that a press has come may take a little longer than the press."""
HELP: Final = "Enter lap · u undo · s start · f finish · x give up · d distance · q quit"
SAME_M: Final = 1.0
"""The distances of a state are rounded to 0.1 m."""
TAKEN_BACK: Final = "not over? undo works for one minute"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "what",
        nargs="?",
        choices=sorted(WHAT),
        help="press this once and report the result (default: interactive keys)",
    )
    hint = "with distance: the correct race distance, such as 3000, mile, 10k"
    parser.add_argument("race_distance", nargs="?", metavar="DISTANCE", help=hint)
    parser.add_argument(
        "--trackside",
        action="store_true",
        help="you are a trackside helper (training and time trials only)",
    )
    add_broker_options(parser)
    parser.add_argument(
        "--json", action="store_true", help="with a press: print the result as one JSON object"
    )


def run(args: argparse.Namespace) -> int:
    """Press once, or until q; 1 and BrokerError where nobody took the press."""
    if args.what is None and (args.json or not is_terminal()):
        raise UsageError(
            f"expected what to press ({', '.join(WHAT)}), as there is no terminal for keys"
        )
    press = _press_from(args)
    broker = chosen_broker(args)
    by = Orderer.TRACKSIDE if args.trackside else Orderer.RUNNER
    # A lost connection is shown, not logged over the picture.
    logging.getLogger("kickcue").addHandler(logging.NullHandler())
    if press is None:
        machine_time.run(_keyboard(broker, by))
        return 0
    view = machine_time.run(_once(broker.now(), press, by))
    trouble = view.trouble(press)
    _print_outcome(args, by, view, trouble)
    return 0 if trouble is None else 1


def _press_from(args: argparse.Namespace) -> KeyPress | None:
    """Return what is to be pressed once, None for a keyboard.

    UsageError for a distance that is none, or belongs to no press.
    """
    if args.what is None:
        return None
    if args.what != "distance":
        if args.race_distance is not None:
            raise UsageError(f"expected {args.what} alone, got {args.what} {args.race_distance}")
        return KeyPress(WHAT[args.what])
    if args.race_distance is None:
        raise UsageError("distance: expected a race distance, such as 3000, mile, 10k")
    return KeyPress(CommandKind.DISTANCE, race_distance_m(args.race_distance))


@dataclass(slots=True)
class DaemonView:
    """What the daemon published last, and whether a race was on at any time since we listen."""

    status: StatusMessage | None = None
    state: StateMessage | None = None
    raced: bool = False

    def take(self, happening: Happening) -> None:
        """Note it."""
        if isinstance(happening, StatusMessage):
            self.status = happening
            self.raced = self.raced or happening.phase in RACING
        elif isinstance(happening, StateMessage):
            self.state = happening
        elif isinstance(happening, SenderSilent):
            self.status = self.state = None

    @property
    def online(self) -> bool:
        """Whether somebody follows the race."""
        return self.status is not None and self.status.status == "online"

    def listen_anew(self) -> None:
        """Let only what is on now, and what comes, count for a press that is made now."""
        self.raced = self.status is not None and self.status.phase in RACING

    def trouble(self, press: KeyPress) -> str | None:
        """Return why nothing can have come of a press, None where something has."""
        if press.race_distance_m is not None:
            return self._other_distance(press.race_distance_m)
        if self.raced:
            return None
        phase = None if self.status is None else self.status.phase
        if press.kind is CommandKind.START:
            return f"the race has not started ({_words(phase)})"
        return f"no race is on ({_words(phase)})"

    def _other_distance(self, metres: float) -> str | None:
        """Return that the race is another distance still; None where it is not, as far as known."""
        state = self.state
        if not self.is_racing or state is None or state.distance_m is None or state.to_go_m is None:
            return None
        there_m = state.distance_m + state.to_go_m
        if abs(there_m - metres) <= SAME_M:
            return None
        return f"the race stays {there_m:.0f} m: see the runner's screen for the reason"

    @property
    def is_racing(self) -> bool:
        """Whether a race is on."""
        return self.status is not None and self.status.phase in RACING

    @property
    def is_over(self) -> bool:
        """Whether a race has ended."""
        return self.status is not None and self.status.phase in (Phase.FINISHED, Phase.ABORTED)

    def where(self) -> str:
        """Return where the runner is and how sure that is, in one line."""
        phase = None if self.status is None else self.status.phase
        state = self.state
        if state is None or state.to_go_m is None or state.lap is None:
            return _words(phase)
        lap = which_lap(state.lap, state.lap_min, state.lap_max)
        return (
            f"lap {lap}, {to_go(state.to_go_m, state.distance_sd_m)}, by "
            f"{state.mode.replace('_', ' ')}"
        )


def _words(phase: Phase | None) -> str:
    return "position unknown" if phase is None else PHASES[phase]


# ---- one press


async def _once(broker: ChosenBroker, press: KeyPress, by: Orderer) -> DaemonView:
    """Press, and return what was published after that."""
    view = DaemonView()
    async with watch(broker.address, broker.topics, subscribes=SUBSCRIBED) as helper:
        helper.command(press.kind, by, press.race_distance_m)
        await _listen(helper, view, ANSWER_S)
        if not helper.session.counters.sent:
            raise BrokerError(
                f"broker {broker.address}: "
                f"{helper.session.refusals.text or 'did not confirm the press in time'}"
            )
    if not view.online:
        raise BrokerError(f"no answer to the press: no kickcue is online at {helper.topics.prefix}")
    return view


async def _listen(helper: WatchClient, view: DaemonView, within_s: float) -> None:
    """Take what the daemon publishes, for so long."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + within_s
    while (left_s := until_s - loop.time()) > 0.0:
        for happening in await helper.wait(left_s):
            view.take(happening)


def _print_outcome(
    args: argparse.Namespace, by: Orderer, view: DaemonView, trouble: str | None
) -> None:
    """Print what became of one press."""
    if args.json:
        print(json_line(_as_json(args.what, by, view, trouble)))
    elif trouble is None:
        over = f" ({TAKEN_BACK})" if args.what in ENDS and view.is_over else ""
        tell(f"{args.what} sent: {view.where()}{over}")
    else:
        complain(f"{args.what} was sent, but {trouble}")


def _as_json(what: str, by: Orderer, view: DaemonView, trouble: str | None) -> dict[str, Any]:
    assert view.status is not None
    state = None if view.state is None else view.state.model_dump(mode="json")
    return {
        "pressed": what,
        "by": by,
        "phase": view.status.phase,
        "state": state,
        "trouble": trouble,
    }


# ---- a keyboard


async def _keyboard(broker: ChosenBroker, by: Orderer) -> None:
    async with (
        watch(
            broker.address, broker.topics, subscribes=SUBSCRIBED, patient=broker.is_private
        ) as helper,
        canvas(take_interrupt=True, whole=False) as screen,
    ):
        board = Keyboard(helper, by)
        async with running(board.listen(), name="press") as listening:
            while not listening.done():
                screen.draw(board.picture())
                key = await screen.key(FRAME_S)
                if key in LEAVING and not (key == "q" and board.types):
                    break
                if key is not None:
                    board.take(key)
        screen.draw(board.picture())


class Keyboard:
    """What was pressed, what came of it, and where the runner is."""

    def __init__(self, helper: WatchClient, by: Orderer) -> None:
        self._helper = helper
        self._by = by
        self._view = DaemonView()
        self._pressed = 0
        self._pressed_s = 0.0
        self._press = KeyPress(CommandKind.LAP)
        self._asked: str | None = None
        self._typed: TypedDistance | None = None

    @property
    def types(self) -> bool:
        """Whether a distance is being typed."""
        return self._typed is not None

    async def listen(self) -> None:
        """Take what the daemon publishes, until cancelled."""
        while True:
            for happening in await self._helper.wait(1.0):
                self._view.take(happening)

    def take(self, key: str) -> None:
        """Take a key; one that would end a race far from its end is asked about first."""
        if self._typed is not None:
            self._type(self._typed, key)
            return
        asked, self._asked = self._asked, None
        state = self._view.state
        to_go = (None, None) if state is None else (state.to_go_m, state.distance_sd_m)
        if self._view.is_racing and key != asked and is_asked_first(key, *to_go):
            self._asked = key
        elif key == DISTANCE:
            self._typed = TypedDistance()
        elif key in KEYS and (key != GIVE_UP or self._view.is_racing):
            self.press(KeyPress(KEYS[key]))

    def _type(self, typed: TypedDistance, key: str) -> None:
        """Take a key for the distance that is being typed."""
        press = typed.take(key)
        if typed.over:
            self._typed = None
        if press is not None:
            self.press(press)

    def press(self, press: KeyPress) -> None:
        """Send an order."""
        self._helper.command(press.kind, self._by, press.race_distance_m)
        self._pressed += 1
        self._pressed_s = asyncio.get_running_loop().time()
        self._press = press
        self._view.listen_anew()

    def picture(self) -> Group:
        """Return three lines."""
        up = self._helper.session.connected and self._view.online
        title = Text.assemble(
            (self._helper.topics.prefix, "bold"),
            f"  {'trackside' if self._by is Orderer.TRACKSIDE else 'as the runner'}  ",
            no_wrap=True,
        )
        title.append("● online" if up else f"○ {self._trouble()}", "green" if up else "bold red")
        where = Text(
            self._view.where() if self._view.online else "-", no_wrap=True, overflow="ellipsis"
        )
        where.append(f"   {self._came_of_it()}" if self._pressed else "", "bold")
        asked = QUESTIONS.get(self._asked or "") if self._typed is None else self._typed.question
        style = "dim" if asked is None else "bold black on bright_yellow"
        keys = Text(asked or HELP, style=style)
        return Group(title, where, keys)

    def _trouble(self) -> str:
        if self._helper.session.connected:
            return "no race is being tracked there"
        return WAITING if self._helper.session.trouble == WAITING else "no connection; retrying"

    def _came_of_it(self) -> str:
        """Return what became of the presses.

        One that cannot be sent within a second is given up.
        """
        last = f"{self._press.kind.replace('_', ' ')} ({self._pressed})"
        unsent, ago_s = (
            self._pressed - self._helper.session.counters.sent,
            asyncio.get_running_loop().time() - self._pressed_s,
        )
        if not unsent:
            trouble = self._view.trouble(self._press) if ago_s > ANSWER_S else None
            return f"{last}: sent{'' if trouble is None else f', but {trouble}'}"
        refused = self._helper.session.refusals.text
        if refused is not None:
            return f"{last}: {refused}"
        given_up = ago_s > GIVEN_UP_S
        return f"{last}: {unsent} not sent" if given_up else f"{last}: sending"
