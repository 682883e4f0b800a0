r"""Arcs of one decision maker, and reductions over the arcs that leave each state.

A graph on states :math:`0, \dots, n-1` is kept as arcs sorted by their start, so that "the best
(or worst) value over the moves from s" is one `reduceat`:

.. math:: (\min\nolimits_{A} v)(s) = \min\{v(q) : (s, q) \in A\}

with a stated value where no arc leaves s.

>>> arcs = from_pairs([0, 0, 2], [1, 2, 0], states=3)
>>> over(np.minimum, np.array([5.0, 1.0, 3.0]), arcs, empty=np.inf).tolist()
[1.0, inf, 5.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs sorted by start, without repetition and without loops.

    Attributes
    ----------
    start, end
        States, shape ``(arcs,)``.
    first
        Position of the first arc of each state that has one, shape ``(rows,)``.
    rows
        The states that have an arc, ascending, shape ``(rows,)``.
    states
        Number of states n.
    """

    start: np.ndarray
    end: np.ndarray
    first: np.ndarray
    rows: np.ndarray
    states: int

    def __len__(self) -> int:
        return len(self.start)

    def __repr__(self) -> str:
        return f"<{len(self.start)} arcs on {self.states} states>"

    def of(self, state: int) -> np.ndarray:
        """States that one arc leads to from ``state``, ascending.

        >>> from_pairs([0, 0, 2], [2, 1, 0], states=3).of(0).tolist()
        [1, 2]
        """
        row = int(np.searchsorted(self.rows, self.rows.dtype.type(state)))  # one type: no copy
        if row == len(self.rows) or self.rows[row] != state:
            return self.end[:0]
        last = self.first[row + 1] if row + 1 < len(self.first) else len(self.end)
        return np.asarray(self.end[self.first[row] : last])


def from_pairs(start: Any, end: Any, *, states: int) -> Arcs:
    """Arcs from two lists of equal length; loops and repetitions are dropped.

    Parameters
    ----------
    start, end
        States, shape ``(arcs,)``, in any order.
    states
        Number of states.

    Returns
    -------
    Arcs
        Sorted, with read-only arrays.

    Examples
    --------
    >>> from_pairs([1, 1, 0, 2], [0, 0, 1, 2], states=3)
    <2 arcs on 3 states>
    """
    begin, finish = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
    kept = begin != finish
    key = begin[kept] * states + finish[kept]
    if len(key) > 1 and not (key[1:] > key[:-1]).all():
        key.sort()
        key = key[np.append(True, key[1:] > key[:-1])]
    return grouped((key // states).astype(np.int32), (key % states).astype(np.int32), states)


def grouped(start: np.ndarray, end: np.ndarray, states: int) -> Arcs:
    """Arcs from arrays that are sorted by start already.

    Parameters
    ----------
    start, end
        States, shape ``(arcs,)``, in order and without repetition.
    states
        Number of states.

    Returns
    -------
    Arcs
        With read-only arrays.
    """
    new = np.append(True, start[1:] != start[:-1]) if len(start) else np.zeros(0, dtype=bool)
    first = np.flatnonzero(new)
    rows = start[first]
    for array in (start, end, first, rows):
        array.setflags(write=False)
    return Arcs(start, end, first, rows, states)


def over(
    reduce: np.ufunc, values: np.ndarray, arcs: Arcs, *, empty: Any, mask: np.ndarray | None = None
) -> np.ndarray:
    """Reduce ``values`` at the ends of the arcs of each state.

    Parameters
    ----------
    reduce
        `numpy.minimum`, `numpy.maximum`, `numpy.logical_or` ...
    values
        One value for each state, shape ``(..., states)``.
    arcs
        The arcs.
    empty
        Value of a state without (kept) arcs; the neutral element of ``reduce``.
    mask
        Arcs kept, shape ``(..., arcs)``; all if not given.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., states)``.

    Examples
    --------
    >>> arcs = from_pairs([0, 0], [1, 2], states=3)
    >>> kept = np.array([True, False])
    >>> over(np.maximum, np.array([0, 1, 2.0]), arcs, empty=-np.inf, mask=kept).tolist()
    [1.0, -inf, -inf]
    """
    ends = values[..., arcs.end]
    if mask is not None:
        ends = np.where(mask, ends, empty)
    return over_arcs(reduce, ends, arcs, empty=empty)


def over_arcs(reduce: np.ufunc, ends: np.ndarray, arcs: Arcs, *, empty: Any) -> np.ndarray:
    """Reduce one value for each arc to one for each state.

    Parameters
    ----------
    reduce, arcs, empty
        As in `over`.
    ends
        One value for each arc, shape ``(..., arcs)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., states)``.

    Examples
    --------
    >>> arcs = from_pairs([0, 0, 1], [1, 2, 0], states=3)
    >>> over_arcs(np.logical_or, np.array([False, True, False]), arcs, empty=False).tolist()
    [True, False, False]
    """
    out = np.full((*ends.shape[:-1], arcs.states), empty, dtype=ends.dtype)
    if len(arcs):
        out[..., arcs.rows] = reduce.reduceat(ends, arcs.first, axis=-1)
    return out
