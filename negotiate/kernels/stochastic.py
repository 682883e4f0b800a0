r"""Finite stochastic games: values of stationary plans, one-shot deviations, equilibria.

In state s the players choose a joint action m and earn :math:`r_i(s,m)`; the next state is t with
probability :math:`p(t\mid s,m)`, and with what a row lacks to one the game ends. The value to
player i of a stationary plan :math:`\sigma` solves

.. math:: v_i(s) = \sum_m \sigma(m \mid s)\Big[r_i(s,m) + \delta_i\sum_t p(t\mid s,m)\,v_i(t)\Big],

and :math:`\sigma` is a Markov perfect equilibrium if and only if no single action in any state
does better against it (the one-shot deviation principle). Arrays: ``reward`` (..., S, N, M) and
``move`` (..., S, M, S) with M the largest number of joint actions, row-major over the players'
own actions; ``counts`` (S, N) says how many actions each player has in each state.

Sources: Shapley (1953), PNAS 39:1095-1100, doi:10.1073/pnas.39.10.1095 (zero sum); Fink (1964),
J. Sci. Hiroshima Univ. A-I 28:89-93 (existence); Hoffman and Karp (1966), Management Science
12:359-370, doi:10.1287/mnsc.12.5.359 (the monotone algorithm); Herings and Peeters (2004), Economic
Theory 24:909-927, doi:10.1007/s00199-003-0412-8, and Eibelshaeuser and Poensgen (2019), SSRN
3314404 (path following, here along the logit correspondence).

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
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NotConvergedError, TooLargeError
from negotiate.kernels import markov

Array = NDArray[Any]

MAX_PROFILES = 1_000_000
"""Pure stationary plans that are enumerated."""
CHUNK = 20_000
"""Plans times draws evaluated at once: arrays of a few megabytes stay in the cache."""
MAX_SUPPORTS = 1_000
"""Sets of actions in use that are tried for mixed plans over draws."""
_ROUNDS = 1_000
_NEWTON = 25
_STARTS = 16
_LEANS: tuple[tuple[float, ...], ...] = ((0.5,), (0.9, 0.1), (0.97, 0.03, 0.5))
_EDGE = 1e-12
_STEPS = 4_000
_TINY_STEP = 1e-9
_IMAGINARY = 1e-30
_SHARP = 1e7


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
    system = np.eye(size) - discount[..., None, None] * step[..., None, :, :]
    right = np.moveaxis(pay, -1, -2)[..., None]
    return np.moveaxis(np.linalg.solve(system, right)[..., 0], -1, -2)


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


def pure_equilibria(
    reward: Array, move: Array, rules: Rules, discount: Array
) -> tuple[Array, Array, Array]:
    """Every pure stationary plan that may be an equilibrium of a single game, in floats.

    Returns joint actions (K, S), values (K, S, N) and largest gains (K,), relative to the spread
    of values; kept are gains up to `tolerance.DOUBT`, so that an exact check can decide ties.
    """
    check_plans(rules)
    kept, worths, worst = [], [], []
    for plans in rules.all_plans(CHUNK):
        worth, gain = gains(reward, move, rules, plans, discount)
        scale = np.maximum(np.abs(worth).max((-1, -2)), 1.0)
        regret = gain.max((-1, -2)) / scale
        good = regret <= tolerance.DOUBT
        kept.append(plans[good])
        worths.append(worth[good])
        worst.append(regret[good])
    return np.concatenate(kept), np.concatenate(worths), np.concatenate(worst)


def margins_over_draws(
    reward: Array, move: Array, rules: Rules, discount: Array
) -> tuple[Array, Array]:
    """All pure stationary plans (K, S) and minus their largest gain (..., K): 0 at an equilibrium.

    For small games over draws; the gain is relative to the spread of values.
    """
    lead = np.broadcast_shapes(reward.shape[:-3], move.shape[:-3], discount.shape[:-1])
    draws = math.prod(lead)
    check_plans(rules, draws)
    plans = next(rules.all_plans(rules.plans))
    flat_reward = np.broadcast_to(reward, (*lead, *reward.shape[-3:])).reshape(
        draws, *reward.shape[-3:]
    )
    flat_move = np.broadcast_to(move, (*lead, *move.shape[-3:])).reshape(draws, *move.shape[-3:])
    flat_discount = np.broadcast_to(discount, (*lead, discount.shape[-1])).reshape(draws, -1)
    out = np.empty((draws, len(plans)))
    rows = max(1, CHUNK // len(plans))
    for start in range(0, draws, rows):
        part = slice(start, start + rows)
        worth, gain = gains(flat_reward[part], flat_move[part], rules, plans, flat_discount[part])
        scale = np.maximum(np.abs(worth).max((-1, -2)), 1.0)
        out[part] = -gain.max((-1, -2)) / scale
    return plans, out.reshape(*lead, len(plans))


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


# ---- mixed plans: one array (S, N, A) of probabilities, padded with zeros --------------------


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
    real = _real_actions(rules)
    return float(np.where(real, each - worth[..., None], -np.inf).max())


def _real_actions(rules: Rules) -> Array:
    return np.asarray(np.arange(rules.counts.max()) < rules.counts[..., None])


def by_continuation(reward: Array, move: Array, rules: Rules, discount: Array) -> tuple[Array, Any]:
    """A stationary equilibrium at the end of the logit path; (S, N, A) and its regret.

    The path starts with every action equally likely and follows the logit equilibria as precision
    grows; its end is polished by Newton's method on the actions still in use.

    Raises
    ------
    NotConvergedError
        With the regret reached.
    """
    real = _real_actions(rules)
    worth, _ = action_values(reward, move, rules, _level(real), discount)
    unit = max(float(np.ptp(reward)), float(np.abs(worth).max()), tolerance.UTILITY)
    path = _Path(reward / unit, move, rules, discount, real)
    mixed = path.follow()
    best = (np.inf, mixed)
    for cut in (1e-1, 1e-2, 1e-3, 1e-4, 1e-6):
        polished = path.polish(mixed, cut)
        if polished is not None:
            found = regret(reward / unit, move, rules, polished, discount)
            best = min(best, (found, polished), key=lambda pair: pair[0])
            if found <= tolerance.PROBABILITY:
                break
    if best[0] > tolerance.REGRET:
        reached = min(best[0], regret(reward / unit, move, rules, mixed, discount))
        raise NotConvergedError(
            "path following did not reach a stationary equilibrium",
            residual=reached * unit,
            where="stochastic game",
            remedy="ask for pure plans, or perturb the payoffs a little",
        )
    return best[1], best[0] * unit


def _level(real: Array) -> Array:
    return np.asarray(real / real.sum(-1, keepdims=True))


class _Path:
    """The logit correspondence in the logarithms of the probabilities, and precision."""

    def __init__(
        self, reward: Array, move: Array, rules: Rules, discount: Array, real: Array
    ) -> None:
        self.game = (reward, move, rules)
        self.discount, self.real = discount, real
        self.size = int(real.sum())
        self.first = np.zeros(real.shape, dtype=bool)
        self.first[..., 0] = True
        starts = np.flatnonzero(self.first[real])
        self.base = np.repeat(starts, np.diff([*starts, self.size]))
        self.starts = starts

    def table(self, x: Array) -> Array:
        """(..., S, N, A) from a flat (..., actions)."""
        out = np.zeros((*x.shape[:-1], *self.real.shape), dtype=x.dtype)
        out[..., self.real] = x
        return out

    def equations(self, z: Array) -> Array:
        """Log odds against precision times the difference in worth; and one sum per choice."""
        x, lam = z[..., :-1], z[..., -1:]
        chance = np.exp(np.minimum(x.real, 1) + (x - x.real))  # a wild step must not overflow
        _, each = action_values(*self.game, self.table(chance), self.discount)
        worth = each[..., self.real]
        out = x - x[..., self.base] - lam * (worth - worth[..., self.base])
        out[..., self.starts] = np.add.reduceat(chance, self.starts, axis=-1) - 1
        return np.asarray(out)

    def jacobian(self, z: Array) -> Array:
        """Slopes (actions, actions + 1) by complex steps: exact to rounding."""
        shifted = z + 1j * _IMAGINARY * np.eye(len(z))
        return np.asarray(self.equations(shifted).imag.T / _IMAGINARY)

    def correct(self, guess: Array, normal: Array) -> Array | None:
        """Newton's method in the plane of ``normal`` through the guess; None if it fails."""
        point = guess
        for _ in range(10):
            value = self.equations(point)
            if not np.isfinite(value).all():
                return None
            system = np.vstack([self.jacobian(point), normal])
            right = np.concatenate([-value, [-(normal @ (point - guess))]])
            try:
                change = np.linalg.solve(system, right)
            except np.linalg.LinAlgError:
                return None
            point = point + change
            if np.abs(change).max() <= tolerance.PROBABILITY * (1 + np.abs(point).max()):
                return np.asarray(point)
        return None

    def follow(self) -> Array:
        """Probabilities as precision grows, until a single deviation gains next to nothing."""
        point = np.concatenate([np.log(_level(self.real)[self.real]), [0.0]])
        ahead = np.zeros(self.size + 1)
        ahead[-1] = 1.0
        step = 0.1
        for _ in range(_STEPS):
            if point[-1] > _SHARP or step < _TINY_STEP:
                break
            q, _ = np.linalg.qr(self.jacobian(point).T, mode="complete")
            tangent = q[:, -1] if q[:, -1] @ ahead >= 0 else -q[:, -1]
            guess = point + step * tangent
            found = self.correct(guess, tangent)
            if found is None or np.linalg.norm(found - guess) > step:
                step /= 2
                continue
            point, ahead = found, tangent
            step = min(step * 1.6, max(1.0, 0.3 * float(np.linalg.norm(point))))
        chance = np.exp(np.minimum(point[:-1], 0))
        mixed = self.table(chance)
        return np.asarray(mixed / mixed.sum(-1, keepdims=True))

    def polish(self, mixed: Array, cut: float) -> Array | None:
        """Equal worth on the actions in use, the rest unused; None if Newton fails."""
        use = (mixed > cut) & self.real
        use |= mixed == mixed.max(-1, keepdims=True)
        used = use[self.real]
        x = np.where(used, mixed[self.real], 0.0)
        totals = np.add.reduceat(x, self.starts)
        x = x / np.repeat(totals, np.diff([*self.starts, self.size]))
        lead = np.zeros(self.size, dtype=np.int64)  # the first action in use of each choice
        for k, start in enumerate(self.starts):
            stop = self.size if k + 1 == len(self.starts) else self.starts[k + 1]
            lead[start:stop] = start + int(np.argmax(used[start:stop]))
        heads = np.unique(lead)

        def system(y: Array) -> Array:
            _, each = action_values(*self.game, self.table(y), self.discount)
            worth = each[..., self.real]
            out = np.where(used, worth - worth[..., lead], y)
            out[..., heads] = np.add.reduceat(y, self.starts, axis=-1) - 1
            return np.asarray(out)

        for _ in range(30):
            value = system(x)
            shifted = x + 1j * _IMAGINARY * np.eye(self.size)
            slope = system(shifted).imag.T / _IMAGINARY
            change, *_ = np.linalg.lstsq(slope, -value, rcond=None)
            x = x + change
            if not np.isfinite(x).all():
                return None
            if np.abs(change).max() <= tolerance.SPACING * 10:
                break
        if x.min() < -tolerance.PROBABILITY or np.abs(system(x)).max() > tolerance.REGRET:
            return None
        out = np.clip(self.table(x), 0, None)
        return np.asarray(out / out.sum(-1, keepdims=True))


