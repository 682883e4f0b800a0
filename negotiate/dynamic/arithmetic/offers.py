r"""Alternating offers over a concave two-party frontier: float kernel with draw axes.

Party 1 and party 2 take turns to propose a point of the frontier :math:`u_2 = \varphi(u_1)`
(concave, falling). A responder who rejects may walk out with his outside option :math:`o_i`; if
he stays, talks break down with probability :math:`p` and pay :math:`b_i`; otherwise each party
gets its inside option :math:`s_i` for the period and the other proposes, a period later. With

.. math:: c_i = p\,b_i + (1-p)\,s_i, \qquad k_i = (1-p)\,\delta_i,

a rejection by :math:`i` is worth :math:`R_i(V_i) = \max(o_i,\; c_i + k_i V_i)`, where
:math:`V_i` is what :math:`i` gets as proposer. The stationary equilibrium is the pair of points
:math:`a` (1 proposes) and :math:`b` (2 proposes) of the frontier with

.. math:: a_2 = R_2(b_2), \qquad b_1 = R_1(a_1).

It exists, is unique and settles at once exactly when the point
:math:`D_i = \max(o_i, c_i/(1-k_i))` lies in the set and no proposer would rather be left: where the
responder walks out on a refused offer, the proposer's payoff :math:`w_i` of being left must not
exceed what agreement gives it. Where either fails, `without_agreement` finds what happens
instead. Shapes: parties are the last axis, any leading axes are draws.

Sources: Rubinstein (1982), Econometrica 50:97-109, doi:10.2307/1912531; Binmore, Rubinstein and
Wolinsky (1986), RAND Journal 17:176-188, doi:10.2307/2555382; Binmore, Shaked and Sutton (1989),
QJE 104:753-770, doi:10.2307/2937866; Muthoo (1999), Bargaining Theory with Applications, ch. 3-6.

>>> r = alternating_offers(UNIT_PIE, discount=[0.9, 0.9])      # Rubinstein: 1/(1+d)
>>> [round(float(x), 4) for x in r.payoffs[0]]
[0.5263, 0.4737]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiate.tolerance import ROOT, UTILITY

Array = NDArray[np.float64]

AGREE, WALK_OUT, TALK_ON, UNSOLVED = 0, 1, 2, -1
OUTCOMES = {AGREE: "agreement", WALK_OUT: "walk out", TALK_ON: "talks go on", UNSOLVED: "unsolved"}
_CHUNK = 1 << 15  # draws worked on at a time: the arrays of one chunk stay in the cache
_STEPS = 200


class Curve(NamedTuple):
    """A concave frontier as functions, each vectorised over draws.

    ``phi(x)`` is the best u2 at u1 >= x (draws shape), ``slope(x)`` its left derivative, ``psi(y)``
    the best u1 at u2 >= y; ``low`` and ``high`` bound u1, ``top`` is phi(low). Free disposal:
    asking less than the ends gives the ends. ``take(mask)`` restricts the draws.
    """

    phi: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    psi: Callable[[Array], Array]
    low: Array
    high: Array
    top: Array
    take: Callable[[Any], Curve]


class Offers(NamedTuple):
    """Equilibrium of an alternating-offers game.

    ``payoffs[..., i, j]`` is the payoff of party j when party i proposes; ``rejection[..., i]``
    what i gets by rejecting; ``outcome[..., i]`` a code of `OUTCOMES`; ``zone`` the signed
    distance, in u2, of D below the frontier (negative: no agreement pays both); ``binds[..., i]``
    the outside option minus the worth of staying, positive where the option decides.
    """

    payoffs: Array
    rejection: Array
    outcome: NDArray[np.int64]
    zone: Array
    binds: Array


UNIT_PIE = (np.array([0.0, 1.0]), np.array([1.0, 0.0]))
"""The pie of size one as frontier vertices."""


def polygon(u1: ArrayLike, u2: ArrayLike) -> Curve:
    """Frontier through vertices (..., V), u1 rising and u2 falling, concave.

    A concave polygon is the least of the lines through its edges, so no search is needed.

    >>> curve = polygon([0, 1, 2], [2, 1.5, 0])
    >>> float(curve.phi(np.array(0.5))), float(curve.psi(np.array(0.75)))
    (1.75, 1.5)
    """
    x, y = np.asarray(u1, float), np.asarray(u2, float)
    dx, dy = np.diff(x, axis=-1), np.diff(y, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(dx > 0, dy / dx, -np.inf)
        inverse = np.where(dy < 0, dx / dy, np.where(dx > 0, -np.inf, 0.0))

    edges = range(dx.shape[-1])
    steep = np.where(dx > 0, slope, 0.0)
    shallow = np.where(np.isfinite(inverse), inverse, 0.0)

    def small(values: Array) -> bool:
        # Few draws: all edges at once cost less than a loop over them, and still fit the cache.
        return bool(np.size(values) * dx.shape[-1] <= _CHUNK)

    def lines_at_once(at: Array) -> tuple[Array, Array]:
        value = y[..., :-1] + steep * (at[..., None] - x[..., :-1])
        value = np.where(dx > 0, value, np.inf)
        # Slopes fall along the edges, so of tied edges the last is the steepest.
        last = value.shape[-1] - 1 - np.argmin(value[..., ::-1], axis=-1)
        least = np.take_along_axis(value, last[..., None], -1)[..., 0]
        tilt = np.take_along_axis(np.broadcast_to(steep, value.shape), last[..., None], -1)[..., 0]
        top = np.broadcast_to(y[..., 0], least.shape)
        lower = (least < top) | ((least <= top) & (tilt < 0))
        return np.where(lower, least, top), np.where(lower, tilt, 0.0)

    def lines(point: Array) -> tuple[Array, Array]:
        at = np.clip(point, x[..., 0], x[..., -1])
        if small(at):
            best, tilt = lines_at_once(at)
            return best, np.where(point > x[..., 0], tilt, 0.0)
        best = np.broadcast_to(y[..., 0], np.broadcast_shapes(at.shape, y.shape[:-1])).copy()
        tilt = np.zeros_like(best)
        for e in edges:
            usable = dx[..., e] > 0
            step = steep[..., e]
            value = np.where(usable, y[..., e] + step * (at - x[..., e]), np.inf)
            lower = value < best
            best = np.where(lower, value, best)
            tilt = np.where(lower | ((value <= best) & (step < tilt)), step, tilt)
        return best, np.where(point > x[..., 0], tilt, 0.0)

    def psi(level: Array) -> Array:
        if small(level):
            value = x[..., :-1] + shallow * (np.asarray(level)[..., None] - y[..., :-1])
            least = np.where(np.isfinite(inverse), value, np.inf).min(axis=-1)
            least = np.minimum(least, x[..., -1])
            return np.where(level > y[..., 0] + UTILITY, -np.inf, np.maximum(least, x[..., 0]))
        best = np.broadcast_to(
            x[..., -1], np.broadcast_shapes(np.shape(level), x.shape[:-1])
        ).copy()
        for e in edges:
            flat = ~np.isfinite(inverse[..., e])
            value = x[..., e] + shallow[..., e] * (level - y[..., e])
            best = np.minimum(best, np.where(flat, np.inf, value))
        return np.where(level > y[..., 0] + UTILITY, -np.inf, np.maximum(best, x[..., 0]))

    def take(mask: Any) -> Curve:
        if x.ndim == 1 and y.ndim == 1:
            return polygon(x, y)
        shape = np.broadcast_shapes(x.shape, y.shape)
        return polygon(np.broadcast_to(x, shape)[mask], np.broadcast_to(y, shape)[mask])

    return Curve(
        lambda p: lines(p)[0], lambda p: lines(p)[1], psi, x[..., 0], x[..., -1], y[..., 0], take
    )


def power_pie(rho1: ArrayLike, rho2: ArrayLike) -> Curve:
    r"""Frontier of a pie of size one split by parties with utilities :math:`x^{\rho_i}`.

    A smooth frontier with one parameter each, :math:`0 < \rho_i \le 1`: risk aversion rises as
    the exponent falls, :math:`\varphi(u) = (1 - u^{1/\rho_1})^{\rho_2}`.
    """
    r1, r2 = np.asarray(rho1, float), np.asarray(rho2, float)

    def phi(u: Array) -> Array:
        return np.asarray((1 - np.clip(u, 0, 1) ** (1 / r1)) ** r2)

    def slope(u: Array) -> Array:
        at = np.clip(u, 1e-300, 1)
        rest = np.maximum(1 - at ** (1 / r1), np.finfo(float).tiny)
        return np.asarray(-r2 * rest ** (r2 - 1) * at ** (1 / r1 - 1) / r1)

    def psi(v: Array) -> Array:
        inner = (1 - np.clip(v, 0, 1) ** (1 / r2)) ** r1
        return np.where(v > 1 + UTILITY, -np.inf, inner)

    def take(mask: Any) -> Curve:
        return power_pie(r1[mask] if r1.ndim else r1, r2[mask] if r2.ndim else r2)

    shape = np.broadcast_shapes(r1.shape, r2.shape)
    return Curve(phi, slope, psi, np.zeros(shape), np.ones(shape), np.ones(shape), take)


def perpetual(c: Array, k: Array) -> Array:
    """Worth c / (1 - k) of talking for ever; 0 where nothing flows and waiting is free."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(k < 1, c / (1 - k), np.where(c == 0, 0.0, np.inf * np.sign(c)))


