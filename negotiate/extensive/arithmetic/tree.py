"""Arrays over the nodes of a rooted tree: depth, levels, subtrees, reach probabilities.

A tree is the array ``parent`` (nodes,), with ``parent[0] = -1`` and every node after its parent.
It is in *preorder* when the subtree of node i is the slice i, ..., end(i) - 1. Everything here is
linear in the nodes, up to the logarithm of the depth.

Source: D. E. Knuth, The Art of Computer Programming, vol. 1 (3rd ed. 1997), section 2.3.1
(preorder) and 2.3.2 (its characterisation by degrees).

>>> import numpy as np
>>> parent = np.array([-1, 0, 1, 1, 0])
>>> depth(parent), subtree_end(parent), is_preorder(parent)
(array([0, 1, 2, 2, 1]), array([5, 4, 3, 4, 5]), True)
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NARROW = 64
"""Mean nodes a level below which walking node by node beats one array operation a level
(measured: some 40 microseconds a level against 0.6 a node)."""


class Levels(NamedTuple):
    """Nodes sorted by depth; siblings stay together and in order.

    Attributes
    ----------
    order
        (nodes,) node numbers, the root first.
    bounds
        (levels + 1,) slice limits of the levels within ``order``.
    """

    order: Ints
    bounds: Ints


def depth(parent: Ints) -> Ints:
    """Number of moves from the root to each node, by pointer doubling."""
    parent = np.asarray(parent)
    # Each pass doubles the length of the path already counted.
    return _sums_to_root(parent, (parent >= 0).astype(np.int64))


def is_preorder(parent: Ints) -> bool:
    """Whether every subtree is a slice: each parent lies on the path to the node before."""
    parent = np.asarray(parent)
    count = len(parent)
    index = np.arange(count)
    if count == 0 or parent[0] != -1 or (parent[1:] < 0).any() or (parent >= index).any():
        return False
    level = depth(parent)
    if (level[1:] > level[:-1] + 1).any():
        return False
    # The parent must be the latest earlier node one level up.
    order = levels(parent).order
    keys = level[order] * count + order
    latest = keys[np.searchsorted(keys, (level[1:] - 1) * count + index[1:]) - 1] % count
    return bool((latest == parent[1:]).all())


def subtree_end(parent: Ints) -> Ints:
    """One past the last node of each subtree, for a tree in preorder."""
    parent = np.asarray(parent)
    count = len(parent)
    # A subtree ends where the next sibling begins, or else where the parent's ends: follow the
    # chain of last children upwards, by pointer doubling.
    nxt = np.full(count, count, dtype=np.int64)
    if count > 1:
        order = np.argsort(parent[1:], kind="stable") + 1
        above = parent[order]
        elder = above[1:] == above[:-1]
        nxt[order[:-1][elder]] = order[1:][elder]
    hop = np.where(nxt == count, parent, np.arange(count))
    hop[0] = 0
    while True:
        further = hop[hop]
        if (further == hop).all():
            return np.asarray(nxt[hop])
        hop = further


def sizes(parent: Ints) -> Ints:
    """Number of nodes of each subtree; parents must come first."""
    parent = np.asarray(parent)
    by = levels(parent)
    count = len(parent)
    if count < NARROW * (len(by.bounds) - 1):
        size = [1] * count
        above = parent.tolist()
        for node in range(count - 1, 0, -1):
            size[above[node]] += size[node]
        return np.array(size, dtype=np.int64)
    out = np.ones(count, dtype=np.int64)
    for low, high in zip(by.bounds[-2:0:-1], by.bounds[:0:-1]):
        nodes = by.order[low:high]
        np.add.at(out, parent[nodes], out[nodes])
    return out


def preorder(parent: Ints, rank: Ints) -> Ints:
    """Position of each node in preorder; siblings by ``rank``; parents must come first."""
    parent = np.asarray(parent)
    count = len(parent)
    size = sizes(parent)
    order = np.lexsort((rank, parent))  # siblings side by side, the root in front
    taken = np.cumsum(size[order]) - size[order]
    above = parent[order]
    first = np.concatenate([[True], above[1:] != above[:-1]])
    group = np.cumsum(first) - 1
    # A node lies one past its parent, and past the subtrees of its elder siblings.
    step = np.empty(count, dtype=np.int64)
    step[order] = taken - taken[first][group] + 1
    step[0] = 0
    return _sums_to_root(parent, step)


def _sums_to_root(parent: Ints, values: Ints) -> Ints:
    """Sum of whole numbers along the path to each node, by pointer doubling."""
    out, hop = values.copy(), np.asarray(parent).copy()
    while (hop >= 0).any():
        inside = hop >= 0
        out = out + np.where(inside, out[hop], 0)
        hop = np.where(inside, hop[hop], -1)
    return out


def levels(parent: Ints) -> Levels:
    """Nodes by depth; for a tree in preorder, siblings are contiguous and in order."""
    parent = np.asarray(parent)
    level = depth(parent)
    # Small whole numbers are sorted by counting (a radix sort), in linear time.
    short = level.astype(np.uint16) if len(level) and level.max() < 65536 else level
    order = np.argsort(short, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(level))])
    return Levels(order, bounds)


def path_sums(parent: Ints, values: NDArray[Any]) -> NDArray[Any]:
    """Sum of ``values`` (..., nodes, k) along the path from the root to each node."""
    out = np.array(values)
    by = levels(parent)
    for start, stop in pairwise(by.bounds[1:]):
        nodes = by.order[start:stop]
        out[..., nodes, :] = out[..., nodes, :] + out[..., parent[nodes], :]
    return out


def path_products(parent: Ints, values: NDArray[Any]) -> NDArray[Any]:
    """Product of ``values`` (..., nodes) along the path from the root to each node."""
    out = np.array(values)
    by = levels(parent)
    for start, stop in pairwise(by.bounds[1:]):
        nodes = by.order[start:stop]
        out[..., nodes] = out[..., nodes] * out[..., parent[nodes]]
    return out
