"""What the bargaining solutions share: choice of arithmetic, points with terms, evidence.

A concept gives up to three rules: one on exact vertices, one on the float frontier over draws, one
on the convex program of any number of parties. Without a bargaining zone the answer has no points
and says why; among draws, those without one are NaN and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _layout as layout
from negotiate.bargaining._support import support
from negotiate.bargaining.arithmetic import convex, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.arithmetic.frontier import Located
from negotiate.bargaining.problem import BargainingProblem, by_party
from negotiate.bargaining.values import floats
from negotiate.errors import NotApplicableError, NotConvergedError, TooLargeError
from negotiate.solution import Evidence, Point, Solution

CURVE = 1e-6
"""Slack of evidence that integrates along a smooth frontier by chords (4,096 of them)."""

NEAR_ONE = (0.25, 4.0)
"""A party whose utilities range over this much is solved as it is; others in other units."""

MAX_PROGRAMMES = 100_000
"""Most draws of a problem with three or more parties, one convex programme each."""


class Found(NamedTuple):
    """What a rule found: payoffs, where on the frontier its terms are read, marks and facts.

    ``where`` is None when the terms are to be read off the payoffs; ``certain`` is false where an
    exact rule stopped at an approximation.
    """

    payoffs: tuple[Any, Any]
    where: exact.ExactPoint | Located | None = None
    facts: Mapping[str, Any] = {}
    marks: tuple[str, ...] = ()
    certain: bool = True


class Many(NamedTuple):
    """What an n-party rule found: utilities, raw terms, facts and the duality gap."""

    utilities: Any
    terms: list[Any]
    gap: float
    facts: Mapping[str, Any] = {}


def solve(
    form: BargainingProblem,
    concept: str,
    *,
    exact_rule: Callable[[Any, Any], Found | None] | None,
    float_rule: Callable[[Any, Any, Any], Found],
    many_rule: Callable[[BargainingProblem, Any, convex.Answer, Any], Many] | None = None,
    evidence: Callable[[BargainingProblem, Point], Evidence] | None = None,
    settings: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = (),
    individually_rational: bool = True,
    scale_invariant: bool = True,
) -> Solution:
    """Run the rule that fits the problem's arithmetic and number of parties.

    Float rules are given the problem in units in which each party's range is near one, and those
    units, ``(n, N)`` or ``(n,)``; what they find is multiplied by them. Where gains are compared
    between three or more parties (not ``scale_invariant``) the unit is one for all.
    """
    require_form(form)
    if len(form.parties) == 2:
        answer = _solve_two(form, concept, exact_rule, float_rule, individually_rational)
    elif many_rule is None:
        raise NotApplicableError(
            f"{concept} of {len(form.parties)} parties",
            allowed="two parties",
            remedy="nash_bargaining, kalai_smorodinsky, egalitarian, leximin, utilitarian",
        )
    elif form.shape:
        answer = _each_draw(form, concept, many_rule, scale_invariant)
    else:
        answer = _solve_many(form, concept, many_rule, scale_invariant)
    answer = replace(answer, settings=settings or {}, notes=(*answer.notes, *notes), form=form)
    if not individually_rational:
        answer = replace(answer, notes=(*answer.notes, *_below(form, answer)))
    if evidence is not None and not form.shape:
        proofs = tuple(evidence(form, point) for point in answer.points)
        answer = replace(answer, evidence=(*answer.evidence, *proofs))
    return answer


def _below(form: BargainingProblem, answer: Solution) -> Iterator[str]:
    least = tolerance.UTILITY * ranges(form)
    for point in answer.points:
        for i, (party, gain) in enumerate(point.facts["gains"].items()):
            if np.any(floats(gain) < -least[..., i]):
                yield f"{party} gets less than its disagreement payoff"


def require_form(form: Any) -> None:
    """A bargaining problem in numbers."""
    if not isinstance(form, BargainingProblem):
        raise NotApplicableError(f"a {type(form).__name__}", allowed="a bargaining problem")
    unconstrained(form)
    for array in (form.weights, form.disagreement):
        if array.dtype == object and any(hasattr(x, "free_symbols") for x in array.ravel()):
            raise NotApplicableError(
                "a problem with symbols",
                allowed="fractions or floats",
                remedy="solve at a point, then vary one quantity",
            )


def unconstrained(form: BargainingProblem) -> None:
    """Refuse a problem whose deals obey constraints between issues."""
    if form.constrained:
        raise NotApplicableError(
            f"constraints between issues ({', '.join(form.constrained)})",
            where="bargaining with lotteries", allowed="issues settled each by itself",
            remedy="solve the game packages, which obeys them (--game packages)",
        )  # fmt: skip


def with_weights(form: BargainingProblem, weights: Any) -> BargainingProblem:
    """The problem with other bargaining weights, summing to one; ``None`` keeps its own.

    A mapping by party of positive numbers or arrays over draws; fractions stay fractions.
    """
    if weights is None:
        return form
    return replace(form, bargaining_weights=by_party(form.parties, weights, "bargaining weights"))


# ---- units ---------------------------------------------------------------------------------------


def ranges(form: BargainingProblem) -> np.ndarray[Any, Any]:
    """Each party's largest less smallest utility over all terms ``(..., n)``; 1 where that is 0."""
    rows = []
    for i, row in enumerate(form.values):
        total: Any = 0.0
        for k, value in enumerate(row):
            total = total + floats(form.weights[..., i, k]) * value.spread()
        rows.append(np.where(total > 0, total, 1.0))
    return np.stack(np.broadcast_arrays(*rows), axis=-1)