def rejection_terms(
    discount: ArrayLike, breakdown: ArrayLike, breakdown_payoff: ArrayLike, inside: ArrayLike
) -> tuple[Array, Array]:
    """The pair (c, k) of the module's docstring, each (..., 2)."""
    p = np.asarray(breakdown, float)[..., None]
    c = p * np.asarray(breakdown_payoff, float) + (1 - p) * np.asarray(inside, float)
    return c, (1 - p) * np.asarray(discount, float)


def alternating_offers(
    frontier: Curve | tuple[ArrayLike, ArrayLike],
    *,
    discount: ArrayLike,
    breakdown: ArrayLike = 0.0,
    breakdown_payoff: ArrayLike = (0.0, 0.0),
    inside: ArrayLike = (0.0, 0.0),
    outside: ArrayLike = (-np.inf, -np.inf),
    left: ArrayLike | None = None,
) -> Offers:
    """Stationary equilibrium of the game without a deadline.

    Parameters
    ----------
    frontier
        A `Curve`, or the vertices ``(u1, u2)``, each (..., V).
    discount, breakdown_payoff, inside, outside
        (..., 2); ``outside`` is minus infinity for a party that cannot walk out.
    breakdown
        Probability of breakdown after a rejection (...).
    left
        Payoff of a party when the other walks out (..., 2); default its own outside option, or 0.

    Returns
    -------
    Offers
        Draws in which waiting costs neither party anything (both k = 1) have no determinate
        answer (every division is an equilibrium) and come back as NaN, outcome `UNSOLVED`.
    """
    curve = frontier if isinstance(frontier, Curve) else polygon(*frontier)
    c, k = rejection_terms(discount, breakdown, breakdown_payoff, inside)
    o = np.asarray(outside, float)
    w = np.where(np.isfinite(o), o, 0.0) if left is None else np.asarray(left, float)
    draws = np.broadcast_shapes(
        c.shape[:-1], k.shape[:-1], o.shape[:-1], w.shape[:-1], np.shape(curve.low)
    )
    c, k, o, w = (
        np.broadcast_to(part, (*draws, 2)).reshape(-1, 2).astype(float) for part in (c, k, o, w)
    )
    count = len(c)
    flat = curve if not draws else _flatten(curve, draws)
    payoffs = np.full((count, 2, 2), np.nan)
    outcome = np.full((count, 2), UNSOLVED)
    zone = np.full(count, np.nan)
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        local = flat.take(part) if draws else flat
        payoffs[part], outcome[part], zone[part] = _stationary(local, c[part], k[part], o[part])
        lost = np.flatnonzero(
            ((zone[part] < -UTILITY) & ~np.isnan(zone[part]))
            | _rather_left(payoffs[part], c[part], k[part], o[part], w[part])
        )
        if lost.size:
            there = local.take(lost) if draws else local
            rows = lost + start
            payoffs[rows], outcome[rows] = without_agreement(
                there, c[rows], k[rows], o[rows], w[rows]
            )
    stay = c + k * np.stack([payoffs[:, 0, 0], payoffs[:, 1, 1]], -1)
    with np.errstate(invalid="ignore"):
        return Offers(
            payoffs.reshape(*draws, 2, 2),
            np.maximum(o, stay).reshape(*draws, 2),
            outcome.reshape(*draws, 2),
            zone.reshape(draws),
            (o - stay).reshape(*draws, 2),
        )