# ---- mixed plans over draws ------------------------------------------------------------------


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
        real = _real_actions(rules)
        gain = np.where(real, each - worth[..., None], -np.inf).max((-1, -2, -3))
        scale = np.maximum(np.abs(worth).max((-1, -2)), 1.0)
        inside = (mixed[settled] >= -tolerance.PROBABILITY).all((-1, -2, -3))
        regrets[settled] = np.where(inside, gain / scale, np.inf)
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

    every = supports(rules, _real_actions(rules))
    for leans in _LEANS:
        for k, flat in enumerate(distinct):
            for use in supports(rules, flat.reshape(cycles.shape[1:])):
                attempt(use, left[which[left] == k], leans)
        for use in every if left.size else ():
            attempt(use, left, leans)
    done = np.ones(len(reward), dtype=bool)
    done[left] = False
    return out, done


# ---- zero sum -------------------------------------------------------------------------------


def shapley(
    reward: Array, move: Array, rules: Rules, discount: float
) -> tuple[Array, Array, float]:
    """Value (S,) to the first player, optimal mixed plans (S, 2, A) and an error bound.

    Hoffman and Karp's iteration: the first player's optimal strategies of the stage games at v,
    then the value of the second player's best reply to them, which is a decision problem; v rises
    to the value. With T Shapley's operator, the error is at most |Tv - v| / (1 - discount),
    ``discount`` being times the largest chance that the game goes on.
    """
    if reward.shape[-2] != 2 or np.abs(reward.sum(-2)).max() > tolerance.UTILITY * max(
        1.0, float(np.abs(reward).max())
    ):
        raise InputError(
            "payoffs do not sum to zero", where="stochastic game", allowed="two players, zero sum"
        )
    size, width = len(rules.counts), int(rules.counts.max())
    beta = discount * float(np.array([move[s, : n].sum(-1).max()
                                      for s, n in enumerate(rules.joint)]).max())  # fmt: skip
    mixed = np.zeros((size, 2, width))
    low = min(float(reward[:, 0].min()), 0.0)  # so that v rises from the first step on
    v = np.full(size, low / max(1 - beta, tolerance.ROOT))
    scale = max(1.0, float(np.abs(reward).max()))
    error = np.inf
    for _ in range(_ROUNDS):
        stage = np.zeros(size)
        for s, (rows, columns) in enumerate(rules.counts):
            n = rules.joint[s]
            table = (reward[s, 0, :n] + discount * move[s, :n] @ v).reshape(rows, columns)
            stage[s], x, y = matrix_game(table)
            mixed[s, 0, :rows], mixed[s, 1, :columns] = x, y
        error = float(np.abs(stage - v).max())
        if error <= 4 * tolerance.ROOT * scale / max(1 - beta, tolerance.ROOT):
            v = stage
            break
        nxt = _reply(reward, move, rules, mixed[:, 0], discount, np.maximum(stage, v))
        v = nxt
    else:
        raise NotConvergedError("Hoffman-Karp iteration", residual=error, where="stochastic game")
    return v, mixed, error / max(1 - beta, tolerance.ROOT)


def _reply(
    reward: Array, move: Array, rules: Rules, own: Array, discount: float, v: Array
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
        better = [float(e.min()) < v[s] - tolerance.ROOT * max(1, abs(v[s]))
                  for s, e in enumerate(each)]  # fmt: skip
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
    shifted = table - table.min() + 1
    value, x = _least_cover(shifted.T)
    _, y = _least_cover((shifted.max() + 1) - shifted)
    return value + float(table.min()) - 1, x, y


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
