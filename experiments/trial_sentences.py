"""The table of the trial: the paper's sentences and ours, each with its runs and its rule.

`quotation` is the paper's text letter for letter but for mathematics, which is set in Unicode. Sentences
that state nothing a run could check are left out: what is popular, what others showed, what is assumed, and
what is announced.
"""

import math
from dataclasses import dataclass
from typing import Literal

from experiments import trial_judges as judge
from experiments.claims import NO_MORE
from experiments.trial_judges import Judge
from experiments.trial_runs import DEPTH, DEPTH_FAST
from experiments.trial_unit import GAMMAS

Unit = Literal["percent", "points", "factor", "number"]
NEARLY_ALL, MOST, EXACT = 0.9, 0.5, 1e-9
OURS = "this page"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Sentence:
    """A sentence on trial.

    Parameters
    ----------
    key : str
    claim : str
        What it says, in our words.
    quotation : str
        The paper's words; empty of a sentence of ours.
    place : str
        Where they stand, or `OURS`.
    runs : tuple of str
        What checks it, by name in `RUNS`.
    unit : "percent", "points", "factor" or "number"
        How its numbers are written: shares of 1 as percent, differences of shares as points.
    measure : str
        What its numbers are.
    rule : str
        When a case supports it.
    judge : callable
        Results by the runs' names to its cases and the fewest seeds behind one.
    """

    key: str
    claim: str
    quotation: str
    place: str
    runs: tuple[str, ...]
    unit: Unit
    measure: str
    rule: str
    judge: Judge


_FIGURE1 = ("adam", "momentum", "pytorch", "deeper", "long")
_ABOVE_95 = "the whole 95 % interval lies above"
_IS_EXACT = f"it is at most 10{str(round(math.log10(EXACT))).translate(SUPERSCRIPTS)}"
_WHERE = "of 100 × 100 starts in [−3, 3]²"


def _rises(frm: str, to: str, bounds: dict[str, tuple[float, float, str]]) -> Judge:
    pairs = {
        where: (f"dead {where.partition(',')[0]}, β = {to}", f"dead {where.partition(',')[0]}, β = {frm}")
        for where in bounds
    }
    return judge.differences(pairs, bounds)


