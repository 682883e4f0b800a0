"""What the bargaining solutions share: choice of arithmetic, points with terms, evidence.

A concept gives up to three rules: one on exact vertices, one on the float frontier over draws, one
on the convex program of any number of parties. Without a bargaining zone the answer has no points
and says why; among draws, those without one are NaN and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining import _layout as layout
from negotiate.bargaining._support import support
from negotiate.bargaining.arithmetic import convex, exact
from negotiate.bargaining.arithmetic import two_party as kernel
from negotiate.bargaining.arithmetic.frontier import Located
from negotiate.bargaining.problem import BargainingProblem
from negotiate.bargaining.values import floats
from negotiate.errors import InputError, NotApplicableError
from negotiate.solution import Evidence, Point, Solution

CURVE = 1e-6
"""Slack of evidence that integrates along a smooth frontier by chords (4,096 of them)."""


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
    float_rule: Callable[[Any, Any], Found],
    many_rule: Callable[[BargainingProblem, Any, convex.Answer], Many] | None = None,
    evidence: Callable[[BargainingProblem, Point], Evidence] | None = None,
    settings: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = (),
) -> Solution:
    """Run the rule that fits the form's arithmetic and number of parties."""
    require_form(form)
    if len(form.parties) != 2:
        if many_rule is None:
            raise NotApplicableError(
                f"{concept} of {len(form.parties)} parties", allowed="two parties",
                remedy="nash_bargaining, kalai_smorodinsky, egalitarian, leximin, utilitarian",
            )  # fmt: skip
        answer = _solve_many(form, concept, many_rule)
    else:
        answer = _solve_two(form, concept, exact_rule, float_rule)
    answer = replace(answer, settings=settings or {}, notes=(*answer.notes, *notes), form=form)
    below = tuple(
        f"{party} gets less than its disagreement payoff"
        for point in answer.points
        for party, gain in point.facts["gains"].items()
        if np.any(floats(gain) < -tolerance.UTILITY)
    )
    answer = replace(answer, notes=(*answer.notes, *below))
    if evidence is not None and not form.shape:
        proofs = tuple(evidence(form, point) for point in answer.points)
        answer = replace(answer, evidence=(*answer.evidence, *proofs))
    return answer


def require_form(form: Any) -> None:
    """A bargaining problem in numbers."""
    if not isinstance(form, BargainingProblem):
        raise NotApplicableError(f"a {type(form).__name__}", allowed="a bargaining problem")
    for array in (form.weights, form.disagreement):
        if array.dtype == object and any(hasattr(x, "free_symbols") for x in array.ravel()):
            raise NotApplicableError("a problem with symbols", allowed="fractions or floats",
                                     remedy="solve at a point, then vary one quantity")  # fmt: skip


def positive_weights(form: BargainingProblem, weights: Any) -> Any:
    """Bargaining weights by party, summing to one; fractions stay fractions.

    ``None`` is equal weights; else a mapping by party of positive numbers or arrays over draws.
    """
    from negotiate.bargaining.problem import _by_party

    n = len(form.parties)
    if weights is None:
        return np.array([Fraction(1, n)] * n, dtype=object)
    array = _by_party(form.parties, weights, "bargaining weights")
    if not np.all(floats(array) > 0):
        raise InputError(
            f"weights {weights}", where="bargaining weights", allowed="numbers above 0",
            remedy="the limit of a vanishing weight gives that party its disagreement payoff",
        )  # fmt: skip
    return array / array.sum(axis=-1, keepdims=True)


def _no_zone(form: BargainingProblem, concept: str, room: Any, is_exact: bool) -> Solution:
    return Solution(
        concept, form.parties, (), complete=True, exact=is_exact, form=form,
        notes=(
            f"no bargaining zone: equal losses of {-float(room):.6g} below the disagreement "
            "payoffs are the least on which the parties could meet",
        ),
    )  # fmt: skip


