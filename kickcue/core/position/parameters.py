"""The noise figures, gates, limits and prior probabilities of the position filter, in one place.

Each has its unit in its name and its source in its docstring: published, of the evaluation
protocol (docs/evaluation.md), or [judgement], which was set on tuning seeds; a figure without a
source is judgement too. How much each matters: docs/estimation.md. What a mark of each source is
worth stands in ``mark_models.py``.
"""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class ProcessNoise:
    """How the scale of an axis wanders: an Ornstein-Uhlenbeck drift, and a random walk beside it.

    All are relative: shares of the distance counted.
    """

    drift_sd: float
    """Standard deviation of the drift in the long run..."""
    time_constant_s: float
    """...which returns to zero with this time constant."""
    random_walk_sd: float = 0.0
    """Standard deviation, after one second, of what never returns."""
    drift_variance: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "drift_variance", self.drift_sd**2)


@dataclass(frozen=True, slots=True)
class PositionParameters:
    """The figures of the filter. Probabilities and shares have no unit, nor have relative sds."""

    # ---- process noise

    pod_noise: ProcessNoise = ProcessNoise(0.007, 120.0)
    """Of a foot pod's scale: 0.7 % over 120 s [evaluation protocol]."""
    pace_noise: ProcessNoise = ProcessNoise(0.013, 40.0, 0.0009)
    """Of the pace where the clock is the axis, and of the step length where the cadence is: both
    wander more than a pod's scale [judgement]."""

    # ---- noise of what the odometer counts and guesses

    count_noise_m_per_sqrt_s: float = 0.05
    """White noise of the count [evaluation protocol]."""
    line_noise_m_per_sqrt_m: float = 0.045
    """Noise of the line run: 0.9 m a lap. That is a width that changes by 0.2 m from bend to bend
    (pi * 0.2 m each) [judgement]."""
    speed_sd: float = 0.03
    """Of the speed between two readings, relative [judgement]."""
    speed_guess_sd: float = 0.10
    """Of bridging a gap by speed alone, relative: pace within a race seldom changes more in a
    minute [judgement]."""
    planned_pace_guess_sd: float = 0.2
    marked_pace_guess_sd: float = 0.06
    """Of guessing by the planned pace, and by the one that marks have shown, relative
    [judgement]."""

    # ---- at the gun

    start_var_m2: float = 1.0
    """Variance of where the runner stands [judgement]."""
    outlier_weight: float = 0.005
    outlier_scale_sd: float = 0.08
    """One pod in two hundred is far off: another shoe, somebody else's pod. A hypothesis of small
    weight and wide scale allows for it [judgement]."""
    step_length_sd: float = 0.22
    """Of an unknown step length, relative: as of a race's pace about the planned one."""
    cadence_start_var_m2: float = 10.0**2
    """By cadence alone: legs turn at once, and the body follows [judgement]."""
    planned_pace_sd: float = 0.22
    """Spread of a race's pace about the planned one, relative [judgement]."""
    start_unseen: float = 0.01
    """Probability of a start pressed late or early where nobody saw whether the runner stood
    [judgement]."""
    start_standing: float = 0.002
    """...where the pod stood at the start..."""
    start_running: float = 0.5
    """...and where it was running before the start."""
    late_start_mean_s: float = 20.0
    """How late a late start is pressed, on average [judgement]."""
    early_start_share: float = 0.1
    early_start_mean_s: float = 5.0
    """Share of wrong starts that are pressed early, and how early on average [judgement]."""
    warm_up_s: float = 60.0
    max_late_start_s: float = 180.0
    """Who has been running for longer than the first when the start is pressed was more probably
    warming up; beyond the second, certainly [judgement]."""
    ran_before_start: float = 0.6
    ran_long_before_start: float = 0.3
    """Probability that what the pod ran before the start belongs to the race, up to ``warm_up_s``
    and beyond [judgement]."""
    ran_before_start_sd_m: float = 8.0
    """How well the pod tells those metres: it begins slowly, and lags [judgement]."""

    # ---- which line a mark is of

    gate_sds: float = 6.0
    """Lines farther from the runner than this many standard deviations are not considered."""
    passed_sds: float = 3.0
    """A line this many standard deviations behind has been passed."""
    begins_late: float = 0.008
    """Probability that a runner or helper begins to press at the n-th line, for each n: one in ten
    begins late, and races have some twelve lines [judgement]."""
    never_begins: float = 0.02
    """Probability that nobody presses at any line [judgement]."""
    vague_scale_sd: float = 0.15
    """A scale known no better is that of the clock or of a cadence, and its prior log-normal."""
    min_scale_ratio: float = 0.05
    """The Gaussian of a scale reaches below zero; a logarithm needs a ratio above it."""
    start_line_share: float = 0.02
    """Share of runners who press at their own start line and not at the finish line [judgement]."""
    waited_lines: int = 3
    """After so many lines in a row without a mark, no further one is waited for [judgement]."""
    min_line_spacing_m: float = 50.0
    """Start and finish line nearer than this cannot be told apart by a first mark [judgement]."""

    # ---- the size of the mixture

    max_components: int = 10
    prune_below_weight: float = 3e-4
    """Share of the total weight below which a hypothesis is dropped."""
    merge_within_sds: float = 0.5
    """Hypotheses are merged whose distances differ by less..."""
    merge_within_scale: float = 0.02
    """...and whose scales do: more, and the scale has changed for one of them."""
    mergeable_after_lines: int = 3
    """After so many lines that fit, a change is history, and its hypothesis may be merged."""
    vague_var_m2: float = 1e10
    """A place known to 100 km, after a leap of the clock, is not known: rounding would leave less
    than nothing of what a mark tells."""

    # ---- change points

    change_per_m: float = 1e-5
    """Probability, per metre between two marks, that the metres jump, the scale changes or the pod
    dies: one race of 5000 m in twenty [judgement]."""
    still: float = 0.5
    """The same for a pod that has counted next to nothing while its owner marked a line: either the
    owner stands, or the pod does [judgement]."""
    still_mps: float = 1.0
    still_s: float = 20.0
    """Next to nothing: slower than this on average, for longer than that."""
    shifted_share: float = 0.5
    rescaled_share: float = 0.3
    clocked_share: float = 0.2
    """Shares of the three kinds of change [judgement]."""
    jump_sd_m: float = 150.0
    """How far metres jump where they do: the slips that people report are 40 to 200 m."""
    any_size_share: float = 0.05
    """Share of jumps and scales that may be of any size: other units, a kilometre on the bench
    [judgement]."""
    rescaled_sd: float = 0.12
    """Spread of the scale after it changed, relative [judgement]."""
    min_scale: float = 0.4
    max_scale: float = 2.5
    """True metres per pod metre that a pod can have at all."""
    min_rescaled_run_m: float = 20.0
    """Over less than this no scale can be measured."""
    private_line: float = 0.01
    """Share of runners and helpers who press at a place of their own, anywhere in the lap
    [judgement]."""
    private_before_line_m: float = 50.0
    private_before_line: float = 0.1
    """So near before the line so much fewer do: there is nothing to press at, and a total may
    lag."""
    lap_pace_sd: float = 0.05
    """Spread of a lap's pace about the laps before, relative: in records 1 %, in tactical finals
    8 %."""
    lap_thumb_sd_m: float = 5.0
    """What a second of thumb adds to it."""
    max_pace_ratio: float = 1.2
    """A pace that differs by more than this factor from that of the laps before is cut to it."""
    walked_share: float = 0.15
    walked_sd: float = 0.3
    """Share of changed laps in which the pace broke, and its spread, relative. None where the pod
    has run ``no_break_m`` farther than to the line: it saw no break [judgement]."""
    no_break_m: float = 60.0
    clock_stood_share: float = 0.02
    """Share of changes in which the clock tells nothing: the machine slept [judgement]."""
    max_candidate_lines: int = 4
    """So many lines are considered for a change."""
    negligible_share: float = 1e-5
    """A changed hypothesis with less weight, as a share of the best unchanged one, is not made."""
    min_speed_mps: float = 0.5
    """The speed at which somebody is taken to run who stands when a mark comes."""

    # ---- totals that jump, speeds that leap

    jump_run: float = 0.3
    """Probability that a total which jumped forward tells metres that were run [judgement]."""
    long_jump_run: float = 0.97
    long_jump_m: float = 220.0
    """...if it jumped farther than this: no pod slips so far, but a machine sleeps for a minute."""
    jump_slack_m: float = 30.0
    """A line this far before the end of a jump was passed in it, and nobody could mark it."""
    leap_rescaled_share: float = 0.3
    """Share of leaps of the pod's speed in which its scale has changed: as if so much of one leap
    had been of that kind. The leaps that each hypothesis has seen count beside it [judgement]."""

    # ---- an end that is undone

    finish_near_all_the_same: float = 0.05
    """Share of undone finishes in which the finish is near all the same. In the
    others a lap too many was counted: nobody bothers for some metres [judgement]."""

    # ---- what marks still tell

    mark_good_for_laps: float = 1.3
    """Without a mark for longer the distance rests on the pod again."""
    mark_teaches_for_laps: float = 2.5
    """With the last mark farther back, the marks or the pod were given up: nothing of them is for
    other races."""
    learned_scale_sd: float = 0.015
    """A scale known so well was learned, relative."""


PARAMETERS: Final = PositionParameters()
