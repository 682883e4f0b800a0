r"""Finite stochastic games: values of stationary plans, one-shot deviations, equilibria.

In state s the players choose a joint action m and earn :math:`r_i(s,m)`; the next state is t with
probability :math:`p(t\mid s,m)`, and with what a row lacks to one the game ends. The value to
player i of a stationary plan :math:`\sigma` solves

.. math:: v_i(s) = \sum_m \sigma(m \mid s)\Big[r_i(s,m) + \delta_i\sum_t p(t\mid s,m)\,v_i(t)\Big],

and :math:`\sigma` is a Markov perfect equilibrium if and only if no single action in any state
does better against it (the one-shot deviation principle). Arrays: ``reward`` (..., S, N, M) and
``move`` (..., S, M, S) with M the largest number of joint actions, row-major over the players'
own actions; ``counts`` (S, N) says how many actions each player has in each state.

Mixed equilibria are found in `negotiate.dynamic.arithmetic.stochastic_zero_sum`,
`stochastic_path` (one of any game) and `stochastic_many` (many small games).

Sources: Shapley (1953), PNAS 39:1095-1100, doi:10.1073/pnas.39.10.1095; Fink (1964), J. Sci.
Hiroshima Univ. A-I 28:89-93 (existence); Fudenberg and Tirole (1991), Game Theory, section 4.2
(one-shot deviations).

>>> rules = Rules(np.array([[2, 1]]))                        # one state, a one-person choice
>>> reward, move = np.array([[[3.0, 1.0]]]), np.ones((1, 2, 1))
>>> values(reward, move, rules.pick([[0]]), np.array([0.5]))[0].tolist()       # 3 / (1 - 1/2)
[[6.0]]
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic import markov
from negotiate.errors import TooLargeError

Array = NDArray[Any]

MAX_PROFILES = 1_000_000
"""Pure stationary plans that are enumerated."""
SMALL, MANY = 8, 32
"""States up to which, and games from which on, values are found by elimination over all games."""
CHUNK = 20_000
"""Plans times draws evaluated at once: arrays of a few megabytes stay in the cache."""


@dataclass(frozen=True, eq=False)
class Rules:
    """How joint actions are numbered: from the counts of each player's actions by state (S, N)."""

    counts: NDArray[np.int64]
    own: NDArray[np.int64] = field(init=False)
    """(S, N, M): own action of each player in each joint action."""
    strides: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts, dtype=np.int64)
        object.__setattr__(self, "counts", counts)
        width = int(counts.prod(1).max())
        own = np.zeros((*counts.shape, width), dtype=np.int64)
        for s, sizes in enumerate(counts):
            total = int(sizes.prod())
            own[s, :, :total] = np.array(np.unravel_index(np.arange(total), sizes))
        object.__setattr__(self, "own", own)
        strides = np.ones_like(counts)
        strides[:, :-1] = np.cumprod(counts[:, :0:-1], axis=1)[:, ::-1]
        object.__setattr__(self, "strides", strides)

    @property
    def joint(self) -> list[int]:
        """Number of joint actions of each state."""
        return [int(n) for n in self.counts.prod(1)]

    @property
    def plans(self) -> int:
        """Number of pure stationary plans of all players together."""
        return math.prod(self.joint)

    def all_plans(self, size: int) -> Iterator[Array]:
        """All pure stationary plans as joint actions by state, in chunks (K, S)."""
        sizes = self.joint
        for start in range(0, self.plans, size):
            numbers = np.arange(start, min(start + size, self.plans))
            yield np.stack(np.unravel_index(numbers, sizes), -1)

    def pick(self, actions: Any) -> Array:
        """Joint actions (..., S) of own actions (..., S, N), or the same if already joint."""
        given = np.asarray(actions, dtype=np.int64)
        if given.shape[-1] == self.counts.shape[1] and given.ndim >= 2:
            return np.asarray((given * self.strides).sum(-1))
        return given

    def deviation(self, state: int, player: int, action: int, joint: Array) -> Array:
        """Joint actions once ``player`` takes ``action`` in ``state`` instead."""
        stride = self.strides[state, player]
        return np.asarray(joint + (action - self.own[state, player][joint]) * stride)