def units_of(form: BargainingProblem, *, common: bool = False) -> Any:
    """Powers of two near each party's range ``(..., n)``; None where all are near one already.

    Powers of two, so that neither floats nor fractions lose anything by the change.
    """
    size = ranges(form)
    if common:
        size = np.broadcast_to(size.max(axis=-1, keepdims=True), size.shape)
    if NEAR_ONE[0] <= size.min() and size.max() <= NEAR_ONE[1]:
        return None
    far = (size < NEAR_ONE[0]) | (size > NEAR_ONE[1])
    return np.where(far, 2.0 ** np.round(np.log2(size)), 1.0)


def in_units(form: BargainingProblem, *, common: bool = False) -> tuple[BargainingProblem, Any]:
    """The problem with each party's range near one, and the units ``(..., n)`` (None: all one)."""
    units = units_of(form, common=common)
    if units is None:
        return form, None
    if units.ndim == 1:
        factor = {p: 1 / Fraction(float(u)) for p, u in zip(form.parties, units)}
        return form.rescaled(factor), units
    factor = {p: 1.0 / units[..., i] for i, p in enumerate(form.parties)}
    return form.floats().rescaled(factor), units


def scaled(
    form: BargainingProblem, point: Point, *, common: bool = False
) -> tuple[BargainingProblem, Point]:
    """A problem and a point of it, both in units near one: how evidence is judged.

    Exact ones stay as they are, since exact evidence needs no tolerance.
    """
    if form.is_exact and all(isinstance(u, Fraction) for u in point.payoffs.values()):
        return form, point
    moved, units = in_units(form, common=common)
    if units is None:
        return form, point
    # factors are powers of two: nothing is rounded
    payoffs = {p: point.payoffs[p] * (1 / Fraction(float(u))) for p, u in zip(form.parties, units)}
    return moved, replace(point, payoffs=payoffs)


# ---- answers -------------------------------------------------------------------------------------


class Deferred(Mapping[str, Any]):
    """A mapping of which some entries are made when first read: terms over many draws cost time."""

    def __init__(
        self, keys: Sequence[str], make: Callable[[], Mapping[str, Any]], **known: Any
    ) -> None:
        self._order, self._make, self._known = (*known, *keys), make, known
        self._made: Mapping[str, Any] | None = None

    def __getitem__(self, key: str) -> Any:
        if key in self._known:
            return self._known[key]
        if key not in self._order:
            raise KeyError(key)
        if self._made is None:
            self._made = self._make()
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def __repr__(self) -> str:
        return f"<{', '.join(self._order)}>"


def _no_zone(form: BargainingProblem, concept: str, room: Any, is_exact: bool) -> Solution:
    note = (
        f"no bargaining zone: equal losses of {-float(room):.6g} below the disagreement "
        "payoffs are the least on which the parties could meet"
    )
    return Solution(
        concept, form.parties, (), complete=True, exact=is_exact, form=form, notes=(note,)
    )