def _solve_two(form: BargainingProblem, concept: str, exact_rule: Any, float_rule: Any) -> Solution:
    if form.is_exact and not form.shape:
        polygon, point_d = form.exact_frontier, tuple(form.disagreement)
        room = exact.zone(polygon.vertices, point_d)
        if room < 0:
            return _no_zone(form, concept, room, True)
        found = exact_rule(polygon.vertices, point_d) if exact_rule is not None else None
        if found is not None:
            point = _exact_point(form, found, point_d)
            return Solution(concept, form.parties, (point,), True, found.certain)
    f, d = form.float_frontier, floats(form.disagreement)
    room = kernel.zone(f, d)
    if not form.shape and room[0] < -tolerance.UTILITY:
        return _no_zone(form, concept, room[0], False)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = float_rule(f, d)
        return _float_answer(form, concept, found, room)


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
    if np.ndim(weak) == 0 and weak:
        marks = (*marks, "weakly efficient")
        facts["disposal"] = "one party could have more at no loss to the other on these terms"
    return Point(
        payoffs=dict(zip(form.parties, found.payoffs)), terms=read.terms, marks=marks,
        facts={**facts, **found.facts},
    )  # fmt: skip


def _float_answer(form: BargainingProblem, concept: str, found: Found, room: Any) -> Solution:
    f, shape = form.float_frontier, form.shape
    first, second = (np.asarray(u).reshape(-1) for u in found.payoffs)
    where = found.where
    if not isinstance(where, Located):
        where = kernel.best_given_first(f, first)
        ends = kernel.best_given_second(f, second)
        past = (where.u[1] < second - tolerance.UTILITY) | (where.u[0] > first + tolerance.UTILITY)
        where = Located(
            np.where(past, ends.u, where.u), np.where(past, ends.low, where.low),
            np.where(past, ends.high, where.high), np.where(past, ends.flat, where.flat),
        )  # fmt: skip
    read = layout.float_terms(form, where)
    weak = (where.u[0] > first + CURVE) | (where.u[1] > second + CURVE)
    lost = room < -tolerance.UTILITY
    notes: tuple[str, ...] = ()
    if shape and lost.any():
        first, second = np.where(lost, np.nan, first), np.where(lost, np.nan, second)
        terms = {k: _blank(v, lost.reshape(shape)) for k, v in read.terms.items()}
        read = read._replace(terms=terms)
        notes = (f"{int(lost.sum())} of {lost.size} draws have no bargaining zone (NaN there)",)

    def plain(array: Any) -> Any:
        return array.reshape(shape) if shape else float(array[0])

    d = np.moveaxis(np.broadcast_to(floats(form.disagreement), (*shape, 2)), -1, 0)
    payoffs = (plain(first), plain(second))
    facts = dict(found.facts)
    if shape:
        facts["room"] = room.reshape(shape)
    point = _point(form, found._replace(payoffs=payoffs, facts=facts),
                   [x if shape else float(x) for x in d], read,
                   bool(weak[0]) if not shape else weak)  # fmt: skip
    return Solution(concept, form.parties, (point,), True, False, notes=notes)


def _blank(term: Any, lost: Any) -> Any:
    if isinstance(term, Mapping):
        return {label: np.where(lost, np.nan, share) for label, share in term.items()}
    return np.where(lost, np.nan, term)


def _solve_many(form: BargainingProblem, concept: str, rule: Any) -> Solution:
    d = floats(form.disagreement)
    room = convex.maximin(form.program, d, np.ones(len(d)))
    if room.value < -tolerance.GAP:
        return _no_zone(form, concept, room.value, False)
    if room.value <= tolerance.GAP:
        return Solution(
            concept, form.parties, (), True, False,
            notes=("the parties can meet only at the disagreement payoffs themselves: nothing to "
                   "share",),
        )  # fmt: skip
    found = rule(form, d, room)
    gains = dict(zip(form.parties, (float(x) for x in found.utilities - d)))
    payoffs = dict(zip(form.parties, (float(u) for u in found.utilities)))
    terms = layout.convex_terms(form, found.terms)
    worth = form.utilities(terms)
    spare = {p: float(worth[p]) - u for p, u in payoffs.items()}
    disposed = {p: extra for p, extra in spare.items() if extra > CURVE}
    facts = {"gains": gains, **found.facts, **({"disposal": disposed} if disposed else {})}
    point = Point(
        payoffs=payoffs,
        terms=terms,
        marks=("weakly efficient",) if disposed else (),
        facts=facts,
    )
    gap = Evidence(True, found.gap, "duality gap, in units of the objective")
    return Solution(concept, form.parties, (point,), True, False, evidence=(gap,))


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
    form: BargainingProblem, point: Point, value: Any, what: str, *, extra: Any = 0,
    individually_rational: bool = True,
) -> Evidence:  # fmt: skip
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
