"""Steps of the spatial model of politics, in one or more dimensions, for all draws at once.

Formulas as read in the source of KTAB (King Abdullah Petroleum Studies and Research Center, MIT
licence: ``kmodel.cpp``, ``smp.cpp``, ``smpbcn.cpp``). Positions theta lie in [0, 1]^K, s_ik is i's
salience of dimension k and S_i its sum, c_i its capability, -1 <= R_i <= 1 its risk attitude.

    d_ij = sqrt(sum_k (s_ik (theta_ik - theta_jk))^2 / sum_k s_ik^2)
    u_ij = (1 - d_ij) (1 + R_i d_ij)

Strength of i's position against j's, C_ij, is the sum of the positive votes; P_ij = f(C_ij) /
(f(C_ij) + f(C_ji)). Chance that a position is the one that beats all others: prod_j P_ij, normed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Rule = Callable[[Array], Array]


def distance(position: Array, salience: Array) -> Array:
    """d_ij by i's own saliences: ``(..., n, n)`` from ``(..., n, K)``."""
    apart = position[..., :, None, :] - position[..., None, :, :]
    return distance_to(apart, salience[..., :, None, :])


def distance_to(apart: Array, salience: Array) -> Array:
    """Salience-weighted length of differences ``(..., K)``."""
    out: Array = np.sqrt(((apart * salience) ** 2).sum(axis=-1) / (salience**2).sum(axis=-1))
    return out


def utility(apart: Array, risk: Array) -> Array:
    """(1 - d)(1 + R d): concave for R > 0, convex for R < 0."""
    out: Array = (1 - apart) * (1 + apart * risk)
    return out


def coalitions(vote: Array) -> Array:
    """C_ij = sum of the positive votes for i over j, from votes ``(..., k, i, j)``."""
    out: Array = np.maximum(vote, 0).sum(axis=-3)
    return out


def victory(strength: Array, sharpen: Rule) -> Array:
    """P_ij from C_ij: a half where neither side has any strength."""
    ours = sharpen(strength)
    both = ours + ours.swapaxes(-1, -2)
    out = np.full(strength.shape, 0.5)
    np.divide(ours, both, out=out, where=both > 0)
    return out


def conditional(win: Array, strength: Array, open_to: Array) -> Array:
    """Chance that an option beats all others, given that one does (one step).

    Parameters
    ----------
    win
        ``(..., m, m)`` victory probabilities.
    strength
        Coalition strengths; not used here.
    open_to
        ``(..., m)`` options that stand.
    """
    pairs = open_to[..., :, None] & open_to[..., None, :]
    beats = np.where(open_to, np.where(pairs, win, 1.0).prod(axis=-1), 0.0)
    whole = beats.sum(axis=-1, keepdims=True)
    even = open_to / open_to.sum(axis=-1, keepdims=True)
    return np.where(whole > 0, beats / np.where(whole > 0, whole, 1.0), even)


def markov_uniform(win: Array, strength: Array, open_to: Array) -> Array:
    """Long-run chance of an option if a challenger is drawn evenly at each step."""
    count = open_to.sum(axis=-1)[..., None, None]
    pairs = open_to[..., :, None] & open_to[..., None, :]
    challenge = np.where(pairs, 1 / count, 0.0)
    return _stationary(win, challenge, open_to)


def markov_incentive(win: Array, strength: Array, open_to: Array) -> Array:
    """Long-run chance if challengers come in proportion to the strength behind them, C_ij P_ij."""
    pairs = open_to[..., :, None] & open_to[..., None, :]
    drive = np.where(pairs, strength * win, 0.0)  # [i, j]: i against the holder j
    whole = drive.sum(axis=-2, keepdims=True)
    challenge = np.where(whole > 0, drive / np.where(whole > 0, whole, 1.0), 0.0)
    none = (whole <= 0) & np.eye(win.shape[-1], dtype=bool)
    return _stationary(win, np.where(none, 1.0, challenge), open_to)