def _solve_two(
    form: BargainingProblem, concept: str, exact_rule: Any, float_rule: Any, rational: bool
) -> Solution:
    if form.is_exact and not form.shape:
        polygon, point_d = form.exact_frontier, tuple(form.disagreement)
        room = exact.zone(polygon.vertices, point_d)
        if room < 0:
            return _no_zone(form, concept, room, True)
        found = exact_rule(polygon.vertices, point_d) if exact_rule is not None else None
        if found is not None:
            point = _exact_point(form, found, point_d)
            return Solution(concept, form.parties, (point,), True, found.certain)
    near, units = in_units(form)
    f, d = near.float_frontier, floats(near.disagreement)
    rows = np.ones((2, 1)) if units is None else kernel.flatten(f, units)
    with np.errstate(invalid="ignore", divide="ignore"):
        if not form.shape or not rational:
            room = kernel.zone(f, d)
            if not form.shape and room[0] < -tolerance.UTILITY:
                true = room if units is None else kernel.zone(f, d, rows)
                return _no_zone(form, concept, true[0], False)
        found = float_rule(f, d, rows)
        if form.shape and rational:  # each gains, or there is no zone: no second search
            room = (np.stack(found.payoffs).reshape(2, -1) - kernel.flatten(f, d)).min(axis=0)
        return _float_answer(form, near, concept, found, room, rows)


def _exact_point(form: BargainingProblem, found: Found, d: Any) -> Point:
    vertices = form.exact_frontier.vertices
    where = found.where
    if not isinstance(where, exact.ExactPoint):
        where = exact.best_given_first(vertices, found.payoffs[0])
        if where.u2 < found.payoffs[1] or where.u1 > found.payoffs[0]:
            where = exact.best_given_second(vertices, found.payoffs[1])
    read = layout.exact_terms(form, where)
    weak = where.u1 > found.payoffs[0] or where.u2 > found.payoffs[1]
    return _point(form, found, d, read, weak)


def _point(form: BargainingProblem, found: Found, d: Any, read: layout.Terms, weak: Any) -> Point:
    gains = {p: u - d_i for p, u, d_i in zip(form.parties, found.payoffs, d)}
    facts: dict[str, Any] = {"gains": gains, "split": read.split, "terms_unique": read.unique}
    marks = found.marks
    if weak:
        marks = (*marks, "weakly efficient")
        facts["disposal"] = "one party could have more at no loss to the other on these terms"
    return Point(
        payoffs=dict(zip(form.parties, found.payoffs)),
        terms=read.terms,
        marks=marks,
        facts={**facts, **found.facts},
    )


def _where(f: Any, found: Found) -> Located:
    """Where on the frontier the terms are read."""
    if isinstance(found.where, Located):
        return found.where
    first, second = (np.asarray(u).reshape(-1) for u in found.payoffs)
    where = kernel.best_given_first(f, first)
    ends = kernel.best_given_second(f, second)
    past = (where.u[1] < second - tolerance.UTILITY) | (where.u[0] > first + tolerance.UTILITY)
    return Located(
        np.where(past, ends.u, where.u),
        np.where(past, ends.low, where.low),
        np.where(past, ends.high, where.high),
        np.where(past, ends.flat, where.flat),
    )


