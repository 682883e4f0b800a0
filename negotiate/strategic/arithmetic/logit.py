r"""Logit quantal response equilibria on the principal branch, many games at a time.

A logit equilibrium at precision lambda satisfies, for every player i and strategy s,

    x_i(s) = exp(lambda u_i(s, x_-i)) / sum_t exp(lambda u_i(t, x_-i))

(McKelvey and Palfrey 1995, Games and Economic Behavior 10, 6-38). At lambda = 0 it is the centroid;
for almost all games the branch that starts there reaches a unique Nash equilibrium as lambda grows
(their Theorem 3). The branch may bend back, so it is followed by arc length, in the
logarithms of the probabilities (Turocy 2005, Games and Economic Behavior 51, 243-263): a step along
the tangent, Newton's method back to the curve, longer steps where that is easy. The answer at
lambda is the first point of the branch with that lambda. All games of a batch take their own steps
in one array.

Matching pennies with a prize of 9 in one cell (Ochs 1995, Games and Economic Behavior 10, 202-217):
in equilibrium the row player ignores its own prize; here, as in the laboratory, it leans to it.

>>> payoffs = np.array([[[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
>>> x, residual = principal_branch(payoffs, np.array(1.0), players=2)
>>> bool(0.5 < x[0][0] < 1.0), bool(residual < 1e-9)
(True, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate.strategic.arithmetic import expected
from negotiate.tolerance import BRANCH

Array = np.ndarray[Any, np.dtype[Any]]

MAX_STEPS = 5_000
NEWTON_STEPS = 12
SHORTEST = 1e-12
"""A branch whose steps shrink below this is given up."""
CHUNK = 16384
"""Games followed at a time, which bounds memory; smaller batches pay more for their last few."""
BRANCHING = 1e-5
"""Length of a step below which a change of orientation is taken as a branching point crossed."""
ROUNDING = 1e-9
"""Slack, in log-probability, on the length of a correction, for steps that are tiny themselves."""


def softmax(values: Array) -> Array:
    """Logit choice probabilities along the last axis."""
    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def residual(payoffs: Array, mixed: Sequence[Array], precision: Array) -> Array:
    """Largest distance between a profile and the logit replies to it; shape of the draws."""
    worst = [
        np.abs(softmax(np.asarray(precision)[..., None] * expected.against(payoffs, mixed, i)) - x)
        for i, x in enumerate(mixed)
    ]
    return np.asarray(np.max([w.max(axis=-1) for w in worst], axis=0))


def principal_branch(
    payoffs: Array, precision: Array, *, players: int
) -> tuple[list[Array], Array]:
    """Point of the principal branch at ``precision``, per draw.

    Parameters
    ----------
    payoffs
        Floats, shape ``(..., n, S1, ..., Sn)``.
    precision
        lambda >= 0, in inverse payoff units; broadcast against the draw axes.
    players
        n.

    Returns
    -------
    mixed
        One array ``(..., Si)`` per player.
    residual
        Largest distance from the logit replies, per draw;
        NaN, as are its probabilities, where a branch was not followed to its lambda within
        `MAX_STEPS` steps.
    """
    lead = np.broadcast_shapes(payoffs.shape[: -players - 1], np.shape(precision))
    games = np.broadcast_to(payoffs, lead + payoffs.shape[-players - 1 :])
    games = games.reshape((-1, *payoffs.shape[-players - 1 :])).astype(float)
    goal = np.broadcast_to(np.asarray(precision, float), lead).reshape(-1)
    # Each game in units of its spread of payoffs: lambda times payoffs is what counts.
    unit = expected.spread(games, players).max(axis=-1)
    unit[unit == 0] = 1.0
    scaled = games / unit.reshape(-1, *(1,) * (players + 1))
    logs = np.concatenate(
        [
            _follow(scaled[k : k + CHUNK], (goal * unit)[k : k + CHUNK], players)
            for k in range(0, max(len(scaled), 1), CHUNK)
        ]
    )
    mixed = _split(np.exp(logs), games.shape[-players:])
    mixed = [x / x.sum(axis=-1, keepdims=True) for x in mixed]
    error = residual(games, mixed, goal)
    return [x.reshape((*lead, -1)) for x in mixed], error.reshape(lead)


def _follow(games: Array, goal: Array, players: int) -> Array:
    """Logarithms of the probabilities at each game's goal; ``(B, K)``."""
    sizes = games.shape[-players:]
    width = sum(sizes)
    start = np.concatenate([np.full(size, -np.log(size)) for size in sizes])
    answer = np.tile(start, (len(games), 1))
    # state of the branches still on their way
    active = np.flatnonzero(goal > 0)
    state = np.column_stack([answer[active], np.zeros(len(active))])
    step = np.minimum(0.5, np.maximum(goal[active], 1e-3))
    up = np.zeros((len(active), width + 1))
    up[:, -1] = 1.0
    direction, sign = _tangent(games[active], state, sizes, up)
    for _ in range(MAX_STEPS):
        if len(active) == 0:
            break
        guess = state + step[:, None] * direction
        passing = guess[:, -1] >= goal[active]
        share = np.where(
            passing,
            (goal[active] - state[:, -1]) / np.maximum(guess[:, -1] - state[:, -1], 1e-300),
            1,
        )
        guess = state + (share * step)[:, None] * direction
        normal = np.where(passing[:, None], np.eye(width + 1)[-1], direction)
        moved, good, hops = _newton(games[active], guess, normal, sizes)
        # a long correction may have jumped to another branch: take it in smaller steps
        leap = np.abs(moved - guess).max(axis=1)
        good &= leap <= 0.5 * np.maximum(np.abs(share) * step, ROUNDING)
        # a step that crosses the goal unforeseen is taken again, shorter, so as to land on it
        good &= passing | (moved[:, -1] < goal[active])
        ahead, sign_ahead = _tangent(games[active], moved, sizes, direction)
        good &= (ahead * direction).sum(axis=1) > 0.8
        # The orientation of the curve is constant along a branch (Allgower and Georg 1990,
        # Numerical Continuation Methods, chapter 2): a change means a jump, or a branching
        # point crossed.
        good &= (sign == sign_ahead) | (step < BRANCHING)
        arrived = good & passing
        if arrived.any():
            answer[active[arrived]] = moved[arrived, :-1]
        state = np.where(good[:, None], moved, state)
        direction = np.where(good[:, None], ahead, direction)
        sign = np.where(good, sign_ahead, sign)
        step = np.where(good, np.where(hops <= 4, step * 2.0, step), step * 0.4)
        stuck = step < SHORTEST
        answer[active[stuck]] = np.nan
        keep = ~(arrived | stuck)
        active, state, step = active[keep], state[keep], step[keep]
        direction, sign = direction[keep], sign[keep]
    answer[active] = np.nan
    return answer


