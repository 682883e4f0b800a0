"""The bargaining problem: Nash's pair (S, d), built from issues and what parties make of them.

Parties i value issue k by v_ik in [0, 1] and weigh it by w_ik; terms x are worth
U_i(x) = base_i + sum_k w_ik v_ik(x_k). S is the comprehensive hull (free disposal) of what is
attainable; with options, mixing over them is allowed, and an efficient point of two parties mixes
at most one issue (unless slopes tie). d is what each party has if talks fail.

One description serves fractions (exact, one problem), floats with leading draw axes, and SymPy
symbols (utilities only).

Source: Nash (1950), Econometrica 18:155-162, doi:10.2307/1907266; Raiffa (1982), The Art and
Science of Negotiation, ch. 10-11.

Two bargain over a pie of 100 with 20 and 10 elsewhere (Muthoo 1999, Bargaining Theory, ch. 2):

>>> problem = divide(100, {"a": 20, "b": 10})
>>> [[str(u) for u in v] for v in problem.frontier()]
[['0', '100'], ['100', '0']]
>>> {party: str(u) for party, u in problem.ideal().items()}
{'a': '90', 'b': '80'}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from negotiate.bargaining import _layout as layout
from negotiate.bargaining.arithmetic import curves, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.arithmetic.convex import Program
from negotiate.bargaining.arithmetic.frontier import Frontier
from negotiate.bargaining.arithmetic.frontier_exact import Polygon
from negotiate.bargaining.values import POLYGONAL, Value, floats, is_exact, number, stacked
from negotiate.declare import Metric, Playable, compiles, game
from negotiate.errors import (
    InputError,
    NoSolutionError,
    NotApplicableError,
    UnknownNameError,
)

METRICS = (
    Metric(
        "zone",
        "stake",
        "room for agreement: largest equal gain over d, stakes; negative: no zone",
        words="room for agreement",
        read=lambda problem, names: problem.zone(),
    ),
    Metric(
        "disagreement.<party>",
        "stake",
        "payoff if talks fail, stakes",
        words="payoff of no deal to {party}",
        read=lambda problem, names: problem.no_deal(names["party"]),
    ),
    Metric(
        "ideal.<party>",
        "stake",
        "most the party can get while no other falls below d, stakes",
        read=lambda problem, names: problem.ideal()[names["party"]],
    ),
    Metric(
        "<deal>.utility.<party>",
        "stake",
        "utility of a deal of the file, stakes",
        words="utility of {party} at {deal}",
        read=lambda problem, names: problem.of_deal(names["deal"])[names["party"]],
    ),
    Metric(
        "<deal>.margin.<party>",
        "stake",
        "utility of the deal less d, stakes",
        read=lambda problem, names: (
            problem.of_deal(names["deal"])[names["party"]] - problem.no_deal(names["party"])
        ),
    ),
    Metric(
        "<deal>.loss",
        "stake",
        "least maximum loss of the deal to the frontier, stakes",
        read=lambda problem, names: problem.loss(problem.of_deal(names["deal"])),
    ),
)
"""Metrics of the problem itself; those of its solutions are in `negotiate.bargaining._metrics`."""


def _plain(array: np.ndarray[Any, Any]) -> bool:
    return array.dtype == object and all(isinstance(v, Fraction) for v in array.ravel())


@game(
    "bargaining",
    title="Bargaining problem",
    short="bargaining",
    default=("nash_bargaining",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class BargainingProblem(Playable):
    """Nash's (S, d) over issues.

    Attributes
    ----------
    parties, issues
        Labels, n and K of them.
    options
        For each issue its option labels, or None for an interval of levels in [0, 1].
    weights
        ``(..., n, K)``: fractions (object array) or floats with leading draw axes.
    values
        ``values[i][k]``, how party i values issue k.
    disagreement
        ``(..., n)`` payoffs d if talks fail, in stakes.
    base
        ``(..., n)`` a constant added to each party's utility; 0 as a rule.
    bargaining_weights
        ``(..., n)`` exponents of the weighted Nash product, above 0; they are made to sum to one,
        and are equal if left out.
    deals
        Deals that are judged against it (id to terms): those of the case's file.
    title
        For figures and reports.
    constrained
        Ids of constraints between issues, which S does not obey: with any, no solution is given
        here, and `negotiate.bargaining.packages` is the game to solve.
    """

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...] | None, ...]
    weights: np.ndarray[Any, Any]
    values: tuple[tuple[Value, ...], ...]
    disagreement: np.ndarray[Any, Any]
    base: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0))
    bargaining_weights: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0))
    deals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    title: str = ""
    constrained: tuple[str, ...] = ()

    _view = "negotiate.bargaining.views.problem"

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "weights", stacked(self.weights))
        set_(self, "disagreement", stacked(self.disagreement))
        zero: Any = [Fraction(0)] * len(self.parties)
        set_(self, "base", stacked(self.base) if np.size(self.base) else stacked(zero))
        even: Any = [Fraction(1, len(self.parties) or 1)] * len(self.parties)
        given = self.bargaining_weights
        set_(self, "bargaining_weights", stacked(given) if np.size(given) else stacked(even))
        for array in (self.weights, self.disagreement, self.base, self.bargaining_weights):
            array.setflags(write=False)
        layout.check(self)
        if np.size(given):
            total = self.bargaining_weights.sum(axis=-1, keepdims=True)
            set_(self, "bargaining_weights", self.bargaining_weights / total)
            self.bargaining_weights.setflags(write=False)

    # ---- what it is ------------------------------------------------------------------------

    @property
    def players(self) -> tuple[str, ...]:
        """The parties, under the name every form has."""
        return self.parties

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of the draw axes; () for one problem."""
        inner = [
            np.shape(item)
            for row in self.values
            for value in row
            for item in value.numbers()
            if isinstance(item, np.ndarray)
        ]
        return np.broadcast_shapes(
            self.weights.shape[:-2],
            *(
                array.shape[:-1]
                for array in (self.disagreement, self.base, self.bargaining_weights)
            ),
            *inner,
        )

    @cached_property
    def is_exact(self) -> bool:
        """Whether every number is a fraction and every value polygonal: solutions are exact."""
        if not self.is_polygonal:
            return False
        numbers = [item for row in self.values for value in row for item in value.numbers()]
        arrays = (self.weights, self.disagreement, self.base)
        return all(array.dtype == object and is_exact(array.ravel()) for array in arrays) and (
            is_exact(number(item) for item in numbers)
        )

    @cached_property
    def is_polygonal(self) -> bool:
        """Whether every value is linear, peaked or a table."""
        return all(value.kind in POLYGONAL for row in self.values for value in row)

    def draw(self, index: int) -> BargainingProblem:
        """The problem of one draw, in floats."""
        return layout.one_draw(self, index)

    def floats(self) -> BargainingProblem:
        """The same problem in floats."""
        return replace(
            self,
            weights=floats(self.weights),
            disagreement=floats(self.disagreement),
            base=floats(self.base),
            bargaining_weights=floats(self.bargaining_weights),
        )

    def with_disagreement(self, d: Any) -> BargainingProblem:
        """The same S with another disagreement point: a mapping by party, or ``(..., n)``."""
        return replace(self, disagreement=by_party(self.parties, d, "disagreement"))

    def reordered(self, order: Sequence[str]) -> BargainingProblem:
        """The same problem with its parties in another order."""
        if sorted(order) != sorted(self.parties):
            raise InputError(f"{list(order)}", where="reordered", allowed=", ".join(self.parties))
        index = [self.parties.index(party) for party in order]
        return replace(
            self,
            parties=tuple(order),
            weights=self.weights[..., index, :],
            values=tuple(self.values[i] for i in index),
            disagreement=self.disagreement[..., index],
            base=self.base[..., index],
            bargaining_weights=self.bargaining_weights[..., index],
        )

    def rescaled(
        self, factor: Mapping[str, Any], shift: Mapping[str, Any] | None = None
    ) -> BargainingProblem:
        """Each party's utility in other units: u -> factor u + shift, factor above 0."""
        a = stacked([number(factor.get(party, 1)) for party in self.parties])
        b = stacked([number((shift or {}).get(party, 0)) for party in self.parties])
        if any(array.dtype != object for array in (self.weights, self.disagreement, a, b)):
            # floats anyway: fractions among them would be added one draw at a time
            a, b = (floats(v) if _plain(v) else v for v in (a, b))
        return replace(
            self,
            weights=self.weights * a[..., :, None],
            disagreement=self.disagreement * a + b,
            base=self.base * a + b,
        )

    # ---- utilities -------------------------------------------------------------------------

    def utilities(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Worth of terms to each party: a level for an interval; an option, or its shares.

        Works in every arithmetic: levels may be fractions, arrays over draws or symbols.
        """
        levels = layout.read_terms(self, terms)
        out = {}
        for i, party in enumerate(self.parties):
            total = self.base[..., i]
            for k, level in enumerate(levels):
                total = total + self.weights[..., i, k] * self.values[i][k].at(level)
            out[party] = total.item() if np.ndim(total) == 0 and hasattr(total, "item") else total
        return out

    def no_deal(self, party: str) -> np.ndarray[Any, Any]:
        """D of a party in floats, over the draws."""
        d = floats(self.disagreement)[..., self.parties.index(party)]
        return np.broadcast_to(d, self.shape)

    def of_deal(self, name: str) -> dict[str, Any]:
        """Worth to each party of a deal of the file, in floats."""
        if name not in self.deals:
            raise UnknownNameError("deal", name, self.deals, where="bargaining problem")
        return self._floats.utilities(self.deals[name])

    def loss(self, utilities: Mapping[str, Any]) -> Any:
        """What these utilities leave on the table.

        Returns
        -------
        number
            The largest t with u + (t, ..., t) in S, in stakes; over draws an array.
        """
        u = np.stack(
            np.broadcast_arrays(*(floats(utilities[party]) for party in self.parties)), axis=-1
        )
        shape = np.broadcast_shapes(self.shape, u.shape[:-1])
        moved = self._floats.with_disagreement(np.broadcast_to(u, (*shape, u.shape[-1])).copy())
        return moved.zone()

    @cached_property
    def _floats(self) -> BargainingProblem:
        return self.floats()

    # ---- the frontier of two parties -------------------------------------------------------

    @cached_property
    def float_frontier(self) -> Frontier:
        """The two-party frontier over draws, as kernels read it."""
        self._need_two("frontier")
        return layout.float_frontier(self)

    @cached_property
    def exact_frontier(self) -> Polygon:
        """The two-party frontier in fractions; only where `is_exact`."""
        self._need_two("frontier")
        return layout.exact_frontier(self)

    @cached_property
    def program(self) -> Program:
        """The convex description of S for any number of parties; one problem at a time."""
        if self.shape:
            raise NotApplicableError(
                f"{self.shape} draws of a problem with {len(self.parties)} parties",
                where="bargaining problem",
                allowed="one problem",
                remedy="solve form.draw(i) for each i",
            )
        return layout.convex_program(self)

    def frontier(self, *, resolution: int = 128) -> Any:
        """Corners of the efficient frontier, from the second party's end to the first's.

        Exact problems give a tuple of pairs of fractions, others an array ``(..., P, 2)`` in
        which each smooth arc is cut into ``resolution`` chords.
        """
        if self.is_exact:
            return self.exact_frontier.vertices
        line = np.stack(curves.trace(self.float_frontier, resolution), axis=-1)
        return np.moveaxis(line, 0, -2).reshape(*self.shape, -1, 2)

    def ideal(self) -> dict[str, Any]:
        """Ideal point m: the most each party can get while no other falls below d."""
        return dict(self._ideal)

    @cached_property
    def _ideal(self) -> dict[str, Any]:
        if self.is_exact and len(self.parties) == 2:
            point: Any = exact.ideal(self.exact_frontier.vertices, tuple(self.disagreement))
        elif len(self.parties) == 2:
            point = kernel.ideal(self.float_frontier, floats(self.disagreement))
            point = [row.reshape(self.shape)[()] for row in point]
        elif self.shape:
            point = np.moveaxis(self._drawn(_ideal_or_nan), -1, 0)
        else:
            point = layout.convex_ideal(self)
        return dict(zip(self.parties, point))

    def zone(self) -> Any:
        """Room for agreement: the largest t with d + (t, ..., t) in S, in stakes.

        Negative where there is no bargaining zone, 0 where d is itself (weakly) efficient.
        """
        if self.is_exact and len(self.parties) == 2:
            return exact.zone(self.exact_frontier.vertices, tuple(self.disagreement))
        if len(self.parties) == 2:
            room = kernel.zone(self.float_frontier, floats(self.disagreement))
            return room.reshape(self.shape)[()]
        return self._drawn(layout.convex_zone) if self.shape else layout.convex_zone(self)

    def _drawn(self, read: Callable[[BargainingProblem], Any]) -> Any:
        """A number or a list of each draw's own problem, one after the other."""
        count = int(np.prod(self.shape, dtype=np.int64))
        rows = np.array([read(self.draw(index)) for index in range(count)], dtype=float)
        return rows.reshape(*self.shape, *rows.shape[1:])

    def terms_at(self, utility: Any) -> dict[str, Any]:
        """Terms of the efficient point that gives the first party the stated utility."""
        self._need_two("terms_at")
        if self.is_exact and isinstance(number(utility), Fraction):
            point = exact.best_given_first(self.exact_frontier.vertices, number(utility))
            return layout.exact_terms(self, point)[0]
        level = np.broadcast_to(floats(utility), self.shape).reshape(-1)
        located = kernel.best_given_first(self.float_frontier, level)
        return layout.float_terms(self, located)[0]

    def _need_two(self, what: str) -> None:
        if len(self.parties) != 2:
            raise NotApplicableError(
                f"{what} of {len(self.parties)} parties",
                where="bargaining problem",
                allowed="two parties",
                remedy="use a solution concept: nash_bargaining, kalai_smorodinsky, leximin",
            )


def _ideal_or_nan(problem: BargainingProblem) -> list[float]:
    try:
        return layout.convex_ideal(problem)
    except NoSolutionError:
        return [float("nan")] * len(problem.parties)


def by_party(parties: Sequence[str], numbers: Any, where: str) -> Any:
    """Numbers by party, or in their order, as ``(..., n)``."""
    if not isinstance(numbers, Mapping):
        return numbers if isinstance(numbers, np.ndarray) else stacked(list(numbers))
    for party in numbers:
        if party not in parties:
            raise UnknownNameError("party", party, parties, where=where)
    missing = [party for party in parties if party not in numbers]
    if missing:
        raise InputError(f"nothing for {', '.join(missing)}", where=where, allowed="every party")
    return stacked([numbers[party] for party in parties])


def from_issues(
    weights: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Value]],
    disagreement: Any,
    *,
    options: Mapping[str, Sequence[str]] | None = None,
    title: str = "",
) -> BargainingProblem:
    """From weights and values by party and issue; ``options`` labels those of tabled issues.

    >>> from negotiate.bargaining.values import linear
    >>> problem = from_issues(
    ...     {"a": {"oil": "0.6", "gas": "0.4"}, "b": {"oil": "0.1", "gas": "0.9"}},
    ...     {"a": {"oil": linear(1), "gas": linear(1)}, "b": {"oil": linear(0), "gas": linear(0)}},
    ...     {"a": 0, "b": 0})
    >>> [[str(u) for u in v] for v in problem.frontier()]
    [['0', '1'], ['3/5', '9/10'], ['1', '0']]
    """
    parties = tuple(weights)
    issues = tuple(weights[parties[0]]) if parties else ()
    for mapping, name in ((weights, "weights"), (values, "values")):
        for party in parties:
            if party not in mapping or set(mapping[party]) != set(issues):
                raise InputError(
                    f"{name} of {party} do not cover the issues",
                    where="from_issues",
                    allowed=", ".join(issues),
                    remedy="give every party a number for every issue",
                )
    labels: list[tuple[str, ...] | None] = []
    for issue in issues:
        count = len(values[parties[0]][issue].table)
        given = tuple((options or {}).get(issue, tuple(f"option {j + 1}" for j in range(count))))
        labels.append(given if values[parties[0]][issue].kind == "table" else None)
    return BargainingProblem(
        parties=parties,
        issues=issues,
        options=tuple(labels),
        weights=stacked([[weights[party][issue] for issue in issues] for party in parties]),
        values=tuple(tuple(values[party][issue] for issue in issues) for party in parties),
        disagreement=by_party(parties, disagreement, "disagreement"),
        title=title,
    )