def _float_answer(
    form: BargainingProblem,
    near: BargainingProblem,
    concept: str,
    found: Found,
    room: Any,
    units: Any,
) -> Solution:
    f, shape = near.float_frontier, form.shape
    first, second = (np.asarray(u).reshape(-1) for u in found.payoffs)
    d = np.moveaxis(np.broadcast_to(floats(form.disagreement), (*shape, 2)), -1, 0)
    if not shape:
        where = _where(f, found)
        read = layout.float_terms(near, where)
        weak = where.u[0, 0] > first[0] + CURVE or where.u[1, 0] > second[0] + CURVE
        both = (float(first[0] * units[0, 0]), float(second[0] * units[1, 0]))
        point = _point(form, found._replace(payoffs=both), [float(x) for x in d], read, weak)
        return Solution(concept, form.parties, (point,), True, False)
    lost = room < -tolerance.UTILITY
    notes: tuple[str, ...] = ()
    blank = lost.reshape(shape)
    if lost.any():
        first, second = np.where(lost, np.nan, first), np.where(lost, np.nan, second)
        notes = (f"{int(lost.sum())} of {lost.size} draws have no bargaining zone (NaN there)",)
    payoffs = {
        p: (u * unit).reshape(shape) for p, u, unit in zip(form.parties, (first, second), units)
    }
    read_later = _Reading(near, found, blank)
    point = Point(
        payoffs=payoffs,
        terms=Deferred(form.issues, read_later.terms),
        marks=found.marks,
        facts=Deferred(
            ("split", "terms_unique"),
            read_later.facts,
            gains={p: u - d[i] for i, (p, u) in enumerate(payoffs.items())},
            **found.facts,
        ),
    )
    return Solution(concept, form.parties, (point,), True, False, notes=notes)


@dataclass
class _Reading:
    """Terms over draws, read when they are asked for."""

    near: BargainingProblem
    found: Found
    lost: Any

    @cached_property
    def read(self) -> layout.Terms:
        """Read at once for all draws."""
        return layout.float_terms(self.near, _where(self.near.float_frontier, self.found))

    def terms(self) -> Mapping[str, Any]:
        """By issue; NaN where there is no zone."""
        if not self.lost.any():
            return self.read.terms
        return {issue: blank(term, self.lost) for issue, term in self.read.terms.items()}

    def facts(self) -> Mapping[str, Any]:
        """Issues split, and whether terms are unique."""
        return {"split": self.read.split, "terms_unique": self.read.unique}


def blank(term: Any, lost: Any) -> Any:
    """A term over draws, NaN in those that are lost."""
    if isinstance(term, Mapping):
        return {label: np.where(lost, np.nan, share) for label, share in term.items()}
    return np.where(lost, np.nan, term)


def _solve_many(form: BargainingProblem, concept: str, rule: Any, invariant: bool) -> Solution:
    near, given = in_units(form, common=not invariant)
    units = np.ones(len(form.parties)) if given is None else given
    d = floats(near.disagreement)
    room = convex.maximin(near.program, d, np.ones(len(d)))
    if room.value < -tolerance.GAP:
        true = convex.maximin(near.program, d, units.min() / units).value * units.min()
        return _no_zone(form, concept, true, False)
    if room.value <= tolerance.GAP:
        note = "the parties can meet only at the disagreement payoffs themselves: nothing to share"
        return Solution(concept, form.parties, (), True, False, notes=(note,))
    found = rule(near, d, room, units)
    payoffs = dict(zip(form.parties, (float(u) for u in found.utilities * units)))
    gains = dict(zip(form.parties, (float(x) for x in (found.utilities - d) * units)))
    terms = layout.convex_terms(form, found.terms)
    worth = near.utilities(terms)
    spare = {p: float(worth[p]) - u for p, u in zip(form.parties, found.utilities)}
    disposed = {p: x * units[form.parties.index(p)] for p, x in spare.items() if x > CURVE}
    facts = {"gains": gains, **found.facts, **({"disposal": disposed} if disposed else {})}
    point = Point(
        payoffs=payoffs,
        terms=terms,
        marks=("weakly efficient",) if disposed else (),
        facts=facts,
    )
    gap = Evidence(True, found.gap, "duality gap, in units of the objective")
    return Solution(concept, form.parties, (point,), True, False, evidence=(gap,))


