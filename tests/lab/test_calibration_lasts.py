"""Calibration from race to race, end to end: three marked races, and the fourth without a mark is
called nearer to its bell.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean

import pytest

from kickcue.config.calibration import Calibrations
from kickcue.config.learned_scale import learn_from_race, with_learned_scale
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import Settings, load_settings
from kickcue.core.engine import Engine
from kickcue.core.events import Estimate, Mode
from kickcue.core.position.scale_prior import DAY_SD
from kickcue.lab import simulate as simulating
from kickcue.lab.evaluate import outcome
from kickcue.lab.scenarios import SCENARIOS, Scenario
from kickcue.lab.sensors import Counted, pod_samples
from kickcue.replay.run_engine import drive

SEEDS = (1_000_001, 1_000_002, 1_000_003, 1_000_004)


def with_scale(scenario: str) -> Scenario:
    """Return the scenario with a pod whose scale is told by the test, not drawn."""
    return replace(SCENARIOS[scenario], pod=replace(SCENARIOS[scenario].pod, scale_sd=0.0))


@pytest.fixture
def worn(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a way to say what the pod of the next races counts for each true metre."""
    counts = [1.0]

    def samples(*of_what: object) -> Iterator[Counted]:
        for each in pod_samples(*of_what):  # type: ignore[arg-type]
            yield each._replace(
                speed_mps=each.speed_mps * counts[0], distance_m=each.distance_m * counts[0]
            )

    monkeypatch.setattr(simulating, "pod_samples", samples)
    return lambda scale: counts.__setitem__(0, scale)


def settings(race: str) -> Settings:
    pins = {
        "pod": {"profile": "generic-rsc", "name": "Pod"},
        "strap": {"profile": "generic-hr", "name": "Strap"},
    }
    return load_settings(None, options={"race": race, "sensors": pins}, environ={})


def run(known: Calibrations, race: str, day: int, seed: int) -> str:
    """Run a marked race as the daemon does, from what is known to what is learned."""
    document, _ = with_learned_scale(settings(race), known)
    engine = Engine(document.engine_config())
    for _ in drive(
        engine,
        simulating.simulate(document.course(), with_scale("button"), seed).inputs,
        ticks_recorded=False,
    ):
        pass
    assert engine.measured_scale is not None
    return learn_from_race(
        known, settings(race), engine.measured_scale, f"2026-06-{day:02}T10:00:00Z", f"{day}.mcap"
    )


def bell_error_s(document: RaceDocument, seed: int) -> float:
    error_s = outcome(
        document.engine_config(),
        simulating.simulate(document.course(), with_scale("bare"), seed),
        seed,
    ).error_s
    assert error_s is not None
    return abs(error_s)


def test_the_fourth_race_needs_no_marks(tmp_path: Path, worn: Callable[[float], None]) -> None:
    """GIVEN three marked races WHEN the fourth has no mark at all THEN its bell is less than half
    as far off as without them, by the mean.
    """
    before, after = [], []
    for seed in SEEDS:
        random = Random(seed)
        base = 1.0 + random.choice((-1, 1)) * random.uniform(0.02, 0.05)
        known = Calibrations.below(tmp_path / str(seed))
        for day in (1, 2, 3):
            worn(base * random.gauss(1.0, DAY_SD))
            run(known, "3000m", day, seed + day)
        worn(base * random.gauss(1.0, DAY_SD))
        document, _ = with_learned_scale(settings("5000m"), known)
        before.append(bell_error_s(settings("5000m").document(), seed))
        after.append(bell_error_s(document, seed))
    assert fmean(after) < 0.5 * fmean(before)


def test_a_learned_scale_is_what_the_distance_stands_on(
    tmp_path: Path, worn: Callable[[float], None]
) -> None:
    """GIVEN one marked race WHEN the next one has no mark THEN its mode says that the pod was
    learned; without that race it does not.
    """
    known = Calibrations.below(tmp_path)
    worn(0.96)
    run(known, "3000m", 1, 7)
    document, _ = with_learned_scale(settings("800m"), known)
    modes = [
        {
            output.mode
            for _, outputs in drive(
                Engine(each.engine_config()),
                simulating.simulate(each.course(), with_scale("bare"), 8).inputs,
                ticks_recorded=False,
            )
            for output in outputs
            if isinstance(output, Estimate)
        }
        for each in (document, settings("800m").document())
    ]
    assert [True, False] == [Mode.POD_LEARNED in each for each in modes]
    assert [False, True] == [Mode.POD in each for each in modes]


def test_other_shoes_are_noticed_and_believed(
    tmp_path: Path, worn: Callable[[float], None]
) -> None:
    """GIVEN three races WHEN the shoes are changed, and with them the scale by 6 % THEN the next
    marked race says so, and the doubt grows.
    """
    known = Calibrations.below(tmp_path)
    told = []
    for day, counts in enumerate((1.0, 1.002, 0.998, 0.94), start=1):
        worn(counts)
        told.append(run(known, "1500m", day, 20 + day))
    calibration = known.get("runner", "Pod")
    three = calibration.model_copy(update={"races": calibration.races[:3]})
    assert [False, False, False, True] == ["other shoes?" in each for each in told]
    assert 1.04 < calibration.expected()[0] < 1.08
    assert calibration.expected()[1] > three.expected()[1]


@pytest.mark.parametrize(
    ("race", "seed", "change"), [("1500m", 5, 0.06), ("3000m", 6, 0.12), ("5000m", 7, 0.12)]
)
def test_a_scale_that_is_wrong_today_does_not_hide_the_true_one(
    race: str, seed: int, change: float
) -> None:
    """GIVEN a pod known to half a per cent WHEN the shoes were changed THEN a marked race measures
    the scale it would measure knowing nothing.
    """
    document = settings(race).document()
    inputs = simulating.simulate(document.course(), SCENARIOS["button"], 1_000_000 + seed).inputs

    def measured(of: RaceDocument) -> float:
        engine = Engine(of.engine_config())
        for _ in drive(engine, inputs, ticks_recorded=False):
            pass
        assert engine.measured_scale is not None
        return engine.measured_scale.measured.scale

    scale = measured(document)
    for wrong in (scale * (1.0 - change), scale * (1.0 + change)):
        assert measured(
            document.model_copy(update={"scale": wrong, "scale_sd": 0.0056})
        ) == pytest.approx(scale, abs=0.001)