def from_points(
    points: Mapping[str, Sequence[Any]],
    disagreement: Any,
    *,
    parties: Sequence[str] = ("1", "2"),
    title: str = "",
) -> BargainingProblem:
    """From named outcomes and their utilities; S is their convex comprehensive hull."""
    for name, point in points.items():
        if len(point) != len(parties):
            raise InputError(
                f"{len(point)} utilities for {len(parties)} parties", where=f"point {name}"
            )
    one = [[1] for _ in parties]
    columns = [tuple(number(p[i]) for p in points.values()) for i in range(len(parties))]
    return BargainingProblem(
        parties=tuple(parties),
        issues=("outcome",),
        options=(tuple(points),),
        weights=stacked(one),
        values=tuple((Value("table", table=column),) for column in columns),
        disagreement=by_party(parties, disagreement, "disagreement"),
        title=title,
    )


def from_polygon(
    vertices: Sequence[Sequence[Any]],
    disagreement: Any,
    *,
    parties: Sequence[str] = ("1", "2"),
    title: str = "",
) -> BargainingProblem:
    """From the vertices of a polygon of utilities (two parties), with free disposal."""
    points = {f"vertex {j + 1}": tuple(vertex) for j, vertex in enumerate(vertices)}
    return from_points(points, disagreement, parties=parties, title=title)