def _rather_left(payoffs: Array, c: Array, k: Array, o: Array, w: Array) -> NDArray[np.bool_]:
    """Whether a proposer gains by an offer that is refused, the responder then walking out."""
    out = np.zeros(len(c), dtype=bool)
    for i in (0, 1):
        j = 1 - i
        with np.errstate(invalid="ignore"):
            walks = o[:, j] > c[:, j] + k[:, j] * payoffs[:, j, j] + UTILITY
            out |= walks & (w[:, i] > payoffs[:, i, i] + UTILITY)
    return out


def _flatten(curve: Curve, draws: tuple[int, ...]) -> Curve:
    """The curve over one axis of draws; a curve common to all draws is left alone."""
    if np.ndim(curve.low) == 0:
        return curve
    if np.shape(curve.low) == draws and len(draws) == 1:
        return curve
    index = np.broadcast_to(
        np.arange(np.size(curve.low)).reshape(np.shape(curve.low)), draws
    ).ravel()
    return curve.take(np.unravel_index(index, np.shape(curve.low)))


def _stationary(
    curve: Curve, c: Array, k: Array, o: Array
) -> tuple[Array, NDArray[np.int64], Array]:
    """Solve phi(x) = R2(phi(R1(x))) for x = a1 by Newton steps kept inside a bracket.

    The gap falls in x on [max(low, D1), high], so there is one root; on a polygon the gap is
    piecewise linear and the last Newton step is exact.
    """
    forever = perpetual(c, k)
    fallback = np.maximum(o, np.where(k < 1, forever, np.where(c > 0, np.inf, -np.inf)))
    d1 = np.maximum(fallback[:, 0], curve.low)
    free = (k >= 1).all(-1)
    with np.errstate(invalid="ignore"):
        best = np.where(d1 <= curve.high + UTILITY, curve.phi(d1), -np.inf)
        zone = np.where(
            np.isfinite(fallback[:, 1]),
            best - fallback[:, 1],
            best - curve.phi(np.broadcast_to(curve.high, d1.shape)),
        )
        zone = np.where(d1 <= curve.high + UTILITY, zone, curve.high - d1)
    zone = np.where(free, np.nan, zone)

    def respond(x: Array, rows: Any, here: Curve) -> tuple[Array, Array, Array]:
        stay1 = c[rows, 0] + k[rows, 0] * x
        b1 = np.maximum(np.maximum(o[rows, 0], stay1), here.low)
        b2 = here.phi(b1)
        stay2 = c[rows, 1] + k[rows, 1] * b2
        rate = np.where(stay1 >= b1, k[rows, 0], 0.0) * np.where(
            stay2 >= o[rows, 1], k[rows, 1], 0.0
        )
        return np.maximum(o[rows, 1], stay2), b1, rate

    low = np.minimum(d1, curve.high)
    high = np.broadcast_to(curve.high, low.shape).copy()
    a1 = high.copy()
    active = np.flatnonzero((zone >= -UTILITY) & (high > low))
    at, here = a1[active], curve.take(active) if np.ndim(curve.low) else curve
    lo, hi = low[active], high[active]
    worst = np.full(len(active), np.inf)
    for _ in range(_STEPS):
        if not active.size:
            break
        target, b1, rate = respond(at, active, here)
        gap = here.phi(at) - target
        lo, hi = np.where(gap >= 0, at, lo), np.where(gap < 0, at, hi)
        tilt = here.slope(at) - rate * here.slope(b1)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = at - gap / tilt
        inside = (step > lo) & (step < hi) & (np.abs(gap) < 0.7 * worst)
        nxt = np.where(inside, step, 0.5 * (lo + hi))
        # The far end solves it when even the least u2 of the frontier is enough.
        ended = (gap >= 0) & (at >= high[active])
        nxt = np.where(ended | (gap == 0), at, nxt)
        worst = np.abs(gap)
        # a short step alone proves nothing where the frontier is steep: the gap must close too
        close = np.abs(nxt - at) <= ROOT * np.maximum(1.0, np.abs(at))
        narrow = hi - lo <= 4 * np.finfo(float).eps * np.maximum(1.0, np.abs(hi))
        still = ~((close & (np.abs(gap) <= 10 * ROOT)) | narrow | ended | (gap == 0))
        a1[active] = nxt
        if not still.all():
            here = here.take(np.flatnonzero(still)) if np.ndim(here.low) else here
            active, lo, hi, worst, nxt = (v[still] for v in (active, lo, hi, worst, nxt))
        at = nxt
    everything = np.arange(len(c))
    a2 = curve.phi(a1)
    _, b1, _ = respond(a1, everything, curve)
    payoffs = np.stack([np.stack([a1, a2], -1), np.stack([b1, curve.phi(b1)], -1)], -2)
    solved = zone >= -UTILITY
    payoffs = np.where(solved[:, None, None], payoffs, np.nan)
    return payoffs, np.where(solved[:, None], [AGREE, AGREE], UNSOLVED), zone


