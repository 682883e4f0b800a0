r"""Jets: a column of numbers with its exact first and second derivatives in a few indices.

A jet carries, for every row r, the value v_r of an expression of the indices eta_1 ... eta_K (the
utilities, log scales or reservation values of that row), the derivatives dv_r/d eta_k and the
second derivatives d^2 v_r / d eta_k d eta_l. Derivatives that are zero for all rows are absent,
the others are contiguous columns (or one number where all rows share it): this layout, rather
than arrays of shape (rows, K, K), is what makes a likelihood of many rows fast, because every
operation streams through memory once and skips what is not there.

For v = f(u) the chain rule is

    v_k = f'(u) u_k,     v_kl = f'(u) u_kl + f''(u) u_k u_l.

>>> x, y = seeds([np.array([2.0, 3.0]), np.array([5.0, 7.0])])
>>> z = x * y + exp(x * 0.0)
>>> z.value, z.first[0], z.second[1, 0]
(array([11., 22.]), array([5., 7.]), 1.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64] | float
"""One number a row, or one number for all rows."""


class Jet:
    """A column with its derivatives.

    Attributes
    ----------
    value
        (rows,).
    first
        Index k to the column of dv/d eta_k; absent where zero for all rows.
    second
        (k, l), k >= l, to the column of the second derivative; absent where zero for all rows.
    """

    __slots__ = ("first", "second", "value")
    __array_priority__ = 100.0  # NumPy leaves array * jet to the jet

    def __init__(
        self, value: Any, first: dict[int, Any], second: dict[tuple[int, int], Any]
    ) -> None:
        self.value, self.first, self.second = value, first, second

    def __repr__(self) -> str:
        return f"Jet({np.size(self.value)} rows, indices {sorted(self.first)})"

    def through(self, f: Any, f1: Any, f2: Any) -> Jet:
        """f(self), given f and its first two derivatives at ``self.value``."""
        second = {kl: f1 * column for kl, column in self.second.items()}
        keys = list(self.first)
        for k in keys:
            bent = f2 * self.first[k]
            for m in keys:
                if m <= k:
                    _add(second, (k, m), bent * self.first[m])
        return Jet(f, {k: f1 * column for k, column in self.first.items()}, second)

    def __neg__(self) -> Jet:
        return Jet(
            -self.value,
            {k: -column for k, column in self.first.items()},
            {kl: -column for kl, column in self.second.items()},
        )

    def __add__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.first, self.second)
        first, second = dict(self.first), dict(self.second)
        for k, column in other.first.items():
            _add(first, k, column)
        for kl, column in other.second.items():
            _add(second, kl, column)
        return Jet(self.value + other.value, first, second)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Jet:
        negative: Any = -other
        return self.__add__(negative)

    def __rsub__(self, other: Any) -> Jet:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(
                self.value * other,
                {k: column * other for k, column in self.first.items()},
                {kl: column * other for kl, column in self.second.items()},
            )
        a, b = self.value, other.value
        first = {k: b * column for k, column in self.first.items()}
        second = {kl: b * column for kl, column in self.second.items()}
        for k, column in other.first.items():
            _add(first, k, a * column)
        for kl, column in other.second.items():
            _add(second, kl, a * column)
        for k, left in self.first.items():
            for m, right in other.first.items():
                product = left * right
                _add(second, (max(k, m), min(k, m)), 2.0 * product if k == m else product)
        return Jet(a * b, first, second)

    __rmul__ = __mul__

    def reciprocal(self) -> Jet:
        """1 / self."""
        r = 1.0 / self.value
        return self.through(r, -r * r, 2.0 * r * r * r)

    def __truediv__(self, other: Any) -> Jet:
        return self.__mul__(other.reciprocal() if isinstance(other, Jet) else 1.0 / other)

    def __rtruediv__(self, other: Any) -> Jet:
        return self.reciprocal().__mul__(other)


def _add(columns: dict[Any, Any], key: Any, column: Any) -> None:
    columns[key] = columns[key] + column if key in columns else column


def seeds(indices: Sequence[NDArray[np.float64]]) -> list[Jet]:
    """One jet an index: value eta_k, derivative one in itself.

    Parameters
    ----------
    indices
        K columns of shape (rows,).
    """
    return [Jet(column, {k: 1.0}, {}) for k, column in enumerate(indices)]


def value(x: Any) -> Any:
    """The value of a jet, or the number itself."""
    return x.value if isinstance(x, Jet) else x


def exp(x: Any) -> Any:
    """Exponential of a jet or an array."""
    e = np.exp(value(x))
    return x.through(e, e, e) if isinstance(x, Jet) else e


def log(x: Any) -> Any:
    """Natural logarithm of a jet or an array."""
    v = value(x)
    if not isinstance(x, Jet):
        return np.log(v)
    r = 1.0 / v
    return x.through(np.log(v), r, -r * r)


def square(x: Any) -> Any:
    """x^2 with the cheap chain rule."""
    v = value(x)
    return x.through(v * v, 2.0 * v, 2.0) if isinstance(x, Jet) else v * v


def inverse_root(x: Any) -> Any:
    """x^(-1/2), for standard deviations of sums of errors."""
    v = value(x)
    r = 1.0 / np.sqrt(v)
    return x.through(r, -0.5 * r / v, 0.75 * r / (v * v)) if isinstance(x, Jet) else r


def column(x: Any, rows: int) -> NDArray[np.float64]:
    """A column or a shared number as an array of shape (rows,)."""
    return np.broadcast_to(np.asarray(x, dtype=float), (rows,))
