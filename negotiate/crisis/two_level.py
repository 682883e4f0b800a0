r"""Two-level games: a bargain abroad that must be ratified at home.

Two governments divide one unit. Each must get its share past ratifiers: ratifier j of side A
accepts at least m_j for A and has weight w_j; the deal passes with a quota. The least share that
passes is A's ratification minimum r_A; the win-set is [r_A, 1 - r_B]. On it the governments settle
at the (weighted) Nash solution with disagreement (d_A, d_B): the unconstrained share moved to the
nearest ratifiable one.

Schelling's conjecture (a constrained government does better) holds exactly while the constraint
binds and the win-sets overlap: x = max(1/2, r_A) up to r_A = 1 - r_B, and no deal beyond. With the
other side unsure of the constraint (`UncertainRatification`) it can fail in every case.

Source: Schelling (1960), The Strategy of Conflict, pp. 27-28; Putnam (1988), IO 42:427-460; Iida
(1993), JCR 37:403-426; Tarar (2001), JCR 45:320-340.

>>> game = TwoLevel(ratify_a=Fraction(6, 10), ratify_b=Fraction(1, 10))
>>> game.share, game.schelling_gain, game.agreement_margin
(Fraction(3, 5), Fraction(1, 10), Fraction(3, 10))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.parametric import (
    NotNegative,
    ParametricForm,
    Probability,
    answer,
    single,
    verdict,
)
from negotiate.declare import Metric, compiles, game
from negotiate.errors import InputError
from negotiate.numbers.arithmetic import Number, choose, clip, is_exact, larger, smaller
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

KIND = "two_level"
METRICS = (
    Metric(
        "agreement_margin",
        "difference of shares",
        "width of the win-set overlap; negative where no deal can be ratified",
    ),
    Metric(
        "share",
        "share",
        "share of A if there is a deal (not a number over draws without one)",
    ),
    Metric(
        "schelling_gain",
        "difference of shares",
        "share of A less its share without its own domestic constraint",
    ),
    Metric(
        "binds",
        "difference of shares",
        "signed: ratification minimum of A less its unconstrained share",
    ),
)


def ratification_minimum(
    minima: Sequence[Number], weights: Sequence[Number], quota: Number | None = None
) -> Number:
    """Least share at which enough ratifiers accept; minima may be over draws.

    Parameters
    ----------
    minima
        Least share that each ratifier accepts.
    weights
        Weight of each vote.
    quota
        Weight that is enough; by default a majority: more than half of the weight, not half.

    Returns
    -------
    number or array

    Examples
    --------
    >>> ratification_minimum([Fraction(1, 5), Fraction(1, 2), Fraction(3, 5)], [1, 1, 1], 2)
    Fraction(1, 2)
    >>> ratification_minimum([Fraction(1, 5), Fraction(1, 2)], [1, 1])  # one of two is no majority
    Fraction(1, 2)
    """
    if len(minima) != len(weights) or not minima:
        raise InputError(
            f"{len(minima)} minima and {len(weights)} weights",
            where="ratifiers",
            allowed="one weight for each ratifier, at least one ratifier",
        )
    total = sum(weights)
    if quota is not None and total < quota:
        raise InputError(
            f"quota {quota} exceeds the total weight {total}",
            where="ratifiers",
            allowed="at most the sum of the weights",
        )
    if total <= 0:
        raise InputError("weights sum to 0", where="ratifiers", allowed="some weight above 0")
    # A share passes where the ratifiers it satisfies have the quota; the least such share is one
    # of the minima, so it is the least of those that pass.
    found: Number = None
    nobody = 1 + sum(abs(m) for m in minima)
    for own in minima:
        weight: Number = 0
        for other, voice in zip(minima, weights, strict=True):
            weight = weight + choose(other <= own, voice, 0 * voice)
        enough = 2 * weight > total if quota is None else weight >= quota
        passing = choose(enough, own, nobody)
        found = passing if found is None else smaller(found, passing)
    return found


@game(
    "two_level",
    title="Two-level game",
    short="two-level",
    solved_by=("nash_bargaining",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True)
class TwoLevel(
    ParametricForm,
    view="negotiate.crisis.views.two_level",
):
    """Nash bargaining on the ratifiable shares of A; numbers may be arrays over draws."""

    ratify_a: NotNegative = Fraction(0)
    ratify_b: NotNegative = Fraction(0)
    disagreement_a: Number = Fraction(0)
    disagreement_b: Number = Fraction(0)
    weight_a: Probability = Fraction(1, 2)
    players: tuple[str, str] = ("A", "B")

    @property
    def low(self) -> Number:
        """Least share A can ratify and prefers to no deal."""
        return larger(self.ratify_a, self.disagreement_a)

    @property
    def high(self) -> Number:
        """Largest share of A that B can ratify and prefers to no deal."""
        return 1 - larger(self.ratify_b, self.disagreement_b)

    @property
    def agreement_margin(self) -> Number:
        """High less low."""
        return self.high - self.low

    @property
    def unconstrained(self) -> Number:
        """Nash share without ratifiers: d_A + weight (1 - d_A - d_B)."""
        return self.disagreement_a + self.weight_a * (1 - self.disagreement_a - self.disagreement_b)

    @property
    def share(self) -> Number:
        """The unconstrained share moved into the win-set; None (or nan) without a deal."""
        return self._mask(self._settle(self.low))

    def _settle(self, low: Number) -> Number:
        # The weighted Nash product is single-peaked in the share, so clipping is maximising.
        return clip(self.unconstrained, low, larger(self.high, low))

    def _mask(self, x: Number) -> Number:
        import numpy as np

        if is_exact(self.agreement_margin):
            return x if self.agreement_margin >= 0 else None
        deal = np.asarray(self.agreement_margin, dtype=float) >= -UTILITY
        out = np.where(deal, np.asarray(x, dtype=float), np.nan)
        return float(out) if out.ndim == 0 else out

    @property
    def schelling_gain(self) -> Number:
        """Share less what it would be if A had no ratifiers; minus everything without a deal."""
        free = self._settle(self.disagreement_a)
        own = self.share
        return self.disagreement_a - free if own is None else own - free

    @property
    def binds(self) -> Number:
        """r_A less the unconstrained share."""
        return self.ratify_a - self.unconstrained

    def equilibria(self) -> Solution:
        """The ratifiable Nash solution, or none with the reason."""
        single(self)
        a, b = self.players
        x = self.share
        exact = is_exact(*(v for v in self.numbers().values() if not isinstance(v, tuple)))
        if x is None or x != x:
            return answer(
                self,
                (),
                concept="nash_bargaining",
                exact=exact,
                settings={"mechanism": "ratification"},
                notes=("The win-sets do not overlap: no deal can be ratified by both sides.",),
            )
        marks = ("constraint binds",) if self.binds > 0 else ()
        point = Point(
            payoffs={a: x, b: 1 - x},
            terms={f"share of {a}": x},
            label="ratified deal",
            marks=marks,
            facts={
                "schelling_gain": self.schelling_gain,
                "agreement_margin": self.agreement_margin,
            },
        )
        return answer(self, (point,), concept="nash_bargaining", exact=exact)

    def holds(self, point: Point) -> Evidence:
        """The share is ratifiable and no nearby ratifiable share has a larger Nash product."""
        x, w = float(point.payoffs[self.players[0]]), float(self.weight_a)
        low, high = float(self.low), float(self.high)
        da, db = float(self.disagreement_a), float(self.disagreement_b)

        def product(s: float) -> float:
            return float(max(s - da, 0.0) ** w * max(1 - s - db, 0.0) ** (1 - w))

        outside = max(low - x, x - high, 0.0)
        trial = [min(max(x + step, low), high) for step in (-1e-3, 1e-3, -1e-1, 1e-1)]
        gain = max(product(s) for s in trial) - product(x)
        worst = max(outside, gain, 0.0)
        return Evidence(
            worst <= UTILITY,
            worst,
            "gain in the Nash product or breach of a win-set",
            "" if worst <= UTILITY else "another ratifiable share",
        )


@game(
    "uncertain_ratification",
    title="Ratification under uncertainty",
    short="uncertain ratification",
    solved_by=("perfect_bayesian",),
    metrics=(
        Metric(
            "offer",
            "share of the prize",
            "share the second principal offers, not knowing the other's ratifiers",
            was=("two_level.uncertain.offer",),
        ),
        Metric(
            "pr_failure",
            "probability",
            "probability that they reject that offer",
            was=("two_level.uncertain.pr_failure",),
        ),
        Metric(
            "risk_margin",
            "difference of shares",
            "positive where the offer runs no risk of rejection",
            was=("two_level.uncertain.risk_margin",),
        ),
        Metric(
            "expected_share",
            "share of the prize",
            "share A may expect: the offer times its chance of passing",
        ),
    ),
    file="numbers",
)
@dataclass(frozen=True)
class UncertainRatification(
    ParametricForm,
    view="negotiate.crisis.views.two_level",
):
    """B offers A a share once; A's ratification minimum is uniform on [low, high], unknown to B.

    B maximises F(x) (1 - x - d_B): x* = (low + 1 - d_B)/2 within the support.
    """

    low: Probability
    high: Number
    disagreement_b: Probability = Fraction(0)
    players: tuple[str, str] = ("A", "B")

    def __post_init__(self) -> None:
        self._check_order("low", "high")

    @property
    def offer(self) -> Number:
        """x*."""
        return clip((self.low + 1 - self.disagreement_b) / 2, self.low, self.high)

    @property
    def pr_failure(self) -> Number:
        """1 - F(x*)."""
        return 1 - (self.offer - self.low) / (self.high - self.low)

    @property
    def expected_share(self) -> Number:
        """x* F(x*)."""
        return self.offer * (1 - self.pr_failure)

    @property
    def risk_margin(self) -> Number:
        """Slope of B's payoff at the safe offer, doubled."""
        return 1 - self.disagreement_b + self.low - 2 * self.high

    def equilibria(self) -> Solution:
        """B's offer and the risk it runs."""
        single(self)
        a, b = self.players
        passed = 1 - self.pr_failure
        point = Point(
            payoffs={
                a: self.expected_share,
                b: passed * (1 - self.offer) + self.pr_failure * self.disagreement_b,
            },
            terms={f"share of {a}": self.offer},
            label="offer",
            marks=("information",) if self.pr_failure > 0 else (),
            facts={"pr_failure": self.pr_failure, "risk_margin": self.risk_margin},
        )
        return answer(self, (point,))

    def holds(self, point: Point) -> Evidence:
        """No offer on a grid pays B more."""
        import numpy as np

        d = float(self.disagreement_b)
        grid = np.linspace(float(self.low), float(self.high), 2001)
        passed = (grid - float(self.low)) / (float(self.high) - float(self.low))
        best = float((passed * (1 - grid) + (1 - passed) * d).max())
        return verdict({"offer": best - float(point.payoffs[self.players[1]])})