def without_agreement(
    curve: Curve, c: Array, k: Array, o: Array, left: Array
) -> tuple[Array, NDArray[np.int64]]:
    """Stationary equilibria where D lies outside the set: each pattern tried and verified.

    When i proposes the play ends in agreement, in j walking out, or goes on: nine patterns, each
    with values in closed form; the first that survives the one-shot deviations is returned, in
    the order: agreement by both, by one, nobody agrees.
    """
    n = len(c)
    result, outcome = np.full((n, 2, 2), np.nan), np.full((n, 2), UNSOLVED)
    with np.errstate(invalid="ignore"):  # what no proposer can keep makes a pattern nan: it fails
        for kinds, values in _patterns(curve, c, k, o, left):
            fits = _survives(curve, c, k, o, left, kinds, values) & (outcome[:, 0] == UNSOLVED)
            result[fits], outcome[fits] = values[fits], kinds
    return result, outcome


def _best(curve: Curve, proposer: int, ask: Array) -> Array:
    """Most the proposer can keep when the responder must get ``ask``."""
    if proposer == 0:
        return curve.psi(ask)
    return np.where(ask > curve.high + UTILITY, -np.inf, curve.phi(ask))


def _patterns(
    curve: Curve, c: Array, k: Array, o: Array, left: Array
) -> list[tuple[tuple[int, int], Array]]:
    """Candidate values (n, proposer, party) of every pattern of play."""
    forever = perpetual(c, k)
    out: list[tuple[tuple[int, int], Array]] = []

    def pack(kinds: tuple[int, int], first: int, v: dict[tuple[int, int], Array]) -> None:
        values = np.stack([np.stack([v[i, 0], v[i, 1]], -1) for i in (0, 1)], -2)
        out.append((kinds if first == 0 else (kinds[1], kinds[0]), values))

    for i in (0, 1):  # both agree: the responder j to i stays, the responder i to j walks out
        j = 1 - i
        own = o[:, i]
        bj = _best(curve, j, own)
        aj = c[:, j] + k[:, j] * bj
        ai = _best(curve, i, aj)
        pack((AGREE, AGREE), i, {(i, i): ai, (i, j): aj, (j, i): own, (j, j): bj})
    for i in (0, 1):  # agreement only when i proposes
        j = 1 - i
        ask = np.maximum(o[:, j], c[:, j] + k[:, j] * left[:, j])
        pack(
            (AGREE, WALK_OUT),
            i,
            {(i, i): _best(curve, i, ask), (i, j): ask, (j, i): o[:, i], (j, j): left[:, j]},
        )
        for ask in (o[:, j], forever[:, j]):
            mine = _best(curve, i, ask)
            stay_i, stay_j = c[:, i] + k[:, i] * mine, c[:, j] + k[:, j] * ask
            pack((AGREE, TALK_ON), i, {(i, i): mine, (i, j): ask, (j, i): stay_i, (j, j): stay_j})
    # nobody agrees
    pack(
        (WALK_OUT, WALK_OUT),
        0,
        {(0, 0): left[:, 0], (0, 1): o[:, 1], (1, 0): o[:, 0], (1, 1): left[:, 1]},
    )
    for i in (0, 1):
        j = 1 - i
        pack(
            (TALK_ON, WALK_OUT),
            i,
            {
                (i, i): c[:, i] + k[:, i] * o[:, i],
                (i, j): c[:, j] + k[:, j] * left[:, j],
                (j, i): o[:, i],
                (j, j): left[:, j],
            },
        )
    pack(
        (TALK_ON, TALK_ON),
        0,
        {
            (0, 0): forever[:, 0],
            (0, 1): forever[:, 1],
            (1, 0): forever[:, 0],
            (1, 1): forever[:, 1],
        },
    )
    return out


