"""What the screen shows of a session: the leg that is on, how far it is, what comes next."""

from collections.abc import Iterator

from rich.text import Text

from kickcue.cli.tui.formatting import UNKNOWN, minutes
from kickcue.cli.tui.race_state import RaceBoard
from kickcue.cli.tui.watch_face import DIGITS
from kickcue.core.events import LegBegin, LegKind, Phase
from kickcue.core.position.uncertainty import plus_minus
from kickcue.core.units import ns_to_s

_OVER = {Phase.FINISHED: "finished", Phase.ABORTED: "stopped"}


def leg_text(leg: LegBegin) -> str:
    """Return what is on: "rep 2 of 5", "rest after rep 2 of 5", "easy 10:00"."""
    if leg.kind is LegKind.REP:
        return f"rep {leg.rep} of {leg.reps}"
    if leg.kind is LegKind.EXTRA:
        return f"rep {leg.rep}, one more"
    if leg.kind is LegKind.EASY:
        return leg.text
    return f"rest after rep {leg.rep} of {leg.reps}" if leg.rep else "run off when you are ready"


def session_phase(board: RaceBoard) -> Text:
    """Return the line above the large figure."""
    if board.phase is Phase.WAITING or board.leg is None or board.phase in _OVER:
        return Text(f"  {_OVER.get(board.phase, 'waiting')}", style="bold")
    runs = board.leg.kind in (LegKind.REP, LegKind.EXTRA)
    style = "bold bright_yellow" if runs else "bold"
    return Text(f"  {leg_text(board.leg)}", style=style)


def session_figure(board: RaceBoard) -> Iterator[Text]:
    """Yield the large figure: metres to go in a run that has a length, else seconds."""
    figure, unit = _figure(board)
    for row in range(3):
        drawn = Text("   ").append(
            " ".join(DIGITS[digit][row] for digit in figure), "bold bright_white"
        )
        yield drawn.append(f"  {unit}" if row == 2 else "", "dim")


def _figure(board: RaceBoard) -> tuple[str, str]:
    e = board.estimate
    if board.phase is not Phase.BODY:
        return UNKNOWN, ""
    if e is not None and e.to_go_m is not None:
        return str(max(round(e.to_go_m), 0)), f"{plus_minus(e.distance_sd_m)} m to go"
    return (UNKNOWN, "") if board.leg_s is None else (f"{board.leg_s:.0f}", "s")


def session_coming(board: RaceBoard) -> str:
    """Return what comes next, or what the last repetition came to."""
    if board.phase is Phase.WAITING:
        return "press s to begin the session"
    if board.phase in _OVER:
        after = "" if board.elapsed_s is None else f" after {minutes(board.elapsed_s)}"
        return f"session {_OVER[board.phase]}{after}"
    run = board.last_run
    if run is None:
        return "" if board.leg is None else board.leg.text
    ran = "" if run.distance_m is None else f"{run.distance_m:.0f} m in "
    return f"rep {run.rep}: {ran}{ns_to_s(run.ended_ns - run.began_ns):.1f} s"


def session_way(board: RaceBoard, width: int) -> Text:
    """Draw the repetitions: done, the one that is on, to come."""
    leg = board.leg
    drawn = Text("  ", no_wrap=True)
    if leg is None or leg.reps == 0:
        return drawn
    cells = max((width - 4) // leg.reps, 1)
    on = leg.rep if leg.kind is LegKind.REP else 0
    for rep in range(1, leg.reps + 1):
        done = rep <= leg.rep and rep != on
        glyph, style = ("━", "bright_yellow") if rep == on else ("━", "cyan")
        if not done and rep != on:
            glyph, style = "─", "grey30"
        drawn.append(glyph * max(cells - 1, 1), style)
        drawn.append(" ")
    return drawn