def check_plans(rules: Rules, draws: int = 1) -> None:
    """Refuse an enumeration over `MAX_PROFILES` before it starts, with its count."""
    if rules.plans > MAX_PROFILES:
        raise TooLargeError(
            f"{rules.plans:,} pure stationary plans in {len(rules.counts)} states",
            where="stochastic game",
            allowed=f"{MAX_PROFILES:,}",
            remedy="merge states or actions, or ask for one equilibrium by path following",
        )
    if rules.plans * draws > 500 * MAX_PROFILES:
        raise TooLargeError(
            f"{rules.plans:,} plans x {draws:,} draws",
            where="stochastic game",
            allowed=f"{500 * MAX_PROFILES:,}",
        )


def values(reward: Array, move: Array, joint: Array, discount: Array) -> Array:
    """Values (..., K, S, N) of pure stationary plans; discount (..., N)."""
    pay, step = chain(reward, move, joint)
    return evaluate(pay, step, discount[..., None, :])


def chain(reward: Array, move: Array, joint: Array) -> tuple[Array, Array]:
    """Payoffs (..., K, S, N) and moves (..., K, S, S) of pure plans ``joint`` (K, S)."""
    pay, step = [], []
    for s in range(move.shape[-1]):
        pay.append(np.moveaxis(reward[..., s, :, :][..., joint[:, s]], -1, -2))
        step.append(move[..., s, :, :][..., joint[:, s], :])
    return np.stack(pay, -2), np.stack(step, -2)


def evaluate(pay: Array, step: Array, discount: Array) -> Array:
    """Values (..., S, N) of a chain: payoffs (..., S, N), moves (..., S, S), discount (..., N)."""
    size = step.shape[-1]
    lead = np.broadcast_shapes(pay.shape[:-2], step.shape[:-2], discount.shape[:-1])
    if size > SMALL or math.prod(lead) < MANY:
        system = np.eye(size) - discount[..., None, None] * step[..., None, :, :]
        right = np.moveaxis(pay, -1, -2)[..., None]
        return np.moveaxis(np.linalg.solve(system, right)[..., 0], -1, -2)
    # many small systems: draws last
    last = np.moveaxis(np.broadcast_to(step, (*lead, size, size)), (-2, -1), (0, 1))
    right = np.moveaxis(np.broadcast_to(pay, (*lead, *pay.shape[-2:])), (-2, -1), (0, 1))
    factor = np.broadcast_to(discount, (*lead, discount.shape[-1]))
    out = []
    for i in range(pay.shape[-1]):
        system = -factor[..., i] * last
        for s in range(size):
            system[s, s] += 1
        out.append(markov.eliminated(system, right[:, i : i + 1])[0][:, 0])
    return np.moveaxis(np.stack(out, 1), (0, 1), (-2, -1))


def gains(
    reward: Array, move: Array, rules: Rules, joint: Array, discount: Array
) -> tuple[Array, Array]:
    """Values (..., K, S, N) of pure plans and the gain of the best one-shot deviation, same shape.

    The gain is 0 where the plan's own action is best, by the Bellman equation at the plan's values.
    """
    worth = values(reward, move, joint, discount)
    best = worth.copy()
    for s, sizes in enumerate(rules.counts):
        for i, count in enumerate(sizes):
            if count == 1:
                continue
            for a in range(count):
                there = rules.deviation(s, i, a, joint[:, s])
                now = reward[..., s, i, :][..., there]
                later = (move[..., s, :, :][..., there, :] * worth[..., i]).sum(-1)
                best[..., s, i] = np.maximum(best[..., s, i], now + discount[..., None, i] * later)
    return worth, best - worth


def in_spreads(reward: Array, move: Array, rules: Rules) -> Array:
    """Payoffs in units of each player's own spread, from its least payoff where that is no matter.

    A positive scaling changes no equilibrium; an added constant changes none either where the game
    never ends of itself (each row of chances sums to one). So gains are judged alike in whatever
    unit, and from whatever zero, payoffs are counted.
    """
    real = np.arange(rules.own.shape[2]) < np.array(rules.joint)[:, None]  # (S, M)
    inside = real[:, None, :]
    low = np.where(inside, reward, np.inf).min((-1, -3), keepdims=True)
    high = np.where(inside, reward, -np.inf).max((-1, -3), keepdims=True)
    sums: Array = np.where(real, np.abs(move.sum(-1) - 1) <= tolerance.WEIGHT_SUM, True)
    lasting = np.asarray(sums.all((-1, -2)))[..., None, None, None]
    size = np.where(lasting, high - low, np.maximum(np.abs(low), np.abs(high)))
    spread = np.where(size > 0, size, 1.0)
    out = (reward - np.where(lasting, low, 0.0)) / spread
    return np.asarray(np.where(inside, out, 0.0))


