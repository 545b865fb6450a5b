"""What the screen shows of a session: the leg that is on, how far it is, what comes next."""

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from kickcue.cli.format.session_text import compared
from kickcue.cli.tui.formatting import KNOWS_BY, UNKNOWN, minutes
from kickcue.cli.tui.leg_text import leg_text
from kickcue.cli.tui.race_state import RaceBoard
from kickcue.cli.tui.session_state import SessionState
from kickcue.cli.tui.time_rows import time_rows
from kickcue.cli.tui.watch_face import DIGITS
from kickcue.core.events import LegEnd, LegKind, LegResult, Mode, Phase
from kickcue.core.position.uncertainty import plus_minus
from kickcue.core.session.numbered_legs import NumberedLeg
from kickcue.core.units import ns_to_s

_OVER: Final = {Phase.FINISHED: "finished", Phase.ABORTED: "stopped"}
_RUNS: Final = frozenset({LegKind.REP, LegKind.EXTRA})
ROWS: Final = 3
"""The large figure is so high; the times of a session that is over stand in its place."""
COLON: Final = ("╻", " ", "╹")
POD_MODES: Final = frozenset({Mode.MARKS, Mode.POD_LEARNED, Mode.POD})


def session_phase(board: RaceBoard) -> Text:
    """Return the line above the large figure."""
    leg = None if board.session is None else board.session.leg
    if leg is None or board.phase is not Phase.BODY:
        return Text(f"  {_OVER.get(board.phase, 'waiting')}", style="bold")
    runs = leg.kind in _RUNS
    line = Text(f"  {leg_text(leg)}", style="bold bright_yellow" if runs else "bold")
    return line.append(f"  {leg.text}", "not bold default") if runs else line


def session_figure(board: RaceBoard) -> Iterator[Text]:
    """Yield the large figure: metres to go in a run that has a length, else time left or so far.

    A session that is over has its repetitions' times there.
    """
    session = board.session
    if session is not None and board.phase in _OVER and session.runs:
        yield from time_rows([f"{run.rep}: {_run_text(run)}" for run in session.runs], ROWS)
        return
    figure, unit = _figure(board)
    for row in range(ROWS):
        drawn = Text("   ").append(
            " ".join(COLON[row] if glyph == ":" else DIGITS[glyph][row] for glyph in figure),
            "bold bright_white",
        )
        yield drawn.append(f"  {unit}" if row == ROWS - 1 else "", "dim")


def _figure(board: RaceBoard) -> tuple[str, str]:
    e, session = board.estimate, board.session
    if session is None or board.phase in _OVER:
        return UNKNOWN, ""
    if board.phase is Phase.WAITING:
        return str(session.reps), "repetition" if session.reps == 1 else "repetitions"
    rests = session.leg is not None and session.leg.kind is LegKind.REST
    if e is not None and e.to_go_m is not None and not rests:
        return str(max(round(e.to_go_m), 0)), f"{plus_minus(e.distance_sd_m)} m to go"
    left_s = session.left_s
    if left_s is not None and left_s > 0:
        return minutes(left_s + 0.999), "to go"  # whole seconds: the last of them is 0:01
    if left_s is not None:
        return minutes(-left_s), "over"
    return (UNKNOWN, "") if session.leg_s is None else (minutes(session.leg_s), "so far")


def _run_text(run: LegResult) -> str:
    lasted = f"{ns_to_s(run.ended_ns - run.began_ns):.1f}"
    short = run.by in (LegEnd.STOPPED, LegEnd.SESSION) and run.distance_m is not None
    return f"{lasted} ({run.distance_m:.0f} m)" if short else lasted


def session_coming(board: RaceBoard) -> str:
    """Return what comes next, and what the last repetition came to."""
    session = board.session
    if board.phase is Phase.WAITING or session is None:
        return "press s to begin the session"
    if board.phase in _OVER:
        return compared(session.runs) or f"session {_OVER[board.phase]}"
    leg = session.leg
    parts = [] if not session.runs else [_last(session.runs[-1])]
    if leg is not None and session.following is not None:
        parts.append(f"next: {_planned(session.following, session.reps)}")
    elif leg is not None and leg.kind is LegKind.REST:
        parts.append("f to finish, or run one more")
    return "; ".join(parts)


def _last(run: LegResult) -> str:
    ran = "" if run.distance_m is None else f"{run.distance_m:.0f} m in "
    return f"rep {run.rep}: {ran}{ns_to_s(run.ended_ns - run.began_ns):.1f} s"


def _planned(leg: NumberedLeg, reps: int) -> str:
    return f"rep {leg.rep} of {reps}, {leg.text}" if leg.kind is LegKind.REP else leg.text


def session_known_by(board: RaceBoard) -> str:
    """Return on what the distance of a run stands, nothing in a rest."""
    e = board.estimate
    if e is None or board.phase is not Phase.BODY or e.distance_m is None:
        return ""
    return "from the pod" if e.mode in POD_MODES else f"from {KNOWS_BY[e.mode]}"


def session_way(session: SessionState, width: int) -> Text:
    """Draw the repetitions: done, the one that is on, to come."""
    leg = session.leg
    drawn = Text("  ", no_wrap=True)
    rep = 0 if leg is None else leg.rep
    count = max(session.reps, rep)
    if count == 0:
        return drawn
    cells = max((width - 4) // count, 1)
    on = rep if leg is not None and leg.kind in _RUNS else 0
    for each in range(1, count + 1):
        glyph, style = ("━", "cyan") if each <= rep else ("─", "grey30")
        style = "bright_yellow" if each == on else style
        drawn.append(glyph * max(cells - 1, 1), style)
        drawn.append(" ")
    return drawn