def _survives(
    curve: Curve, c: Array, k: Array, o: Array, left: Array, kinds: tuple[int, int], v: Array
) -> NDArray[np.bool_]:
    """Whether no one-shot deviation pays in a pattern, to `UTILITY`."""
    good: NDArray[np.bool_] = np.asarray(np.isfinite(v).all((-1, -2)))
    for i in (0, 1):
        j = 1 - i
        stay_j = c[:, j] + k[:, j] * v[:, j, j]
        stay_i = c[:, i] + k[:, i] * v[:, j, i]
        offer = _best(curve, i, np.maximum(o[:, j], stay_j))
        walks = o[:, j] > stay_j + UTILITY
        stays = o[:, j] < stay_j - UTILITY
        refused = np.where(
            walks, left[:, i], np.where(stays, stay_i, np.minimum(left[:, i], stay_i))
        )
        if kinds[i] == AGREE:
            ask = np.maximum(o[:, j], stay_j)
            good &= (v[:, i, j] <= ask + UTILITY) & (v[:, i, j] >= ask - UTILITY)
            good &= v[:, i, i] >= refused - UTILITY
        elif kinds[i] == WALK_OUT:
            good &= ~stays & (offer <= left[:, i] + UTILITY)
        else:
            good &= ~walks & (offer <= stay_i + UTILITY)
    return np.asarray(good)


