r"""The crisis signalling game in arrays: replies, every equilibrium, exact derivatives.

With p the probability that B resists, A's two cut points and probabilities are

    c = (S_A - (1 - p) V_A) / p,
    P_C = 1 - Phi(c - W_A) Phi(c - a),
    P_F = Phi_2((W_A - a)/sqrt 2, W_A - c; 1/sqrt 2) / P_C,

and B resists with probability Phi(z), z = W_B - V_B + (V_B - C_B)/... in the form

    z = (P_F W_B + (1 - P_F) V_B - C_B) / P_F.

An equilibrium is a p with p = Phi(z(p)). All of them are sought on a grid that is even in
q = Phi^-1(p), where the condition reads q = z, by changes of sign and, near tangencies, on both
sides of the turning point; then by safeguarded Newton steps. The number found is odd but at
tangencies. Where a challenge is rarer than any float, B's answer to it is arbitrary.

Functions take the seven indices in the order S_A, V_A, C_B, W_A, W_B, a, V_B as arrays that
broadcast against p.

>>> eta = [np.array([x]) for x in (0.0, 1.0, 0.0, -1.9, -2.9, -1.2, 1.0)]
>>> row, p = equilibria(eta)
>>> len(p), bool(np.abs(p - reply(p, [e[row] for e in eta]).resist).max() < 1e-10)
(3, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri

from negotiate import tolerance
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.arithmetic.links import density, log_normal, normal
from negotiate.estimation.arithmetic.two_tails import (
    ROOT_TWO,
    bivariate_normal,
    bivariate_normal_jet,
)

Array = NDArray[np.float64]

FAR = 37.0
"""Beyond this many standard deviations a normal tail is no float."""
_GRID = np.concatenate(
    [
        [-39.0, -37.0, -28.0, -21.0, -16.0, -13.0, -11.0, -9.5, -8.4, -7.6, -7.0, -6.5],
        np.linspace(-6.1, 6.1, 184),
        [6.5, 7.0, 7.6, 8.2, 39.0],
    ]
)
_GRID_P = np.where(_GRID > 8.2, 1.0, ndtr(_GRID))
_NEWTON = 60


class Reply(NamedTuple):
    """What each side does when B is expected to resist with probability p.

    Attributes
    ----------
    z
        B resists with probability Phi(z).
    resist, challenge, firm
        B's reply, P_C and P_F.
    """

    z: Array
    resist: Array
    challenge: Array
    firm: Array


def reply(p: Array, eta: Sequence[Array], *, rough: bool = False) -> Reply:
    """Replies to p; ``rough`` for a search whose finds are polished."""
    s_a, v_a, c_b, w_a, w_b, a, v_b = eta
    with np.errstate(all="ignore"):
        c = (s_a - (1.0 - p) * v_a) / p
        v1, v2 = np.clip(c - w_a, -FAR, FAR), np.clip(c - a, -FAR, FAR)
        challenge = np.maximum(ndtr(-v1) + ndtr(v1) * ndtr(-v2), tolerance.TINY)
        both = bivariate_normal(np.clip((w_a - a) / ROOT_TWO, -FAR, FAR), -v1, rough=rough)
        firm = np.minimum(np.maximum(both, tolerance.TINY) / challenge, 1.0)
        index = np.clip(w_b - v_b + (v_b - c_b) / firm, -FAR - 1.0, FAR + 1.0)
    return Reply(index, ndtr(index), challenge, firm)


def index_slope(p: Array, eta: Sequence[Array], at: Reply) -> Array:
    """dz/dp."""
    s_a, v_a, c_b, w_a, _, a, v_b = eta
    with np.errstate(all="ignore"):
        c = (s_a - (1.0 - p) * v_a) / p
        dc = (v_a - s_a) / (p * p)
        v1, v2 = c - w_a, c - a
        d_challenge = -dc * (density(v1) * ndtr(v2) + ndtr(v1) * density(v2))
        d_both = -dc * density(v1) * ndtr(w_a - a + v1)
        d_firm = (d_both - at.firm * d_challenge) / at.challenge
        return np.asarray(-(v_b - c_b) / (at.firm * at.firm) * d_firm)


def equilibria(eta: Sequence[Array]) -> tuple[NDArray[np.int64], Array]:
    """Every equilibrium of every row.

    Parameters
    ----------
    eta
        Seven columns (rows,).

    Returns
    -------
    row, p
        Row numbers, ascending, and the resist probabilities, ascending within a row.
    """
    eta = [np.asarray(e, dtype=float) for e in eta]
    gap = _GRID - reply(_GRID_P, [e[:, None] for e in eta], rough=True).z  # q - z on the grid
    below = gap < 0.0
    row, j = np.nonzero(below[:, :-1] != below[:, 1:])
    low, high = _GRID[j], _GRID[j + 1]
    # a pair of roots between grid points: the gap comes near zero, and no sign changes
    size = np.abs(gap)
    near = (
        (below[:, :-2] == below[:, 1:-1])
        & (below[:, 1:-1] == below[:, 2:])
        & (size[:, 1:-1] <= size[:, :-2])
        & (size[:, 1:-1] <= size[:, 2:])
    )
    where, middle = np.nonzero(near)
    if len(where):
        left, right, there = _GRID[middle], _GRID[middle + 2], [e[where] for e in eta]
        turn = _turning_point(left, right, there)
        crossed = (turn - reply(_probability(turn), there).z < 0.0) != below[where, middle + 1]
        row = np.concatenate([row, where[crossed], where[crossed]])
        low = np.concatenate([low, left[crossed], turn[crossed]])
        high = np.concatenate([high, turn[crossed], right[crossed]])
    q = _roots(low, high, [e[row] for e in eta])
    order = np.lexsort((q, row))
    row, q = row[order], q[order]
    p = ndtr(q)
    # where a challenge is rarer than any float the gap may jump through zero: no equilibrium
    jump = np.abs(p - reply(p, [e[row] for e in eta]).resist) > tolerance.FIXED_POINT
    jump &= np.bincount(row[~jump], minlength=len(eta[0]))[row] > 0
    drop = np.zeros(len(p), dtype=bool)
    drop[1:] = (row[1:] == row[:-1]) & (q[1:] - q[:-1] < tolerance.ROOT * 10.0)
    drop |= jump
    return row[~drop], p[~drop]


def _turning_point(low: Array, high: Array, eta: Sequence[Array]) -> Array:
    """Where q - z comes nearest to zero inside a bracket: a root of its derivative, by halving."""
    rising = _gap_slope(high, eta) > 0.0
    for _ in range(45):
        q = 0.5 * (low + high)
        right = (_gap_slope(q, eta) > 0.0) == rising
        low, high = np.where(right, low, q), np.where(right, q, high)
    return 0.5 * (low + high)


def nearest_turn(q: Array, eta: Sequence[Array], *, reach: float = 0.5) -> tuple[Array, Array]:
    """Of each row, the q within ``reach`` where q - z is nearest to zero, and q - z there."""
    steps = np.linspace(-reach, reach, 81)
    wide = [e[:, None] for e in eta]
    around = q[:, None] + steps
    gap = np.abs(around - reply(_probability(around), wide).z)
    middle = around[np.arange(len(q)), gap[:, 1:-1].argmin(axis=1) + 1]
    turn = _turning_point(middle - steps[41], middle + steps[41], eta)
    return turn, turn - reply(_probability(turn), eta).z


def _gap_slope(q: Array, eta: Sequence[Array]) -> Array:
    """d(q - z)/dq."""
    p = _probability(q)
    with np.errstate(all="ignore"):
        return np.asarray(1.0 - index_slope(p, eta, reply(p, eta)) * density(q))


def _roots(low: Array, high: Array, eta: Sequence[Array]) -> Array:
    """Roots of q - z(Phi(q)), one in each bracket: Newton's steps, halving where they leave it."""
    if not len(low):
        return low
    at = reply(_probability(low), eta)
    rising = low - at.z < 0.0
    q = 0.5 * (low + high)
    for _ in range(_NEWTON):
        p = _probability(q)
        at = reply(p, eta)
        gap = q - at.z
        with np.errstate(all="ignore"):
            slope = 1.0 - index_slope(p, eta, at) * density(q)
            step = q - gap / slope
        left = (gap < 0.0) == rising
        low, high = np.where(left, q, low), np.where(left, high, q)
        ok = np.isfinite(step) & (step > low) & (step < high)
        new = np.where(ok, step, 0.5 * (low + high))
        moved = np.abs(new - q)
        q = new
        if float(moved.max()) < tolerance.ROOT * 10.0:
            break
    return q


