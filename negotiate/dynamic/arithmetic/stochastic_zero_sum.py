r"""Zero-sum stochastic games: Shapley's value by Hoffman and Karp's monotone iteration.

Shapley's operator T takes values v to the values of the matrix games with entries
:math:`r(s,a,b) + \delta \sum_t p(t\mid s,a,b)\,v(t)`. It is a contraction; its fixed point is the
value of the game, and optimal strategies of the matrix games there are optimal stationary plans.
Every matrix game is solved in units of its own spread, so that no unit of payoffs is too large or
too small; what its strategies leave open, max_a (A y)_a - min_b (x A)_b, is part of the error.

Sources: Shapley (1953), PNAS 39:1095-1100, doi:10.1073/pnas.39.10.1095; Hoffman and Karp (1966),
Management Science 12:359-370, doi:10.1287/mnsc.12.5.359.

>>> value, x, y = matrix_game(np.array([[3.0, 0.0], [1.0, 2.0]]))
>>> value, x.tolist()
(1.5, [0.25, 0.75])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic.stochastic import Rules
from negotiate.errors import InputError, NotConvergedError

Array = NDArray[Any]
_ROUNDS = 1_000
_USED = 1e-7
"""Probability above which an action of a linear programme's answer is taken to be in use."""


def shapley(
    reward: Array, move: Array, rules: Rules, discount: float
) -> tuple[Array, Array, float]:
    """Value (S,) to the first player, optimal mixed plans (S, 2, A) and an error bound.

    Hoffman and Karp's iteration: the first player's optimal strategies of the stage games at v,
    then the value of the second player's best reply to them, which is a decision problem; v rises
    to the value. With T Shapley's operator, the error is at most |Tv - v| / (1 - discount),
    ``discount`` being times the largest chance that the game goes on; Tv is known to within what
    the strategies of its matrix games leave open, which is added.
    """
    largest = float(np.abs(reward).max())
    if reward.shape[-2] != 2 or np.abs(reward.sum(-2)).max() > tolerance.UTILITY * largest:
        raise InputError(
            "payoffs do not sum to zero", where="stochastic game", allowed="two players, zero sum"
        )
    size, width = len(rules.counts), int(rules.counts.max())
    beta = discount * float(
        np.array([move[s, :n].sum(-1).max() for s, n in enumerate(rules.joint)]).max()
    )
    mixed = np.zeros((size, 2, width))
    low = min(float(reward[:, 0].min()), 0.0)  # so that v rises from the first step on
    v = np.full(size, low / max(1 - beta, tolerance.ROOT))
    scale = largest or 1.0
    error, gap = np.inf, 0.0
    for _ in range(_ROUNDS):
        stage, gap = np.zeros(size), 0.0
        for s, (rows, columns) in enumerate(rules.counts):
            n = rules.joint[s]
            table = (reward[s, 0, :n] + discount * move[s, :n] @ v).reshape(rows, columns)
            stage[s], x, y = matrix_game(table)
            mixed[s, 0, :rows], mixed[s, 1, :columns] = x, y
            gap = max(gap, float((table @ y).max() - (x @ table).min()))
        error = float(np.abs(stage - v).max())
        if error <= 4 * (tolerance.ROOT * scale + gap) / max(1 - beta, tolerance.ROOT):
            v = stage
            break
        start = np.maximum(stage, v)
        nxt = _reply(reward, move, rules, mixed[:, 0], discount, start, scale)
        v = nxt
    else:
        raise NotConvergedError("Hoffman-Karp iteration", residual=error, where="stochastic game")
    return v, mixed, (error + gap) / max(1 - beta, tolerance.ROOT)