def divide(
    pie: Any, disagreement: Any, *, parties: Sequence[str] = ("a", "b"), issue: str = "pie"
) -> BargainingProblem:
    """Share a pie of transferable utility: the level is the first party's share, in [0, 1]."""
    if isinstance(disagreement, Mapping):
        parties = tuple(disagreement)
    size = number(pie)
    return BargainingProblem(
        parties=tuple(parties),
        issues=(issue,),
        options=(None,),
        weights=stacked([[size], [size]]),
        values=((Value("linear", Fraction(1)),), (Value("linear", Fraction(0)),)),
        disagreement=by_party(parties, disagreement, "disagreement"),
    )


def from_curve(
    first: Any,
    second: Any,
    disagreement: Any,
    *,
    parties: Sequence[str] = ("1", "2"),
    issue: str = "x",
    title: str = "",
) -> BargainingProblem:
    """From two concave utilities of one level in [0, 1].

    Each is an expression in ``x`` such as ``"(1 - x)**0.5"``, a SymPy expression in one symbol,
    or a callable on float arrays. Roth's divided dollar with a risk-averse second party:

    >>> problem = from_curve("x", "(1 - x)**0.5", (0, 0))
    >>> problem.utilities({"x": 0.75})
    {'1': 0.75, '2': 0.5}
    """
    made = [layout.concave(item, name) for item, name in ((first, "first"), (second, "second"))]
    d = floats(by_party(parties, disagreement, "disagreement"))
    lines = [layout.straight(curve, name) for (curve, _), name in zip(made, ("first", "second"))]
    if all(line == "throughout" for line in lines):  # a straight frontier has one slope
        ends = [floats(curve(np.array([0.0, 1.0]))) for curve, _ in made]
        return BargainingProblem(
            parties=tuple(parties),
            issues=(issue,),
            options=(None,),
            weights=np.array([[abs(high - low)] for low, high in ends]),
            values=tuple((Value("linear", Fraction(int(high > low))),) for low, high in ends),
            disagreement=d,
            base=np.array([min(pair) for pair in ends]),
            title=title,
        )
    layout.refuse_shared_stretch(made)
    return BargainingProblem(
        parties=tuple(parties),
        issues=(issue,),
        options=(None,),
        weights=np.ones((2, 1)),
        values=tuple((Value("curve", ideal=peak, curve=curve),) for curve, peak in made),
        disagreement=d,
        title=title,
    )


