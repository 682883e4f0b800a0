r"""Many small stochastic games at once: all stationary plans, and what mixes where none rests.

States in which nobody chooses are eliminated once for each game: with E these states and C the
rest, :math:`v_E = (I - \delta P_{EE})^{-1}(r_E + \delta P_{EC} v_C)`, so that a plan is worth
:math:`v_C = R + T v_C` with R and T of its own joint actions. Gauss elimination of :math:`I - T`
without pivoting (a diagonally dominant system) gives at once the values and the determinant D, for
all plans of all games together; arrays have their draws last, where memory runs on.

**Mixing.** A row of the system stands once in each determinant. So D and Cramer's numerators
N = D v are multilinear in the probabilities of the choices, and the numbers of the pure plans are
all there is to know. Let players 1 and 2 mix at one choice each, x and y, the rest pure. Player 1
is indifferent where its two plans are worth the same in the state of its choice,

.. math:: N_0(y) D_1(y) - N_1(y) D_0(y) = 0,
    \qquad N_a(y) = (1-y) N_{a0} + y N_{a1},

a quadratic in :math:`t = y/(1-y)`, and the same holds for x. An indifferent player's own mixing
moves no value of its own, so that whether its other choices are best depends on y alone: equilibria
of that kind are all products of the roots that pass. Two choices of each player mix where no such
pair exists: two equations in two odds, quadratic in either, by eliminating one from a grid and by
Newton's method. A player mixes at as many choices as the other but for ties (as many equations as
unknowns).

Sources: Fudenberg and Tirole (1991), Game Theory, section 4.2 (one-shot deviations); Berman and
Plemmons (1994), Nonnegative Matrices in the Mathematical Sciences, ch. 6 (elimination of M-matrices
needs no pivoting).

>>> rules = Rules(np.array([[2, 2]]))
>>> coin = np.array([[[1.0, -1.0, -1.0, 1.0], [-1.0, 1.0, 1.0, -1.0]]])
>>> game = folded(coin[..., None], np.ones((1, 4, 1, 1)), rules, np.full((2, 1), 0.5))
>>> rows, plans = mixed(game)
>>> rows.tolist(), plans.round(9).tolist()
([0], [[[[0.5, 0.5], [0.5, 0.5]]]])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic import markov
from negotiate.dynamic.arithmetic.markov import eliminated
from negotiate.dynamic.arithmetic.stochastic import (
    Rules,
    chain,
    check_plans,
    in_spreads,
)
from negotiate.errors import NotApplicableError

Array = NDArray[Any]
Place = tuple[int, int]
Starts = Callable[[Array], tuple[Array, Array]]
ROWS = 2_000
"""Games solved at once: the arrays of their plans stay in the cache."""
_GRID, _HALVINGS, _POLISH = 32, 10, 6


@dataclass(frozen=True, eq=False)
class Folded:
    """Games without the states in which nobody chooses; draws last.

    Attributes
    ----------
    rules
        Of the whole games, with S states.
    chosen
        States (C,) in which somebody chooses.
    reward, move
        R (N, C, M, B) and T (N, C, M, C, B) of the module's docstring, discounted.
    """

    rules: Rules
    chosen: list[int]
    reward: Array
    move: Array

    @cached_property
    def plans(self) -> Array:
        """Joint actions (K, S) of all pure stationary plans."""
        check_plans(self.rules, self.reward.shape[-1])
        return next(self.rules.all_plans(self.rules.plans))

    @cached_property
    def solved(self) -> tuple[Array, Array]:
        """Values (N, K, C, B) of all pure plans, and determinants (N, K, B)."""
        count = len(self.chosen)
        joint = self.plans[:, self.chosen]
        shape = (len(self.reward), len(joint), self.reward.shape[-1])
        pay, system = np.empty((count, 1, *shape)), np.empty((count, count, *shape))
        for s in range(count):
            pay[s, 0] = self.reward[:, s, joint[:, s]]
            for t in range(count):
                np.negative(self.move[:, s, joint[:, s], t], out=system[s, t])
            system[s, s] += 1
        worth, pivots = eliminated(system, pay)
        return np.moveaxis(worth[:, 0], 0, 2), np.prod(pivots, axis=0)

    @cached_property
    def places(self) -> list[Place]:
        """State, by its position in ``chosen``, and player of each choice."""
        counts = self.rules.counts
        return [
            (k, i)
            for k, s in enumerate(self.chosen)
            for i in range(counts.shape[1])
            if counts[s, i] > 1
        ]

    @cached_property
    def weights(self) -> dict[Place, int]:
        """What one action further at a place adds to the number of a plan."""
        joint = self.rules.joint
        after = np.cumprod([1, *joint[:0:-1]])[::-1]
        return {
            (k, i): int(after[self.chosen[k]] * self.rules.strides[self.chosen[k], i])
            for k, i in self.places
        }

    def regrets(self) -> Array:
        """Gain (K, B) of the best one-shot deviation from each pure plan, by the definition."""
        worth, _ = self.solved
        best = np.zeros((len(self.plans), self.reward.shape[-1]))
        for k, i in self.places:
            s = self.chosen[k]
            for a in range(int(self.rules.counts[s, i])):
                there = self.rules.deviation(s, i, a, self.plans[:, s])
                gain = self.reward[i, k, there] - worth[i, :, k]
                for t in range(len(self.chosen)):
                    gain += self.move[i, k, there, t] * worth[i, :, t]
                np.maximum(best, gain, out=best)
        return best


def draws_last(*arrays: Array) -> tuple[Array, ...]:
    """Arrays (B, ...) as (..., B), so that memory runs along the draws."""
    return tuple(np.ascontiguousarray(np.moveaxis(a, 0, -1)) for a in arrays)


def folded(reward: Array, move: Array, rules: Rules, discount: Array) -> Folded:
    """Games, draws last, without the states in which nobody chooses."""
    chosen = [s for s, sizes in enumerate(rules.counts) if (sizes > 1).any()]
    rest = [s for s in range(len(rules.counts)) if s not in chosen]
    if not chosen:
        chosen, rest = rest, []
    players = rules.counts.shape[1]
    pay = np.ascontiguousarray(np.moveaxis(reward[chosen], 1, 0))  # (N, C, M, B)
    step = discount[:, None, None, None] * move[chosen]  # (N, C, M, S, B)
    ahead = np.ascontiguousarray(step[:, :, :, chosen])
    if rest:
        there = discount[:, None, None] * move[rest, 0]  # (N, E, S, B)
        system = np.moveaxis(-there[:, :, rest], 0, 2)  # (E, E, N, B)
        for e in range(len(rest)):
            system[e, e] += 1
        right = np.empty((len(rest), 1 + len(chosen), players, move.shape[-1]))
        right[:, 0] = reward[rest, :, 0]
        right[:, 1:] = np.moveaxis(there[:, :, chosen], 0, 2)
        found, _ = eliminated(system, right)  # (E, 1 + C, N, B)
        for e, s in enumerate(rest):
            way = step[:, :, :, s]
            pay += way * found[e, 0, :, None, None]
            ahead += way[:, :, :, None] * np.moveaxis(found[e, 1:], 1, 0)[:, None, None]
    return Folded(rules, chosen, pay, ahead)


@dataclass(frozen=True, eq=False)
class Lasting:
    """Of each game the most lasting equilibrium of a kind.

    Attributes
    ----------
    plans
        Probabilities (B, S, N, A); NaN where none was found.
    pure
        How many pure plans are equilibria (B,).
    found
        Where the plan shown is an equilibrium, by its regret (B,).
    step, worth
        The chain (B, S, S) that the plan makes, and the worth (B, S, N, A) of each single action
        at the plan's own values, in payoffs.
    """

    plans: Array
    pure: Array
    found: Array
    step: Array
    worth: Array


def most_lasting(
    reward: Array, move: Array, rules: Rules, discount: Array, *, start: int, ends: Sequence[int]
) -> Lasting:
    """Of each game the equilibrium from which it takes longest to come to a state of ``ends``.

    Among all pure equilibria, and where there is none among the `mixed` ones that were found.

    Parameters
    ----------
    reward, move, discount
        Games (B, S, N, M), (B, S, M, S), (B, N).
    start
        State in which a game begins.
    ends
        States that end it; the time to them is expected from ``start``.
    """
    check_plans(rules, len(reward))
    parts = [
        _most_lasting(
            reward[rows : rows + ROWS],
            move[rows : rows + ROWS],
            rules,
            discount[rows : rows + ROWS],
            lambda steps: markov.expected_time(steps, ends)[..., start],
        )
        for rows in range(0, len(reward), ROWS)
    ]
    return Lasting(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _most_lasting(
    reward: Array, move: Array, rules: Rules, discount: Array, time: Callable[[Array], Array]
) -> tuple[Array, ...]:
    reward, move, discount = draws_last(reward, move, discount)
    scaled = _in_spreads(reward, move, rules)
    game = folded(scaled, move, rules, discount)
    good = game.regrets() <= tolerance.TIE  # (K, B)
    pure = good.sum(0)
    chosen = good.argmax(0)
    several = np.flatnonzero(pure > 1)
    if several.size:
        pay, ahead = (np.moveaxis(a[..., several], -1, 0) for a in (reward, move))
        _, steps = chain(pay, ahead, game.plans)
        chosen[several] = np.where(good[:, several].T, time(steps), -np.inf).argmax(-1)
    joint = game.plans[chosen]
    own = np.stack([rules.own[s][:, joint[:, s]] for s in range(joint.shape[-1])])
    plans = (np.moveaxis(own, -1, 0)[..., None] == np.arange(rules.counts.max())).astype(float)
    found, rest = pure > 0, np.flatnonzero(pure == 0)
    plans[rest] = np.nan
    if rest.size:
        row, tried = mixed(game, rest)
        pay, ahead, factor = (a[..., row] for a in (scaled, move, discount))
        steps, _, gain = judged(pay, ahead, factor, rules, tried)
        good = gain <= tolerance.PROBABILITY
        row, tried = row[good], tried[good]
        order = np.lexsort((-time(steps[good]), row))
        row, first = np.unique(row[order], return_index=True)
        plans[row], found[row] = tried[order][first], True
    step, worth, _ = judged(reward, move, discount, rules, plans)
    return plans, pure, found, step, worth


def _in_spreads(reward: Array, move: Array, rules: Rules) -> Array:
    first = [np.moveaxis(a, -1, 0) for a in (reward, move)]
    return np.ascontiguousarray(np.moveaxis(in_spreads(first[0], first[1], rules), 0, -1))


def judged(
    reward: Array, move: Array, discount: Array, rules: Rules, plans: Array
) -> tuple[Array, Array, Array]:
    """Chain (B, S, S) of plans (B, S, N, A), worth of actions (B, S, N, A), largest gain (B,).

    By the definition: the plan's values from its own chain, and what one action instead would be
    worth at them. `negotiate.dynamic.arithmetic.stochastic.action_values` for games draws last.
    """
    mix = np.ascontiguousarray(np.moveaxis(plans, 0, -1))
    states, players = rules.counts.shape
    batch = mix.shape[-1]
    step, pay = np.empty((states, states, batch)), np.empty((states, players, batch))
    for s, count in enumerate(rules.joint):
        chance = mix[s, 0, rules.own[s, 0, :count]]
        for i in range(1, players):
            chance = chance * mix[s, i, rules.own[s, i, :count]]
        step[s] = (move[s, :count] * chance[:, None]).sum(0)
        pay[s] = (reward[s, :, :count] * chance).sum(1)
    value = np.empty_like(pay)
    each, gain = np.zeros((*rules.counts.shape, mix.shape[2], batch)), np.zeros(batch)
    for i in range(players):
        system = -discount[i] * step
        for s in range(states):
            system[s, s] += 1
        value[:, i] = eliminated(system, pay[:, i : i + 1])[0][:, 0]
    for s, count in enumerate(rules.joint):
        for i in range(players):
            if rules.counts[s, i] == 1:
                each[s, i, 0] = value[s, i]
                continue
            later = reward[s, i, :count] + discount[i] * (move[s, :count] * value[:, i]).sum(1)
            for j in range(players):
                if j != i:
                    later = later * mix[s, j, rules.own[s, j, :count]]
            for a in range(int(rules.counts[s, i])):
                each[s, i, a] = later[rules.own[s, i, :count] == a].sum(0)
                np.maximum(gain, each[s, i, a] - value[s, i], out=gain)
    gain = np.where(np.isnan(value).any((0, 1)), np.nan, gain)
    return np.moveaxis(step, -1, 0), np.moveaxis(each, -1, 0), gain


def margins_over_draws(
    reward: Array, move: Array, rules: Rules, discount: Array
) -> tuple[Array, Array]:
    """All pure stationary plans (K, S) and minus their largest gain (..., K): 0 at an equilibrium.

    The gain of a one-shot deviation, in units of `in_spreads`; any leading axes are draws.
    """
    lead = np.broadcast_shapes(reward.shape[:-3], move.shape[:-3], discount.shape[:-1])
    size = math.prod(lead)
    check_plans(rules, size)
    flat = [
        np.broadcast_to(a, (*lead, *a.shape[a.ndim - k :])).reshape(size, *a.shape[a.ndim - k :])
        for a, k in ((reward, 3), (move, 3), (discount, 1))
    ]
    rows = max(1, ROWS * 16 // rules.plans)
    parts = []
    for k in range(0, size, rows):
        pay, step, factor = draws_last(*(a[k : k + rows] for a in flat))
        parts.append(folded(_in_spreads(pay, step, rules), step, rules, factor).regrets().T)
    plans = next(rules.all_plans(rules.plans))
    return plans, -np.concatenate(parts).reshape(*lead, len(plans))


def _single(plan: int, game: Folded) -> Array:
    """A pure plan by its number as probabilities (S, N, A)."""
    joint = game.plans[plan]
    own = np.stack([game.rules.own[s, :, joint[s]] for s in range(len(joint))])
    return np.asarray(own[..., None] == np.arange(game.rules.counts.max()), float)


def mixed(game: Folded, rows: Array | None = None) -> tuple[Array, Array]:
    """Equilibria in which two players mix, as rows (E,) and plans (E, S, N, A), rows in order.

    All in which each mixes at one choice; for a row without any, those in which each mixes at two.
    For two players with at most two actions in a state each. What is found is to be judged by its
    regret.
    """
    counts = game.rules.counts
    if counts.shape[1] != 2 or counts.max() > 2:
        raise NotApplicableError(
            f"mixing in a game of {counts.shape[1]} players with {int(counts.max())} actions",
            where="stochastic games over draws",
            allowed="two players, two actions in a state",
            remedy="solve single draws",
        )
    mine = [[place for place in game.places if place[1] == i] for i in range(2)]
    asked = np.arange(game.reward.shape[-1]) if rows is None else np.asarray(rows)
    found, plans = np.zeros(0, dtype=np.int64), np.zeros((0, *counts.shape, 2))
    for many, solve in ((1, _pairs), (2, _fours)):
        left = np.setdiff1d(asked, found)
        if not left.size or min(len(mine[0]), len(mine[1])) < many:
            break
        there, new = solve(game, left, mine)
        found, plans = np.concatenate([found, left[there]]), np.concatenate([plans, new])
    order = np.argsort(found, kind="stable")
    return found[order], plans[order]


def _supports(
    game: Folded, mine: list[list[Place]], many: int
) -> Iterator[tuple[tuple[Place, ...], tuple[Place, ...], int]]:
    """Places at which each player mixes, and the number of the plan of the rest."""
    for first, second in product(combinations(mine[0], many), combinations(mine[1], many)):
        rest = [place for place in game.places if place not in (*first, *second)]
        for actions in product((0, 1), repeat=len(rest)):
            yield (
                first,
                second,
                sum(a * game.weights[place] for a, place in zip(actions, rest, strict=True)),
            )


def _pairs(game: Folded, rows: Array, mine: list[list[Place]]) -> tuple[Array, Array]:
    """Each player mixes at one choice: all products of the roots of two quadratics."""
    worth, size = (array[..., rows] for array in game.solved)
    found = list(_supports(game, mine, 1))
    weight = game.weights
    base = np.array([rest for _, _, rest in found])
    choices = [[first[0] for first, _, _ in found], [second[0] for _, second, _ in found]]
    odds, passed = [], []
    for i in range(2):
        own, other = choices[i], choices[1 - i]
        at = np.array([k for k, _ in own])
        up, side = (np.array([weight[p] for p in places]) for places in (own, other))
        tops = worth[i] * size[i][:, None]
        t = _indifferent(tops, size[i], (base, base + up), side, at)
        good = np.isfinite(t) & (t > 0)
        # at its other choices: value of the plan with the choice turned, not above
        for j in range(len(mine[i]) - 1):
            turned = [[p for p in mine[i] if p != place][j] for place in own]
            w = np.array([weight[p] for p in turned])
            taken = (base // w) % 2
            where = np.array([k for k, _ in turned])
            here, to = (
                _between(tops, size[i], number, side, where, t)
                for number in (base, base + w * (1 - 2 * taken))
            )
            with np.errstate(invalid="ignore"):
                good &= to - here <= tolerance.PROBABILITY
        odds.append(t)
        passed.append(good)
    both = passed[0][:, None] & passed[1][None]
    r0, r1, k, row = np.nonzero(both)
    plans = np.stack([_single(b, game) for b in base])[k]
    # the odds that make player i indifferent are those of the other's choice
    for i, t in ((0, odds[0][r0, k, row]), (1, odds[1][r1, k, row])):
        state = np.array([game.chosen[at] for at, _ in choices[1 - i]])[k]
        plans[np.arange(len(k)), state, 1 - i] = np.stack([1 / (1 + t), t / (1 + t)], -1)
    return row, plans


def _between(tops: Array, size: Array, base: Array, side: Array, at: Array, odds: Array) -> Array:
    """Values (2, K', B) in the states ``at`` of plans in which the other mixes with the odds."""
    with np.errstate(invalid="ignore", divide="ignore"):
        top = tops[base, at] + odds * tops[base + side, at]
        return np.asarray(top / (size[base] + odds * size[base + side]))


def _indifferent(
    tops: Array, size: Array, ends: tuple[Array, Array], side: Array, at: Array
) -> Array:
    """Odds (2, K', B) of the other's second action between which a player is indifferent.

    The player's two plans are ``ends`` (numbers of plans), compared in the states ``at``.
    """
    n = {(a, b): tops[k + b * side, at] for a, k in enumerate(ends) for b in (0, 1)}
    d = {(a, b): size[k + b * side] for a, k in enumerate(ends) for b in (0, 1)}
    c0 = n[0, 0] * d[1, 0] - n[1, 0] * d[0, 0]
    c2 = n[0, 1] * d[1, 1] - n[1, 1] * d[0, 1]
    c1 = n[0, 0] * d[1, 1] + n[0, 1] * d[1, 0] - n[1, 0] * d[0, 1] - n[1, 1] * d[0, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        half = -0.5 * (c1 + np.copysign(np.sqrt(c1 * c1 - 4 * c0 * c2), c1))
        return np.stack([half / c2, c0 / half])


def _fours(game: Folded, rows: Array, mine: list[list[Place]]) -> tuple[Array, Array]:
    """Each player mixes at two choices: all products of the common roots of two pairs of curves.

    Roots by changes of sign first, which may miss some; by eigenvalues where nothing was found.
    """
    there, plans = np.zeros(0, dtype=np.int64), np.zeros((0, *game.rules.counts.shape, 2))
    for starts in (_changes, _eigenvalues):
        left = np.setdiff1d(np.arange(len(rows)), there)
        worth, size = (array[..., rows[left]] for array in game.solved)
        for first, second, base in _supports(game, mine, 2) if left.size else ():
            roots = []
            for i, own, other in ((0, first, second), (1, second, first)):
                f, g = _curves(game, worth[i], size[i], base, own, other)
                roots.append(_common_roots(f, g, starts))
            both = np.isfinite(roots[0][0])[:, None] & np.isfinite(roots[1][0])[None]
            r0, r1, row = np.nonzero(both)
            made = np.repeat(_single(base, game)[None], len(row), 0)
            for r, places, found in ((r0, second, roots[0]), (r1, first, roots[1])):
                for (k, i), t in zip(places, found, strict=True):
                    odds = t[r, row]
                    made[:, game.chosen[k], i] = np.stack([1 / (1 + odds), odds / (1 + odds)], -1)
            there = np.concatenate([there, left[row]])
            plans = np.concatenate([plans, made])
    return there, plans


def _curves(
    game: Folded, worth: Array, size: Array, base: int, own: Sequence[Place], other: Sequence[Place]
) -> list[Array]:
    """Forms (3, 3, B) in the other's two odds that vanish where a player is twice indifferent."""
    weight, out = game.weights, []
    side = np.add.outer([0, weight[other[0]]], [0, weight[other[1]]])
    for place in own:
        ends = base + side, base + weight[place] + side
        (n0, n1), (d0, d1) = zip(*((worth[k, place[0]] * size[k], size[k]) for k in ends))
        out.append(_product(n0, d1) - _product(n1, d0))
    return out


def _product(left: Array, right: Array) -> Array:
    """Coefficients (3, 3, B) of the product of two forms (2, 2, B) bilinear in the odds."""
    out = np.zeros((3, 3, left.shape[-1]))
    for i, j in product((0, 1), repeat=2):
        out[i : i + 2, j : j + 2] += left[i, j] * right
    return out


def _common_roots(f: Array, g: Array, starts: Starts) -> tuple[Array, Array]:
    """Positive common roots (R, B) of two forms (3, 3, B) quadratic in each of two odds.

    The resultant in the first odds is of degree 8 in the second: ``starts`` finds its roots, from
    which Newton's method goes to the common root. NaN where there is none.
    """
    f, g = (c / np.maximum(np.abs(c).max((0, 1)), tolerance.TINY) for c in (f, g))
    high, low = _line(f[2], g[0], f[0], g[2]), _line(f[2], g[1], f[1], g[2])
    last = _line(f[1], g[0], f[0], g[1])
    row, y = starts(_times(high, high) - _times(low, last))
    out = np.full((2, 1, f.shape[-1]), np.nan)
    if not row.size:
        return out[0], out[1]
    f, g = f[:, :, row], g[:, :, row]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x = _nearest(f, g, y)
        for _ in range(_POLISH):
            a, ax, ay = _slopes(f, x, y)
            b, bx, by = _slopes(g, x, y)
            det = ax * by - ay * bx
            x, y = x - (a * by - b * ay) / det, y - (b * ax - a * bx) / det
        good = (x > 0) & (y > 0) & np.isfinite(x) & np.isfinite(y)
    row, x, y = row[good], x[good], y[good]
    number = np.arange(len(row)) - np.searchsorted(row, row)
    out = np.full((2, int(number.max(initial=0)) + 1, out.shape[-1]), np.nan)
    out[0, number, row], out[1, number, row] = x, y
    return out[0], out[1]


def _nearest(f: Array, g: Array, y: Array) -> Array:
    """Of the two roots x of f(x, y) = 0 the one at which g is nearer to nothing."""
    c0, c1, c2 = (_at(form, y) for form in f)
    half = -0.5 * (c1 + np.copysign(np.sqrt(np.maximum(c1 * c1 - 4 * c0 * c2, 0)), c1))
    x = np.stack([half / c2, c0 / half])
    miss = np.abs(_slopes(g, x, y)[0]) / (1 + x * x)
    miss = np.where((x > 0) & np.isfinite(miss), miss, np.inf)
    return np.asarray(np.take_along_axis(x, miss.argmin(0)[None], 0)[0])


def _changes(polynomial: Array) -> tuple[Array, Array]:
    """Rows, in order, and positive places where polynomials (D, B) change sign.

    Looked for between `_GRID` shares of one, denser towards 0 and 1, and halved.
    """
    share = np.sin(np.linspace(0, np.pi / 2, _GRID + 1)) ** 2
    k = np.arange(len(polynomial))
    signs = np.signbit((share[:, None] ** k * (1 - share[:, None]) ** k[::-1]) @ polynomial).T
    row, cell = np.nonzero(signs[:, 1:] != signs[:, :-1])
    below, above, start = share[cell], share[cell + 1], signs[row, cell]
    here = polynomial[:, row]
    for _ in range(_HALVINGS):
        middle = 0.5 * (below + above)
        same = np.signbit(_at(here, middle / (1 - middle))) == start
        below, above = np.where(same, middle, below), np.where(same, above, middle)
    return row, (below + above) / (2 - below - above)


def _eigenvalues(polynomial: Array) -> tuple[Array, Array]:
    """Rows, in order, and all positive real roots of polynomials (D, B).

    The variable is turned by an angle, so that a root at infinity is as any other.
    """
    angle, degree, batch = 0.7, len(polynomial) - 1, polynomial.shape[-1]
    sine, cosine = np.sin(angle), np.cos(angle)
    turned = np.zeros((degree + 1, batch))
    for k in range(degree + 1):  # t / s with t = cos u - sin, s = sin u + cos
        form = np.ones(1)
        for j in range(degree):
            form = np.convolve(form, [-sine, cosine] if j < k else [cosine, sine])
        turned += form[:, None] * polynomial[k]
    lead = np.where(np.abs(turned[-1]) > tolerance.TINY, turned[-1], np.inf)
    companion = np.zeros((batch, degree, degree))
    companion[:, 1:, :-1] = np.eye(degree - 1)
    companion[:, :, -1] = (-turned[:-1] / lead).T
    u = np.linalg.eigvals(companion)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (cosine * u - sine) / (sine * u + cosine)
    real = (np.abs(t.imag) <= tolerance.DOUBT * (1 + np.abs(t.real))) & (t.real > 0)
    row, _ = np.nonzero(real)
    return row, t.real[real]


def _at(polynomial: Array, x: Array) -> Array:
    """Value of polynomials (D, B), lowest coefficient first, at points (B,)."""
    out = np.asarray(polynomial[-1])
    for row in polynomial[-2::-1]:
        out = out * x + row
    return out


def _times(left: Array, right: Array) -> Array:
    """Product of polynomials whose coefficients stand along the first axis, lowest first."""
    out = np.zeros((len(left) + len(right) - 1, left.shape[-1]))
    for k, row in enumerate(left):
        out[k : k + len(right)] += row * right
    return out


def _line(a: Array, b: Array, c: Array, d: Array) -> Array:
    return _times(a, b) - _times(c, d)


def _slopes(form: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Value and both slopes of forms (3, 3, B) at points (B,)."""
    up = [form[i, 0] + y * (form[i, 1] + y * form[i, 2]) for i in range(3)]
    side = [form[i, 1] + 2 * y * form[i, 2] for i in range(3)]
    return (
        up[0] + x * (up[1] + x * up[2]),
        up[1] + 2 * x * up[2],
        side[0] + x * (side[1] + x * side[2]),
    )
