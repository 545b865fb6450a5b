"""``kickcue demo --plan``: a session nobody ran, through the same engine, broker and watch."""

from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from kickcue.cli.demo.audience import Audience
from kickcue.cli.demo.pace import Pace
from kickcue.cli.demo.page_shows import PageShows
from kickcue.cli.demo.play import PlayedCues, parties, play
from kickcue.cli.demo.screen import screen_for
from kickcue.cli.demo.session_board import SessionBoard
from kickcue.cli.demo.session_drawing import SessionShown
from kickcue.cli.demo.session_summary import SessionSummary
from kickcue.cli.format.printing import complain
from kickcue.config.plan_document import PlanDocument
from kickcue.config.race_document import RaceDocument
from kickcue.core.engine_choice import engine_for
from kickcue.core.errors import UsageError
from kickcue.core.events import Command, CommandKind, Input, LegKind
from kickcue.core.plan import Leg, Rest, TimedRun
from kickcue.core.units import NS_PER_MS, s_to_ns
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulated_document
from kickcue.lab.simulate_session import SimulatedSession, simulate_session
from kickcue.recording.header import race_header, utc_now
from kickcue.recording.mcap_writer import McapWriter
from kickcue.workouts.plan_source import load_any_plan

TRAINED_FOR: Final = "5000m"
CALIBRATED_SD: Final = 0.005
"""How well the scale of the simulated pod is known: that of a pod calibrated by a race."""
PRIOR_SD: Final = 0.007
REP, LAST_REP, REST, ELSE = 1.0, 2.0, 0.35, 0.5
"""How long each kind of leg is watched, against a repetition."""
PAST_LINE_S: Final = 3.0
ENDS_AFTER_S: Final = 10.0
"""After this long the runner ends a session that does not end by itself."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A session ready to be played: what is sent, what was true."""

    document: PlanDocument
    race: RaceDocument
    session: SimulatedSession
    inputs: tuple[Input, ...]


def staged(name: str, seed: int) -> Staged:
    """Return the session of a plan; UsageError where it cannot be played or there is none."""
    document, notes = load_any_plan(name)
    plan = document.plan()
    if plan.is_race:
        raise UsageError(f"--plan {name}: this is a race; 'kickcue demo' plays famous ones")
    if any(_needs_press(leg) for leg in plan.legs()):
        raise UsageError(
            f"--plan {name}: a step of it lasts until the lap button is pressed, and in the demo "
            "nobody presses; give that step a distance or a time"
        )
    for note in notes:
        complain(f"{name}: {note}")
    race = RaceDocument.parse(
        {
            **simulated_document(TRAINED_FOR).as_json(),
            "plan": document.as_json(),
            "scale": 1.0,
            "scale_sd": PRIOR_SD,
        },
        "the simulated session",
    )
    session = simulate_session(plan, seed, PodFaults(scale_sd=CALIBRATED_SD))
    return Staged(document, race.with_digests(), session, _ended(session))


def _needs_press(leg: Leg) -> bool:
    if isinstance(leg, Rest):
        return leg.until is CommandKind.LAP
    return isinstance(leg, TimedRun) and leg.duration_s is None


def _ended(session: SimulatedSession) -> tuple[Input, ...]:
    """Return the inputs; the runner ends a session whose last leg is no run to cool down."""
    last = session.legs[-1]
    if last.leg.kind is LegKind.EASY:
        return session.inputs
    end = Command(s_to_ns(last.ended_s + ENDS_AFTER_S), CommandKind.FINISH)
    return tuple(sorted((*session.inputs, end), key=lambda event: event.t_ns))


def session_pace(session: SimulatedSession, rate: float | None, start_wall_ns: int) -> Pace:
    """Return a pace at which repetitions are watched at leisure, and all else goes by quickly."""
    legs, end_s = session.legs, session.truth.duration_s
    last_rep = session.repetitions[-1].leg.rep
    ends_s, weights = ([legs[0].began_s], [ELSE]) if legs[0].began_s > 0.0 else ([], [])
    for each, after in zip(legs, (*legs[1:], None), strict=True):
        is_rep = each.leg.kind is LegKind.REP
        ends_s.append(after.began_s if after is not None else each.ended_s + PAST_LINE_S)
        is_last = is_rep and each.leg.rep == last_rep > 1
        usual = REST if each.leg.kind is LegKind.REST else ELSE
        weights.append(LAST_REP if is_last else REP if is_rep else usual)
    return Pace.of_stretches([*ends_s, end_s], [*weights, REST], rate, start_wall_ns)


async def play_session(  # noqa: PLR0913  what is played, how fast, and who hears of it
    stage: Staged,
    seed: int,
    rate: float | None,
    path: Path,
    tell: Callable[[SessionSummary], None],
    *,
    silent: bool,
) -> SessionSummary:
    """Play the session and return its figures, once ``tell`` has shown them.

    It is recorded to ``path``.
    """
    board = SessionBoard(stage.document, stage.session)
    async with parties(offers_page=not silent) as both:
        async with AsyncExitStack() as stack:
            writer = stack.enter_context(McapWriter(path, race_header(stage.race, utc=utc_now())))
            screen = await stack.enter_async_context(
                screen_for(SessionShown(board), both.invitation, silent=silent)
            )
            pace = session_pace(stage.session, rate, both.now_ns())
            engine = engine_for(stage.race.engine_config())
            page = PageShows(both.delivery, stage.race, stage.document.name, engine, pace, path)
            audience = Audience(writer, board, page, screen)
            played = await play(both, engine, stage.inputs, pace, audience)
        summary = _summary(stage, seed, board, played, path)
        tell(summary)
        await both.stay(path)
    return summary


def _summary(
    stage: Staged, seed: int, board: SessionBoard, played: PlayedCues, path: Path
) -> SessionSummary:
    times = Counter(play.touch.id for play, _ in played.felt)
    decided = {cue.id: ns for cue, ns in played.decided}
    after_ms = [
        (ns - decided[play.touch.id]) / NS_PER_MS
        for play, ns in played.felt
        if play.touch.id in decided
    ]
    return SessionSummary(
        document=stage.document,
        seed=seed,
        repetitions=board.repetitions(),
        cues=len(decided),
        felt=sum(times[each] == 1 for each in decided),
        median_ms=median(after_ms) if after_ms else None,
        recording=path,
    )