def finite_offers(
    frontier: Curve | tuple[ArrayLike, ArrayLike],
    *,
    discount: ArrayLike,
    periods: int,
    first: int = 0,
    deadline_payoff: ArrayLike = (0.0, 0.0),
    breakdown: ArrayLike = 0.0,
    breakdown_payoff: ArrayLike = (0.0, 0.0),
    inside: ArrayLike = (0.0, 0.0),
    outside: ArrayLike = (-np.inf, -np.inf),
    left: ArrayLike | None = None,
) -> Array:
    """Backward induction with a deadline: payoffs (..., periods, 2) of play from each period on.

    ``first`` (0 or 1) proposes in the first period, then they alternate. A rejection in the last
    period ends the talks there and then: each gets its ``deadline_payoff``, worth at that date.

    >>> share = finite_offers(UNIT_PIE, discount=[0.9, 0.9], periods=4)[..., 0, 0]
    >>> round(float(share), 6)                                  # (1 - (-d)^T) / (1 + d)
    0.181
    """
    curve = frontier if isinstance(frontier, Curve) else polygon(*frontier)
    c, k = rejection_terms(discount, breakdown, breakdown_payoff, inside)
    o, e = np.asarray(outside, float), np.asarray(deadline_payoff, float)
    w = np.where(np.isfinite(o), o, 0.0) if left is None else np.asarray(left, float)
    draws = np.broadcast_shapes(*(part.shape[:-1] for part in (c, k, o, e, w)), np.shape(curve.low))
    out = np.empty((*draws, periods, 2))
    nxt: Array | None = None
    for t in range(periods - 1, -1, -1):
        i = (first + t) % 2
        j = 1 - i
        stay = np.broadcast_to(e, (*draws, 2)) if nxt is None else c + k * nxt
        ask = np.maximum(o[..., j], stay[..., j])
        offer = _best(curve, i, ask)
        refused = np.where(o[..., j] > stay[..., j], w[..., i], stay[..., i])
        agree = offer >= refused - UTILITY
        # Free disposal: where the responder needs less than the end of the frontier, he gets it.
        given = _best(curve, j, offer)
        nxt = np.empty((*draws, 2))
        nxt[..., i] = np.where(agree, offer, refused)
        nxt[..., j] = np.where(agree, np.maximum(ask, given), ask)
        out[..., t, :] = nxt
    return out
