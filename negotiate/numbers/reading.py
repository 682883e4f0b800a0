"""Numbers, labels and probabilities of game forms: how what a user writes becomes an array.

A number is an integer, a fraction, a decimal, a string that spells one ("1/3", "0.25"), a float
or a SymPy expression. An array of the first kinds is exact; one float makes it floats; one
expression makes it symbolic. NaN and infinity are refused with the place where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import InputError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.tolerance import WEIGHT_SUM

Array = np.ndarray[Any, np.dtype[Any]]


def check_labels(labels: Sequence[Any], what: str, where: str) -> None:
    """Refuse empty lists, labels that are not text or are empty, and duplicates."""
    if not labels:
        raise InputError(f"no {what}", where=where, allowed="at least one")
    for label in labels:
        if not isinstance(label, str) or not label:
            raise InputError(
                f"{what} contain {label!r}", where=where, allowed="non-empty text labels"
            )
    twice = sorted({label for label in labels if list(labels).count(label) > 1})
    if twice:
        raise InputError(
            f"{what} repeat {', '.join(map(repr, twice))}",
            where=where,
            allowed="distinct labels",
            remedy="rename one of them",
        )


def player_labels(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Labels of ``count`` players, "Player 1" ... where none are given."""
    names = tuple(given) if given is not None else tuple(f"Player {i + 1}" for i in range(count))
    if len(names) != count:
        raise InputError(
            f"{len(names)} players but {count} payoff tables", where="game", allowed="one each"
        )
    return names


def strategy_labels(
    given: Mapping[str, Sequence[str]] | Sequence[Sequence[str]] | None,
    players: Sequence[str],
    counts: Sequence[int],
) -> dict[str, tuple[str, ...]]:
    """Labels of strategies by player, "1", "2" ... where none are given; counts are checked."""
    if given is None:
        return {p: tuple(str(k + 1) for k in range(c)) for p, c in zip(players, counts)}
    if isinstance(given, Mapping):
        for name in given:
            if name not in players:
                raise UnknownNameError("player", str(name), players, where="strategies")
        rows = [given.get(p, ()) for p in players]
    else:
        rows = list(given)
    if len(rows) != len(players):
        raise InputError(
            f"strategies for {len(rows)} of {len(players)} players",
            where="game",
            allowed="one list per player",
        )
    labels = {p: tuple(row) for p, row in zip(players, rows)}
    for player, count in zip(players, counts, strict=True):
        if len(labels[player]) != count:
            raise InputError(
                f"{len(labels[player])} strategies ({', '.join(map(str, labels[player]))}) "
                f"but {count} in the payoffs",
                where=f"player {player}",
                allowed="one label per row of the strategy's axis",
            )
    return labels


def stack(tables: Sequence[Any], players: Sequence[str]) -> Array:
    """One array ``(..., n, S1, ..., Sn)`` from one table per player, refusing ragged ones."""
    n = len(tables)
    if n == 0:
        raise InputError("no players", where="game", allowed="at least one payoff table")
    arrays = [table_array(t, f"payoffs of {p}") for t, p in zip(tables, players, strict=True)]
    for array, player in zip(arrays, players, strict=True):
        if array.ndim < n:
            raise InputError(
                f"has {array.ndim} axes",
                where=f"payoffs of {player}",
                allowed=f"one axis for each of the {n} players' strategies, after any draw axes",
            )
        if array.shape[array.ndim - n :] != arrays[0].shape[arrays[0].ndim - n :]:
            raise InputError(
                f"has shape {array.shape}, that of {players[0]} {arrays[0].shape}",
                where=f"payoffs of {player}",
                allowed="the same number of strategies in every player's table",
            )
    try:
        arrays = list(np.broadcast_arrays(*arrays))
    except ValueError as error:
        raise InputError(f"draw axes do not fit together: {error}", where="payoffs") from error
    return np.stack(arrays, axis=arrays[0].ndim - n)


def table_array(table: Any, where: str) -> Array:
    """Nested lists as an array, with one clear error where they are ragged."""
    if isinstance(table, np.ndarray):
        return table
    if hasattr(table, "to_numpy"):
        return np.asarray(table.to_numpy())

    def shape(node: Any, path: str) -> tuple[int, ...]:
        if isinstance(node, np.ndarray):
            return tuple(node.shape)
        if not isinstance(node, (list, tuple)):
            return ()
        inner = [shape(item, f"{path}[{k}]") for k, item in enumerate(node)]
        for k, item in enumerate(inner[1:], 1):
            if item != inner[0]:
                raise InputError(
                    f"is ragged: {path}[{k}] has shape {item}, {path}[0] has {inner[0]}",
                    where=where,
                    allowed="rows of equal length",
                )
        return (len(node), *(inner[0] if inner else ()))

    size = shape(table, "table")
    flat: list[Any] = []

    def collect(node: Any) -> None:
        if isinstance(node, np.ndarray):
            flat.extend(node.reshape(-1).tolist())
        elif isinstance(node, (list, tuple)):
            for item in node:
                collect(item)
        else:
            flat.append(node)

    collect(table)
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array.reshape(size)


