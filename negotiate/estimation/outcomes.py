"""Outcomes in a table of data: labels, actions of 0 and 1, counts; wrong codes named.

>>> read_labels(np.array(["war", "sq", "war"]), ("sq", "war"), where="end")
array([1, 0, 1])
>>> read_labels(np.array(["peace", "sq"]), ("sq", "war"), where="end")
Traceback (most recent call last):
    ...
negotiate.errors.InputError: end: 1 value is no outcome: 'peace'; allowed: sq, war; ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError


def read_labels(values: NDArray[Any], allowed: Sequence[str], *, where: str) -> NDArray[np.int64]:
    """Number of each value in ``allowed``.

    Parameters
    ----------
    values
        (rows,) labels, of any type that turns into text.
    allowed
        Labels of the outcomes.
    where
        Name of the variable, for the message.

    Raises
    ------
    InputError
        Values that are no outcome, all of them named.
    """
    text = np.array([_plain(v) for v in np.asarray(values).tolist()], dtype=object)
    known = {label: k for k, label in enumerate(allowed)}
    strange = sorted({str(v) for v in text} - set(known))
    if strange:
        shown = ", ".join(repr(v) for v in strange[:5]) + (", ..." if len(strange) > 5 else "")
        what = "values are no outcomes" if len(strange) > 1 else "value is no outcome"
        raise InputError(
            f"{len(strange)} {what}: {shown}",
            where=where,
            allowed=", ".join(allowed),
            remedy="name the outcomes as in the data, in the order of the leaves",
        )
    return np.array([known[v] for v in text], dtype=np.int64)


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(frozen=True)
class Labels:
    """Labels of a model's outcomes, and how columns of data are read against them."""

    where: str
    outcomes: tuple[str, ...]

    def counts(self, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """(rows, outcomes) from one column a outcome, of whole numbers from zero."""
        out = np.empty((len(next(iter(columns.values()))), len(columns)))
        for k, (name, column) in enumerate(columns.items()):
            out[:, k] = self.whole(column, where=name)
        empty = np.flatnonzero(out.sum(axis=1) == 0)
        if len(empty):
            raise InputError(
                f"{len(empty)} rows have no outcome at all (first: row {empty[0]})",
                where=self.where,
                remedy="leave these rows out",
            )
        return out

    @staticmethod
    def whole(column: NDArray[Any], *, where: str) -> NDArray[np.float64]:
        """A column of counts."""
        numbers = _numbers(column, where=where)
        wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.round(numbers))
        if wrong.any():
            raise InputError(
                f"{int(wrong.sum())} values are no counts (first: {numbers[wrong][0]:g})",
                where=where,
                allowed="whole numbers from 0",
            )
        return numbers

    @staticmethod
    def indicator(column: NDArray[Any], *, where: str) -> NDArray[np.bool_]:
        """A column of zeros and ones."""
        numbers = _numbers(column, where=where)
        wrong = ~np.isin(numbers, (0.0, 1.0))
        if wrong.any():
            raise InputError(
                f"{int(wrong.sum())} values are no actions (first: {numbers[wrong][0]:g})",
                where=where,
                allowed="0 or 1",
            )
        return np.asarray(numbers == 1.0)


def _numbers(column: NDArray[Any], *, where: str) -> NDArray[np.float64]:
    try:
        return np.asarray(column).astype(float)
    except (TypeError, ValueError):
        first = next(
            (v for v in np.asarray(column).tolist() if not isinstance(v, (int, float))), ""
        )
        raise InputError(f"{first!r} is no number", where=where, allowed="numbers") from None
