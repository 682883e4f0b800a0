r"""A stationary equilibrium of a stochastic game by following the logit correspondence.

At precision :math:`\lambda` every action is used with odds :math:`\exp(\lambda\,(Q - Q'))`, Q its
worth at the plan's own values. The path starts with all actions equally likely at precision 0 and
is followed, by a predictor and Newton's method, until a deviation gains next to nothing; its end is
polished on the actions still in use. It finds one equilibrium, not all.

Sources: Herings and Peeters (2004), Economic Theory 24:909-927, doi:10.1007/s00199-003-0412-8;
Eibelshaeuser and Poensgen (2019), SSRN 3314404; McKelvey and Palfrey (1995), Games and Economic
Behavior 10:6-38 (the correspondence).

A coin to be matched has one equilibrium, in which both mix evenly:

>>> rules = Rules(np.array([[2, 2]]))
>>> reward = np.array([[[1.0, -1.0, -1.0, 1.0], [-1.0, 1.0, 1.0, -1.0]]])
>>> plan, regret = by_continuation(reward, np.ones((1, 4, 1)), rules, np.array([0.5, 0.5]))
>>> plan.round(9).tolist(), regret < 1e-9
([[[0.5, 0.5], [0.5, 0.5]]], True)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.dynamic.arithmetic.stochastic import Rules, action_values, real_actions, regret
from negotiate.errors import NotConvergedError

Array = NDArray[Any]
_STEPS = 4_000
_TINY_STEP = 1e-9
_IMAGINARY = 1e-30
_SHARP = 1e7


def by_continuation(reward: Array, move: Array, rules: Rules, discount: Array) -> tuple[Array, Any]:
    """A stationary equilibrium at the end of the logit path; (S, N, A) and its regret.

    The path starts with every action equally likely and follows the logit equilibria as precision
    grows; its end is polished by Newton's method on the actions still in use.

    Raises
    ------
    NotConvergedError
        With the regret reached.
    """
    real = real_actions(rules)
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
