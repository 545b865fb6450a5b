"""The face of a watch in text: where the runner is, and the cue as it is felt, pulse by pulse."""

import textwrap
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kickcue.cli.tui.formatting import coming, which_lap
from kickcue.cli.tui.leg_text import leg_text
from kickcue.core.cueing.phases import RACING
from kickcue.core.events import LegKind, Phase
from kickcue.core.position.uncertainty import plus_minus
from kickcue.core.printable import printable
from kickcue.core.watch.state_machine import LATE, CueAck, CueContent, Play
from kickcue.edges.mqtt.liveness import SenderSilent
from kickcue.edges.mqtt.messages import (
    ArmMessage,
    DisarmMessage,
    LegMessage,
    StateMessage,
    StatusMessage,
)
from kickcue.edges.mqtt.watch_client import Happening

WIDTH: Final = 38
HEIGHT: Final = 15
INNER: Final = WIDTH - 4
MS_PER_BLOCK: Final = 50
BRIGHT_S: Final = 8.0
"""How long a cue's words stay bright after it was felt."""
COMING_S: Final = 600.0
"""From so long before the bell on its moment is shown."""
UNKNOWN: Final = "-"
DIGITS: Final = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": (" ╻ ", " ┃ ", " ╹ "),
    "2": ("╺━┓", "┏━┛", "┗━╸"),
    "3": ("╺━┓", " ━┫", "╺━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━╸", "┗━┓", "╺━┛"),
    "6": ("┏━╸", "┣━┓", "┗━┛"),
    "7": ("╺━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "╺━┛"),
    "-": ("   ", "╺━╸", "   "),
}
PHASES: Final = {
    Phase.WAITING: "waiting",
    Phase.BODY: "race",
    Phase.LAST_LAP: "kick",
    Phase.LAST_200: "last 200",
    Phase.LAST_100: "last 100",
    Phase.LAST_50: "last 50",
    Phase.FINISHED: "finished",
    Phase.ABORTED: "stopped",
}
KICK: Final = frozenset({Phase.LAST_LAP, Phase.LAST_200, Phase.LAST_100, Phase.LAST_50})


@dataclass(frozen=True, slots=True)
class _Felt:
    touch: CueContent
    at_s: float


