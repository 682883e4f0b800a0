"""How the numbers of a game of alternating offers may be given, and which are refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, UnknownNameError

Array = NDArray[Any]


def two(players: Sequence[str]) -> tuple[str, str]:
    """The two parties, by different names."""
    names = tuple(players)
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(
            f"{len(names)} parties", where="alternating offers", allowed="two different names"
        )
    return names[0], names[1]


def pair(names: tuple[str, str], value: Any, where: str) -> tuple[Any, Any]:
    """One value for each party, from two values, a mapping by party or an array ``(..., 2)``."""
    if isinstance(value, Mapping):
        for name in value:
            if name not in names:
                raise UnknownNameError("party", name, names, where=where)
        default = None if where == "outside" else 0
        return value.get(names[0], default), value.get(names[1], default)
    if isinstance(value, np.ndarray) and value.ndim >= 1 and value.shape[-1] == 2:
        return value[..., 0], value[..., 1]
    items = tuple(value) if isinstance(value, Iterable) else ()
    if len(items) != 2:
        raise InputError("not two values", where=where, allowed="one number for each party")
    return items[0], items[1]


def stack(pair: tuple[Any, Any]) -> Array:
    """A pair as an array ``(..., 2)``; None is minus infinity."""
    numbers = [np.asarray(-np.inf if v is None else v, float) for v in pair]
    if any(np.isnan(v).any() for v in numbers):
        raise InputError("a value is NaN", where="alternating offers", allowed="numbers")
    return np.stack(np.broadcast_arrays(*numbers), -1)


def lock(array: Array) -> Array:
    """A read-only copy."""
    out = np.array(array, float)
    out.setflags(write=False)
    return out


def check_unit(values: Array, what: str) -> None:
    """Refuse what lies outside 0 to 1."""
    if not ((values >= 0) & (values <= 1)).all():
        wrong = values[~((values >= 0) & (values <= 1))].ravel()[0]
        raise InputError(f"{what} {wrong:g}", where="alternating offers", allowed="0 to 1")


def refuse_free_waiting(
    discount: Array, breakdown: Array, inside: Array, periods: int | None
) -> None:
    """Refuse games without a determinate answer, where waiting costs nobody anything."""
    keep = (1 - breakdown[..., None]) * discount
    if periods is not None:
        return
    if np.ndim(keep) == 1 and (keep >= 1).all():
        raise InputError(
            "both discount factors are 1 and talks never break down, so waiting is free and every "
            "division is an equilibrium",
            where="alternating offers",
            allowed="a discount factor below 1 for one party, or a breakdown risk",
            remedy="use nash_bargaining for the limit of equal patience",
        )
    if ((keep >= 1) & (inside > 0)).any():
        raise InputError(
            "a party with discount factor 1 is paid to wait: its worth of talking is infinite",
            where="alternating offers",
            allowed="inside option 0 or a discount factor below 1",
        )


def frontier_line(frontier: Any) -> tuple[Array, tuple[tuple[Fraction, Fraction], ...] | None]:
    """Vertices of the frontier as an array, and as fractions where each is rational."""
    vertices = np.asarray(frontier)
    rational = vertices.ndim == 2 and all(
        isinstance(v, (int, Fraction, np.integer)) for row in frontier for v in row
    )
    values = np.asarray(vertices, float)
    if values.ndim < 2 or values.shape[-1] != 2 or values.shape[-2] < 2:
        raise InputError(
            f"shape {values.shape}", where="frontier", allowed="(..., V, 2) with V >= 2 vertices"
        )
    dx, dy = np.diff(values[..., 0], axis=-1), np.diff(values[..., 1], axis=-1)
    cross = dx[..., :-1] * dy[..., 1:] - dy[..., :-1] * dx[..., 1:]
    if (dx < 0).any() or (dy > 0).any() or (cross > tolerance.TIE).any():
        raise InputError(
            "not a concave falling line",
            where="frontier",
            allowed="vertices with u1 rising, u2 falling, slopes falling",
            remedy="pass the vertices of the Pareto frontier from the end that is best for party 2",
        )
    exact = tuple((Fraction(a), Fraction(b)) for a, b in frontier) if rational else None
    return lock(values), exact


def as_fractions(
    parts: Mapping[str, tuple[Any, Any]],
    breakdown: Any,
    vertices: tuple[tuple[Fraction, Fraction], ...] | None,
) -> dict[str, Any] | None:
    """The same numbers as fractions, where every one of them is rational."""
    numbers = [v for pair in parts.values() for v in pair if v is not None] + [breakdown]
    if vertices is None or not all(isinstance(v, (int, Fraction)) for v in numbers):
        return None
    out: dict[str, Any] = {
        key: tuple(None if v is None else Fraction(v) for v in pair) for key, pair in parts.items()
    }
    out["breakdown"], out["frontier"] = Fraction(breakdown), vertices
    return out
