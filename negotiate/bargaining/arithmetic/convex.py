"""Bargaining among any number of parties: an interior-point method with a certificate.

Two programs over the terms y (levels of interval issues, shares of options) cover every concept:

    maximin   max t  such that  U_i(y) >= floor_i + t r_i for all i
              r = (1, ..., 1), floor = d: egalitarian;  r = m - d: Kalai-Smorodinsky;
              r = e_i, floor_j = d_j: ideal point of i;  fixed parties r_i = 0: leximin
    nash      max sum_i alpha_i log(U_i(y) - d_i)

Both are concave. Whatever the iterations did, the answer is judged by the support function
h(lambda) = max over S of lambda . u, which is separable by issue and computed apart:

    maximin   t* <= (h(lambda) - lambda . floor) / (lambda . r)            for every lambda >= 0
    nash      sum alpha log(g* / g) <= h(lambda) - lambda . u,  lambda_i = alpha_i / g_i

The difference between bound and value is the duality gap that is reported.

Sources: Boyd and Vandenberghe (2004), Convex Optimization, sections 5.5 and 11.3 (barrier
method, dual points on the central path); Thomson (1994), Handbook of Game Theory 2, ch. 35
(n-party solutions); Imai (1983), Econometrica 51:389-401 (leximin).

Three parties share a dollar (risk neutral, d = 0): a third each.

>>> split = interval_free_options(np.eye(3))
>>> answer = maximin(program(3, [split]), np.zeros(3), np.ones(3))
>>> [round(float(u), 6) for u in answer.utilities], answer.gap < 1e-8
([0.333333, 0.333333, 0.333333], True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic.frontier_smooth import Array, _derivative, value
from negotiate.errors import NotConvergedError

_SHRINK = 0.2
_EPSILON = float(np.finfo(np.float64).eps)
_LAST_BARRIER = 1e-12
_NEWTON_STEPS = 60
_BISECTIONS = 60


class ConvexIssue(NamedTuple):
    """One issue for n parties: weighted worth of options ``(n, m)``, or an interval.

    For an interval ``options`` is None and the rest are per party: kind (`value` of
    `negotiate.bargaining.arithmetic.frontier_smooth`), weight, ideal, scale, exponent ``(n,)``.
    """

    options: Array | None
    kinds: tuple[str, ...] = ()
    weight: Array | None = None
    ideal: Array | None = None
    scale: Array | None = None
    exponent: Array | None = None


class Program(NamedTuple):
    """Variables y >= 0 of all issues, with ``upper`` bounds and simplex sums.

    An interval issue is cut at the ideals of its linear values: on the piece j it moves by
    y_j in [0, length_j], so that linear values are linear in y (filling pieces in order is best).
    """

    parties: int
    issues: tuple[ConvexIssue, ...]
    spans: tuple[slice, ...]
    starts: Array
    constant: Array
    linear: Array
    bounds: Array
    offset: Array
    base: Array


class Answer(NamedTuple):
    """Optimal variables, utilities ``(n,)``, dual weights ``(n,)``, value and duality gap."""

    y: Array
    utilities: Array
    dual: Array
    value: float
    gap: float
    inner: Array


def interval_free_options(options: Array) -> ConvexIssue:
    """An issue with a finite list of options, ``(n, m)`` weighted worth."""
    return ConvexIssue(np.asarray(options, dtype=np.float64))


def program(parties: int, issues: Sequence[ConvexIssue], base: Array | None = None) -> Program:
    """Lay out the variables of all issues; ``base`` ``(n,)`` is added to every utility."""
    spans, starts, rows, columns, offsets = [], [], [], [], []
    start = np.zeros(parties) if base is None else np.array(base, dtype=np.float64)
    constant = start.copy()
    size = 0
    for issue in issues:
        if issue.options is not None:
            count = issue.options.shape[1] - 1
            constant = constant + issue.options[:, -1]
            columns.append(issue.options[:, :-1] - issue.options[:, -1:])
            lengths = None
            starts.append(0.0)
        else:
            assert issue.weight is not None and issue.ideal is not None
            assert issue.scale is not None
            cuts = _cuts(issue)
            lengths = np.diff(cuts)
            count = len(lengths)
            starts.append(cuts[0])
            block = np.zeros((parties, count))
            middle = 0.5 * (cuts[1:] + cuts[:-1])
            for i, kind in enumerate(issue.kinds):
                if kind == "linear":
                    w, c, s = issue.weight[i], issue.ideal[i], issue.scale[i]
                    block[i] = w * np.where(middle < c, 1.0, -1.0) / s
                    constant[i] += w * (1 - abs(cuts[0] - c) / s)
            columns.append(block)
        spans.append(slice(size, size + count))
        rows.append((size, count, lengths))
        size += count
    bounds, offsets = [np.eye(size)], [np.zeros(size)]
    for begin, count, lengths in rows:
        if lengths is None:
            row = np.zeros((1, size))
            row[0, begin : begin + count] = -1.0
            bounds.append(row)
            offsets.append(np.ones(1))
        else:
            bounds.append(-np.eye(size)[begin : begin + count])
            offsets.append(lengths)
    return Program(
        parties, tuple(issues), tuple(spans), np.array(starts), constant,
        np.concatenate(columns, axis=1) if columns else np.zeros((parties, 0)),
        np.concatenate(bounds), np.concatenate(offsets), start,
    )  # fmt: skip


def _cuts(issue: ConvexIssue) -> Array:
    """Ends of the Pareto part and the ideals of linear values inside it."""
    assert issue.ideal is not None
    target = np.clip(issue.ideal, 0.0, 1.0)
    inner = [target[i] for i, kind in enumerate(issue.kinds) if kind == "linear"]
    return np.unique(np.array([target.min(), target.max(), *inner]))


def utility(p: Program, y: Array) -> tuple[Array, Array, list[tuple[slice, Array]]]:
    """U ``(n,)``, its gradient ``(n, size)``, and second derivatives by issue."""
    u = p.constant + p.linear @ y
    gradient = p.linear.copy()
    curvature = []
    for k, issue in enumerate(p.issues):
        if issue.options is not None:
            continue
        assert issue.weight is not None and issue.ideal is not None
        assert issue.scale is not None and issue.exponent is not None
        span = p.spans[k]
        x = np.asarray(p.starts[k] + y[span].sum())
        bend = np.zeros(p.parties)
        for i, kind in enumerate(issue.kinds):
            if kind == "linear" or issue.weight[i] == 0:
                continue
            args = issue.ideal[i], issue.scale[i], issue.exponent[i]
            u[i] += issue.weight[i] * value(kind, x, *args)
            gradient[i, span] += issue.weight[i] * _derivative(kind, x, *args)
            bend[i] = issue.weight[i] * _second(kind, float(x), *args)
        curvature.append((span, bend))
    return u, gradient, curvature


def _second(kind: str, x: float, ideal: float, scale: float, exponent: float) -> float:
    if kind == "quadratic":
        return -2.0 / (scale * scale)
    rest = max(1.0 - abs(x - ideal) / scale, 1e-100)
    return float(exponent * (exponent - 1.0) * rest ** (exponent - 2.0) / (scale * scale))


def support(p: Program, dual: Array) -> float:
    """h(dual) = max over S of dual . u, issue by issue, independently of any solver."""
    return float(dual @ best_response(p, dual)[0])


def best_response(p: Program, dual: Array) -> tuple[Array, list[Array | float]]:
    """Utilities and terms (option shares, or a level) that maximise dual . u."""
    total = p.base.copy()
    terms: list[Array | float] = []
    for issue in p.issues:
        if issue.options is not None:
            index = int((dual @ issue.options).argmax())
            total = total + issue.options[:, index]
            terms.append(np.eye(issue.options.shape[1])[index])
            continue
        level = _best_level(issue, dual)
        total = total + level_worth(issue, level)
        terms.append(level)
    return total, terms


def level_worth(issue: ConvexIssue, level: float) -> Array:
    """Weighted worth ``(n,)`` of a level of an interval issue."""
    assert issue.weight is not None and issue.ideal is not None
    assert issue.scale is not None and issue.exponent is not None
    x = np.asarray(level)
    return np.array(
        [
            w * value(kind, x, c, s, e) if w else 0.0
            for kind, w, c, s, e in zip(
                issue.kinds, issue.weight, issue.ideal, issue.scale, issue.exponent
            )
        ]
    )


def _best_level(
    issue: ConvexIssue, dual: Array, within: tuple[float, float] | None = None
) -> float:
    assert issue.weight is not None and issue.ideal is not None
    assert issue.scale is not None and issue.exponent is not None
    cuts = _cuts(issue)
    if within is not None:
        cuts = np.unique(np.clip(cuts, *within))
        cuts = np.unique(np.append(cuts, within))
    low, high = cuts[0], cuts[-1]
    push = dual * issue.weight
    rows = (push, issue.ideal, issue.scale, issue.exponent)
    args = list(zip(issue.kinds, *(np.asarray(row, dtype=float).tolist() for row in rows)))
    low, high = float(low), float(high)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        rise = sum(w * _slope(kind, middle, c, s, e) for kind, w, c, s, e in args if w)
        low, high = (middle, high) if rise > 0 else (low, middle)
    candidates = [*cuts.tolist(), low, high]
    return float(max(candidates, key=lambda level: float(dual @ level_worth(issue, level))))


def _slope(kind: str, x: float, ideal: float, scale: float, exponent: float) -> float:
    """`_derivative` of one number: the bisection asks for it thousands of times."""
    if kind == "quadratic":
        return -2.0 * (x - ideal) / (scale * scale)
    sign = (1.0 if x < ideal else -1.0) / scale
    if kind == "linear":
        return sign
    rest = max(1.0 - abs(x - ideal) / scale, 0.0)
    if rest == 0.0 and exponent < 1.0:
        return sign * np.inf
    return float(sign * exponent * rest ** (exponent - 1.0))


def _centre(p: Program) -> Array:
    """A point well inside: every option alike, every piece half taken."""
    y = np.zeros(p.linear.shape[1])
    for k, issue in enumerate(p.issues):
        span = p.spans[k]
        if issue.options is not None:
            y[span] = 1.0 / issue.options.shape[1]
        else:
            y[span] = 0.5 * np.diff(_cuts(issue))
    return y


def maximin(p: Program, floor: Array, rate: Array, *, start: Array | None = None) -> Answer:
    """Largest t with U_i >= floor_i + t rate_i.

    Parties with rate 0 must have U_i > floor_i at ``start``.
    """
    y = _centre(p) if start is None else start
    u = utility(p, y)[0]
    moving = rate > 0
    t = float(((u - floor)[moving] / rate[moving]).min()) - 1.0
    size = len(y)
    inner = y

    def model(z: Array, barrier: float) -> tuple[float, Array, Array]:
        u, gradient, curvature = utility(p, z[:size])
        slack = u - floor - z[size] * rate
        room = p.bounds @ z[:size] + p.offset
        if slack.min() <= 0 or room.min(initial=np.inf) <= 0:
            return -np.inf, z, np.zeros((0, 0))
        wide = np.concatenate([gradient, -rate[:, None]], axis=1)
        first = np.zeros(size + 1)
        first[size] = 1.0
        first += barrier * (wide / slack[:, None]).sum(axis=0)
        first[:size] += barrier * (p.bounds / room[:, None]).sum(axis=0)
        second = -barrier * (wide / slack[:, None] ** 2).T @ wide
        second[:size, :size] -= barrier * (p.bounds / room[:, None] ** 2).T @ p.bounds
        for span, bend in curvature:
            second[span, span] += barrier * float((bend / slack).sum())
        worth = z[size] + barrier * (np.log(slack).sum() + np.log(room).sum())
        return float(worth), first, second

    z = np.append(y, t)
    barrier = 1.0
    best = Answer(y, u, rate, t, np.inf, inner)
    while barrier > _LAST_BARRIER:
        z = _newton(model, z, barrier)
        u = utility(p, z[:size])[0]
        dual = barrier / (u - floor - z[size] * rate)
        if float(((u - floor)[moving] / rate[moving]).min()) > 0 and inner is y:
            inner = z[:size]
        if barrier > tolerance.GAP:  # too early for a certificate worth its price
            barrier *= _SHRINK
            continue
        reached = float(((u - floor)[moving] / rate[moving]).min())
        gap = (support(p, dual) - dual @ floor) / (dual @ rate) - reached
        if gap < best.gap:
            best = Answer(z[:size].copy(), u, dual / (dual @ rate), reached, float(gap), inner)
        if best.gap < 1e-3 * tolerance.GAP and barrier < tolerance.UTILITY:
            break
        barrier *= _SHRINK
    # a step in a fixed party's floor moves t by its multiplier: that is the scale of the gap
    return _checked(best, "maximin", float(np.abs(best.dual).sum()))


def nash(p: Program, d: Array, weights: Array, *, start: Array) -> Answer:
    """Weighted Nash bargaining from a ``start`` at which every gain is positive."""
    size = len(start)
    share = weights / weights.sum()

    def model(z: Array, barrier: float) -> tuple[float, Array, Array]:
        u, gradient, curvature = utility(p, z)
        gains = u - d
        room = p.bounds @ z + p.offset
        if gains.min() <= 0 or room.min(initial=np.inf) <= 0:
            return -np.inf, z, np.zeros((0, 0))
        first = (share / gains) @ gradient + barrier * (p.bounds / room[:, None]).sum(axis=0)
        second = -(gradient * (share / gains**2)[:, None]).T @ gradient
        second -= barrier * (p.bounds / room[:, None] ** 2).T @ p.bounds
        for span, bend in curvature:
            second[span, span] += float((bend * share / gains).sum())
        worth = share @ np.log(gains) + barrier * np.log(room).sum()
        return float(worth), first, second

    z, barrier = start.copy(), 1.0
    best = Answer(start, utility(p, start)[0], share, -np.inf, np.inf, start)
    while barrier > _LAST_BARRIER and size:
        z = _newton(model, z, barrier)
        if barrier > tolerance.GAP:
            barrier *= _SHRINK
            continue
        u = utility(p, z)[0]
        dual = share / (u - d)
        gap = support(p, dual) - float(dual @ u)
        if gap < best.gap:
            best = Answer(z.copy(), u, dual, float(share @ np.log(u - d)), gap, start)
        if best.gap < 1e-3 * tolerance.GAP and barrier < tolerance.UTILITY:
            break
        barrier *= _SHRINK
    if not size:
        best = best._replace(gap=0.0)
    return _checked(best, "nash", 1.0)


def _checked(answer: Answer, what: str, unit: float) -> Answer:
    if not answer.gap <= tolerance.GAP * max(unit, 1.0, abs(answer.value)):
        raise NotConvergedError(
            "the interior-point method stopped before its duality gap closed",
            residual=answer.gap,
            where=f"convex.{what}",
            remedy="rescale utilities so that a stake is about one",
        )
    return answer


def _newton(model, z: Array, barrier: float) -> Array:  # type: ignore[no-untyped-def]
    """Damped Newton to the central path at one barrier weight."""
    worth, first, second = model(z, barrier)
    for _ in range(_NEWTON_STEPS):
        scale = np.sqrt(np.maximum(-np.diag(second), 1e-300))  # equilibrate: slacks differ by 1e9
        step = np.linalg.lstsq(-second / np.outer(scale, scale), first / scale, rcond=1e-15)[0]
        step = step / scale
        decrement = float(first @ step)
        if decrement <= tolerance.UTILITY * barrier:
            # one more step squares what is left: the dual prices need it more than the point
            return z + step if np.isfinite(model(z + step, barrier)[0]) else z
        length = 1.0
        while length > tolerance.ROOT:
            trial = z + length * step
            new, new_first, new_second = model(trial, barrier)
            # near the end a step's worth is below the rounding of the objective: let it pass
            if new >= worth + 0.1 * length * decrement - 4 * _EPSILON * max(1.0, abs(worth)):
                break
            length *= 0.5
        else:
            break
        z, worth, first, second = trial, new, new_first, new_second
    return z


def terms(p: Program, y: Array) -> list[Array | float]:
    """Option shares ``(m,)`` or level of each issue."""
    out: list[Array | float] = []
    for k, issue in enumerate(p.issues):
        part = y[p.spans[k]]
        if issue.options is not None:
            shares = np.append(part, 1.0 - part.sum())
            out.append(np.where(shares < tolerance.GAP, 0.0, shares))
        else:
            out.append(_at_an_end(p, k, float(p.starts[k] + part.sum())))
    return out


def _at_an_end(p: Program, k: int, level: float) -> float:
    """A level, or the end of the issue's Pareto part that the barrier kept it just off."""
    cuts = _cuts(p.issues[k])
    near = [end for end in (float(cuts[0]), float(cuts[-1])) if abs(level - end) < tolerance.GAP]
    return near[0] if near else level
