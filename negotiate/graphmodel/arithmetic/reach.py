r"""Legal sequences of moves: the worst value they reach, and the states they reach.

A legal sequence of a group H of decision makers is a chain of moves in which nobody moves twice
running (Fang, Hipel and Kilgour 1993, Interactive Decision Making, ch. 4: the inductive definition
of :math:`R_H(s)` with the set :math:`\Omega_H` of last movers). Sorted by its *first* mover j it
obeys

.. math::

   A_j(s) = \bigcup_{q \in R_j(s)} \Bigl(\{q\} \cup \bigcup_{k \in H \setminus j} A_k(q)\Bigr)

and its least fixed point is the reachable list. The same recursion with minima in place of unions
gives the worst value over the list without the list: that is all that general metarationality
needs where preferences are a ranking, in time linear in the number of arcs. With the arcs cut down
to improvements, each from the state in which it is made, the recursion gives :math:`R_H^+(s)`.

A sequence that ends where it began is no move: the starting state is never in its own list.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from negotiate.graphmodel.arithmetic.arcs import Arcs, grouped, over_arcs

WORD = 64
"""States in one machine word of a packed row."""

BLOCK = 1 << 26
"""Bytes of one gathered block of packed rows."""


def worst_reached(
    values: np.ndarray, movers: Sequence[Arcs], *, masks: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """Least value over the states that a group reaches by legal sequences of moves.

    Parameters
    ----------
    values
        What is minimised, shape ``(..., states)``; floats or objects (fractions).
    movers
        Arcs of each member of the group.
    masks
        Arcs that a member would use, shape ``(..., arcs)`` each; all arcs if not given.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., states)``; infinity where nobody can (or would) move. A sequence back to its
        start counts here, with the value of the start: a state that is better than another is not
        made worse than it by that.

    Examples
    --------
    One mover may step once, two in turn may walk on:

    >>> from negotiate.graphmodel.arithmetic.arcs import from_pairs
    >>> first, second = from_pairs([0, 1], [1, 2], states=3), from_pairs([1], [2], states=3)
    >>> worst_reached(np.array([3.0, 2.0, 1.0]), [first]).tolist()
    [2.0, 1.0, inf]
    >>> worst_reached(np.array([3.0, 2.0, 1.0]), [first, second]).tolist()
    [1.0, 1.0, inf]
    """
    count = len(movers)
    lead = (
        values.shape[:-1]
        if masks is None
        else np.broadcast_shapes(values.shape[:-1], *(mask.shape[:-1] for mask in masks))
    )
    infinite = np.full((*lead, values.shape[-1]), np.inf, dtype=values.dtype)
    by = [infinite] * count
    for step in range(values.shape[-1] * max(count, 1) + 1):
        news, changed = [], False
        for j, arcs in enumerate(movers):
            onward = values
            for k in range(count if step else 0):
                if k != j:
                    onward = np.minimum(onward, by[k])
            ends = onward[..., arcs.end]
            if masks is not None:
                ends = np.where(masks[j], ends, np.inf)
            elif ends.shape[:-1] != lead:
                ends = np.broadcast_to(ends, (*lead, len(arcs)))
            new = over_arcs(np.minimum, ends, arcs, empty=np.inf)
            changed = changed or bool(np.any(new != by[j]))
            news.append(new)
        by = news
        if not changed or count == 1:
            break
    out = infinite
    for part in by:
        out = np.minimum(out, part)
    return out


def words(states: int) -> int:
    """Machine words of a packed row.

    >>> words(64), words(65)
    (1, 2)
    """
    return -(-states // WORD)


def pack(dense: np.ndarray) -> np.ndarray:
    """Pack boolean rows into 64-bit words, shape ``(..., states)`` to ``(..., words)``.

    >>> pack(np.array([[True, False, True]])).tolist()
    [[5]]
    """
    states = dense.shape[-1]
    padded = np.zeros((*dense.shape[:-1], words(states) * WORD), dtype=bool)
    padded[..., :states] = dense
    return np.packbits(padded, axis=-1, bitorder="little").view(np.uint64)


def unpack(packed: np.ndarray, states: int) -> np.ndarray:
    """Boolean rows of packed ones: the inverse of `pack`.

    >>> unpack(np.array([[5]], dtype=np.uint64), 3).tolist()
    [[True, False, True]]
    """
    bits = np.unpackbits(np.ascontiguousarray(packed).view(np.uint8), axis=-1, bitorder="little")
    return bits[..., :states].astype(bool)


def reached_sets(
    movers: Sequence[Arcs], *, states: int, masks: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """Reachable lists of a group from every state, as packed rows.

    Parameters
    ----------
    movers
        Arcs of each member of the group (or of each subcoalition that moves as one).
    states
        Number of states.
    masks
        Arcs that a member would use, shape ``(arcs,)`` each; all if not given.

    Returns
    -------
    numpy.ndarray
        ``uint64``, shape ``(states, words)``: bit q of row s says that q is in the list of s.

    Examples
    --------
    >>> from negotiate.graphmodel.arithmetic.arcs import from_pairs
    >>> first, second = from_pairs([0, 1], [1, 0], states=3), from_pairs([1], [2], states=3)
    >>> unpack(reached_sets([first, second], states=3), 3).astype(int).tolist()
    [[0, 1, 1], [1, 0, 1], [0, 0, 0]]
    """
    width = words(states)
    every = np.arange(states)
    own = np.zeros((states, width), dtype=np.uint64)
    own[every, every // WORD] = np.left_shift(np.uint64(1), (every % WORD).astype(np.uint64))
    used = [
        arcs if masks is None else _kept(arcs, np.asarray(masks[j]))
        for j, arcs in enumerate(movers)
    ]
    count = len(used)
    by = [np.zeros((states, width), dtype=np.uint64) for _ in range(count)]
    for step in range(states * max(count, 1) + 1):
        news, changed = [], False
        for j, arcs in enumerate(used):
            onward = own
            for k in range(count if step else 0):
                if k != j:
                    onward = onward | by[k]
            new = _gather(onward, arcs)
            changed = changed or not np.array_equal(new, by[j])
            news.append(new)
        by = news
        if not changed or count == 1:
            break
    out = np.zeros((states, width), dtype=np.uint64)
    for part in by:
        out |= part
    return out & ~own


def meets(left: np.ndarray, right: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whether row ``rows[k]`` of ``left`` and row ``columns[k]`` of ``right`` share a state.

    Parameters
    ----------
    left, right
        Packed rows, shape ``(states, words)``.
    rows, columns
        Which rows to compare, shape ``(pairs,)``.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(pairs,)``.

    Examples
    --------
    >>> a = pack(np.eye(3, dtype=bool))
    >>> meets(a, a, np.array([0, 0]), np.array([0, 1])).tolist()
    [True, False]
    """
    out = np.zeros(len(rows), dtype=bool)
    step = max(1, BLOCK // (8 * left.shape[-1]))
    for low in range(0, len(rows), step):
        part = slice(low, low + step)
        out[part] = (left[rows[part]] & right[columns[part]]).any(axis=-1)
    return out


def _kept(arcs: Arcs, mask: np.ndarray) -> Arcs:
    return grouped(arcs.start[mask], arcs.end[mask], arcs.states)


def _gather(rows: np.ndarray, arcs: Arcs) -> np.ndarray:
    """Union of ``rows`` over the ends of the arcs of each state, in blocks of bounded size."""
    out = np.zeros_like(rows)
    if not len(arcs):
        return out
    limit = max(1, BLOCK // (8 * rows.shape[-1]))
    bounds = np.append(arcs.first, len(arcs))
    low = 0
    while low < len(arcs.rows):
        high = int(np.searchsorted(bounds, bounds[low] + limit, side="right")) - 1
        high = max(high, low + 1)
        block = rows[arcs.end[bounds[low] : bounds[high]]]
        out[arcs.rows[low:high]] = np.bitwise_or.reduceat(
            block, bounds[low:high] - bounds[low], axis=0
        )
        low = high
    return out
