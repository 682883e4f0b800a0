r"""Fixed points of the crisis signalling game with private errors (Lewis and Schultz).

A challenges or not; B concedes or resists; A fights or backs down. A's payoffs of war and of
backing down, and B's payoff of war, carry independent normal errors known to their owner. With
r the probability that B resists, c(r) = (S_A - (1 - r) V_A)/r is the payoff A must expect from
standing in order to challenge; then

    Pr(challenge)         = 1 - Phi((c - W_A)/s) Phi((c - a)/s)
    q = Pr(fight | chal.) = Pr(w_A >= a_A, w_A >= c) / Pr(challenge)
    g(r)                  = Phi((q W_B + (1 - q) V_B - C_B) / (q s))

and the equilibria are the r in (0, 1) with g(r) = r. There may be several: Jo (2011), Political
Analysis 19:351-362, against the uniqueness claimed in Lewis and Schultz (2003), Political Analysis
11:345-367. In the notation here c increases in r and q falls in c piecewise, which gives bounds on
g over an interval; `roots` halves intervals until each is either excluded by those bounds or too
small to matter, so that no equilibrium is lost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import TooLargeError
from negotiate.tolerance import PROBABILITY, ROOT

Array = NDArray[np.float64]
MAX_BOXES = 200_000
NARROW = 2.0**-26
TAIL = 1e-8
"""Probability of a fight below which Owen's T is too coarse for a ratio."""


def cutoff(r: Any, status_quo: Any, value: Any) -> Array:
    """c(r); minus infinity at r = 0."""
    r = np.asarray(r, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        c = (status_quo - (1 - r) * value) / r
    return np.where(r > 0, c, -np.inf)


def joint_fight(c: Any, war: Any, back: Any, sigma: Any) -> Array:
    """Pr(w >= a, w >= c) for independent normal w and a with means war, back and deviation sigma.

    The correlation of w - a and w is 1/sqrt 2, and the bivariate normal follows from Owen's T.
    """
    from scipy.special import ndtr, owens_t

    h, k = np.broadcast_arrays(
        np.asarray((war - back) / (sigma * np.sqrt(2)), dtype=float),
        np.asarray((war - c) / sigma, dtype=float),
    )
    rho, rest = np.sqrt(0.5), np.sqrt(0.5)
    finite = np.isfinite(k)
    kk = np.where(finite, k, 0.0)
    # Owen's T takes the slope to infinity where an argument is zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = np.where(h != 0, (kk - rho * h) / (h * rest), np.copysign(np.inf, kk))
        slope_k = np.where(kk != 0, (h - rho * kk) / (kk * rest), np.copysign(np.inf, h))
    apart = (h * kk < 0) | ((h * kk == 0) & (h + kk < 0))
    out = 0.5 * (ndtr(h) + ndtr(kk) - apart) - owens_t(h, slope_h) - owens_t(kk, slope_k)
    # At the origin both limits are undefined; there the orthant probability is known.
    origin = (h == 0) & (kk == 0)
    out = np.where(origin, 0.25 + np.arcsin(rho) / (2 * np.pi), out)
    out = np.where(finite, out, np.where(k > 0, ndtr(h), 0.0))
    return np.clip(out, 0.0, 1.0)


def _log_joint(c: Any, war: Any, back: Any, sigma: Any) -> Array:
    """Logarithm of `joint_fight`, to relative precision also where it is tiny.

    Owen's T is good to 1e-16, which is nothing where A challenges with that probability; there
    the density of w times Pr(a <= w) is integrated over its log-concave bulk.
    """
    from scipy.special import log_ndtr, logsumexp

    whole = joint_fight(c, war, back, sigma)
    with np.errstate(divide="ignore"):
        out = np.log(whole)
    z, gap = np.broadcast_arrays(
        np.asarray((c - war) / sigma, dtype=float), np.asarray((war - back) / sigma, dtype=float)
    )
    tail = (whole < TAIL) & np.isfinite(z)
    if not tail.any():
        return np.asarray(out)
    out = np.array(np.broadcast_to(out, z.shape))
    z, gap = z[tail], gap[tail]
    peak = np.maximum(0.0, -gap / 2)
    start = np.maximum(z, peak - 9)
    beyond = np.maximum(start - peak, 40 / 9)
    length = np.maximum(peak - start, 0.0) + 40 / beyond
    nodes, weights = np.polynomial.legendre.leggauss(64)
    t = start[:, None] + length[:, None] * (nodes + 1) / 2
    value = log_ndtr(t + gap[:, None]) - t**2 / 2 - np.log(2 * np.pi) / 2
    out[tail] = logsumexp(value, axis=-1, b=length[:, None] * weights / 2)
    return np.asarray(out)


def _log_challenge(c: Any, war: Any, back: Any, sigma: Any) -> Array:
    """Logarithm of `challenge`."""
    from scipy.special import log_ndtr

    return np.asarray(
        np.logaddexp(
            log_ndtr((war - c) / sigma),
            log_ndtr((back - c) / sigma) + log_ndtr((c - war) / sigma),
        )
    )


def belief(c: Any, war: Any, back: Any, sigma: Any) -> Array:
    """q: Pr(A fights, given a challenge), also where A hardly ever challenges."""
    bottom = _log_challenge(c, war, back, sigma)
    top = _log_joint(c, war, back, sigma)
    # At c = infinity nobody challenges; the belief there is that only fighters are left.
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isneginf(bottom), 0.0, np.minimum(top - bottom, 0.0))
    return np.asarray(np.exp(ratio))


