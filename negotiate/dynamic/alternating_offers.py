r"""Alternating offers between two parties over a concave frontier.

Two parties take turns to propose a deal. A rejection costs time (a discount factor per period and
party), may end the talks (breakdown risk with its payoffs), and may be answered by walking out
(outside option). While talks last each party enjoys an inside option per period. With a deadline
the game is finite and is solved by backward induction; without one, by the stationary equilibrium
that Rubinstein proved to be the only subgame perfect one. Mathematics:
`negotiate.dynamic.arithmetic.offers`;
theory: ``docs/theory/alternating_offers.md``.

Inside options move the deal always; outside options move nothing until they bind.

Sources: Rubinstein (1982), doi:10.2307/1912531; Binmore, Rubinstein and Wolinsky (1986),
doi:10.2307/2555382; Binmore, Shaked and Sutton (1989), doi:10.2307/2937866; Muthoo (1999).

>>> game = alternating_offers(("Turkey", "Russia"), discount=(0.95, 0.9))
>>> round(float(game.first_payoffs()[0]), 4)                       # (1 - d2) / (1 - d1 d2)
0.6897
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.bargaining.problem import problem as bargaining_problem
from negotiate.case import slot_reading as case
from negotiate.case.slots import disagreement
from negotiate.case.slots.table import inside_flow, outside_option
from negotiate.declare import Metric, Playable, compiles, game
from negotiate.dynamic import _offers_input as given
from negotiate.dynamic.arithmetic import offers as kernel
from negotiate.errors import InputError, NotApplicableError, UnknownNameError

KIND = "alternating_offers"
MAX_PERIODS = 100_000

METRICS = (
    Metric(
        "payoff.<party>",
        "stake",
        "equilibrium payoff of the party, in stakes",
        words="payoff of {party} in the talks",
    ),
    Metric(
        "offer.<party>.<name>",
        "stake",
        "payoff of the second party named when the first proposes, in stakes",
        choices=lambda negotiation: negotiation.principals,
    ),
    Metric(
        "zone",
        "stake",
        "signed room for agreement above both fallbacks, stakes; negative: none",
        words="room for agreement in the talks",
    ),
    Metric(
        "binds.<party>",
        "stake",
        "outside option minus the worth of staying, stakes; positive: it decides",
        words="outside option of {party} less its worth of staying",
    ),
    Metric(
        "first_mover_advantage",
        "stake",
        "payoff of party 1 proposing first minus proposing second, stakes",
    ),
    Metric(
        "limit.<party>",
        "stake",
        "payoff as the period shrinks: weighted Nash solution, stakes",
        words="payoff of {party} as proposals follow without delay",
    ),
    Metric(
        "utility.<party>",
        "stake",
        "utility of the deal to the party, no deal included, in stakes",
        words="utility of {party} in the talks",
    ),
)

Array = NDArray[Any]


@game(
    "alternating_offers",
    title="Alternating offers",
    short="alternating offers",
    default=("alternating_offers_equilibrium",),
    metrics=METRICS,
    file="numbers",
)
@dataclass(frozen=True, eq=False)
class AlternatingOffers(Playable):
    """A game of alternating offers; every number may have leading draw axes.

    Attributes
    ----------
    players
        The two parties; the order fixes u1 and u2.
    frontier
        Vertices (..., V, 2) of the frontier, u1 rising and u2 falling, in stakes.
    discount
        (..., 2) discount factor per period.
    first
        The party that proposes first.
    periods
        Number of proposals before the deadline, or None for no deadline.
    breakdown, breakdown_payoff
        Probability (...) that a rejection ends the talks, and what each then gets (..., 2).
    inside
        (..., 2) payoff per period of talks without a deal, received if talks do not break down.
    outside
        (..., 2) payoff of walking out after rejecting; minus infinity where a party cannot.
    left
        (..., 2) payoff when the other walks out.
    deadline_payoff
        (..., 2) payoff of the last rejection, worth at that date.
    counted_from
        (..., 2) what payoffs are counted from: no deal, in a case.
    """

    players: tuple[str, str]
    frontier: Array
    discount: Array
    first: str
    periods: int | None
    breakdown: Array
    breakdown_payoff: Array
    inside: Array
    outside: Array
    left: Array
    deadline_payoff: Array
    exact: Mapping[str, Any] | None = None
    counted_from: Any = 0.0

    _view = "negotiate.dynamic.views.alternating_offers"

    @classmethod
    def from_numbers(
        cls,
        players: Sequence[str],
        *,
        discount: Any,
        frontier: Any = ((0, 1), (1, 0)),
        first: str | None = None,
        periods: Any = None,
        breakdown: Any = 0,
        breakdown_payoff: Any = (0, 0),
        inside: Any = (0, 0),
        outside: Any = (None, None),
        left: Any = None,
        deadline_payoff: Any = (0, 0),
    ) -> AlternatingOffers:
        """The game of a file; numbers as in `alternating_offers`."""
        return alternating_offers(
            players,
            discount=discount,
            frontier=frontier,
            first=first,
            periods=None if periods is None else int(periods),
            breakdown=breakdown,
            breakdown_payoff=breakdown_payoff,
            inside=inside,
            outside=outside,
            left=left,
            deadline_payoff=deadline_payoff,
        )

    def measure(self, name: str) -> Array:
        """A metric by its full name, over draws; see `METRICS`.

        ``utility.<party>`` alone is counted from zero, so that a lever that moves no deal and the
        deal alike shows its whole effect; the others are counted from no deal.
        """
        if name not in self._measured:
            raise UnknownNameError("metric", name, self._measured, where=KIND)
        return self._measured[name]

    @cached_property
    def _measured(self) -> dict[str, Array]:
        found = evaluate_game(self, ())
        start = np.asarray(self.counted_from, dtype=float) + np.zeros(2)
        own = {
            f"utility.{p}": found[f"payoff.{p}"] + start[..., k] for k, p in enumerate(self.players)
        }
        return found | own

    def offers(self) -> kernel.Offers:
        """Stationary equilibrium, ignoring a deadline."""
        return kernel.alternating_offers(
            (self.frontier[..., 0], self.frontier[..., 1]),
            discount=self.discount,
            breakdown=self.breakdown,
            breakdown_payoff=self.breakdown_payoff,
            inside=self.inside,
            outside=self.outside,
            left=self.left,
        )

    def path(self) -> Array:
        """With a deadline: payoffs (..., periods, 2) of play from each period on."""
        if self.periods is None:
            raise InputError(
                "the game has no deadline", where="alternating offers", remedy="give periods"
            )
        return kernel.finite_offers(
            (self.frontier[..., 0], self.frontier[..., 1]),
            discount=self.discount,
            periods=self.periods,
            first=self.players.index(self.first),
            deadline_payoff=self.deadline_payoff,
            breakdown=self.breakdown,
            breakdown_payoff=self.breakdown_payoff,
            inside=self.inside,
            outside=self.outside,
            left=self.left,
        )

    def first_payoffs(self) -> Array:
        """Equilibrium payoffs (..., 2) with the stated first proposer and deadline."""
        if self.periods is not None:
            return self.path()[..., 0, :]
        return self.offers().payoffs[..., self.players.index(self.first), :]


def alternating_offers(
    players: Sequence[str],
    *,
    discount: Any,
    frontier: Any = ((0, 1), (1, 0)),
    first: str | None = None,
    periods: int | None = None,
    breakdown: Any = 0,
    breakdown_payoff: Any = (0, 0),
    inside: Any = (0, 0),
    outside: Any = (None, None),
    left: Any = None,
    deadline_payoff: Any = (0, 0),
) -> AlternatingOffers:
    """Build and check the game from plain numbers.

    Each pair may be two numbers (floats, fractions, arrays over draws) or a mapping by party;
    ``outside`` None means that the party cannot walk out. Where every number is an integer or a
    fraction the game is solved exactly as well.

    Raises
    ------
    InputError
        A discount factor outside [0, 1], a probability outside [0, 1], a frontier that is not
        concave and falling, both parties free to wait (no determinate answer).
    """
    names = given.two(players)
    parts = {
        key: given.pair(names, value, key)
        for key, value in {
            "discount": discount,
            "breakdown_payoff": breakdown_payoff,
            "inside": inside,
            "deadline_payoff": deadline_payoff,
            "outside": outside,
        }.items()
    }
    if left is None:
        o1, o2 = parts["outside"]
        parts["left"] = (0 if o1 is None else o1, 0 if o2 is None else o2)
    else:
        parts["left"] = given.pair(names, left, "left")
    starter = names[0] if first is None else first
    if starter not in names:
        raise UnknownNameError("party", starter, names, where="first proposer")
    if periods is not None and not 1 <= periods <= MAX_PERIODS:
        raise InputError(
            f"{periods} periods", where="alternating offers", allowed=f"1 to {MAX_PERIODS}"
        )
    arrays = {key: given.stack(value) for key, value in parts.items()}
    vertices, exact_vertices = given.frontier_line(frontier)
    chance = np.asarray(breakdown, float)
    given.check_unit(arrays["discount"], "discount factor")
    given.check_unit(chance, "breakdown probability")
    given.refuse_free_waiting(arrays["discount"], chance, arrays["inside"], periods)
    game = AlternatingOffers(
        players=names,
        frontier=vertices,
        first=starter,
        periods=periods,
        breakdown=given.lock(chance),
        exact=given.as_fractions(parts, breakdown, exact_vertices),
        **{key: given.lock(value) for key, value in arrays.items()},
    )
    return game


def nash_limit(game: AlternatingOffers) -> Array:
    r"""Payoffs (..., 2) as the period shrinks to nothing.

    The weighted Nash solution with weight :math:`\ln\delta_2/(\ln\delta_1+\ln\delta_2)` for
    party 1 (patience) and disagreement the worth of talking for ever, then moved to the nearest
    point that gives a binding outside option (Binmore, Shaked and Sutton 1989). NaN without room.
    """
    c, k = kernel.rejection_terms(game.discount, game.breakdown, game.breakdown_payoff, game.inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = -np.log(k)
        weight = np.where(
            np.isinf(rate[..., 0]),
            np.where(np.isinf(rate[..., 1]), 0.5, 0.0),
            rate[..., 1] / rate.sum(-1),
        )
        weight = np.where(np.isinf(rate[..., 1]) & ~np.isinf(rate[..., 0]), 1.0, weight)
    d = kernel.perpetual(c, k)
    x, y = game.frontier[..., 0], game.frontier[..., 1]
    best_value, best = None, None
    for e in range(x.shape[-1] - 1):
        dx, dy = x[..., e + 1] - x[..., e], y[..., e + 1] - y[..., e]
        with np.errstate(divide="ignore", invalid="ignore"):
            # on the edge x + t dx, y + t dy the weighted product is greatest where
            # w dx / (x + t dx - d1) = -(1 - w) dy / (y + t dy - d2)
            t = (
                -weight * dx * (y[..., e] - d[..., 1]) - (1 - weight) * dy * (x[..., e] - d[..., 0])
            ) / (dx * dy)
        with np.errstate(divide="ignore", invalid="ignore"):
            # the part of the edge that gives neither party less than talking for ever
            first = np.where(dx > 0, (d[..., 0] - x[..., e]) / dx, 0.0)
            last = np.where(dy < 0, (d[..., 1] - y[..., e]) / dy, 1.0)
        first, last = np.maximum(first, 0.0), np.minimum(last, 1.0)
        fits = (first <= last) & ((dx > 0) | (x[..., e] >= d[..., 0]))
        fits = fits & ((dy < 0) | (y[..., e] >= d[..., 1]))
        t = np.where(np.isfinite(t), t, np.where(dx == 0, 0.0, 1.0))
        t = np.where(weight >= 1, last, np.where(weight <= 0, first, np.clip(t, first, last)))
        t = np.where(fits, t, 0.0)
        point = np.stack(np.broadcast_arrays(x[..., e] + t * dx, y[..., e] + t * dy), -1)
        gain = np.maximum(point - d, 0)
        value = gain[..., 0] ** weight * gain[..., 1] ** (1 - weight)
        value = np.where(fits, value, -np.inf)
        if best is None or best_value is None:
            best_value, best = value, point
        else:
            better = value > best_value
            best_value = np.where(better, value, best_value)
            best = np.where(better[..., None], point, best)
    assert best is not None
    curve = kernel.polygon(x, y)
    u1 = np.maximum(best[..., 0], game.outside[..., 0])
    u2 = np.maximum(curve.phi(u1), game.outside[..., 1])
    u1 = np.where(u2 > curve.phi(u1), curve.psi(u2), u1)
    floor = np.maximum(d, game.outside)
    room = (floor[..., 0] <= curve.high) & (floor[..., 1] <= curve.phi(floor[..., 0]))
    u1, u2 = np.where(room, u1, np.nan), np.where(room, u2, np.nan)
    return np.stack(np.broadcast_arrays(u1, u2), -1)


def evaluate_game(game: AlternatingOffers, names: Iterable[str]) -> dict[str, Array]:
    """Metrics of a game over its draws; names as in `METRICS`, all if ``names`` is empty."""
    offers = game.offers()
    known: dict[str, Array] = {}
    paid = game.first_payoffs()
    limit = nash_limit(game)
    for i, party in enumerate(game.players):
        known[f"payoff.{party}"] = paid[..., i]
        known[f"binds.{party}"] = offers.binds[..., i]
        known[f"limit.{party}"] = limit[..., i]
        for j, proposer in enumerate(game.players):
            known[f"offer.{proposer}.{party}"] = offers.payoffs[..., j, i]
    known["zone"] = offers.zone
    known["first_mover_advantage"] = offers.payoffs[..., 0, 0] - offers.payoffs[..., 1, 0]
    wanted = list(names) or list(known)
    for name in wanted:
        if name not in known:
            raise UnknownNameError("metric", name, known, where=KIND)
    return {name: known[name] for name in wanted}


@compiles("alternating_offers", slots=("inside_flow", "outside_option"))
def from_case(
    negotiation: Any, *, commitment: str | None = None, periods: int | None = None
) -> AlternatingOffers:
    """Talks of a negotiation's two principals over its frontier.

    Utilities are counted from the disagreement point d with every lever on the table, so that
    waiting costs what a deal would bring. Discount factors are ``party.<p>.discount``;
    ``model.alternating_offers.first`` names who proposes first.

    * A rejection ends the talks with ``quantity.breakdown_risk`` and then pays d.
    * While talks go on a party has, per period, its share 1 - delta of the worth of talking for
      ever: no deal with no lever used, less what levers in the slot ``inside_flow`` cost it
      (``quantity.talking_<p>`` instead, where the file has it).
    * Walking out pays d less what levers cost that enter through ``outside_option`` and not
      through ``disagreement``, so that no harm counts twice (``quantity.outside_option_<p>``).
    * With ``periods``, or ``periods`` under ``[model.alternating_offers]``, the talks end after so
      many proposals, and d follows.

    A smooth frontier is taken by 32 chords: payoffs are right to about 1e-4 of a stake, the limit,
    which may rest on a vertex, to about 2e-3.
    """
    if len(negotiation.principals) != 2:
        raise NotApplicableError(
            f"{len(negotiation.principals)} principals",
            where=f"case {negotiation.id}, {KIND}",
            allowed="two parties that take turns",
            remedy="for more, see the game 'multilateral'"
            if len(negotiation.principals) > 2
            else "",
        )
    sure = case.commitment(negotiation, KIND, commitment)
    problem = bargaining_problem(negotiation, commitment=sure)
    names = given.two(problem.parties)
    case.require(negotiation, KIND, {f"discount_{p}": f"party.{p}.discount" for p in names})
    d = np.asarray(problem.disagreement, dtype=float)
    if negotiation.draws is not None:
        d = np.broadcast_to(d, (negotiation.draws, 2)).copy()
        problem = problem.with_disagreement(d)
    line = np.asarray(problem.floats().frontier(resolution=32), dtype=float)
    gains = line - d[..., None, :]
    burden = inside_flow(negotiation, commitment=sure)
    apart = tuple(
        name
        for name in negotiation.on_table()
        if "disagreement" not in negotiation.levers[name].enters
    )
    leaving = outside_option(negotiation, apart, commitment=sure)

    def of(field: str, party: str, path: str, default: Any) -> Any:
        value = case.number(negotiation, KIND, f"{field}_{party}", path, default=default)
        return np.asarray(value, dtype=float)

    discount, inside, outside = [], [], []
    for k, party in enumerate(names):
        patience = of("discount", party, f"party.{party}.discount", None)
        quiet = disagreement.base(negotiation, party) - burden[party]
        talking = of("talking", party, f"quantity.talking_{party}", quiet)
        gone = of("outside", party, f"quantity.outside_option_{party}", d[..., k] - leaving[party])
        discount.append(patience)
        inside.append((1 - patience) * (talking - d[..., k]))
        outside.append(gone - d[..., k])
    if periods is None and negotiation.setting(KIND, "periods") is not None:
        periods = case.count(negotiation, KIND, "periods")
    game = alternating_offers(
        names,
        discount=tuple(discount),
        frontier=gains,
        first=negotiation.setting(KIND, "first"),
        periods=periods,
        breakdown=np.asarray(negotiation.get("quantity.breakdown_risk", 0), dtype=float),
        inside=tuple(inside),
        outside=tuple(outside),
    )
    return replace(game, counted_from=given.lock(d))