def pure_equilibria(
    reward: Array, move: Array, rules: Rules, discount: Array
) -> tuple[Array, Array, Array]:
    """Every pure stationary plan that may be an equilibrium of a single game, in floats.

    Returns joint actions (K, S), values (K, S, N) in units of `in_spreads` and largest gains (K,)
    in them; kept are gains up to `tolerance.DOUBT`, so that an exact check can decide ties.
    """
    check_plans(rules)
    reward = in_spreads(reward, move, rules)
    kept, worths, worst = [], [], []
    for plans in rules.all_plans(CHUNK):
        worth, gain = gains(reward, move, rules, plans, discount)
        regret = gain.max((-1, -2))
        good = regret <= tolerance.DOUBT
        kept.append(plans[good])
        worths.append(worth[good])
        worst.append(regret[good])
    return np.concatenate(kept), np.concatenate(worths), np.concatenate(worst)


def evaluate_exact(
    pay: Sequence[Sequence[Any]], step: Sequence[Sequence[Any]], discount: Sequence[Any]
) -> list[list[Any]]:
    """Values [S][N] of a chain in fractions."""
    size, out = len(step), []
    for i, delta in enumerate(discount):
        matrix = [
            [Fraction(int(s == t)) - delta * step[s][t] for t in range(size)] for s in range(size)
        ]
        out.append(markov.solve_exact(matrix, [Fraction(pay[s][i]) for s in range(size)]))
    return [[out[i][s] for i in range(len(discount))] for s in range(size)]


# ---- mixed plans: one array (S, N, A) of probabilities, padded with zeros ----------------------


def spread(rules: Rules, mixed: Array) -> Array:
    """Chance of each joint action (..., S, M) when every player mixes on its own."""
    own = rules.own
    out: Any = 1
    states = np.arange(own.shape[0])[:, None]
    for i in range(own.shape[1]):
        out = out * mixed[..., states, i, own[:, i]]
    width = np.array(rules.joint)[:, None]
    return np.where(np.arange(own.shape[2]) < width, out, 0)


def action_values(
    reward: Array, move: Array, rules: Rules, mixed: Array, discount: Array
) -> tuple[Array, Array]:
    """Values (..., S, N) of a mixed plan and the worth (..., S, N, A) of each single action."""
    chance = spread(rules, mixed)
    pay = (reward * chance[..., None, :]).sum(-1)
    step = (move * chance[..., None]).sum(-2)
    worth = evaluate(pay, step, discount)
    later = (move @ worth[..., None, :, :]).swapaxes(-1, -2)  # (..., S, N, M)
    total = reward + discount[..., None, :, None] * later
    width = int(rules.counts.max())
    out = np.zeros((*worth.shape, width), dtype=total.dtype)
    states = np.arange(rules.own.shape[0])[:, None]
    for i in range(rules.own.shape[1]):
        others: Any = 1
        for j in range(rules.own.shape[1]):
            if j != i:
                others = others * mixed[..., states, j, rules.own[:, j]]
        inside = np.arange(rules.own.shape[2]) < np.array(rules.joint)[:, None]
        part = np.where(inside, others, 0) * total[..., i, :]
        for a in range(width):
            out[..., i, a] = (part * (rules.own[:, i] == a)).sum(-1)
    return worth, out


def regret(reward: Array, move: Array, rules: Rules, mixed: Array, discount: Array) -> float:
    """Largest gain of a one-shot deviation from a mixed plan, in payoffs."""
    worth, each = action_values(reward, move, rules, mixed, discount)
    real = real_actions(rules)
    return float(np.where(real, each - worth[..., None], -np.inf).max())


def real_actions(rules: Rules) -> Array:
    """Which entries of a padded plan (S, N, A) are actions."""
    return np.asarray(np.arange(rules.counts.max()) < rules.counts[..., None])