def _each_draw(form: BargainingProblem, concept: str, rule: Any, invariant: bool) -> Solution:
    """Three and more parties over draws: one convex programme a draw, the answers stacked."""
    total = int(np.prod(form.shape, dtype=np.int64))
    if total > MAX_PROGRAMMES:
        raise TooLargeError(
            f"{total:,} draws of a problem with {len(form.parties)} parties",
            where=concept,
            allowed=f"at most {MAX_PROGRAMMES:,} (one convex programme each)",
            remedy="take fewer draws",
        )
    found: list[Point | None] = []
    failed = 0
    for index in range(total):
        try:
            answer = _solve_many(form.draw(index), concept, rule, invariant)
            found.append(answer.points[0] if answer.points else None)
        except NotConvergedError:
            failed += 1
            found.append(None)
    lost = sum(point is None for point in found) - failed
    notes = []
    if lost:
        notes.append(f"{lost} of {total} draws have no bargaining zone (NaN there)")
    if failed:
        notes.append(f"{failed} of {total} draws did not converge (NaN there)")

    def stack(read: Callable[[Point], Any]) -> Any:
        rows = [np.nan if point is None else float(read(point)) for point in found]
        return np.array(rows).reshape(form.shape)

    payoffs = {p: stack(lambda point, p=p: point.payoffs[p]) for p in form.parties}  # type: ignore[misc]
    gains = {p: stack(lambda point, p=p: point.facts["gains"][p]) for p in form.parties}  # type: ignore[misc]
    terms: dict[str, Any] = {}
    for issue, labels in zip(form.issues, form.options):
        if labels is None:
            terms[issue] = stack(lambda point, k=issue: point.terms[k])  # type: ignore[misc]
        else:
            terms[issue] = {
                label: stack(lambda point, k=issue, o=label: _share(point.terms[k], o))  # type: ignore[misc]
                for label in labels
            }
    point = Point(payoffs=payoffs, terms=terms, facts={"gains": gains})
    return Solution(concept, form.parties, (point,), not failed, False, notes=tuple(notes))


def _share(term: Any, option: str) -> Any:
    if isinstance(term, Mapping):
        return term.get(option, 0.0)
    return 1.0 if term == option else 0.0


# ---- verification: definitions recomputed ------------------------------------------------------


def slack(form: BargainingProblem) -> Any:
    """Tolerance of a check: none for exact problems of two parties."""
    if form.is_exact and len(form.parties) == 2:
        return 0
    size = max(1.0, float(np.abs(floats(form.weights)).sum(axis=-1).max()))
    return (tolerance.GAP if len(form.parties) > 2 else 10 * tolerance.UTILITY) * size


def attained(form: BargainingProblem, point: Point) -> Any:
    """Largest amount by which payoffs exceed what the point's own terms are worth; <= 0 is fine."""
    worth = form.utilities(point.terms)
    return max(point.payoffs[party] - worth[party] for party in form.parties)


def loss(form: BargainingProblem, point: Point) -> Any:
    """Largest t with payoffs + (t, ..., t) in S: 0 at a weakly efficient point of S."""
    u = [point.payoffs[party] for party in form.parties]
    if form.is_exact and len(u) == 2 and all(isinstance(x, Fraction) for x in u):
        return exact.zone(form.exact_frontier.vertices, (u[0], u[1]))
    if len(u) == 2:
        return float(kernel.zone(form.float_frontier, floats(u))[0])
    return convex.maximin(form.program, floats(u), np.ones(len(u))).value


def supported(form: BargainingProblem, point: Point, weights: Any) -> Any:
    """h(weights) - weights . u, weights scaled to sum to one: 0 where u maximises them over S."""
    total = sum(weights)
    scaled = [weight / total for weight in weights]
    u = [point.payoffs[party] for party in form.parties]
    return support(form, scaled) - sum(w * x for w, x in zip(scaled, u))


def verdict(
    form: BargainingProblem,
    point: Point,
    value: Any,
    what: str,
    *,
    extra: Any = 0,
    individually_rational: bool = True,
) -> Evidence:
    """Evidence that ``value`` vanishes, the terms attain the payoffs, and no gain is negative."""
    allowed = slack(form) + extra
    exact_numbers = all(isinstance(u, Fraction) for u in point.payoffs.values())
    if not exact_numbers and not allowed:
        allowed = 10 * tolerance.UTILITY + extra
    if point.terms and (over := attained(form, point)) > allowed:
        return Evidence(False, over, "payoffs above the worth of the terms, stakes", "terms")
    for party, d in zip(form.parties, form.disagreement):
        gain = point.payoffs[party] - d
        if individually_rational and gain < -allowed:
            return Evidence(False, gain, f"gain of {party}, stakes", party)
    good = abs(value) <= allowed
    return Evidence(bool(good), value, what, "" if good else "another point of the frontier")