def challenge(c: Any, war: Any, back: Any, sigma: Any) -> Array:
    """Pr(max(w, a) >= c), without cancellation when it is small."""
    from scipy.special import ndtr

    up_w, up_a = ndtr((war - c) / sigma), ndtr((back - c) / sigma)
    return np.asarray(up_w + up_a - up_w * up_a)


def resist(q: Any, war_b: Any, win_b: Any, concede_b: Any, sigma: Any) -> Array:
    """Pr(B resists) when A fights with probability q."""
    from scipy.special import ndtr

    q = np.asarray(q, dtype=float)
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr(((war_b - win_b) + (win_b - concede_b) / q) / sigma))


def response(r: Any, u: dict[str, Any]) -> Array:
    """g(r) for payoffs ``u`` (keys S_A, V_A, C_B, W_A, W_B, a, V_B, sigma)."""
    c = cutoff(r, u["S_A"], u["V_A"])
    q = belief(c, u["W_A"], u["a"], u["sigma"])
    return resist(q, u["W_B"], u["V_B"], u["C_B"], u["sigma"])


def roots(u: dict[str, float]) -> tuple[list[float], list[tuple[float, float]]]:
    """All solutions of g(r) = r in [0, 1].

    Returns
    -------
    roots
        Solutions at which g - r changes sign, sorted.
    unresolved
        Narrow intervals in which the bounds do not exclude a solution but no sign changes: a
        tangency, or a pair closer than double precision separates.
    """
    from scipy.optimize import brentq

    edges = np.linspace(0.0, 1.0, 257)
    low, high = edges[:-1], edges[1:]
    width = 1 / 256
    while width > NARROW:
        keep = _possible(low, high, u)
        low, high = low[keep], high[keep]
        middle = (low + high) / 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        width /= 2
        if low.size > MAX_BOXES:
            raise TooLargeError(
                f"{low.size} intervals may hold an equilibrium",
                where="crisis signalling game",
                remedy="the response curve lies along the diagonal; change a payoff slightly",
            )
    keep = _possible(low, high, u)
    order = np.argsort(low[keep])
    low, high = low[keep][order], high[keep][order]

    def gap(r: float) -> float:
        return float(response(r, u)) - r

    found: list[float] = []
    unresolved: list[tuple[float, float]] = []
    for start, end in _clusters(low, high):
        grid = np.linspace(start, end, 65)
        signs = np.sign(response(grid, u) - grid)
        flips = np.flatnonzero(signs[:-1] * signs[1:] < 0)
        here = [float(brentq(gap, grid[i], grid[i + 1], xtol=1e-15)) for i in flips]
        here += [float(grid[i]) for i in np.flatnonzero(signs == 0)]
        found += here
        if not here:
            unresolved.append((start, end))
    return sorted(set(found)), unresolved