def _reply(
    reward: Array,
    move: Array,
    rules: Rules,
    own: Array,
    discount: float,
    v: Array,
    scale: float,
) -> Array:
    """Least value to the first player that replies to its plan allow: policy iteration."""
    size = len(rules.counts)
    pay, step = [], []
    for s, (rows, columns) in enumerate(rules.counts):
        n = rules.joint[s]
        weights = own[s, :rows]
        pay.append(weights @ reward[s, 0, :n].reshape(rows, columns))
        step.append(np.tensordot(weights, move[s, :n].reshape(rows, columns, size), 1))
    choice = np.array([int((pay[s] + discount * step[s] @ v).argmin()) for s in range(size)])
    for _ in range(_ROUNDS):
        matrix = np.eye(size) - discount * np.array([step[s][choice[s]] for s in range(size)])
        v = np.linalg.solve(matrix, np.array([pay[s][choice[s]] for s in range(size)]))
        each = [pay[s] + discount * step[s] @ v for s in range(size)]
        better = [
            float(e.min()) < v[s] - tolerance.ROOT * max(scale, abs(v[s]))
            for s, e in enumerate(each)
        ]
        if not any(better):
            break
        choice = np.array(
            [int(e.argmin()) if b else c for e, b, c in zip(each, better, choice, strict=True)]
        )
    return np.asarray(v)


def matrix_game(table: Array) -> tuple[float, Array, Array]:
    """Value and optimal strategies of a zero-sum game to the row player, in floats.

    >>> value, x, y = matrix_game(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> abs(value) < 1e-12, x.tolist()
    (True, [0.5, 0.5])
    """
    low, high = table.min(1), table.max(0)
    if low.max() >= high.min():  # a saddle point
        r, c = int(low.argmax()), int(high.argmin())
        x, y = np.zeros(len(low)), np.zeros(len(high))
        x[r], y[c] = 1, 1
        return float(low[r]), x, y
    if table.shape == (2, 2):
        (a, b), (c, d) = table.tolist()
        total = a + d - b - c
        p, q = (d - c) / total, (d - b) / total
        return (a * d - b * c) / total, np.array([p, 1 - p]), np.array([q, 1 - q])
    least, spread = float(table.min()), float(table.max() - table.min())
    unit = (table - least) / spread  # entries from 0 to 1, whatever the unit of payoffs
    _, x = _least_cover(unit.T + 1)
    _, y = _least_cover(2 - unit)
    x, y = _polished(unit, x, y)
    value = (float((x @ unit).min()) + float((unit @ y).max())) / 2
    return least + spread * value, x, y


def _polished(unit: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """The same strategies from the equations of their supports, where that leaves less open."""
    rows, columns = np.flatnonzero(x > _USED), np.flatnonzero(y > _USED)
    if len(rows) != len(columns):
        return x, y
    size = len(rows)
    matrix = np.zeros((size + 1, size + 1))
    matrix[:size, :size] = unit[np.ix_(rows, columns)]
    matrix[:size, size], matrix[size, :size] = -1, 1
    right = np.zeros(size + 1)
    right[size] = 1
    try:
        column = np.linalg.solve(matrix, right)[:size]
        flipped = matrix.copy()
        flipped[:size, :size] = matrix[:size, :size].T
        row = np.linalg.solve(flipped, right)[:size]
    except np.linalg.LinAlgError:
        return x, y
    if min(row.min(), column.min()) < 0:
        return x, y
    new_x, new_y = np.zeros_like(x), np.zeros_like(y)
    new_x[rows], new_y[columns] = row / row.sum(), column / column.sum()

    def left(a: Array, b: Array) -> float:
        return float((unit @ b).max() - (a @ unit).min())

    return (new_x, new_y) if left(new_x, new_y) < left(x, y) else (x, y)


def _least_cover(matrix: Array) -> tuple[float, Array]:
    """Minimise sum z over z >= 0 with matrix z >= 1: 1 / sum z and z scaled to one.

    With positive payoffs the column mix so found guarantees that value in every row.
    """
    from scipy.optimize import linprog

    found = linprog(
        np.ones(matrix.shape[1]), A_ub=-matrix, b_ub=-np.ones(matrix.shape[0]), method="highs"
    )
    total = float(found.x.sum())
    return 1 / total, np.clip(found.x / total, 0, None)