@compiles("bargaining", slots=("disagreement",))
def problem(
    negotiation: Any,
    *,
    levers_used: Sequence[str] | None = None,
    commitment: str = "stated",
    disagreement: Mapping[str, Any] | None = None,
) -> BargainingProblem:
    """The bargaining problem of a negotiation's principals.

    A deal that lasts only as long as it holds is worth omega_i U_i(x) + (1 - omega_i) base_i: the
    weights are scaled by omega and the rest becomes the constant ``base`` (see
    `negotiate.case.slots.disagreement.lasting`; omega is 1 where the file states no hazard).

    Parameters
    ----------
    levers_used
        Levers threatened; they act on d through the slot ``disagreement``. By default all that
        are on the table; ``()`` for none.
    commitment
        ``full``, ``stated``: how sure a threatened lever is to be carried out.
    disagreement
        d by party, in place of what the branches of no deal give.
    """
    from negotiate.case.slots import disagreement as slot

    parties, issues = tuple(negotiation.principals), tuple(negotiation.issues)
    if disagreement is None:
        used = negotiation.on_table() if levers_used is None else levers_used
        disagreement = slot.point(negotiation, used, commitment=commitment, parties=parties)
    d = {party: disagreement[party] for party in parties}
    lasting = [slot.lasting(negotiation, party) for party in parties]
    options = tuple(tuple(issue.options) or None for issue in negotiation.issues.values())
    point = by_party(parties, d, "disagreement")
    if negotiation.draws is not None:  # every draw gets its answer, whatever it is that was drawn
        point = np.broadcast_to(floats(point), (negotiation.draws, len(parties))).copy()
    return BargainingProblem(
        parties=parties,
        issues=issues,
        options=options,
        weights=stacked(
            [
                [omega * negotiation.weight(party, issue) for issue in issues]
                for party, (omega, _) in zip(parties, lasting)
            ]
        ),
        values=tuple(tuple(layout.read_value(negotiation, p, k) for k in issues) for p in parties),
        disagreement=point,
        bargaining_weights=by_party(
            parties, layout.bargaining_weights(negotiation), "bargaining weights"
        ),
        deals={name: negotiation.terms(name) for name in negotiation.deals},
        base=stacked([offset for _, offset in lasting]),
        title=negotiation.title,
        constrained=tuple(rule.id for rule in negotiation.case.constraint),
    )