def crossings(u: dict[str, Any]) -> NDArray[np.int64]:
    """Number of sign changes of g(r) - r on a grid of 4,096 values, payoffs ``(..., 1)`` each."""
    # Equilibria hug the ends of (0, 1): half of the points are spread evenly on the logit scale.
    ends = 1 / (1 + np.exp(-np.linspace(-34.0, 34.0, 2048)))
    grid = np.unique(np.concatenate([np.linspace(1e-6, 1 - 1e-6, 2048), ends[ends < 1]]))
    signs = np.sign(response(grid, u) - grid)
    return np.asarray(np.count_nonzero(signs[..., 1:] * signs[..., :-1] < 0, axis=-1))


def slope(r: float, u: dict[str, float], step: float = 1e-6) -> float:
    """g'(r), by differences: below one where naive adjustment returns to the equilibrium."""
    low, high = max(r - step, 0.0), min(r + step, 1.0)
    return float(response(high, u) - response(low, u)) / (high - low)


def gap_by_quadrature(r: float, u: dict[str, float], belief: float) -> float:
    """Distance of r from B's best reply, each probability integrated over the errors anew.

    ``belief`` is the chance that A fights where A practically never challenges.
    """
    from scipy.integrate import quad
    from scipy.stats import norm

    c = (u["S_A"] - (1 - r) * u["V_A"]) / r if r > 0 else -np.inf
    s = u["sigma"]
    start = max((c - u["W_A"]) / s, -12.0)
    joint, _ = quad(
        lambda z: norm.pdf(z) * norm.cdf((u["W_A"] - u["a"]) / s + z),
        start,
        max(start, 0.0) + 12.0,
        epsabs=1e-13,
        points=None,
    )
    up_w, up_a = norm.sf((c - u["W_A"]) / s), norm.sf((c - u["a"]) / s)
    challenged = up_w + up_a - up_w * up_a
    q = min(joint / challenged, 1.0) if challenged > PROBABILITY else belief
    reply = norm.cdf((q * u["W_B"] + (1 - q) * u["V_B"] - u["C_B"]) / (q * s))
    return float(abs(reply - r))


def _possible(low: Array, high: Array, u: dict[str, float]) -> NDArray[np.bool_]:
    """Could g(r) = r within each [low, high]? Bounds from monotonicity of each part."""
    c_low, c_high = cutoff(low, u["S_A"], u["V_A"]), cutoff(high, u["S_A"], u["V_A"])
    if u["V_A"] < u["S_A"]:
        c_low, c_high = c_high, c_low
    joint = [_log_joint(c, u["W_A"], u["a"], u["sigma"]) for c in (c_low, c_high)]
    total = [_log_challenge(c, u["W_A"], u["a"], u["sigma"]) for c in (c_low, c_high)]
    with np.errstate(invalid="ignore"):
        q_low = np.where(np.isfinite(total[0]), np.exp(joint[1] - total[0]), 0.0)
        q_high = np.where(np.isfinite(total[1]), np.exp(np.minimum(joint[0] - total[1], 0.0)), 1.0)
    q_low, q_high = np.clip(q_low, 0, 1), np.clip(q_high, 0, 1)
    ends = [resist(q, u["W_B"], u["V_B"], u["C_B"], u["sigma"]) for q in (q_low, q_high)]
    g_low, g_high = np.minimum(*ends), np.maximum(*ends)
    # Rounding of the normal integrals, of order 1e-15, must not exclude a root.
    return np.asarray((g_low <= high + ROOT) & (g_high >= low - ROOT))


def _clusters(low: Array, high: Array) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for a, b in zip(low.tolist(), high.tolist()):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out