def _stationary(win: Array, challenge: Array, open_to: Array) -> Array:
    """Stationary chances of a chain whose holder j meets challenger i with chance [i, j].

    The limit from an even start, by repeated squaring of the half-lazy chain, so that a chain with
    several closed classes has an answer too.
    """
    step = win * challenge  # challenger i takes over from j
    m = step.shape[-1]
    eye = np.eye(m, dtype=bool)
    step = np.where(eye, 0.0, step)
    stays = 1 - step.sum(axis=-2)
    chain = np.where(eye, stays[..., None, :], step)
    chain = (chain + eye) / 2
    for _ in range(40):
        chain = chain @ chain
        chain = chain / chain.sum(axis=-2, keepdims=True)
    even = open_to / open_to.sum(axis=-1, keepdims=True)
    out: Array = (chain @ even[..., None])[..., 0]
    return out


def contest(u: Array, weight: Array, vote: Rule, commitment: Array) -> Array:
    """P_hij: h's estimate that i defeats j when all others may weigh in.

    Parameters
    ----------
    u
        ``(..., h, k, i)`` h's estimate of k's utility of i's position.
    weight
        ``(..., n)`` capability times salience.
    vote
        Voting rule on a difference of utilities.
    commitment
        ``(4, 3)``: how often third party n counts u_ni, u_nj and u_nn when i wins with n, j wins
        against i and n, i wins against j and n, j wins with n.

    Returns
    -------
    ndarray
        ``(..., h, i, j)``.
    """
    n = u.shape[-1]
    own = np.einsum("...hii->...hi", u)  # h's estimate of u_ii
    mine = weight[..., None, :, None] * vote(own[..., :, None] - u)  # i's vote: u_ii - u_ij
    theirs = weight[..., None, None, :] * vote(own[..., None, :] - u.swapaxes(-1, -2))
    # third party n in (i : j), axes h, n, i, j
    u_ni, u_nj = u[..., :, :, :, None], u[..., :, :, None, :]
    u_nn = own[..., :, :, None, None]
    heft = weight[..., None, :, None, None]
    lean = heft * vote(u_ni - u_nj)
    for_i = np.maximum(mine, 0)[..., :, None, :, :] + np.maximum(lean, 0)
    for_j = np.maximum(theirs, 0)[..., :, None, :, :] + np.maximum(-lean, 0)
    both = for_i + for_j
    chance = np.full(both.shape, 0.5)
    np.divide(for_i, both, out=chance, where=both > 0)
    worth = [row[0] * u_ni + row[1] * u_nj + row[2] * u_nn for row in commitment]
    with_i = chance * worth[0] + (1 - chance) * worth[1]
    with_j = chance * worth[2] + (1 - chance) * worth[3]
    joined = heft * vote(with_i - with_j)
    third = np.ones((n, n, n), dtype=bool)
    k = np.arange(n)
    third[k, k, :] = False
    third[k, :, k] = False
    joined = np.where(third, joined, 0.0)
    strength_i = np.maximum(mine, 0) + np.maximum(joined, 0).sum(axis=-3)
    strength_j = np.maximum(theirs, 0) + np.maximum(-joined, 0).sum(axis=-3)
    total = strength_i + strength_j
    out = np.full(total.shape, 0.5)
    np.divide(strength_i, total, out=out, where=total > 0)
    return out


def challenge_gain(u: Array, chance: Array, salience: Array) -> Array:
    """What i expects to gain from challenging j, by its own estimate: ``(..., i, j)``.

    The target resists with the chance S_j; both positions count before and after.
    """
    own = np.einsum("...iij->...ij", u)  # i's own utility of j's position
    self_worth = np.einsum("...ii->...i", own)[..., :, None]
    p = np.einsum("...iij->...ij", chance)
    resist = salience[..., None, :]
    win, lose, now = 2 * self_worth, 2 * own, self_worth + own
    fight = p * win + (1 - p) * lose
    out: Array = (1 - resist) * win + resist * fight - now
    return out