def settle(values: Any, *, draw_axes: int = 0) -> Array:
    """Decide the arithmetic of an array: fractions, floats or SymPy; always a fresh array.

    Integer arrays become exact when they are one game; over draws they become floats.
    """
    array = np.array(values)
    if array.dtype.kind in "fiub":
        if array.dtype.kind == "f" or draw_axes > 0:
            return array.astype(float)
        return to_fractions(array)
    if array.dtype.kind in "USO":
        flat = array.reshape(-1).tolist()
        if any(hasattr(v, "free_symbols") and not getattr(v, "is_Rational", False) for v in flat):
            import sympy

            out = [sympy.sympify(exact(v) if isinstance(v, str) else v) for v in flat]
        elif any(isinstance(v, (float, np.floating)) for v in flat):
            return np.array([_float(v) for v in flat], dtype=float).reshape(array.shape)
        else:
            out = [exact(v, where="game") for v in flat]
        result = np.empty(len(out), dtype=object)
        result[:] = out
        return result.reshape(array.shape)
    raise InputError(f"payoffs have dtype {array.dtype}", where="game", allowed="real numbers")


def _float(value: Any) -> float:
    return float(exact(value)) if isinstance(value, (str, Decimal)) else float(value)


def to_fractions(array: Array) -> Array:
    """Every entry as a fraction."""
    out = np.empty(array.size, dtype=object)
    out[:] = [exact(v) for v in array.reshape(-1).tolist()]
    return out.reshape(array.shape)


def is_exact(array: Array) -> bool:
    """True if every entry is a fraction."""
    return array.dtype == object and all(isinstance(v, Fraction) for v in array.flat)


def check_finite(array: Array, name: Callable[[tuple[int, ...]], str]) -> None:
    """Refuse NaN and infinity, naming the first cell that holds one."""
    if array.dtype != object:
        bad = ~np.isfinite(array)
        if bad.any():
            index = tuple(int(k) for k in np.argwhere(bad)[0])
            raise InputError(f"is {array[index]}", where=name(index), allowed="a finite number")
    elif not is_exact(array):
        for index in np.ndindex(array.shape):
            if getattr(array[index], "is_finite", None) is False:
                raise InputError(f"is {array[index]}", where=name(index), allowed="a finite number")


def probabilities(given: Any, labels: Sequence[str], player: str, *, exact: bool) -> Array:
    """One player's mixed strategy as an array over its labels, checked to be a distribution."""
    where = f"strategy of {player}"
    if isinstance(given, str):
        given = {given: 1}
    if isinstance(given, Mapping):
        for label in given:
            if label not in labels:
                raise UnknownNameError("strategy", str(label), labels, where=f"player {player}")
        given = [given.get(label, 0) for label in labels]
    row = settle(given, draw_axes=0)
    if row.shape[-1:] != (len(labels),):
        raise InputError(
            f"has shape {row.shape}", where=where, allowed=f"{len(labels)} probabilities"
        )
    if row.dtype == object and not is_exact(row):
        return row
    if not exact:
        row = row.astype(float)
    slack: Any = 0 if row.dtype == object else WEIGHT_SUM
    if bool(np.any(row < -slack)) or bool(np.any(abs(row.sum(axis=-1) - 1) > slack)):
        shown = ", ".join(str(v) for v in np.ravel(row)[:12])
        raise InputError(
            f"is ({shown}), summing to {row.sum(axis=-1)}",
            where=where,
            allowed="probabilities that sum to one",
        )
    return row


def scalar(value: Any) -> Any:
    """A zero-dimensional array as its number; arrays over draws stay arrays."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, np.floating):
        return float(value)
    return value


def close(left: Any, right: Any, slack: float) -> bool:
    """Equal exactly for fractions, within ``slack`` where a float is involved."""
    if isinstance(left, (int, Fraction)) and isinstance(right, (int, Fraction)):
        return left == right
    return math.isclose(float(left), float(right), rel_tol=0.0, abs_tol=slack)
