r"""Components of the equilibrium set of a two-player game, from its extreme equilibria.

Join vertex x of P and vertex y of Q by an edge when (x, y) is an equilibrium. If U x V is a
biclique of this graph, every point of conv(U) x conv(V) is an equilibrium, because best-reply
inequalities are kept by mixing; such a product is a Nash subset. The maximal Nash subsets are the
products of the maximal bicliques, and the equilibrium set is their union. Each is a face of P
times a face of Q, so two of them that meet share a face, hence an extreme equilibrium: the
topological components of the equilibrium set are the connected components of the graph.

Sources: Winkels (1979), "An algorithm to determine all equilibrium points of a bimatrix game", in
Game Theory and Related Topics, 137-148; Jansen (1981), Naval Research Logistics Quarterly 28,
311-319; Avis, Rosenberg, Savani and von Stengel, Economic Theory 42 (2010), 9-37, section 5,
https://doi.org/10.1007/s00199-009-0449-x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from negotiate.errors import TooLargeError

MAX_SUBSETS = 100_000


@dataclass(frozen=True)
class NashSubset:
    """A maximal Nash subset conv(rows) x conv(columns), all of whose points are equilibria.

    Attributes
    ----------
    rows, columns
        Indices of the mixed strategies (vertices) that span the two factors.
    points
        Indices, into the pairs given, of its extreme equilibria: all of rows x columns.
    component
        Number of the connected component it belongs to.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    points: tuple[int, ...]
    component: int


def connected(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Connected components of a bipartite graph, as index tuples into its edges, by first edge.

    >>> connected([(0, 0), (1, 1), (0, 2), (2, 2)])
    ((0, 2, 3), (1,))
    """
    parent: dict[tuple[int, int], tuple[int, int]] = {}

    def root(node: tuple[int, int]) -> tuple[int, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for r, c in pairs:
        parent[root((0, r))] = root((1, c))
    groups: dict[tuple[int, int], list[int]] = {}
    for k, (r, _) in enumerate(pairs):
        groups.setdefault(root((0, r)), []).append(k)
    return tuple(tuple(group) for group in groups.values())


def _bits(mask: int) -> tuple[int, ...]:
    return tuple(k for k in range(mask.bit_length()) if mask >> k & 1)


def bicliques(pairs: Iterable[tuple[int, int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Maximal bicliques of a bipartite graph.

    The right sides of the maximal bicliques are exactly the non-empty intersections of
    neighbourhoods of left nodes, so they are closed up one left node at a time.

    Parameters
    ----------
    pairs
        Edges (left, right) by non-negative numbers.

    Returns
    -------
    list
        ``(left nodes, right nodes)``, sorted.

    Raises
    ------
    TooLargeError
        Above ``MAX_SUBSETS`` bicliques (their number can be exponential).

    Examples
    --------
    >>> bicliques([(0, 0), (0, 1), (1, 1), (2, 1)])
    [((0,), (0, 1)), ((0, 1, 2), (1,))]
    """
    neighbours: dict[int, int] = {}
    for left, right in pairs:
        neighbours[left] = neighbours.get(left, 0) | 1 << right
    closed: set[int] = set()
    for mask in set(neighbours.values()):
        closed |= {mask, *(mask & other for other in closed if mask & other)}
        if len(closed) > MAX_SUBSETS:
            raise TooLargeError(
                f"more than {MAX_SUBSETS:,} maximal Nash subsets",
                where="components of equilibria",
                allowed=f"{MAX_SUBSETS:,}",
                remedy="use the extreme equilibria and the connected components alone",
            )
    return sorted(
        (tuple(sorted(u for u, mask in neighbours.items() if mask & right == right)), _bits(right))
        for right in closed
    )


def nash_subsets(pairs: Sequence[tuple[int, int]]) -> tuple[NashSubset, ...]:
    """Maximal Nash subsets, in order of component and first point.

    Parameters
    ----------
    pairs
        ``(r, c)`` per extreme equilibrium: numbers of its row and column vertex, as in
        `negotiate.strategic.arithmetic.equilibria_exact.ExactEquilibria`.

    Returns
    -------
    tuple of NashSubset

    Examples
    --------
    In the all-zero 2 x 2 game every pair of vertices is an equilibrium: one subset, the square.

    >>> nash_subsets([(0, 0), (0, 1), (1, 0), (1, 1)])
    (NashSubset(rows=(0, 1), columns=(0, 1), points=(0, 1, 2, 3), component=0),)
    """
    number = {pair: k for k, pair in enumerate(pairs)}
    found = []
    for component, group in enumerate(connected(pairs)):
        part = [
            NashSubset(
                rows, columns, tuple(sorted(number[r, c] for r in rows for c in columns)), component
            )
            for rows, columns in bicliques(pairs[k] for k in group)
        ]
        found.extend(sorted(part, key=lambda subset: subset.points))
    return tuple(found)