def _probability(q: Array) -> Array:
    return np.where(q > 8.2, 1.0, ndtr(q))


def follow(p: Array, eta: Sequence[Array]) -> tuple[Array, NDArray[np.bool_]]:
    """The equilibrium of each row that Newton's method reaches from p, and whether it did."""
    q = ndtri(np.clip(p, tolerance.TINY, 1.0 - tolerance.SPACING))
    bound = np.full(len(p), 1.0)
    size = np.full(len(p), np.inf)
    for _ in range(_NEWTON):
        p = ndtr(q)
        at = reply(p, eta)
        gap = q - at.z
        with np.errstate(all="ignore"):
            step = gap / (1.0 - index_slope(p, eta, at) * density(q))
        worse = np.abs(gap) > size
        bound = np.where(worse, 0.3 * bound, bound)
        size = np.abs(gap)
        step = np.clip(np.where(np.isfinite(step), step, 0.0), -bound, bound)
        q = q - step
        if float(np.abs(step).max(initial=0.0)) < tolerance.ROOT:
            break
    p = ndtr(q)
    return p, np.abs(q - reply(p, eta).z) < tolerance.ROOT * 10.0


def log_likelihood(p: Array, eta: Sequence[Array], counts: Array) -> Array:
    """Counts of (status quo, concession, stands firm, backs down) times logs, values only."""
    at = reply(p, eta)
    s_a, v_a, _, w_a, _, a, _ = eta
    with np.errstate(all="ignore"):
        c = (s_a - (1.0 - p) * v_a) / p
        quiet = log_ndtr(c - w_a) + log_ndtr(c - a)
        parts = [
            (counts[:, 0], quiet),
            (counts[:, 1:].sum(axis=1), np.log(at.challenge)),
            (counts[:, 1], log_ndtr(-at.z)),
            (counts[:, 2] + counts[:, 3], log_ndtr(at.z)),
            (counts[:, 2], np.log(at.firm)),
            (counts[:, 3], np.log1p(-at.firm)),
        ]
        return np.asarray(sum(np.where(n > 0, n * log, 0.0) for n, log in parts))