def _split(values: Array, sizes: Sequence[int]) -> list[Array]:
    edges = np.cumsum(sizes)[:-1]
    return list(np.split(values, edges, axis=-1))


def _system(games: Array, state: Array, sizes: Sequence[int]) -> tuple[Array, Array]:
    """The equations and their Jacobian in (log x, lambda); ``(B, K)`` and ``(B, K, K + 1)``.

    Per player: log x(s) - log x(0) = lambda (u(s) - u(0)) for s > 0, and probabilities sum to one.
    """
    players, width = len(sizes), int(sum(sizes))
    logs, precision = state[:, :-1], state[:, -1]
    mixed = _split(np.exp(np.minimum(logs, 1.0)), sizes)
    value = np.empty((len(state), width))
    slope = np.zeros((len(state), width, width + 1))
    edges = np.concatenate([[0], np.cumsum(sizes)])
    for i in range(players):
        lo, hi = int(edges[i]), int(edges[i + 1])
        payoff = expected.against(games, mixed, i)
        gain = payoff[:, 1:] - payoff[:, :1]
        value[:, lo] = mixed[i].sum(axis=1) - 1.0
        slope[:, lo, lo:hi] = mixed[i]
        value[:, lo + 1 : hi] = (
            logs[:, lo + 1 : hi] - logs[:, lo : lo + 1] - precision[:, None] * gain
        )
        slope[:, lo + 1 : hi, lo] = -1.0
        slope[:, np.arange(lo + 1, hi), np.arange(lo + 1, hi)] = 1.0
        slope[:, lo + 1 : hi, -1] = -gain
        for j in range(players):
            if j == i:
                continue
            jlo, jhi = int(edges[j]), int(edges[j + 1])
            table = _pairwise(games, mixed, i, j)
            change = table[:, 1:, :] - table[:, :1, :]
            slope[:, lo + 1 : hi, jlo:jhi] = (
                -precision[:, None, None] * change * mixed[j][:, None, :]
            )
    return value, slope