class Face:
    """Takes what happens on a watch; ``panel`` is how it looks at a moment.

    Times are seconds on any clock that goes on evenly.
    """

    def __init__(self, title: str = "watch", *, session: bool = False) -> None:
        self.title = title
        self._session = session
        """Whether it is worn in a session, which has no laps and no phases of a race."""
        self.connected = True
        self.waits = False
        """There is no broker yet to connect to."""
        self._silent = False
        self._online: bool | None = None
        self._phase: Phase | None = None
        self._state: StateMessage | None = None
        self._leg: LegMessage | None = None
        self._felt: _Felt | None = None
        self._note = ""
        self._rung = 0

    def take(self, happening: Happening, now_s: float) -> None:
        """Take in what happened at ``now_s``."""
        match happening:
            case StatusMessage():
                self._online, self._phase, self._silent = (
                    happening.status == "online",
                    happening.phase,
                    False,
                )
                if self._leg is not None and self._leg.run_id != happening.run_id:
                    self._leg = None  # another run, which may be a race
            case StateMessage():
                self._state = happening
            case LegMessage():
                self._leg = happening
            case SenderSilent():
                self._state, self._leg, self._silent = None, None, True
                self._phase = None if self._phase in RACING else self._phase
            case ArmMessage():
                # The time stands above, and goes on counting there.
                self._note = f"armed: {happening.text.partition(':')[0]}"
            case DisarmMessage():
                self._note = f"disarmed: {happening.why}"
            case Play():
                self._felt, self._rung = _Felt(happening.touch, now_s), 0
                self._note = "felt, by its own timer" if happening.from_timer else "felt"
            case CueAck() if not happening.felt:
                late = happening.why == LATE
                self._note = (
                    f"dropped: {happening.latency_ms / 1000:.1f} s late"
                    if late
                    else f"not felt: {happening.why}"
                )

    def note(self, text: str) -> None:
        """Show ``text`` at the bottom, until the next thing happens."""
        self._note = text

    def rings(self, now_s: float) -> int:
        """Return how many pulses have begun since this was last asked: so often rings the bell."""
        begun = (
            0
            if self._felt is None
            else sum(
                begin_ms <= self._felt_ms(now_s) for begin_ms, _, _ in _timeline(self._felt.touch)
            )
        )
        new, self._rung = begun - self._rung, begun
        return new

    def buzzing(self, now_s: float) -> bool:
        """Return whether the motor would run at this moment."""
        if self._felt is None:
            return False
        return any(
            begin_ms <= self._felt_ms(now_s) < end_ms
            for begin_ms, end_ms, _ in _timeline(self._felt.touch)
        )

    def panel(self, now_s: float) -> Panel:
        """Return the face, ``WIDTH`` columns by ``HEIGHT`` lines."""
        buzzing = self.buzzing(now_s)
        rows: list[RenderableType] = [
            self._head(),
            "",
            Align.center(self._to_go()),
            Align.center(self._error()),
            self._progress(),
            self._values(),
            Align.center(self._coming()),
            Align.center(self._pulses(now_s)),
            self._words(now_s),
            Text(_fit(self._note), style="dim", justify="center"),
        ]
        return Panel(
            Group(*rows),
            title=Text(printable(self.title), style="bold"),
            subtitle=self._link(),
            box=box.HEAVY if buzzing else box.ROUNDED,
            border_style="bold bright_yellow" if buzzing else "cyan",
            width=WIDTH,
            height=HEIGHT,
        )

    def _leg_on(self) -> LegMessage | None:
        """Return what of a session is on, None in a race and where no session is on."""
        return self._leg if self._phase is Phase.BODY else None

    def _head(self) -> RenderableType:
        leg = self._leg_on()
        if leg is not None:
            return _leg_head(leg)
        if self._session:
            return Text("session", style="bold")
        phase = UNKNOWN if self._phase is None else PHASES[self._phase]
        if self._leg is not None:  # the session is over, and has no laps
            return Text(phase, style="bold")
        state = self._state
        lap = (
            UNKNOWN
            if state is None or state.lap is None
            else which_lap(state.lap, state.lap_min, state.lap_max)
        )
        style = "bold bright_yellow" if self._phase in KICK else "bold"
        return _ends(Text(phase, style=style), Text(f"lap {lap}"))

    def _to_go(self) -> Text:
        to_go_m = None if self._state is None else self._state.to_go_m
        digits = UNKNOWN if to_go_m is None else str(max(round(to_go_m), 0))
        rows = (" ".join(DIGITS[digit][row] for digit in digits) for row in range(3))
        return Text("\n".join(rows), style="bold bright_white", no_wrap=True)

    def _error(self) -> Text:
        state = self._state
        leg = self._leg_on()
        if state is None or state.to_go_m is None:
            return Text("m to go" if leg is None else _fit(leg.text), style="dim")
        return Text(f"{plus_minus(state.distance_sd_m)} m to go", style="dim")

    def _progress(self) -> Text:
        state, share = self._state, 0.0
        if state is not None and state.to_go_m is not None and state.distance_m is not None:
            share = state.distance_m / max(state.distance_m + max(state.to_go_m, 0.0), 1.0)
        done = round(min(share, 1.0) * INNER)
        return Text("━" * done, style="cyan").append("─" * (INNER - done), "grey30")

    def _values(self) -> RenderableType:
        state = self._state
        cadence = None if state is None else state.cadence_spm
        heart = None if state is None else state.heart_rate_bpm
        return _ends(
            Text(f"{_number(cadence)} steps/min"), Text(f"♥ {_number(heart)}", style="red")
        )

    def _coming(self) -> Text:
        """Say when the bell is due, as a window where that is not known well."""
        state = self._state
        if state is None or state.eta_bell_s is None or state.eta_bell_s > COMING_S:
            return Text(" ")
        return Text(f"bell in {coming(state.eta_bell_s, state.eta_bell_sd_s)}", style="dim")

    def _pulses(self, now_s: float) -> Text:
        """Draw the pulses: what is still to come dim, what has been felt lit."""
        drawn = Text(no_wrap=True)
        if self._felt is None:
            return Text(" ")
        for begin_ms, end_ms, intensity in _timeline(self._felt.touch):
            for block_ms in range(begin_ms, end_ms, MS_PER_BLOCK):
                lit = block_ms <= self._felt_ms(now_s)
                drawn.append(
                    "█" if intensity > 0.75 else "▓" if intensity > 0.4 else "▒",
                    "bright_yellow" if lit else "grey30",
                )
            drawn.append(" ")
        drawn.truncate(INNER)
        return drawn

    def _words(self, now_s: float) -> Text:
        """Return the cue's words, on two lines always, so that nothing below them moves."""
        if self._felt is None:
            return Text("\n")
        bright = now_s - self._felt.at_s < BRIGHT_S
        lines = textwrap.wrap(printable(self._felt.touch.text), INNER, max_lines=2, placeholder="…")
        return Text(
            "\n".join([*lines, "", ""][:2]),
            style="bold bright_yellow" if bright else "yellow dim",
            justify="center",
        )

    def _link(self) -> Text:
        if not self.connected:
            return Text(
                "waiting for kickcue run" if self.waits else "reconnecting", style="bold red"
            )
        if self._online is None:
            return Text("waiting for the sender", style="dim")
        if self._online and self._silent:
            return Text("○ no data from the sender", style="bold red")
        return (
            Text("● online", style="green")
            if self._online
            else Text("○ the sender is offline", style="red")
        )

    def _felt_ms(self, now_s: float) -> float:
        assert self._felt is not None
        return (now_s - self._felt.at_s) * 1000


def _leg_head(leg: LegMessage) -> Table:
    """Return which leg it is: a repetition and how long it is, or a rest and after which."""
    if leg.kind is LegKind.REST:
        after = f"after rep {leg.rep} of {leg.reps}" if leg.rep else ""
        return _ends(Text("rest", style="bold"), Text(after))
    runs = leg.kind is not LegKind.EASY
    style = "bold bright_yellow" if runs else "bold"
    return _ends(Text(_fit(leg_text(leg)), style=style), Text(_fit(leg.text) if runs else ""))


def _timeline(touch: CueContent) -> list[tuple[int, int, float]]:
    """Return each pulse as (begin, end, intensity), ms after the first one began."""
    found, at_ms = [], 0
    for on_ms, off_ms, intensity in touch.pulses:
        found.append((at_ms, at_ms + on_ms, intensity))
        at_ms += on_ms + off_ms
    return found


def _ends(left: Text, right: Text) -> Table:
    """Return a line with one text at each end."""
    line = Table.grid(expand=True)
    line.add_column()
    line.add_column(justify="right")
    line.add_row(left, right)
    return line


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.0f}"


def _fit(text: str) -> str:
    text = printable(text)
    return text if len(text) <= INNER else f"{text[: INNER - 1]}…"
