"""How ``kickcue watch`` shows what happens: a watch's face, lines of text in a pipe, or JSON."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from rich.live import Live
from rich.text import Text

from kickcue.cli.format.console import console, json_line
from kickcue.cli.format.output_format import bars, number
from kickcue.cli.tui.formatting import coming, which_lap
from kickcue.cli.tui.leg_text import leg_text
from kickcue.cli.tui.terminal import showable
from kickcue.cli.tui.watch_face import Face
from kickcue.core.position.uncertainty import to_go
from kickcue.core.printable import printable
from kickcue.core.watch.state_machine import LATE, CueAck, Play
from kickcue.edges.mqtt.broker_discovery import WAITING
from kickcue.edges.mqtt.liveness import SenderSilent
from kickcue.edges.mqtt.messages import (
    AckMessage,
    ArmMessage,
    DisarmMessage,
    LegMessage,
    Message,
    StateMessage,
    StatusMessage,
)
from kickcue.edges.mqtt.watch_client import Happening

STATE_EACH_S: Final = 10.0
FRAME_S: Final = 0.05
CALM_FRAME_S: Final = 0.25
HELP: Final = "space lap · u undo · s start · f finish · q quit"


class WatchOutput(ABC):
    """Shows what happens on the watch."""

    @abstractmethod
    def take(self, happening: Happening) -> None:
        """Show what happened."""

    @abstractmethod
    def link(self, *, up: bool, why: str | None) -> None:
        """Show that the connection to the broker came up or went down, and why there is none."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Show something to the person who sits before it."""

    def draw(self) -> float:
        """Show that time has passed; return within how many seconds to call again."""
        return 1.0

    def close(self) -> None:  # noqa: B027  most outputs have nothing to leave
        """Leave the screen in order."""


class WatchScreen(WatchOutput):
    """The face, alive."""

    def __init__(self, title: Callable[[], str]) -> None:
        """Take what makes the title: whose race it is may be known only once there is a broker."""
        self._title = title
        self._face = Face(title())
        self._console = console()
        self._busy_until_s = 0.0
        self._console.print(showable(Text(HELP, style="dim"), self._console))
        self._live = Live(
            showable(self._face.panel(0.0), self._console),
            console=self._console,
            auto_refresh=False,
        )
        self._live.start()

    def take(self, happening: Happening) -> None:
        """Put it on the face."""
        now_s = time.monotonic()
        self._face.take(happening, now_s)
        if isinstance(happening, Play):
            self._busy_until_s = (
                now_s
                + sum(on_ms + off_ms for on_ms, off_ms, _ in happening.touch.pulses) / 1000
                + FRAME_S
            )

    def link(self, *, up: bool, why: str | None) -> None:
        """Put it on the face's edge; that there is no broker yet is too long and goes above."""
        self._face.title, self._face.connected, self._face.waits = self._title(), up, why == WAITING
        if self._face.waits:
            self._console.print(showable(Text(WAITING, style="yellow"), self._console))

    def note(self, text: str) -> None:
        """Put it below the cue."""
        self._face.note(text)
        self.draw()

    def draw(self) -> float:
        """Draw the face; ring where a pulse has begun."""
        now_s = time.monotonic()
        if self._face.rings(now_s):
            self._console.bell()
        self._live.update(showable(self._face.panel(now_s), self._console), refresh=True)
        return FRAME_S if now_s < self._busy_until_s else CALM_FRAME_S

    def close(self) -> None:
        """Leave the last face standing and the cursor below it."""
        self._live.stop()