def stage_jets(p: Any, eta: Sequence[Any]) -> tuple[Jet, Jet, Jet, Jet]:
    """B's index z, P_C, P_F and log(1 - P_C) as jets in whatever the arguments are jets of."""
    s_a, v_a, c_b, w_a, w_b, a, v_b = eta
    c = (s_a - (1.0 - p) * v_a) / p
    v1, v2 = c - w_a, c - a
    challenge = normal(-v1) + normal(v1) * normal(-v2)
    firm = bivariate_normal_jet((w_a - a) * (1.0 / ROOT_TWO), -v1) / challenge
    index = w_b - v_b + (v_b - c_b) / firm
    return index, challenge, firm, log_normal(v1) + log_normal(v2)


def counted(index: Jet, challenge: Jet, firm: Jet, quiet: Jet, counts: Array) -> Jet:
    """Log-likelihood of counts of the four outcomes, given the stages."""
    threats = counts[:, 1:].sum(axis=1)
    total: Jet = (
        quiet * counts[:, 0]
        + jets.log(challenge) * threats
        + log_normal(-index) * counts[:, 1]
        + log_normal(index) * (counts[:, 2] + counts[:, 3])
        + jets.log(firm) * counts[:, 2]
        + jets.log(1.0 - firm) * counts[:, 3]
    )
    return total


def at_equilibrium(p: Array, eta: Sequence[Array], quantities: Any) -> list[Jet]:
    """Jets in the seven indices of functions of (indices, p), where p moves with the indices.

    p solves p = Psi(eta, p), Psi = Phi(z); so p_k = Psi_k / (1 - Psi_p), and once more for the
    second derivatives.

    Parameters
    ----------
    p, eta
        An equilibrium of each row.
    quantities
        A function of (stages) to a list of jets in the eight arguments.
    """
    seeds = jets.seeds([*eta, p])
    index, challenge, firm, quiet = stage_jets(seeds[7], seeds[:7])
    psi, last, zero = normal(index), 7, 0.0
    steep = 1.0 / (1.0 - psi.first.get(last, zero))
    p1 = [psi.first.get(k, zero) * steep for k in range(7)]
    p2 = {
        (k, m): (
            psi.second.get((k, m), zero)
            + psi.second.get((last, k), zero) * p1[m]
            + psi.second.get((last, m), zero) * p1[k]
            + psi.second.get((last, last), zero) * p1[k] * p1[m]
        )
        * steep
        for k in range(7)
        for m in range(k + 1)
    }
    out = []
    for jet in quantities(index, challenge, firm, quiet):
        slope = jet.first.get(last, zero)
        first = {k: jet.first.get(k, zero) + slope * p1[k] for k in range(7)}
        second = {
            (k, m): jet.second.get((k, m), zero)
            + jet.second.get((last, k), zero) * p1[m]
            + jet.second.get((last, m), zero) * p1[k]
            + jet.second.get((last, last), zero) * p1[k] * p1[m]
            + slope * p2[k, m]
            for k in range(7)
            for m in range(k + 1)
        }
        out.append(Jet(jet.value, first, second))
    return out