def _pairwise(games: Array, mixed: Sequence[Array], i: int, j: int) -> Array:
    """Payoff of i at its strategy s when j plays t and the rest mix; ``(B, Si, Sj)``."""
    n = len(mixed)
    values = games[(slice(None), i)]
    for k in range(n):
        if k not in (i, j):
            shape = (len(games), *(1,) * k, mixed[k].shape[-1], *(1,) * (n - k - 1))
            values = (values * mixed[k].reshape(shape)).sum(axis=k + 1, keepdims=True)
    table = values.reshape(len(games), games.shape[2 + min(i, j)], games.shape[2 + max(i, j)])
    return table if i < j else table.transpose(0, 2, 1)


def _tangent(
    games: Array, state: Array, sizes: Sequence[int], before: Array
) -> tuple[Array, Array]:
    """Unit tangent of the branch, pointing the way of ``before``, and the sign of orientation."""
    _, slope = _system(games, state, sizes)
    matrix = np.concatenate([slope, before[:, None, :]], axis=1)
    right = np.zeros((len(state), matrix.shape[-1], 1))
    right[:, -1] = 1.0
    direction = _solve(matrix, right)[:, :, 0]
    norm = np.linalg.norm(direction, axis=1, keepdims=True)
    direction = direction / np.where(norm > 0, norm, 1.0)
    # det [slope; before] has the sign of det [slope; direction], as they point the same way
    return direction, np.linalg.slogdet(matrix)[0]


def _newton(
    games: Array, guess: Array, normal: Array, sizes: Sequence[int]
) -> tuple[Array, Array, Array]:
    """Correct each guess within the plane of ``normal``; point, success, iterations."""
    state = guess.copy()
    good = np.zeros(len(guess), dtype=bool)
    hops = np.zeros(len(guess), dtype=int)
    open_ = np.arange(len(guess))
    for _ in range(NEWTON_STEPS):
        value, slope = _system(games[open_], state[open_], sizes)
        size = np.abs(value).max(axis=1)
        # log-probabilities grow with lambda, so the residual is relative to them
        done = size <= BRANCH * np.maximum(1.0, np.abs(state[open_]).max(axis=1))
        good[open_[done]] = True
        wild = ~np.isfinite(size) | (size > 1e8)
        keep = ~(done | wild)
        open_, value, slope = open_[keep], value[keep], slope[keep]
        if len(open_) == 0:
            break
        matrix = np.concatenate([slope, normal[open_][:, None, :]], axis=1)
        right = np.zeros((len(open_), matrix.shape[-1], 1))
        right[:, :-1, 0] = -value
        state[open_] += _solve(matrix, right)[:, :, 0]
        hops[open_] += 1
    return state, good, hops


def _solve(matrix: Array, right: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:  # one singular matrix fails the batch: nudge the diagonal
        nudge = 1e-13 * np.abs(matrix).max(axis=(1, 2), keepdims=True)
        return np.asarray(np.linalg.solve(matrix + nudge * np.eye(matrix.shape[-1]), right))
