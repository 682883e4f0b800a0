"""Optimal threats before bargaining, on any two-party frontier and for many draws at once.

Setting (Nash 1953; Harsanyi 1956). Each party picks threats; they fix the disagreement point d;
then the parties bargain on the frontier and reach the (weighted) Nash solution. Along a frontier
what one party gains the other loses, so the threat game is strictly competitive, and its solution
is one number: the supporting lambda of the deal.

First-order condition. At the frontier point u(lambda) supported by lambda the Nash solution for d
is the root of

    G(lambda; d) = lambda alpha_2 (u_1 - d_1) - (1 - lambda) alpha_1 (u_2 - d_2),

which grows with lambda wherever both gains are non-negative. Party 1 wants lambda large, so at a
given lambda it wants ``s(d) = lambda alpha_2 d_1 - (1 - lambda) alpha_1 d_2`` large and party 2
wants it small: a zero-sum game in s. Hence

    Phi(lambda) = lambda alpha_2 u_1 - (1 - lambda) alpha_1 u_2 - value of the game in s(lambda)

grows with lambda and its root is the deal under optimal threats.

Levers. Where d = base + sum of the effects e_l of the levers used, s adds up over levers, the game
in s separates lever by lever, and a lever is used by its holder exactly when its own s_l helps:
``lambda alpha_2 e_l1 > (1 - lambda) alpha_1 e_l2`` for party 1, ``<`` for party 2. So

- the threat game over 2^L profiles always has an equilibrium in pure strategies (where every
  profile leaves a bargaining zone), and no profile need be enumerated to find it;
- a lever that costs its holder more, at the frontier's slope, than it costs the other stays unused
  at every credibility, since credibility scales both costs alike.

Sources: Nash (1953), Econometrica 21:128-140, doi:10.2307/1906951; Harsanyi (1956), Econometrica
24:144-157; Owen (1995), Game Theory, 3rd ed., ch. VII.

Two parties share a pie of 1, party 1 can cost party 2 0.4 at a price of 0.1, and party 2 can cost
party 1 0.1 at a price of 0.3: the first threat is used, the second is not, and party 1 gets
1/2 + (0.4 - 0.1)/2.

>>> import numpy as np
>>> from negotiate.bargaining.arithmetic.frontier import linear_frontier
>>> f = linear_frontier(np.array([1.0]), np.array([-1.0]), np.array([0.0, 1.0]))
>>> effects = np.array([[-0.1, -0.4], [-0.1, -0.3]])
>>> found = lever_saddle(f, np.zeros(2), effects, holders=np.array([0, 1]))
>>> found.used[:, 0].tolist(), found.deal.u[:, 0].round(12).tolist()
([True, False], [0.65, 0.35])
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.bargaining.arithmetic import two_party as bargaining
from negotiate.bargaining.arithmetic.curves import part_of
from negotiate.bargaining.arithmetic.frontier import Array, Frontier, Located, at_lambda


class Saddle(NamedTuple):
    """The threat game's solution over N draws.

    Attributes
    ----------
    used
        ``(L, N)`` levers used.
    d
        ``(2, N)`` the disagreement point they make.
    deal
        The deal that follows.
    lam
        ``(N,)`` the lambda at which the deal was struck: inside the range of a vertex the gains
        fix it.
    advantage
        ``(L, N)`` s_l at the deal, signed so that positive means its holder gains by the threat;
        zero on an unavailable lever.
    zone
        ``(N,)`` largest equal gain the least harmful profile leaves; where negative some profile
        has no bargaining zone and the answer is not proved for that draw.
    tied
        ``(N,)`` an available lever's advantage is zero at the deal: both choices are optimal.
    u
        ``(2, N)`` payoffs: the deal's, or d where the threats leave no bargaining zone.
    agreed
        ``(N,)`` whether there is a deal.
    proved
        ``(N,)`` whether the threats are an equilibrium: where every profile leaves a zone that is
        a theorem; elsewhere all cells are made and searched, and false means that none is pure.
    """

    used: npt.NDArray[np.bool_]
    d: Array
    deal: Located
    lam: Array
    advantage: Array
    zone: Array
    tied: npt.NDArray[np.bool_]
    u: Array
    agreed: npt.NDArray[np.bool_]
    proved: npt.NDArray[np.bool_]


MAX_CELLS = 1 << 24
"""Most cells times draws that are made where some profile leaves no zone."""

_BATCH = 1 << 16  # cells times draws bargained over in one call


def lever_saddle(
    f: Frontier,
    base: Any,
    effects: Any,
    *,
    holders: npt.NDArray[np.intp],
    available: Any = True,
    weights: Any = (0.5, 0.5),
) -> Saddle:
    """Optimal threats where each lever adds its effect to the disagreement point.

    Parameters
    ----------
    f
        Frontier over N draws.
    base
        ``(..., 2)`` disagreement point with no lever used.
    effects
        ``(L, ..., 2)`` what each lever adds to the disagreement payoff of party 1 and party 2.
    holders
        ``(L,)`` 0 where party 1 holds the lever, 1 where party 2 does.
    available
        ``(L, ...)`` which levers are on the table.
    weights
        Bargaining weights ``(..., 2)``.
    """
    size = f.start.shape[1]
    levers = len(holders)
    point = bargaining.flatten(f, base)
    a1, a2 = bargaining.flatten(f, weights)
    e = np.empty((levers, 2, size))
    for index in range(levers):
        e[index] = bargaining.flatten(f, np.asarray(effects)[index])
    on = np.broadcast_to(
        np.asarray(available, dtype=bool).reshape(
            (levers, -1) if np.ndim(available) else (),
        ),
        (levers, size),
    )
    e = e * on[:, None, :]
    sign = np.where(holders == 0, 1.0, -1.0)[:, None]

    def advantage(lam: Array) -> Array:
        return np.asarray(sign * (lam * a2 * e[:, 0] - (1 - lam) * a1 * e[:, 1]))

    def chosen(lam: Array) -> npt.NDArray[np.bool_]:
        return np.asarray(advantage(lam) > 0)

    def deal_of(used: npt.NDArray[np.bool_]) -> tuple[Array, Located]:
        d = point + (used[:, None, :] * e).sum(axis=0)
        return d, bargaining.nash(f, _rows(f, d), _rows(f, np.stack([a1, a2])))

    def root(d: Array, deal: Located) -> Array:
        """The lambda at which G vanishes: inside the range of a vertex, gains fix it."""
        g1, g2 = np.maximum(deal.u - d, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            lam = a1 * g2 / (a2 * g1 + a1 * g2)
        return np.where(np.isfinite(lam), lam, deal.low)

    # A lever's advantage is affine in lambda and changes sign at most once, at its own critical
    # lambda; between these values the best threats do not change. Halve the sorted list.
    with np.errstate(divide="ignore", invalid="ignore"):
        critical = a1 * e[:, 1] / (a2 * e[:, 0] + a1 * e[:, 1])
    critical = np.where((critical > 0) & (critical < 1), critical, 1.0)
    cuts = np.sort(np.concatenate([np.zeros((1, size)), critical, np.ones((1, size))]), axis=0)
    left = np.zeros(size, dtype=np.intp)
    right = np.full(size, levers + 1, dtype=np.intp)
    column = np.arange(size)
    for _ in range(max(1, int(np.ceil(np.log2(levers + 1))) + 1)):
        middle = (left + right) // 2
        lam = cuts[middle, column]
        u = at_lambda(f, lam, after=True)
        d = point + (chosen(lam)[:, None, :] * e).sum(axis=0)
        # Phi(lam) < 0: the solution lies beyond
        above = lam * a2 * (u[0] - d[0]) < (1 - lam) * a1 * (u[1] - d[1])
        inside = right - left > 1
        left = np.where(inside & above, middle, left)
        right = np.where(inside & ~above, middle, right)
    lam = 0.5 * (cuts[left, column] + cuts[right, column])
    used = chosen(lam)
    d, deal = deal_of(used)
    struck = root(d, deal)
    gain = advantage(struck)
    used = used & on
    best = point + np.maximum(e, 0.0).sum(axis=0)
    slack = bargaining.zone(f, _rows(f, best))
    proved = slack >= -tolerance.UTILITY
    rows = np.flatnonzero(~proved)
    if rows.size:
        some, found = _searched(f, point, e, holders, np.stack([a1, a2]), used, rows)
        used[:, rows], proved[rows] = some, found
        d, deal = deal_of(used)
        struck = root(d, deal)
        gain = advantage(struck)
    tied = ((np.abs(gain) <= tolerance.UTILITY) & on).any(axis=0)
    agreed = np.asarray((deal.u - d >= -tolerance.UTILITY).all(axis=0))
    return Saddle(
        used, d, deal, struck, gain, slack, tied, np.where(agreed, deal.u, d), agreed, proved
    )


def _searched(
    f: Frontier,
    base: Array,
    effects: Array,
    holders: npt.NDArray[np.intp],
    weights: Array,
    used: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.intp],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Pure equilibria of all cells, for draws in which a cell without a zone pays d.

    The threats found lever by lever are kept where they are an equilibrium, else the first one is
    taken. Draws without a pure equilibrium keep theirs and are marked.
    """
    mine, theirs = np.flatnonzero(holders == 0), np.flatnonzero(holders == 1)
    m, n = 1 << len(mine), 1 << len(theirs)
    if m * n * len(rows) > MAX_CELLS:
        return used[:, rows], np.zeros(len(rows), dtype=bool)
    g = part_of(f, rows)
    sums = [subset_sums(effects[own][:, :, rows], (2, len(rows))) for own in (mine, theirs)]
    d = base[:, rows] + sums[0][:, None] + sums[1][None, :]
    payoffs, _, _ = cells(g, np.moveaxis(d, 2, -1), weights[:, rows].T)
    best = (payoffs[:, 0] >= payoffs[:, 0].max(axis=1, keepdims=True) - tolerance.UTILITY) & (
        payoffs[:, 1] >= payoffs[:, 1].max(axis=2, keepdims=True) - tolerance.UTILITY
    )
    code = [
        (used[own][:, rows] * (1 << np.arange(len(own)))[:, None]).sum(axis=0)
        for own in (mine, theirs)
    ]
    kept = best[np.arange(len(rows)), code[0], code[1]]
    first = best.reshape(len(rows), -1).argmax(axis=1)
    found = best.any(axis=(1, 2))
    out = used[:, rows].copy()
    move = found & ~kept
    for own, part in ((mine, first // n), (theirs, first % n)):
        for bit, lever in enumerate(own):
            out[lever] = np.where(move, part >> bit & 1, out[lever])
    return out, found


def _rows(f: Frontier, columns: Array) -> Array:
    """``(2, N)`` into the draws' own shape ``(..., 2)``, as the bargaining kernels take it."""
    return np.asarray(columns).T.reshape(*f.shape, 2)


def cells(
    f: Frontier, d: Any, weights: Any = (0.5, 0.5)
) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Bargaining payoffs of every cell of a threat game.

    Parameters
    ----------
    f
        Frontier over N draws.
    d
        ``(m, n, ..., 2)`` disagreement point of each pair of threats.
    weights
        Bargaining weights ``(..., 2)``.

    Returns
    -------
    payoffs
        ``(N, 2, m, n)``: the Nash solution where there is a bargaining zone, else d itself.
    lam
        ``(N, m, n)`` middle of the supporting lambdas.
    zone
        ``(N, m, n)`` whether there is a zone.
    """
    points = np.asarray(d, dtype=float)
    m, n = points.shape[:2]
    size = f.start.shape[1]
    flat = np.stack([bargaining.flatten(f, cell) for row in points for cell in row], axis=1)
    shares = bargaining.flatten(f, weights)
    payoffs = np.empty((2, m * n, size))
    lam = np.empty((m * n, size))
    has = np.empty((m * n, size), dtype=bool)
    # cells of all draws at once, as one longer batch of draws; bounded, so that memory stays flat
    step = max(1, _BATCH // max(size, 1))
    for first in range(0, m * n, step):
        here = slice(first, min(first + step, m * n))
        count = here.stop - first
        draws = np.tile(np.arange(size), count)
        cell = flat[:, here].reshape(2, -1)
        g = part_of(f, draws) if count > 1 or f.shape != (size,) else f
        found = bargaining.nash(g, cell.T, shares[:, draws].T)
        ok = (found.u - cell >= -tolerance.UTILITY).all(axis=0)
        payoffs[:, here] = np.where(ok, found.u, cell).reshape(2, count, size)
        lam[here] = (0.5 * (found.low + found.high)).reshape(count, size)
        has[here] = ok.reshape(count, size)
    payoffs, lam, has = (
        np.moveaxis(array, -1, 0).reshape(size, *array.shape[:-2], m, n)
        for array in (payoffs, lam, has)
    )
    return payoffs, lam, has


def profile_points(base: Any, effects: Any, holders: npt.NDArray[np.intp]) -> Array:
    """Disagreement points ``(m, n, ..., 2)`` of all lever profiles, party 1's sets by party 2's.

    Row r uses the levers of party 1 in the binary digits of r (first lever = lowest digit), column
    c those of party 2; the points are sums, computed once and never per cell.
    """
    base = np.asarray(base)
    effects = np.asarray(effects)
    mine = subset_sums(effects[holders == 0], base.shape)
    theirs = subset_sums(effects[holders == 1], base.shape)
    return np.asarray(base + mine[:, None] + theirs[None, :])


def subset_sums(rows: Any, shape: tuple[int, ...]) -> Any:
    """Sums over all subsets of rows, subset number in binary, lowest digit first."""
    sums = np.zeros((1, *shape), dtype=np.asarray(rows).dtype if len(rows) else float)
    for row in rows:
        sums = np.concatenate([sums, sums + row])
    return sums


def committed_mixture(
    f: Frontier, d: Any, weights: Any = (0.5, 0.5), *, steps: int = 60
) -> tuple[float, Array, Array, Array, Array]:
    """Nash's own solution for one game with arbitrary disagreement points: mixing mixes d.

    phi(p' D q): the root of Phi, with the value of the zero-sum game in s(lambda) by a linear
    programme at each step of a bisection. Payoffs are unique; the mixtures returned are optimal.

    Parameters
    ----------
    f
        Frontier of one draw (N = 1).
    d
        ``(m, n, 2)`` disagreement points.

    Returns
    -------
    lam, p, q, d, u
        Supporting lambda, mixtures ``(m,)``, ``(n,)``, disagreement point ``(2,)`` and deal
        ``(2,)``.
    """
    points = np.asarray(d, dtype=float)
    a1, a2 = np.broadcast_to(np.asarray(weights, dtype=float), (2,))
    low, high = 0.0, 1.0
    p = q = np.zeros(0)
    for _ in range(steps):
        lam = 0.5 * (low + high)
        p, q = _zero_sum(lam * a2 * points[..., 0] - (1 - lam) * a1 * points[..., 1])
        mixed = np.einsum("i,j,ijk->k", p, q, points)
        found = bargaining.nash(f, mixed, weights)
        g1, g2 = np.maximum(found.u[:, 0] - mixed, 0.0)
        if lam * a2 * g1 < (1 - lam) * a1 * g2:
            low = lam
        else:
            high = lam
    mixed = np.einsum("i,j,ijk->k", p, q, points)
    found = bargaining.nash(f, mixed, weights)
    return lam, p, q, mixed, found.u[:, 0]


def _zero_sum(game: Array) -> tuple[Array, Array]:
    """Optimal mixtures of a zero-sum game (rows maximise) by linear programming."""
    from scipy.optimize import linprog

    def best(matrix: Array) -> Array:
        rows, columns = matrix.shape
        objective = np.zeros(rows + 1)
        objective[-1] = -1.0
        answer = linprog(
            objective,
            A_ub=np.hstack([-matrix.T, np.ones((columns, 1))]),
            b_ub=np.zeros(columns),
            A_eq=np.hstack([np.ones((1, rows)), np.zeros((1, 1))]),
            b_eq=[1.0],
            bounds=[(0, None)] * rows + [(None, None)],
            method="highs",
        )
        mixture = np.clip(np.asarray(answer.x[:rows]), 0.0, None)
        return np.asarray(mixture / mixture.sum())

    return best(game), best(-game.T)
