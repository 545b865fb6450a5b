"""Which cues would help now."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from kickcue.config.phrase_files import languages, load_vocabulary
from kickcue.core.course import course_for
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.policy import Moment, answered, bell_cue, in_last_window, off_even_pace
from kickcue.core.events import CueKind
from kickcue.core.plan import Run, race

RUN = race(course_for("5000m")).legs()[0]
assert isinstance(RUN, Run)
POINTS = RUN.cues
TIRED = Moment(
    to_go_m=300.0,
    error_m=0.0,
    cadence_spm=178.0,
    baseline_spm=178.0,
    speed_mps=5.0,
    baseline_mps=5.0,
    given=frozenset({CueKind.LAST_LAP}),
)
KICKING = replace(TIRED, cadence_spm=190.0)

maybe_spm = st.none() | st.floats(100.0, 240.0)
maybe_mps = st.none() | st.floats(1.0, 9.0)
moments = st.builds(
    Moment,
    st.floats(-50.0, 1000.0),
    st.floats(0.0, 500.0),
    maybe_spm,
    maybe_spm,
    maybe_mps,
    maybe_mps,
    st.frozensets(st.sampled_from(CueKind)),
)


def kinds(moment: Moment, *, smile: bool = True) -> list[CueKind]:
    return [c.kind for c in in_last_window(moment, POINTS, smile=smile)]


@pytest.mark.parametrize(
    ("to_go_m", "wanted"),
    [
        (399.0, []),
        (200.1, []),
        (200.0, [CueKind.TURNOVER]),
        (100.1, [CueKind.TURNOVER]),
        (100.0, [CueKind.DRIVE]),
        (50.0, []),
        (3.0, []),
    ],
)
def test_where_tired_legs_are_helped(to_go_m: float, wanted: list[CueKind]) -> None:
    """GIVEN legs that have not answered THEN turnover helps from 200 m to go, drive from 100 m, and
    nothing in the last 50 m.
    """
    assert wanted == kinds(replace(TIRED, to_go_m=to_go_m))


@pytest.mark.parametrize(
    ("error_m", "wanted"),
    [(0.0, [CueKind.DRIVE]), (44.9, [CueKind.DRIVE]), (45.0, []), (270.0, [])],
)
def test_silence_where_the_finish_may_be_near(error_m: float, wanted: list[CueKind]) -> None:
    """GIVEN 95 m to go, give or take WHEN it may be 50 m or less THEN nothing is felt: silence
    counts from the nearest finish.
    """
    assert wanted == kinds(replace(TIRED, to_go_m=95.0, error_m=error_m))


def test_the_words_of_the_bell() -> None:
    """Last lap or hold form, each with "about" where the place is not known well; the kind, and so
    the pulses, are the same with it.
    """
    cues = [bell_cue(hold=hold, about=about) for hold in (False, True) for about in (False, True)]
    assert [CueKind.LAST_LAP, CueKind.LAST_LAP, CueKind.HOLD, CueKind.HOLD] == [
        cue.kind for cue in cues
    ]
    assert [PhraseKey.LAST_LAP, PhraseKey.LAST_LAP_ABOUT, PhraseKey.HOLD, PhraseKey.HOLD_ABOUT] == [
        cue.phrase for cue in cues
    ]


def test_where_kicking_legs_are_helped() -> None:
    """GIVEN cadence has answered THEN relax, anywhere in the last lap, BUT WHEN that was said
    already THEN nothing.
    """
    assert [CueKind.RELAX] == kinds(KICKING)
    assert [CueKind.RELAX] == kinds(replace(KICKING, to_go_m=150.0))
    assert [] == kinds(replace(KICKING, given=KICKING.given | {CueKind.RELAX}))


def test_smiling_is_a_wish() -> None:
    """Relax says smile by default and can be told not to."""
    assert [PhraseKey.RELAX_SMILE] == [
        c.phrase for c in in_last_window(KICKING, POINTS, smile=True)
    ]
    assert [PhraseKey.RELAX] == [c.phrase for c in in_last_window(KICKING, POINTS, smile=False)]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"cadence_spm": 183.3}, False),
        ({"cadence_spm": 183.4}, True),
        ({"cadence_spm": 178.0, "speed_mps": 6.0}, False),
        ({"cadence_spm": None, "speed_mps": 5.15}, True),
        ({"baseline_spm": None, "speed_mps": 5.14}, False),
        ({"cadence_spm": None, "speed_mps": None}, False),
        ({"cadence_spm": None, "baseline_mps": None, "speed_mps": 9.0}, False),
    ],
)
def test_what_counts_as_an_answer(change: dict[str, float | None], wanted: bool) -> None:
    """Three per cent above the race's own cadence is an answer; speed speaks only where cadence
    cannot; not knowing is no answer.
    """
    # Every value fits its field.
    assert wanted is answered(replace(TIRED, **change))  # type: ignore[arg-type]


@given(moments)
def test_the_promises_hold_at_any_moment(moment: Moment) -> None:
    """At most one wish; nothing in the last 50 m, wherever the finish may be; no turnover or drive
    once the legs have answered; nothing twice.
    """
    wanted = kinds(moment)
    assert len(wanted) <= 1
    assert not (wanted and moment.to_go_m - moment.error_m <= 50.0)
    assert not (answered(moment) and {CueKind.TURNOVER, CueKind.DRIVE} & set(wanted))
    assert not (not answered(moment) and CueKind.RELAX in wanted)
    assert not set(wanted) & moment.given


@pytest.mark.parametrize(
    ("off_s", "early", "phrase", "seconds", "rank"),
    [
        (-2.4, True, PhraseKey.EVEN_EASE, "2", 2),
        (-2.6, False, PhraseKey.EVEN_EASE, "3", 1),
        (11.7, True, PhraseKey.EVEN_LIFT, "12", 1),
        (2.0, False, PhraseKey.EVEN_LIFT, "2", 1),
    ],
)
def test_off_even_pace(
    off_s: float, early: bool, phrase: PhraseKey, seconds: str, rank: int
) -> None:
    """The side and the seconds are told; too fast early is more urgent than the same later, or than
    too slow.
    """
    candidate = off_even_pace(off_s, early=early)
    assert (CueKind.EVEN, phrase) == (candidate.kind, candidate.phrase)
    assert (("seconds", seconds),) == candidate.told
    assert rank == candidate.rank


@pytest.mark.parametrize("language", languages())
def test_nobody_is_told_to_hold_back(language: str) -> None:
    """GIVEN a runner ahead of the schedule THEN no language says wait, save, slow down or hold
    back: there is a pace and its seconds.
    """
    said = load_vocabulary(language)[PhraseKey.EVEN_EASE].filled((("seconds", "2"),))
    words = {"ease", "hold", "back", "wait", "save", "slow", "brems", "langsam", "spar", "ruhig"}
    words |= {"attend", "ralenti", "garde", "retiens", "calme", "finish", "kick", "endspurt"}
    assert [] == [word for word in words if word in f"{said.text} {said.say}".lower()]
    assert "2" in said.text
    assert "2" in said.say