def compare(form: TwoLevel, minima: Sequence[Number]) -> list[tuple[Number, Any]]:
    """Share of A at each ratification minimum: the Schelling curve and where it breaks off."""
    from dataclasses import replace

    return [(m, replace(form, ratify_a=m).share) for m in minima]


def _ratifiers(negotiation: Negotiation, party: str) -> Any:
    """Ratification minimum of a party from its ratifiers, where the file lists them; else None.

    ``[model.two_level] ratifiers_<party>`` lists paths of minima, ``weights_<party>`` their weights
    (equal ones if absent), ``quota_<party>`` what is needed (more than half of it if absent).
    """
    paths = negotiation.setting(KIND, f"ratifiers_{party}")
    if paths is None:
        return None
    where = f"model.{KIND}.ratifiers_{party}"
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise InputError(f"{paths!r}", where=where, allowed="a list of paths")
    weights = [exact(w) for w in negotiation.setting(KIND, f"weights_{party}", [1] * len(paths))]
    quota = negotiation.setting(KIND, f"quota_{party}")
    return ratification_minimum(
        [negotiation.value(path) for path in paths],
        weights,
        None if quota is None else exact(quota),
    )


@compiles("two_level")
def two_level(negotiation: Negotiation) -> TwoLevel:
    """Ratification minima of the two principals on one unit, shares of the first.

    A minimum comes from the ratifiers that ``[model.two_level] ratifiers_<party>`` lists, else from
    ``quantity.ratify_<party>``; a side that has neither faces no ratifier, but one of the two must.
    Weights are the bargaining weights where both are given; disagreement is the quantity
    ``disagreement_share_<party>``, else 0.
    """
    a, b = case.sides(negotiation, KIND)
    listed = {party: _ratifiers(negotiation, party) for party in (a, b)}
    if all(minimum is None for minimum in listed.values()) and not negotiation.has(
        f"quantity.ratify_{b}"
    ):
        case.require(negotiation, KIND, {f"ratify_{a}": f"quantity.ratify_{a}"})

    def minimum(party: str) -> Any:
        return of("ratify", party, 0) if listed[party] is None else listed[party]

    def of(field: str, party: str, default: Any = case.MISSING) -> Any:
        name = f"{field}_{party}"
        return case.number(negotiation, KIND, name, f"quantity.{name}", default=default)

    paths = [f"party.{party}.bargaining_weight" for party in (a, b)]
    weight: Any = case.number(negotiation, KIND, "weight", default=Fraction(1, 2))
    if all(negotiation.has(path) for path in paths):
        one, two = (negotiation.value(path) for path in paths)
        weight = one / (one + two)
    return TwoLevel(
        ratify_a=minimum(a),
        ratify_b=minimum(b),
        disagreement_a=of("disagreement_share", a, 0),
        disagreement_b=of("disagreement_share", b, 0),
        weight_a=weight,
        players=(a, b),
    )


@compiles("uncertain_ratification")
def uncertain_ratification(negotiation: Negotiation) -> UncertainRatification:
    """B's offer when A's ratification minimum is hidden to B, uniform over what B holds possible.

    A is the first principal (``[model.two_level] first``). What B holds possible are quantities of
    their own, ``quantity.ratify_<A>_least`` and ``quantity.ratify_<A>_most``.
    """
    a, b = case.sides(negotiation, KIND)
    ends = {f"ratify_{a}_{end}": f"quantity.ratify_{a}_{end}" for end in ("least", "most")}
    case.require(negotiation, KIND, ends)
    low, high = (case.number(negotiation, KIND, field, path) for field, path in ends.items())
    outside = case.number(
        negotiation,
        KIND,
        f"disagreement_share_{b}",
        f"quantity.disagreement_share_{b}",
        default=0,
    )
    return UncertainRatification(low, high, outside, players=(a, b))
