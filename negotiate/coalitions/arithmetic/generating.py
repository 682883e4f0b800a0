r"""Counting coalitions of a voting body by generating functions.

The coefficient of ``t^k z_1^{s_1} z_2^{s_2} ...`` in ``prod_j (1 + t z_1^{w_j1} z_2^{w_j2} ...)``
counts the coalitions of k members with weight s_r in rule r. Sums above a rule's quota behave like
the quota, but removing a member from the product needs them exact, so they are kept. One member is
removed by division, power of t by power of t: c'_k(s) = c_k(s) - c'_{k-1}(s - w).

Sources: Cantor, in Lucas (1983), Measuring power in weighted voting systems; Brams and Affuso
(1976), Theory and Decision 7:29-56; Algaba, Bilbao, Fernandez Garcia and Lopez (2003), Mathematical
Social Sciences 46:61-80 (several majorities at once).

>>> count_by_size(np.array([[2, 1, 1]])).tolist()      # sums 0..4 of k members, k = 0..3
[[1, 0, 0, 0, 0], [0, 2, 1, 0, 0], [0, 0, 1, 2, 0], [0, 0, 0, 0, 1]]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from negotiate.coalitions.arithmetic import subsets
from negotiate.errors import TooLargeError

Array = np.ndarray[Any, np.dtype[Any]]

MAX_CELLS = 60_000_000
"""Most entries of the table of counts (members + 1) x (sum of weights + 1) x ... ."""
WORD_MEMBERS = 62
"""Counts of coalitions of so many members fit a machine word; beyond, Python integers."""
MAX_OBJECT_CELLS = 3_000_000


def cells_of(weights: Array) -> tuple[int, int]:
    """Entries that the table of counts would have, and the most that it may have."""
    n = weights.shape[1]
    cells = (n + 1) * int(np.prod([int(row.sum()) + 1 for row in weights], dtype=object))
    return cells, MAX_CELLS if n <= WORD_MEMBERS else MAX_OBJECT_CELLS


def check_cells(weights: Array, where: str) -> None:
    """Refuse tables that are too large, with the count."""
    n = weights.shape[1]
    cells, bound = cells_of(weights)
    if cells > bound:
        raise TooLargeError(
            f"a table of {cells:,} counts ({n} members, sums of weights "
            f"{', '.join(str(int(r.sum())) for r in weights)})",
            where=where,
            allowed=f"{bound:,}",
            remedy="round the weights, or use fewer rules with weights of their own",
        )


def count_by_size(weights: Array) -> Array:
    """Counts ``(n + 1, W_1 + 1, W_2 + 1, ...)`` by members and by sums; weights ``(rules, n)``."""
    n = weights.shape[1]
    shape = (n + 1, *(int(row.sum()) + 1 for row in weights))
    table = np.zeros(shape, dtype=np.int64 if n <= WORD_MEMBERS else object)
    table[(0,) * len(shape)] = 1
    reached = [0] * len(weights)
    for j in range(n):
        steps = [int(w) for w in weights[:, j]]
        old: Any = (slice(0, j + 1), *(slice(0, r + 1) for r in reached))
        new: Any = (slice(1, j + 2), *(slice(w, w + r + 1) for w, r in zip(steps, reached)))
        table[new] = table[new] + table[old].copy()
        reached = [r + w for r, w in zip(reached, steps)]
    return table


def without(table: Array, steps: Sequence[int]) -> Array:
    """Counts of the coalitions of all others: one member, of these weights, divided out."""
    out = table.copy()
    low = tuple(slice(0, size - w) for size, w in zip(table.shape[1:], steps))
    high = tuple(slice(w, None) for w in steps)
    for k in range(1, table.shape[0]):
        at: Any = (k, *high)
        before: Any = (k - 1, *low)
        out[at] = out[at] - out[before]
    return out


def winning(
    shape: Sequence[int], quotas: Sequence[int], passes: Sequence[Sequence[int]], heads: int
) -> Array:
    """Which cells of the table are winning.

    Parameters
    ----------
    shape
        Of the table.
    quotas
        Of every rule: those with weights of their own first, then those by heads.
    passes
        Sets of rules, each of which suffices; rules are numbered as in ``quotas``.
    heads
        Number of rules with weights of their own; the rest count members.
    """
    out = np.zeros(tuple(shape), dtype=bool)
    axes = [np.arange(size) for size in shape]
    for group in passes:
        met = np.ones(tuple(shape), dtype=bool)
        for rule in group:
            axis = rule + 1 if rule < heads else 0
            line = axes[axis] >= quotas[rule]
            met &= line.reshape([-1 if a == axis else 1 for a in range(len(shape))])
        out |= met
    return out


def shifted(wins: Array, steps: Sequence[int]) -> Array:
    """Whether a cell wins once one more member, of these weights, has joined."""
    out = np.ones_like(wins)
    moved = tuple(slice(w, None) for w in (1, *steps))
    at = tuple(slice(0, size - w) for size, w in zip(wins.shape, (1, *steps)))
    out[at] = wins[moved]
    return out


def swings(weights: Array, wins: Array, table: Array) -> Iterator[list[int]]:
    """For each member: coalitions of k others that lose without and win with it, by k.

    Members of the same weights share their count.
    """
    n = weights.shape[1]
    known: dict[tuple[int, ...], list[int]] = {}
    for j in range(n):
        steps = tuple(int(w) for w in weights[:, j])
        if steps not in known:
            others = without(table, steps)
            turns = shifted(wins, steps) & ~wins
            known[steps] = [int(others[k][turns[k]].sum()) for k in range(n)]
        yield known[steps]


def minimal_by_size(weights: Array, quota: int) -> tuple[list[list[int]], list[int]]:
    """Minimal winning coalitions of one weighted rule: by member and size, and by size in all.

    With members in order of falling weight, a coalition is minimal exactly when it wins and its
    last (lightest) member can be missed by nobody: quota - w_last <= weight of the rest < quota.
    """
    n = weights.shape[0]
    order = np.argsort(-weights, kind="stable")
    total = int(weights.sum())
    by_member = [[0] * (n + 1) for _ in range(n)]
    in_all = [0] * (n + 1)
    dtype = np.int64 if n <= WORD_MEMBERS else object
    prefix = np.zeros((n + 1, total + 1), dtype=dtype)
    prefix[0, 0] = 1
    for place, j in enumerate(order):
        w = int(weights[j])
        if w == 0:
            break
        band = slice(max(0, quota - w), min(quota, total + 1))
        counts = prefix[:, band].sum(axis=1)
        for k in range(n):
            in_all[k + 1] += int(counts[k])
            by_member[j][k + 1] += int(counts[k])
        for earlier in order[:place]:
            v = int(weights[earlier])
            rest = without(prefix, (v,))
            low = slice(max(0, quota - w - v), max(0, quota - v))
            part = rest[:, low].sum(axis=1)
            for k in range(n - 1):
                by_member[earlier][k + 2] += int(part[k])
        grown = prefix.copy()
        grown[1:, w:] += prefix[:-1, : total + 1 - w]
        prefix = grown
    return by_member, in_all


HALVES_MEMBERS = 32
"""Members up to which sums are counted by halves: 2^16 sums a half, whatever the weights."""


def swings_by_halves(weights: Array, least: Sequence[float]) -> tuple[list[list[int]], list[int]]:
    """Turns by member and number of others, and winning coalitions by size, for any weights.

    Where weights are too large for a table of sums, the members are cut into two halves; the sums
    of one half are looked up among the sorted sums of the other (Horowitz and Sahni 1974, Journal
    of the ACM 21:277-292). One rule has weights; what rules by heads add stands in ``least``: the
    sum that a coalition of k members needs, infinite where it cannot win, minus infinite where it
    wins by heads alone.

    Parameters
    ----------
    weights
        Integers ``(n,)``.
    least
        ``(n + 1,)`` by number of members.
    """
    n = weights.shape[0]
    known: dict[int, list[int]] = {}
    by_member = []
    for j in range(n):
        w = int(weights[j])
        if w not in known:
            halves = _halves(np.delete(weights, j))
            known[w] = [_between(halves, k, least[k + 1] - w, least[k]) for k in range(n)]
        by_member.append(known[w])
    halves = _halves(weights)
    return by_member, [_between(halves, k, least[k], np.inf) for k in range(n + 1)]


Halves = tuple[list[Array], list[Array]]
"""Sorted sums of the subsets of each half, by their size."""


def _halves(weights: Array) -> Halves:
    cut = weights.shape[0] // 2
    return _one_half(weights[:cut]), _one_half(weights[cut:])


def _one_half(weights: Array) -> list[Array]:
    sums, sizes = subsets.sums(weights.astype(float)), subsets.sizes(weights.shape[0])
    return [np.sort(sums[sizes == k]) for k in range(weights.shape[0] + 1)]


def _between(halves: Halves, size: int, low: float, high: float) -> int:
    """How many sets of so many members have a sum from ``low`` to below ``high``."""
    if not low < high:
        return 0
    first, second = halves
    total = 0
    for a, sums in enumerate(first):
        if 0 <= size - a < len(second):
            other = second[size - a]
            upto = np.searchsorted(other, high - sums, side="left")
            total += int((upto - np.searchsorted(other, low - sums, side="left")).sum())
    return total
