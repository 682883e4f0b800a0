"""Numbers by party and clause, from plain values or mappings, as one table of arrays.

A value is one number for all, a mapping by party, or a mapping by party of mappings by clause.
Where every number of the table is rational the arrays hold fractions, otherwise floats, with the
draw axes in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, UnknownNameError

Array = NDArray[Any]


def leaves(value: Any, players: Sequence[str], clauses: Sequence[str], where: str) -> list[Any]:
    """Values in the order party by party, clause by clause."""
    out = []
    if isinstance(value, Mapping):
        _known(value, players, "party", where)
    for player in players:
        mine = value[player] if isinstance(value, Mapping) else value
        if isinstance(mine, Mapping):
            _known(mine, clauses, "clause", f"{where} of {player}")
        out += [mine[clause] if isinstance(mine, Mapping) else mine for clause in clauses]
    return out


def _known(value: Mapping[str, Any], labels: Sequence[str], kind: str, where: str) -> None:
    for name in value:
        if name not in labels:
            raise UnknownNameError(kind, name, labels, where=where)
    for label in labels:
        if label not in value:
            raise InputError(
                f"no value for {kind} '{label}'", where=where, allowed="one for each, or one number"
            )


def table(
    players: Sequence[str],
    clauses: Sequence[str],
    *,
    by_clause: Mapping[str, tuple[str, Any]],
    by_party: Mapping[str, tuple[str, Any]],
) -> dict[str, Array]:
    """Read-only arrays (..., parties, clauses) and (..., parties), all exact or all floats."""
    for labels, kind in ((players, "party"), (clauses, "clause")):
        if not labels or len(set(labels)) != len(labels):
            raise InputError(f"{kind} labels {list(labels)}", allowed="one or more, all different")
    lists = {key: leaves(v, players, clauses, where) for key, (where, v) in by_clause.items()}
    lists |= {key: leaves(v, players, ("",), where) for key, (where, v) in by_party.items()}
    exact = all(isinstance(v, (int, Fraction)) for values in lists.values() for v in values)
    out = {}
    for key, values in lists.items():
        shape: tuple[int, ...] = (len(players),)
        if key in by_clause:
            shape = (len(players), len(clauses))
        out[key] = _array(values, shape, exact, key)
    return out


def _array(values: list[Any], shape: tuple[int, ...], exact: bool, where: str) -> Array:
    if exact:
        array = np.empty(len(values), dtype=object)
        array[:] = [Fraction(v) for v in values]
        array = array.reshape(shape)
    else:
        numbers = [np.asarray(v, float) for v in values]
        if not all(np.isfinite(v).all() for v in numbers):
            raise InputError("a value is not finite", where=where, allowed="numbers")
        stacked = np.stack(np.broadcast_arrays(*numbers), -1)
        array = stacked.reshape(*stacked.shape[:-1], *shape)
    array.setflags(write=False)
    return array
