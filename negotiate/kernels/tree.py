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
    ancestor = np.asarray(parent)
    out = (ancestor >= 0).astype(np.int64)
    # Each pass doubles the length of the path already counted.
    while (ancestor >= 0).any():
        inside = ancestor >= 0
        out = out + np.where(inside, out[ancestor], 0)
        ancestor = np.where(inside, ancestor[ancestor], -1)
    return out


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
    keys = np.sort(level * count + index)
    latest = keys[np.searchsorted(keys, (level[1:] - 1) * count + index[1:]) - 1] % count
    return bool((latest == parent[1:]).all())


def subtree_end(parent: Ints) -> Ints:
    """One past the last node of each subtree, for a tree in preorder."""
    size = [1] * len(parent)
    above = parent.tolist()
    for node in range(len(above) - 1, 0, -1):
        size[above[node]] += size[node]
    return np.arange(len(above)) + np.array(size, dtype=np.int64)


def preorder(parent: Ints, rank: Ints) -> Ints:
    """Position of each node in preorder; siblings by ``rank``; parents must come first."""
    count = len(parent)
    size = [1] * count
    above = parent.tolist()
    for node in range(count - 1, 0, -1):
        size[above[node]] += size[node]
    position, free = [0] * count, [1] * count
    # Parents before children and elder siblings before younger: each takes the next free slice.
    for node in np.lexsort((rank, depth(parent))).tolist():
        if above[node] >= 0:
            up = above[node]
            position[node] = position[up] + free[up]
            free[up] += size[node]
    return np.array(position, dtype=np.int64)


def levels(parent: Ints) -> Levels:
    """Nodes by depth; for a tree in preorder, siblings are contiguous and in order."""
    parent = np.asarray(parent)
    level = depth(parent)
    order = np.argsort(level, kind="stable")
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
