"""Merging of undominated points: sums of one choice a block, kept where no other dominates.

Points are rows of utilities; rows may be fractions (object arrays: exact) or floats. Budgets ride
along as further coordinates, the less the better.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from negotiate.tolerance import ROUNDING

MAX_FRONT = {1: 1, 2: 50_000}
"""Most undominated points that are kept, by number of coordinates."""
MANY_FRONT, MAX_SUMS = 3_000, 600_000
"""The same for three and more coordinates; most sums that one merge looks at."""
KEEP = 20_000
"""Partial packages that the bounded search keeps at each block."""

Array = np.ndarray[Any, Any]


class Block(NamedTuple):
    """Choices of issues that stand together: labels, ``(m, n)`` worth, ``(m, b)`` spent."""

    labels: tuple[tuple[int, ...], ...]
    worth: Array
    spent: Array


class Front(NamedTuple):
    """Undominated sums: ``(F, n)`` worth, one choice of every block, whether they are all."""

    worth: Array
    choice: list[tuple[int, ...]]
    complete: bool


def undominated(points: Array) -> Array:
    """Indices of rows that no other row weakly dominates; of equal rows the first.

    Rows in decreasing lexicographic order: only an earlier row can dominate a later one.

    >>> undominated(np.array([[1, 2], [2, 1], [1, 1], [2, 1]])).tolist()
    [1, 0]
    """
    keys = points if points.dtype != object else _ranks(points)
    order = np.lexsort(keys.T[::-1])[::-1]
    # equal rows: the stable order of lexsort reversed puts the last first, so sort them back
    rows = keys[order]
    if keys.shape[1] == 1:
        return order[:1]
    if keys.shape[1] == 2:
        best = np.maximum.accumulate(rows[:, 1])
        before = np.concatenate([[best[0] - 1], best[:-1]])
        keep = rows[:, 1] > before
        return np.asarray(_first_of_equals(keys, order[keep]))
    kept: list[int] = []
    held = np.empty((0, keys.shape[1]), dtype=keys.dtype)
    for index, row in zip(order, rows):
        if len(kept) and (held >= row).all(axis=1).any():
            continue
        kept.append(int(index))
        held = np.vstack([held, row])
    return np.asarray(_first_of_equals(keys, np.array(kept)))


def _first_of_equals(keys: Array, kept: Array) -> Array:
    found = []
    for index in kept:
        same = np.flatnonzero((keys == keys[index]).all(axis=1))
        found.append(int(same[0]))
    return np.array(found, dtype=np.intp)


def _ranks(points: Array) -> Array:
    """Integers in the order of exact numbers, column by column."""
    out = np.empty(points.shape, dtype=np.int64)
    for j in range(points.shape[1]):
        column = points[:, j].tolist()
        place = {value: rank for rank, value in enumerate(sorted(set(column)))}
        out[:, j] = [place[value] for value in column]
    return out


def front(blocks: Sequence[Block], base: Array, limits: Sequence[Fraction]) -> Front:
    """Merge blocks one after the other; budgets are kept within their limits throughout.

    A spent amount is not negative, so that a sum past its limit stays past it. Where the frontier
    grows too large the merge stops and says that it is not complete.
    """
    n, extra = len(base), len(limits)
    worth, spent = np.array([base]), np.array([[Fraction(0)] * extra], dtype=object)
    choice: list[tuple[int, ...]] = [()]
    most = MAX_FRONT.get(n + extra, MANY_FRONT)
    for block in blocks:
        if not len(block.labels):
            return Front(np.empty((0, n)), [], True)
        if len(worth) * len(block.labels) > min(MAX_SUMS, 60 * most):
            return Front(np.empty((0, n)), [], False)
        sums = (worth[:, None, :] + block.worth[None, :, :]).reshape(-1, n)
        paid = (spent[:, None, :] + block.spent[None, :, :]).reshape(len(sums), extra)
        fits = np.arange(len(sums))
        if extra:
            fits = np.flatnonzero([all(x <= y for x, y in zip(row, limits)) for row in paid])
        if not len(fits):
            return Front(np.empty((0, n)), [], True)
        points = sums[fits]
        if extra:
            points = np.concatenate([points, -paid[fits]], axis=1)
        kept = fits[undominated(points)]
        if len(kept) > most:
            return Front(np.empty((0, n)), [], False)
        size = len(block.labels)
        choice = [(*choice[i // size], int(i % size)) for i in kept]
        worth, spent = sums[kept], paid[kept]
    if extra:  # what is cheaper but dominated in utilities goes at the end
        kept = undominated(worth)
        worth, choice = worth[kept], [choice[i] for i in kept]
    return Front(worth, choice, True)


class Bounded(NamedTuple):
    """Best choice found, its score, and a score that no package exceeds."""

    choice: tuple[int, ...]
    score: float
    bound: float


def bounded(
    blocks: Sequence[Block],
    base: Array,
    limits: Sequence[Fraction],
    score: Callable[[Array], Array],
    *,
    keep: int = KEEP,
) -> Bounded | None:
    """Branch and bound, block by block, for a score that grows with every utility.

    A partial package is bounded by its score with every later block at its best for every party at
    once. Those with the largest bounds are gone on with; the largest bound among those that were
    dropped bounds what was missed. The answer is then improved by changes of one and two blocks.

    >>> one = Block(((0,), (1,)), np.array([[0.0, 4.0], [6.0, 0.0]]), np.zeros((2, 0), object))
    >>> two = Block(((0,), (1,)), np.array([[0.0, 6.0], [4.0, 0.0]]), np.zeros((2, 0), object))
    >>> found = bounded((one, two), np.zeros(2), (), lambda u: u.min(axis=-1))
    >>> found.choice, found.score, found.bound
    ((1, 0), 6.0, 6.0)
    """
    n, extra = len(base), len(limits)
    best_rest = [np.zeros(n)]
    for block in reversed(blocks):
        if not len(block.labels):
            return None
        best_rest.append(best_rest[-1] + block.worth.astype(float).max(axis=0))
    best_rest = best_rest[::-1]
    worth = np.array([base], dtype=float)
    spent = np.zeros((1, extra))
    choice = np.zeros((1, 0), dtype=np.int32)
    top = np.array([float(x) for x in limits])
    missed = -np.inf
    for k, block in enumerate(blocks):
        size = len(block.labels)
        sums = (worth[:, None, :] + block.worth.astype(float)[None, :, :]).reshape(-1, n)
        paid = (spent[:, None, :] + block.spent.astype(float)[None]).reshape(len(sums), extra)
        bounds = score(sums + best_rest[k + 1])
        bounds = np.where((paid <= top + ROUNDING).all(axis=1), bounds, -np.inf)
        order = np.argsort(-bounds, kind="stable")
        kept = order[:keep]
        if len(order) > keep:
            missed = max(missed, float(bounds[order[keep]]))
        kept = kept[bounds[kept] > -np.inf]
        if not len(kept):
            return None
        worth, spent = sums[kept], paid[kept]
        choice = np.column_stack([choice[kept // size], kept % size])
    scores = score(worth)
    index = int(scores.argmax())
    if scores[index] == -np.inf:
        return None
    found, value = _improved(blocks, base, top, score, [int(j) for j in choice[index]])
    return Bounded(found, value, max(missed, value))


def _improved(
    blocks: Sequence[Block], base: Array, top: Array, score: Any, at: list[int]
) -> tuple[tuple[int, ...], float]:
    """A choice that no change of one or two blocks improves."""
    tables = [block.worth.astype(float) for block in blocks]
    spends = [block.spent.astype(float) for block in blocks]
    start = base.astype(float)

    def total(rows: Any) -> Any:
        return sum((rows[k][at[k]] for k in range(len(at))), start=0.0)

    value = float(score((start + total(tables))[None])[0])
    pairs = list(itertools.combinations(range(len(at)), min(2, len(at)))) or [(0,)]
    moved = True
    while moved:
        moved = False
        for pair in pairs:
            u, paid = start + total(tables), total(spends)
            for k in pair:
                u, paid = u - tables[k][at[k]], paid - spends[k][at[k]]
            grids = np.meshgrid(*(np.arange(len(tables[k])) for k in pair), indexing="ij")
            rows = [grid.ravel() for grid in grids]
            tried = u + sum(tables[k][row] for k, row in zip(pair, rows))
            cost = paid + sum(spends[k][row] for k, row in zip(pair, rows))
            scores = np.where((cost <= top + ROUNDING).all(axis=1), score(tried), -np.inf)
            best = int(scores.argmax())
            if scores[best] > value + ROUNDING:
                value, moved = float(scores[best]), True
                for k, row in zip(pair, rows):
                    at[k] = int(row[best])
    return tuple(at), value


def score_of(rule: str, d: Array, weights: Sequence[Fraction]) -> Callable[[Array], Array] | None:
    """The score of a rule that grows with every utility; None for rules that have none."""
    shares = np.array([float(w) for w in weights])

    def gains(u: Array) -> Array:
        return np.asarray(u - d.astype(float))

    def product(u: Array) -> Array:
        g = gains(u)
        logs = (shares * np.log(np.maximum(g, np.finfo(float).tiny))).sum(axis=-1)
        return np.where(g.min(axis=-1) > 0, logs, -np.inf)

    def least(u: Array) -> Array:
        g = gains(u).min(axis=-1)
        return np.where(g >= 0, g, -np.inf)

    scores: dict[str, Callable[[Array], Array]] = {
        "nash": product,
        "egalitarian": least,
        "maximin": lambda u: np.asarray(u.min(axis=-1)),
        "welfare": lambda u: np.asarray(u.sum(axis=-1)),
    }
    return scores.get(rule)


def choose(
    rule: str,
    gains: Array,
    worth: Array,
    weights: Sequence[Fraction],
    *,
    slack: Any = 0,
    ideal: Any = None,
) -> list[int]:
    """Rows that a rule takes: all that are best, up to ``slack``.

    Rules of gains look at rows in which nobody loses and, for the product and the shares, somebody
    gains; where there is none they take none. ``ideal``, the best gain of each party, is that of
    the rows unless it is given.
    """
    if not len(gains):
        return []
    if rule == "maximin":
        return _best(worth.min(axis=1), slack)
    if rule == "welfare":
        return _best(worth.sum(axis=1), slack)
    able = np.flatnonzero(gains.min(axis=1) >= -slack)
    if not len(able):
        return []
    rows = gains[able]
    if rule == "nash":
        scores = _product(rows, weights)
        if not (scores > 0).any():
            return []
    elif rule == "egalitarian":
        scores = rows.min(axis=1)
    elif rule == "kalai-smorodinsky":
        ideal = rows.max(axis=0) if ideal is None else ideal
        if min(ideal) <= 0:
            return []
        scores = (rows / ideal).min(axis=1)
    else:  # leximin
        levels, best = np.sort(rows, axis=1), np.arange(len(rows))
        for place in range(rows.shape[1]):
            best = best[_best(levels[best, place], slack)]
        return [int(i) for i in able[best]]
    return [int(i) for i in able[_best(scores, slack)]]


def _product(rows: Array, weights: Sequence[Fraction]) -> Array:
    """The weighted product, 0 where a gain is none; exact where weights are all alike."""
    if len(set(weights)) == 1:
        held = np.where(rows > 0, rows, 0)
        return np.asarray(held.prod(axis=1))
    held = np.maximum(rows.astype(float), 0.0)
    return np.asarray((held ** np.array([float(w) for w in weights])).prod(axis=1))


def _best(scores: Array, slack: Any) -> list[int]:
    top = scores.max()
    return [int(i) for i in np.flatnonzero(scores >= top - slack)]