class Records(WatchOutput):
    """One JSON object a line, for programs."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()

    def take(self, happening: Happening) -> None:
        """Print it."""
        self._print(**_record(happening))

    def link(self, *, up: bool, why: str | None) -> None:
        """Print it."""
        self._print(type="link", up=up, why=why)

    def note(self, text: str) -> None:
        """Print it."""
        self._print(type="note", text=text)

    def _print(self, **values: Any) -> None:
        print(json_line({"t_s": round(time.monotonic() - self._start_s, 3), **values}), flush=True)


class WatchLines(WatchOutput):
    """One line of text for what matters, for a pipe and a log."""

    def __init__(self) -> None:
        self._start_s = time.monotonic()
        self._status: tuple[str, str | None, str | None] | None = None
        self._armed: str | None = None
        self._leg: tuple[str, str] | None = None
        self._refused: CueAck | None = None
        self._state_s = -STATE_EACH_S

    def take(self, happening: Happening) -> None:
        """Print it, unless it was printed before."""
        text = self._text(happening)
        if text is not None:
            self.note(text)

    def link(self, *, up: bool, why: str | None) -> None:
        """Print it."""
        self.note("connected" if up else why or "connection lost; reconnecting")

    def note(self, text: str) -> None:
        """Print it."""
        print(f"{time.monotonic() - self._start_s:8.1f}  {printable(text)}", flush=True)

    def _text(self, happening: Happening) -> str | None:
        """Return the line, or ``None`` for what was printed before."""
        match happening:
            case StatusMessage():
                return self._status_text(happening)
            case StateMessage():
                now_s = time.monotonic() - self._start_s
                if now_s - self._state_s < STATE_EACH_S:
                    return None
                self._state_s = now_s
                return _state_text(happening)
            case LegMessage():
                before, self._leg = self._leg, (happening.run_id, leg_text(happening))
                return None if self._leg == before else self._leg[1]
            case SenderSilent():
                return self._silence_text()
            case ArmMessage():
                before_id, self._armed = self._armed, happening.id
                due = f"due in {happening.due_in_ms / 1000:.1f} s"
                return None if before_id == happening.id else f"armed {happening.kind}, {due}"
            case DisarmMessage():
                self._armed = None
                return f"disarmed {happening.id}: {happening.why}"
            case Play():
                return _play_text(happening)
            case CueAck() if not happening.felt:
                before_it, self._refused = self._refused, happening
                # The sender repeats a cue that nobody has felt, and is answered each time.
                return None if before_it == happening else _refusal_text(happening)
        return None  # an AckMessage is the answer that CueAck has told

    def _status_text(self, status: StatusMessage) -> str | None:
        # Another run is news.
        run_id = status.run_id if status.status == "online" else None
        now = (status.status, status.phase, run_id)
        before, self._status = self._status, now
        if now == before:
            return None
        return status.status + ("" if status.phase is None else f", {status.phase}")

    def _silence_text(self) -> str | None:
        before, self._status, self._state_s = self._status, None, -STATE_EACH_S
        if before is not None and before[0] == "offline":
            return None
        return "no more data: position unknown"


def _play_text(play: Play) -> str:
    touch, timer = play.touch, ", by the armed timer" if play.from_timer else ""
    felt = f"CUE {touch.kind}: {touch.text}  {bars(touch.pulses)}"
    return f"{felt}  (after {play.late_ms} ms{timer})"


def _refusal_text(answer: CueAck) -> str:
    late = answer.why == LATE
    return (
        f"DROPPED {answer.cue_id}: {LATE}, by {answer.latency_ms} ms"
        if late
        else f"NOT FELT {answer.cue_id}: {answer.why}"
    )


def _state_text(state: StateMessage) -> str:
    values = [to_go(state.to_go_m, state.distance_sd_m)]
    if state.lap is not None:
        values.append(f"lap {which_lap(state.lap, state.lap_min, state.lap_max)}")
    if state.eta_bell_s is not None:
        values.append(f"bell in {coming(state.eta_bell_s, state.eta_bell_sd_s)}")
    return ", ".join(
        [
            *values,
            f"{number(state.cadence_spm, 0)} steps/min",
            f"{number(state.heart_rate_bpm, 0)} bpm",
        ]
    )


def _record(happening: Happening) -> dict[str, Any]:
    match happening:
        case Play():
            touch = happening.touch
            return {
                "type": "cue",
                "id": touch.id,
                "kind": touch.kind,
                "text": touch.text,
                "say": touch.say,
                "pulses": touch.pulses,
                "late_ms": happening.late_ms,
                "from_timer": happening.from_timer,
            }
        case CueAck():
            return {
                "type": "ack",
                "id": happening.cue_id,
                "felt": happening.felt,
                "why": happening.why,
                "latency_ms": happening.latency_ms,
            }
        case SenderSilent():
            return {"type": "sender_silent"}
        case _:
            return {"type": NAMES[type(happening)], **happening.model_dump(mode="json")}


NAMES: Final[dict[type[Message], str]] = {
    StatusMessage: "status",
    StateMessage: "state",
    LegMessage: "leg",
    ArmMessage: "arm",
    DisarmMessage: "disarm",
    AckMessage: "answer",
}
