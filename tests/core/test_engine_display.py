"""What the runner is told of how sure it is: the laps it may be, the window of the bell, and
"about" where that is the right word.
"""

from kickcue.config.phrase_files import load_vocabulary
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.events import Arm, Cue, CueKind, Estimate
from tests.core.scenario import Race

VOCABULARY = load_vocabulary()
BELLS = (CueKind.LAST_LAP, CueKind.HOLD)


def racing(race: Race) -> list[Estimate]:
    return [e for e in race.all(Estimate) if e.distance_m is not None]


def bell(race: Race) -> Cue:
    (found,) = [c for c in race.all(Cue) if c.kind in BELLS]
    return found


def test_what_a_marked_race_knows() -> None:
    """GIVEN marks at the lines THEN the lap is known throughout, the bell is called without
    "about", and its time gets ever surer.
    """
    race = Race("5000m")
    race.pod.scale = 1.03
    race.gun()
    race.runs_and_presses(5.0)
    assert all(e.lap_min == e.lap == e.lap_max for e in racing(race))
    assert VOCABULARY[PhraseKey.LAST_LAP].text == bell(race).text
    assert {bell(race).text} == {arm.cue.text for arm in race.all(Arm)}
    foreseen = [(e.eta_bell_s, e.eta_bell_sd_s) for e in racing(race) if e.eta_bell_s is not None]
    assert all(sd_s is not None for _, sd_s in foreseen)
    assert foreseen[-1][1] < 1.5 < foreseen[0][1]  # type: ignore[operator]  # asserted above
    assert CueKind.DRIVE in race.cues()


def test_what_a_pod_alone_cannot_know() -> None:
    """GIVEN a pod that nobody has calibrated, and no mark, over 5000 m THEN the lap is a range, the
    bell "about", armed and given alike.

    The truth lies in the ranges. Nothing is felt after the bell: the finish may be near.
    """
    race = Race("5000m")
    race.pod.scale = 0.97
    race.gun()
    race.runs_to(4990.0, 5.0)
    told = racing(race)
    assert (1, 1) == (told[0].lap_min, told[0].lap_max)
    assert any(e.lap_min != e.lap_max for e in told)
    assert (12, 13) == (told[-1].lap_min, told[-1].lap_max)
    assert VOCABULARY[PhraseKey.LAST_LAP_ABOUT].text == bell(race).text
    assert VOCABULARY[PhraseKey.LAST_LAP_ABOUT].say == bell(race).say
    assert {bell(race).text} == {arm.cue.text for arm in race.all(Arm)}
    assert [CueKind.LAST_LAP] == race.cues()


def test_the_armed_words_follow_what_is_known() -> None:
    """GIVEN an armed watch WHEN the pod is lost THEN it is told "about", for it may have to fire
    alone, and with the next mark no more.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(5.0, upto_m=3410.0)
    assert VOCABULARY[PhraseKey.LAST_LAP].text == race.all(Arm)[-1].cue.text
    race.pod.worn = False
    race.runs_to(3802.0, 5.0)
    assert VOCABULARY[PhraseKey.LAST_LAP_ABOUT].text == race.all(Arm)[-1].cue.text
    race.marks_line()
    race.runs(5.0, seconds=2)
    assert VOCABULARY[PhraseKey.LAST_LAP].text == race.all(Arm)[-1].cue.text
    assert len(race.all(Arm)) < 12
    race.runs_to(4200.0, 5.0)
    race.marks_line()
    race.runs_to(4650.0, 5.0)
    assert bell(race).text == race.all(Arm)[-1].cue.text


def test_hold_form_about_here() -> None:
    """GIVEN a heart over its ceiling and a place that is not known well THEN form is to be held for
    about a lap.
    """
    race = Race("5000m", wishes={"hr_ceiling_bpm": 155.0})
    race.gun()
    race.runs_to(4650.0, 5.0)
    assert (CueKind.HOLD, VOCABULARY[PhraseKey.HOLD_ABOUT].text) == (
        bell(race).kind,
        bell(race).text,
    )


def test_what_is_not_run_is_not_known() -> None:
    """Before the gun and after the finish there is no lap, and no bell to wait for."""
    race = Race("1500m")
    race.stands(3)
    race.gun()
    race.runs_and_presses(5.0)
    for told in (race.all(Estimate)[0], race.told()):
        assert (None, None, None) == (told.lap_min, told.lap_max, told.eta_bell_sd_s)
    assert all(e.eta_bell_sd_s is None for e in racing(race) if e.eta_bell_s is None)