ABSTRACT = (
    Sentence(
        "collapse",
        "ReLUs can collapse to zero and die.",
        "they can collapse to a constant zero and “die”, effectively removing their contribution from the "
        "model",
        "Abstract",
        ("maps", "adam"),
        "percent",
        "share of the starts outside the dead cone that end dead; "
        "share of a network’s units that are alive at "
        "first and dead after 600 updates",
        f"it, or {_ABOVE_95} 0",
        judge.both(judge.numbers("maps", "collapsed", above=0), judge.died),
    ),
    Sentence(
        "linear-cone",
        "In the linear cone a unit behaves like the affine model.",
        "one corresponding to dying ReLU, and the other sharing properties with an oscillating discrete-time "
        "linear autonomous system when using momentum",
        "Abstract",
        ("field",),
        "percent",
        "largest difference between the unit’s gradient and the "
        "affine model’s in the linear cone, as a share "
        "of the affine model’s",
        "it is at most 5 %",
        judge.numbers("field", "linear", below=0.05),
    ),
)
FIGURE_1 = (
    Sentence(
        "fit-gamma",
        "The fit degrades as γ leaves 1.",
        "The performance of models, in terms of fit to the training data, degrades as the variance (γ) of "
        "target values deviate from 1",
        "Fig. 1",
        _FIGURE1,
        "factor",
        "training error over γ² divided by that at γ = 1, geometric mean over seeds",
        f"{_ABOVE_95} 1, or more than half of the networks diverge there",
        judge.figure1(0, *_FIGURE1),
    ),
    Sentence(
        "fit-delta",
        "The fit degrades as δ leaves 0.",
        "or the mean (δ) deviates from 0",
        "Fig. 1",
        _FIGURE1,
        "factor",
        "training error divided by that at δ = 0, geometric mean over seeds",
        f"{_ABOVE_95} 1, or more than half of the networks diverge there",
        judge.figure1(1, *_FIGURE1),
    ),
    Sentence(
        "momentum-kills",
        "Decreasing γ leads to more dying ReLUs only with momentum.",
        "decreasing γ leads to more dying ReLUs only with the use of momentum optimization",
        "Fig. 1",
        _FIGURE1,
        "points",
        "dead share at γ = 0.001 minus that at γ = 1",
        f"with momentum, {_ABOVE_95} 0; without, it lies below {100 * NO_MORE:.0f} points",
        judge.figure1(2, *_FIGURE1),
    ),
)
INTRODUCTION = (
    Sentence(
        "born-dead",
        "ReLUs can be dead from the start.",
        "ReLUs can, however, be initialized “dead” as a constant zero function",
        "Section 1",
        ("adam", *DEPTH),
        "percent",
        "share of units that are dead before the first update, He’s initialisation",
        f"{_ABOVE_95} 0",
        judge.born(*DEPTH),
    ),
    Sentence(
        "no-recovery",
        "Dead units come back only if the inputs change.",
        "Once dead, gradients are zero making recovery possible only if inputs change distribution",
        "Section 1",
        ("maps",),
        "percent",
        "share of the starts in the dead cone that end at the ground truth, the inputs as they are",
        "it is 0",
        judge.numbers("maps", "back", below=0),
    ),
    Sentence(
        "blame",
        "Dead units are the main cause of the poor fit at small γ.",
        "regression performance degrades with smaller target variances, potentially caused by dying ReLU "
        "because of the use of momentum",
        "Section 1",
        ("adam", "leaky"),
        "percent",
        "share of the growth of the logarithm of the training error "
        "from γ = 1 to 0.001 that goes away with a "
        "leaky ReLU of slope 0.1; and how much larger the error at γ = 0.001 is with momentum than without",
        f"{_ABOVE_95} {100 * MOST:.0f} %; and, of the other, above 0",
        judge.blamed,
    ),
)
PRELIMINARIES = (
    Sentence(
        "direction",
        "Any direction of the target can be turned to the last coordinate.",
        "we can w.l.o.g. set Γ = (0, 0, …, γ)ᵀ",
        "Section 2",
        ("target",),
        "number",
        "largest gap between a path in six dimensions and the path of (w_L, b, ρ), 300 updates",
        _IS_EXACT,
        judge.numbers("target", "reduced", below=EXACT),
    ),
    Sentence(
        "variance",
        "γ² is the variance of the target.",
        "where γ² will equal the variance of the target variable",
        "Section 2",
        ("target",),
        "number",
        "largest gap between γ² and the variance in the error of a unit that is always 0",
        _IS_EXACT,
        judge.numbers("target", "variance", below=EXACT),
    ),
)
AFFINE = (
    Sentence(
        "equation-5",
        "Eq. 5 is one update of gradient descent with momentum.",
        "Gradient descent with momentum, using Eq. (1) as approximator, can be written closed form as",
        "Section 3",
        ("equation5",),
        "number",
        "largest gap between the matrix times a column and an update made by hand",
        _IS_EXACT,
        judge.numbers("equation5", below=EXACT),
    ),
    Sentence(
        "converges",
        "With all eigenvalues inside the unit circle it converges.",
        "If all eigenvalues lies inside the complex unit circle, we are guaranteed to converge to the zero "
        "vector in the limit",
        "Section 3",
        ("settled",),
        "number",
        "largest error after 5,000 updates, from 1",
        _IS_EXACT,
        judge.numbers("settled", below=EXACT),
    ),
    Sentence(
        "real",
        "Without momentum all eigenvalues are real.",
        "for β = 0, all eigenvalues are real",
        "Section 3",
        ("eigenvalues",),
        "number",
        "largest imaginary part at 200 η from 10⁻⁴ to 10³",
        "it is 0",
        judge.numbers("eigenvalues", "imaginary", below=0),
    ),
    Sentence(
        "oscillates",
        "With more momentum the parameters oscillate.",
        "as we increase β, eventually eigenvalues become complex and parameters will oscillate",
        "Section 3",
        ("eigenvalues",),
        "number",
        "how often the error changes its sign in 5,000 updates, at a β midway between the critical one and 1",
        "it is more than once",
        judge.numbers("eigenvalues", "turns", above=1),
    ),
    Sentence(
        "critical",
        "At η = 0.1 eigenvalues become complex at β ≈ 0.7.",
        "At β ≈ 0.7 eigenvalues become complex",
        "Fig. 2",
        ("eigenvalues",),
        "number",
        "β at which they become complex",
        "it is 0.7 when written with one digit",
        judge.numbers("eigenvalues", "critical", above=0.65, below=0.75),
    ),
    Sentence(
        "end",
        "At β = 1 both eigenvalues are 1.",
        "and take the value 1 for β = 1",
        "Fig. 2",
        ("eigenvalues",),
        "number",
        "largest distance of an eigenvalue from 1",
        _IS_EXACT,
        judge.numbers("eigenvalues", "end", below=EXACT),
    ),
)
RELU = (
    Sentence(
        "rewritten",
        "A unit is active with probability Φ(b/‖w‖).",
        "The definition of a dead ReLU, using our assumption on x, can be rewritten as Φ(b/‖w‖) < ε",
        "Section 4",
        ("draws",),
        "points",
        "share of drawn inputs with z > 0 minus Φ(b/‖w‖)",
        "the whole 95 % interval lies within half a point of 0",
        judge.numbers("draws", above=-0.005, below=0.005),
    ),
    Sentence(
        "zeroed",
        "In the linear cone the ReLU sets almost nothing to zero.",
        "where the probability of values being set to zero by the ReLU is smaller than ε",
        "Section 4",
        ("cones",),
        "percent",
        "share of 100 × 100 parameters at which cone and probability disagree",
        "it is 0",
        judge.numbers("cones", "zeroed", below=0),
    ),
    Sentence(
        "visible",
        "In the dead cone the gradient nearly vanishes.",
        "The dead cone is clearly visible in the lower part",
        "Fig. 3",
        ("field",),
        "percent",
        "largest gradient in the dead cone over the median outside",
        "it is at most 5 %",
        judge.numbers("field", "dead", below=0.05),
    ),
    Sentence(
        "mirrored",
        "The linear cone is the mirrored dead cone.",
        "The linear cone is the dead cone mirrored along the b-axis",
        "Fig. 3",
        ("cones",),
        "percent",
        "share of 100 × 100 parameters that are in only one of the dead cone and the mirrored linear one",
        "it is 0",
        judge.numbers("cones", "mirrored", below=0),
    ),
    Sentence(
        "either-cone",
        "At small γ parameters evolve into one of the cones.",
        "As γ becomes smaller, parameters evolve either into the dead cone, or into the linear cone",
        "Fig. 3",
        ("ways",),
        "percent",
        "share of the starts outside both cones that enter one, β = 0",
        f"it is above {100 * NEARLY_ALL:.0f} %",
        judge.numbers("ways", "either", above=NEARLY_ALL),
    ),
    Sentence(
        "nearer",
        "At small γ the ground truth is nearer to the dead cone.",
        "Ground truth also moves closer to the dead cone for smaller variances",
        "Fig. 3",
        ("cones",),
        "factor",
        "distance of the ground truth from the dead cone over that at γ = 1",
        "it is below 1",
        judge.numbers("cones", "distance", below=1 - EXACT),
    ),
    Sentence(
        "through-linear",
        "Units that live go through the linear cone to the ground truth.",
        "Parameters evolve into the linear cone (if not to the dead "
        "cone) for small γ, then approach the ground "
        "truth now close to the dead cone",
        "Section 4",
        ("ways",),
        "percent",
        "of the starts outside both cones that reach the ground "
        "truth, β = 0, the share that was in the linear "
        "cone",
        f"it is above {100 * NEARLY_ALL:.0f} %",
        judge.numbers("ways", "linear", above=NEARLY_ALL),
    ),
    Sentence(
        "overshoot",
        "Oscillations carry units from the linear into the dead cone.",
        "Because of these oscillations in the linear cone, "
        "parameters overshoot into the dead cone and get stuck "
        "there",
        "Section 4",
        ("maps",),
        "percent",
        "of the starts in the linear cone that reach the ground "
        "truth at β = 0, the share that ends dead with "
        "momentum",
        f"it is above {100 * MOST:.0f} %",
        judge.overshoot,
    ),
    Sentence(
        "larger-areas",
        "Larger areas die as β grows beyond 0.7.",
        "larger and larger areas of the parameters space converges "
        "in the dead cone as β is increased β > 0.7",
        "Section 4",
        ("maps",),
        "points",
        f"dead share {_WHERE} at β = 0.99 minus that at β = 0.7",
        f"it is above {100 * NO_MORE:.0f} points",
        _rises(
            "0.7",
            "0.99",
            {f"γ = {gamma:g}, from β = 0.7 to 0.99": (NO_MORE, judge.ALL, "") for gamma in GAMMAS},
        ),
    ),
    Sentence(
        "small-regions",
        "In the end hardly any start reaches the ground truth.",
        "As β increases, eventually very small regions of the "
        "parameter space (yellow) are able to converge at the "
        "ground truth",
        "Fig. 4",
        ("maps",),
        "percent",
        f"share {_WHERE} that reaches the ground truth at β = 0.99",
        "it is at most 5 %",
        judge.few_converge,
    ),
    Sentence(
        "visible-again",
        "Starts in the dead cone stay there.",
        "Once again, the dead cone is clearly visible in the bottom part",
        "Fig. 4",
        ("maps",),
        "percent",
        "share of the starts in the dead cone that end dead",
        f"it is above {100 * NEARLY_ALL:.0f} %",
        judge.numbers("maps", "stay", above=NEARLY_ALL),
    ),
)
DEEP = (
    Sentence(
        "deep",
        "ReLUs die in deep networks, residual ones and those with batch normalisation.",
        "the problem of dying ReLU persists in deeper architectures, "
        "including deep residual networks with batch "
        "normalization",
        "Section 5",
        (*DEPTH, *DEPTH_FAST),
        "points",
        "dead share after 300 updates minus that at the start",
        f"{_ABOVE_95} {100 * NO_MORE:.0f} points",
        judge.depth(*DEPTH, *DEPTH_FAST),
    ),
)
PAGE = (
    Sentence(
        "outside-linear",
        "Most starts that momentum kills never enter the linear cone.",
        "",
        OURS,
        ("killed",),
        "percent",
        "of the starts that die with momentum and reach the ground "
        "truth without, the share that is never in the "
        "linear cone",
        f"it is above {100 * MOST:.0f} %",
        judge.numbers("killed", above=MOST),
    ),
    Sentence(
        "crossover",
        "Momentum saves units at γ = 1 and kills them at γ ≤ 0.1.",
        "",
        OURS,
        ("maps",),
        "points",
        f"dead share {_WHERE} at β = 0.99 minus that at β = 0",
        f"at γ = 1 it is below −{100 * NO_MORE:.0f} points, at γ ≤ 0.1 above {100 * NO_MORE:.0f}",
        _rises(
            "0",
            "0.99",
            {
                f"γ = {gamma:g}, from β = 0 to 0.99": (
                    (NO_MORE, judge.ALL, "kills") if gamma < 1 else (-judge.ALL, -NO_MORE, "saves")
                )
                for gamma in GAMMAS
            },
        ),
    ),
    Sentence(
        "large-starts",
        "Small targets are large initialisations.",
        "",
        OURS,
        ("scaled",),
        "percent",
        "share of 100 × 100 starts whose outcome changes when γ, starts and tolerance are scaled, β = 0.9",
        "it is at most 0.1 %",
        judge.numbers("scaled", below=0.001),
    ),
    Sentence(
        "mean-kills",
        "With momentum a target mean away from 0 kills units too.",
        "",
        OURS,
        ("adam",),
        "points",
        "dead share at δ = −10 and 10 minus that at δ = 0",
        f"{_ABOVE_95} 0",
        judge.dead_by_mean,
    ),
    Sentence(
        "theory-predicts",
        "The model of one unit predicts how many units die.",
        "",
        OURS,
        ("theory",),
        "points",
        "dead share predicted minus dead share seen",
        f"the whole 95 % interval lies within {100 * judge.GAP:.0f} points of 0",
        judge.predicted,
    ),
)
SENTENCES = ABSTRACT + FIGURE_1 + INTRODUCTION + PRELIMINARIES + AFFINE + RELU + DEEP + PAGE
