r"""Mixed equilibria of many small stochastic games at once, by the actions in use.

On a set of actions in use an equilibrium makes them equally good: as many equations as there are
free probabilities, solved by Newton's method for all games together. Which set to try comes from
the cycle of best replies of each game; the rest is tried after it. What is found is an equilibrium,
judged by its regret; that nothing is found is no proof that there is none.

Source: the one-shot deviation principle, Fudenberg and Tirole (1991), Game Theory, section 4.2.

>>> rules = Rules(np.array([[2, 2]]))
>>> coin = np.array([[[1.0, -1.0, -1.0, 1.0], [-1.0, 1.0, 1.0, -1.0]]])
>>> plans, solved = mixed_over_draws(coin[None], np.ones((1, 1, 4, 1)), rules, np.full((1, 2), 0.5))
>>> plans.round(9).tolist(), solved.tolist()
([[[[0.5, 0.5], [0.5, 0.5]]]], [True])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic.stochastic import (
    CHUNK,
    Rules,
    action_values,
    in_spreads,
    real_actions,
    values,
)
from negotiate.errors import TooLargeError

Array = NDArray[Any]
MAX_SUPPORTS = 1_000
"""Sets of actions in use that are tried."""
_IMAGINARY = 1e-30
_NEWTON = 25
_STARTS = 16
_LEANS: tuple[tuple[float, ...], ...] = ((0.5,), (0.9, 0.1), (0.97, 0.03, 0.5))
_EDGE = 1e-12


def supports(rules: Rules, within: Array) -> list[Array]:
    """Sets of actions in use (S, N, A), of those ``within``, where two choices or more mix.

    Fewest first. One choice alone mixes only in a tie, a boundary case of a pure plan.
    """
    places = [tuple(place) for place in np.argwhere(rules.counts > 1)]
    options: list[list[tuple[int, ...]]] = []
    for s, i in places:
        actions = [int(a) for a in np.flatnonzero(within[s, i])]
        options.append(
            [c for size in range(1, len(actions) + 1) for c in combinations(actions, size)]
        )
    count = math.prod(len(o) for o in options)
    if count > MAX_SUPPORTS:
        raise TooLargeError(
            f"{count:,} sets of actions in use",
            where="stochastic game over draws",
            allowed=f"{MAX_SUPPORTS:,}",
            remedy="solve single draws",
        )
    chosen = [c for c in product(*options) if sum(len(part) > 1 for part in c) > 1]

    def order(c: tuple[tuple[int, ...], ...]) -> tuple[int, int]:
        # a player mixes to make others indifferent: mixing by several players comes first
        who = {i for (_, i), part in zip(places, c, strict=True) if len(part) > 1}
        return sum(len(part) - 1 for part in c), -len(who)

    chosen.sort(key=order)
    out = []
    for c in chosen:
        mask = np.zeros((*rules.counts.shape, int(rules.counts.max())), dtype=bool)
        mask[..., 0] = rules.counts == 1
        for (s, i), part in zip(places, c, strict=True):
            mask[s, i, list(part)] = True
        out.append(mask)
    return out


def on_support(
    reward: Array, move: Array, rules: Rules, discount: Array, use: Array, lean: Sequence[float]
) -> tuple[Array, Array]:
    """Plans (B, S, N, A) that make the actions in use equally good, and their regrets (B,).

    Newton's method, kept inside the simplex. It starts with the weight ``lean`` on the first action
    in use of each choice that mixes; what does not settle has an infinite regret.
    """
    first = use.argmax(-1)
    free = use.copy()
    np.put_along_axis(free, first[..., None], False, -1)
    s, i, _ = np.nonzero(free)
    a0, size = first[s, i], len(s)
    mixes = [tuple(place) for place in np.argwhere(use.sum(-1) > 1)]
    start = np.zeros(use.shape)
    for place, weight in zip(mixes, lean, strict=True):
        start[place] = np.where(free[place], (1 - weight) / max(free[place].sum(), 1), 0)
    x = np.tile(start[free], (len(reward), 1))

    def table(y: Array) -> Array:
        out = np.zeros((*y.shape[:-1], *use.shape), dtype=y.dtype)
        out[..., free] = y
        rest = 1 - out.sum(-1)
        np.put_along_axis(out, np.broadcast_to(first, rest.shape)[..., None], rest[..., None], -1)
        return out

    settled = np.zeros(len(x), dtype=bool)
    live = np.arange(len(x))
    shift = 1j * _IMAGINARY * np.eye(size)[:, None, :]
    for turn in range(_NEWTON):
        if not live.size:
            break
        # one call gives the gaps and, by complex steps, their slopes
        _, each = action_values(
            reward[live], move[live], rules, table(x[live] + shift), discount[live]
        )
        gaps = each[..., free] - each[..., s, i, a0]
        slope = np.moveaxis(gaps.imag / _IMAGINARY, 0, -1)
        step = np.zeros((len(live), size))
        good = np.abs(np.linalg.det(slope)) > tolerance.TINY
        step[good] = np.linalg.solve(slope[good], -gaps.real[0][good][..., None])[..., 0]
        now = x[live]
        moved = np.clip(now + step, 0.1 * now, 1 - 0.1 * (1 - now))
        x[live] = moved
        change = np.abs(moved - now).max(-1)
        settled[live[change <= tolerance.ROOT]] = True
        edge = (moved.min(-1) < _EDGE) | (moved.max(-1) > 1 - _EDGE)
        live = live[(change > tolerance.ROOT) & ~(edge & (turn > 4))]
    mixed = table(x)
    regrets = np.full(len(x), np.inf)
    if settled.any():
        worth, each = action_values(
            reward[settled], move[settled], rules, mixed[settled], discount[settled]
        )
        real = real_actions(rules)
        gain = np.where(real, each - worth[..., None], -np.inf).max((-1, -2, -3))
        inside = (mixed[settled] >= -tolerance.PROBABILITY).all((-1, -2, -3))
        regrets[settled] = np.where(inside, gain, np.inf)
    return mixed, regrets


def reply_cycles(reward: Array, move: Array, rules: Rules, discount: Array) -> Array:
    """Actions in use (B, S, N, A) on the cycle of best replies that starts at the first actions.

    One step makes the one-shot deviation that gains most. A game without pure equilibria has no
    place to rest, and what its cycle goes round is where an equilibrium is likely to mix.
    """
    plans = next(rules.all_plans(rules.plans))
    batch, places = len(reward), np.argwhere(rules.counts > 1)
    strides = np.cumprod([1, *rules.joint[:0:-1]])[::-1]  # of a state in the number of a plan
    step = np.empty((batch, len(plans)), dtype=np.int64)
    rows = max(1, CHUNK // len(plans))
    for start in range(0, batch, rows):
        part = slice(start, start + rows)
        worth = values(reward[part], move[part], plans, discount[part])
        best = np.zeros(worth.shape[:2])
        leads = np.tile(np.arange(len(plans)), (len(worth), 1))
        for s, i in places:
            for a in range(int(rules.counts[s, i])):
                there = rules.deviation(int(s), int(i), a, plans[:, s])
                later = (move[part][:, s][:, there, :] * worth[..., i]).sum(-1)
                gain = reward[part][:, s, i][:, there] + discount[part][:, i, None] * later
                gain = gain - worth[..., s, i]
                target = np.arange(len(plans)) + (there - plans[:, s]) * strides[s]
                leads = np.where(gain > best, target, leads)
                best = np.maximum(gain, best)
        step[part] = leads
    at = np.zeros(batch, dtype=np.int64)
    rows_ = np.arange(batch)
    for _ in range(len(plans)):  # now on the cycle
        at = step[rows_, at]
    use = np.zeros((batch, *rules.counts.shape, int(rules.counts.max())), dtype=bool)
    states = np.arange(len(rules.counts))[:, None]
    players = np.arange(rules.counts.shape[1])[None, :]
    for _ in range(len(plans)):
        own = rules.own[states, players, plans[at][:, :, None]]
        use[rows_[:, None, None], states, players, own] = True
        at = step[rows_, at]
    return use


def mixed_over_draws(
    reward: Array, move: Array, rules: Rules, discount: Array
) -> tuple[Array, Array]:
    """One mixed equilibrium of each of many games (B, S, N, A), and which were solved (B,).

    First on the actions of its `reply_cycles`; where Newton's method finds none there, on the first
    set of `supports` that has one, from several starts.
    """
    out = np.full((len(reward), *rules.counts.shape, int(rules.counts.max())), np.nan)
    reward = in_spreads(reward, move, rules)
    left = np.arange(len(reward))
    if not left.size:
        return out, np.ones(0, dtype=bool)
    cycles = reply_cycles(reward, move, rules, discount)
    distinct, which = np.unique(cycles.reshape(len(reward), -1), axis=0, return_inverse=True)
    which = which.reshape(-1)

    def attempt(use: Array, rows: Array, leans: Sequence[float]) -> None:
        nonlocal left
        mixing = int((use.sum(-1) > 1).sum())
        if mixing < 2 or len(leans) ** mixing > _STARTS:
            return
        for lean in product(leans, repeat=mixing):
            if not rows.size:
                return
            mixed, regrets = on_support(reward[rows], move[rows], rules, discount[rows], use, lean)
            found = regrets <= tolerance.PROBABILITY
            out[rows[found]] = mixed[found]
            left = np.setdiff1d(left, rows[found], assume_unique=True)
            rows = rows[~found]

    every = supports(rules, real_actions(rules))
    for leans in _LEANS:
        for k, flat in enumerate(distinct):
            for use in supports(rules, flat.reshape(cycles.shape[1:])):
                attempt(use, left[which[left] == k], leans)
        for use in every if left.size else ():
            attempt(use, left, leans)
    done = np.ones(len(reward), dtype=bool)
    done[left] = False
    return out, done