def relaxed(q: Array, eta: Sequence[Array], counts: Array, pull: float) -> Jet:
    """Log-likelihood with q free and a pull towards the fixed point, as a jet in q alone.

    The objective is l(q) - pull/2 (q - z(Phi(q)))^2: B resists with probability Phi(q), A replies
    to that, and B's own reply z is only drawn to q.
    """
    (free,) = jets.seeds([q])
    return _pulled(free, [Jet(e, {}, {}) for e in eta], counts, pull)


def relaxed_jets(q: Array, eta: Sequence[Array], counts: Array, pull: float) -> Jet:
    """The same at its maximum over q, as a jet in the seven indices."""
    seeds = jets.seeds([*eta, q])
    jet, last, zero = _pulled(seeds[7], seeds[:7], counts, pull), 7, 0.0
    bend = jet.second[last, last]
    mixed = [jet.second.get((last, k), zero) for k in range(7)]
    second = {
        (k, m): jet.second.get((k, m), zero) - mixed[k] * mixed[m] / bend
        for k in range(7)
        for m in range(k + 1)
    }
    return Jet(jet.value, {k: jet.first.get(k, zero) for k in range(7)}, second)


def _pulled(q: Jet, eta: Sequence[Jet], counts: Array, pull: float) -> Jet:
    index, challenge, firm, quiet = stage_jets(normal(q), eta)
    out: Jet = counted(q, challenge, firm, quiet, counts) - jets.square(q - index) * (0.5 * pull)
    return out


def relaxed_on_grid(eta: Sequence[Array], counts: Array, pull: float) -> Array:
    """The grid point q of each row at which the relaxed objective is greatest."""
    grid = _GRID[7:-2]
    wide, many = [e[:, None] for e in eta], counts[:, :, None]
    at = reply(ndtr(grid), wide)
    with np.errstate(all="ignore"):
        value = (
            many[:, 0] * np.log1p(-at.challenge)
            + many[:, 1:].sum(axis=1) * np.log(at.challenge)
            + many[:, 1] * log_ndtr(-grid)
            + (many[:, 2] + many[:, 3]) * log_ndtr(grid)
            + many[:, 2] * np.log(at.firm)
            + many[:, 3] * np.log1p(-at.firm)
            - 0.5 * pull * (grid - at.z) ** 2
        )
    return np.asarray(grid[np.nanargmax(np.where(np.isnan(value), -np.inf, value), axis=1)])


def relaxed_follow(
    q: Array, eta: Sequence[Array], counts: Array, pull: float
) -> tuple[Array, NDArray[np.bool_]]:
    """The local maximum over q that Newton's method reaches, row by row, and whether it did."""
    bound = np.full(len(q), 0.5)
    at = relaxed(q, eta, counts, pull)
    slope = np.full(len(q), np.inf)
    for _ in range(_NEWTON):
        slope, bend = at.first[0], at.second[0, 0]
        step = np.clip(slope / np.maximum(np.abs(bend), tolerance.FLAT), -bound, bound)
        step = np.where(np.isfinite(step), step, 0.0)
        there = relaxed(q + step, eta, counts, pull)
        better = there.value >= at.value - tolerance.ROOT * np.abs(at.value)
        bound = np.where(better, np.minimum(2.0 * bound, 0.5), 0.25 * np.abs(step))
        q = np.where(better, q + step, q)
        if float(np.abs(step).max()) < tolerance.UTILITY:
            break
        at = relaxed(q, eta, counts, pull)
    arrived = (np.abs(slope) < tolerance.STATIONARY * (1.0 + pull)) & (at.second[0, 0] < 0.0)
    return q, arrived
