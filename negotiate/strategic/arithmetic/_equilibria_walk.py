"""The walk along the edges of a best-reply polytope, compiled: the float twin of the exact one.

Each constraint has two right-hand sides, 1 and 1 + delta_j; the walk goes by the second, whose
deltas (fractional parts of square roots of primes, linearly independent over the rationals) leave
no ties, and reads the vertex off the first. Why that is sound: suppose at every basis visited each
true value is zero or positive. Scaling delta by t in (0, 1] then keeps every basis feasible, so the
graph is the same for all t, and the argument for t -> 0 in ``polytope_vertices`` applies. A
polytope where a true value is negative or in doubt, or a ratio is tied even with delta, is reported
as doubtful.

Imported only where numba is installed (extra ``fast``).
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from negotiate.tolerance import DOUBT, PIVOT, SHAKE, TIE

Array = npt.NDArray[Any]
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
          89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179,
          181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277,
          281, 283, 293)  # fmt: skip
DELTA = SHAKE * np.array([1.0 + math.sqrt(p) % 1.0 for p in PRIMES])
MAX_LABELS = len(PRIMES)


@numba.njit(cache=True, error_model="numpy")
def _slot(table: Array, mask: int) -> int:
    """Place of ``mask`` in an open-addressing table (size a power of two), or of a free entry."""
    size = table.shape[0]
    k: int = ((mask * 2654435761) >> 7) & (size - 1)
    while table[k] != 0 and table[k] != mask:
        k = (k + 1) & (size - 1)
    return k


@numba.njit(cache=True, error_model="numpy")
def walk(
    matrix: Array,
    first_slack: int,
    first_variable: int,
    delta: Array,
    tableaux: Array,
    basics: Array,
    outsides: Array,
    bases: Array,
    steps: Array,
    table: Array,
    masks: Array,
    points: Array,
) -> tuple[int, bool, bool]:
    """Vertices of {z >= 0, M z <= 1}; returns their number, degenerate, doubtful.

    Work arrays have room for McMullen's bound of bases; ``table`` is all zero on entry and exit.
    """
    rows, size = matrix.shape
    room = bases.shape[0]
    mask = 0
    for r in range(rows):
        for c in range(size):
            tableaux[0, r, c] = matrix[r, c]
        tableaux[0, r, size] = 1.0
        tableaux[0, r, size + 1] = 1.0 + delta[r]
        basics[0, r] = first_slack + r
    for c in range(size):
        outsides[0, c] = first_variable + c
        mask |= 1 << (first_variable + c)
    bases[0] = mask
    table[_slot(table, mask)] = mask
    visited, found = 1, 0
    degenerate = doubtful = False
    k = 0
    while k < visited and not doubtful:
        back = -1
        if k > 0:
            # Index the stored tableaux directly: a slice would cost more than the arithmetic.
            parent, r, c = steps[k, 0], steps[k, 1], steps[k, 2]
            back = c
            inverse = 1.0 / tableaux[parent, r, c]
            for j in range(size + 2):
                tableaux[k, r, j] = tableaux[parent, r, j] * inverse
            for i in range(rows):
                basics[k, i] = basics[parent, i]
                if i != r:
                    factor = tableaux[parent, i, c]
                    for j in range(size + 2):
                        tableaux[k, i, j] = tableaux[parent, i, j] - factor * tableaux[k, r, j]
                    tableaux[k, i, c] = -factor * inverse
            tableaux[k, r, c] = inverse
            for j in range(size):
                outsides[k, j] = outsides[parent, j]
            basics[k, r] = outsides[parent, c]
            outsides[k, c] = basics[parent, r]
            # Read the true vertex off the first right-hand side.
            labels = bases[k]
            for j in range(size):
                points[found, j] = 0.0
            for i in range(rows):
                value = tableaux[k, i, size]
                if value <= TIE:
                    if value < -TIE or tableaux[k, i, size + 1] <= TIE:
                        doubtful = True
                    labels |= 1 << basics[k, i]
                else:
                    if value < DOUBT:
                        doubtful = True
                    j = basics[k, i] - first_variable
                    if 0 <= j < size:
                        points[found, j] = value
            known = False
            if labels != bases[k]:
                degenerate = True
                for v in range(found):
                    if masks[v] == labels:
                        known = True
                        break
            if not known:
                masks[found] = labels
                found += 1
        for c in range(size):
            if c == back:
                continue
            best = -1
            right = entry = 1.0
            tied = False
            for i in range(rows):
                e = tableaux[k, i, c]
                if e > TIE:
                    v = tableaux[k, i, size + 1]
                    if best < 0:
                        best, right, entry = i, v, e
                        continue
                    gap = v * entry - right * e
                    if gap <= TIE * e * entry:
                        tied = gap >= -TIE * e * entry
                        best, right, entry = i, v, e
            if best < 0 or tied or entry < PIVOT:
                doubtful = True
                break
            mask = bases[k] ^ (1 << outsides[k, c]) ^ (1 << basics[k, best])
            slot = _slot(table, mask)
            if table[slot] == 0:
                if visited == room:
                    doubtful = True
                    break
                table[slot] = mask
                bases[visited] = mask
                steps[visited, 0], steps[visited, 1], steps[visited, 2] = k, best, c
                visited += 1
        k += 1
    # Empty the table by the shorter way: entries are found by value, so all at once or none.
    if 4 * visited > table.shape[0]:
        table[:] = 0
    else:
        for v in range(visited):
            k = ((bases[v] * 2654435761) >> 7) & (table.shape[0] - 1)
            while table[k] != 0:
                table[k] = 0
                k = (k + 1) & (table.shape[0] - 1)
    return found, degenerate, doubtful


@numba.njit(cache=True, error_model="numpy")
def scale(payoffs: Array, transpose: bool, out: Array) -> None:
    """``out`` (own x other) with each opponent strategy shifted to start at 0, range 1, plus 1."""
    own, other = out.shape
    size = largest = 0.0
    for j in range(other):
        low = np.inf
        for i in range(own):
            out[i, j] = payoffs[j, i] if transpose else payoffs[i, j]
            low = min(low, out[i, j])
            largest = max(largest, abs(out[i, j]))
        for i in range(own):
            out[i, j] -= low
            size = max(size, out[i, j])
    for j in range(other):
        for i in range(own):
            # A range that is rounding of the payoffs themselves counts as none.
            out[i, j] = out[i, j] / size + 1.0 if size > TIE * largest else 1.0
