"""Equilibria of the realised threat game: all cells enumerated, mixing mixes payoffs.

Every pair of lever sets is bargained through; the matrix of bargaining payoffs is then a strategic
game, and its equilibria are found by the complete engine after iterated removal of strictly
dominated sets of levers (which removes no equilibrium). Where all cells are efficient the game is
strictly competitive along the frontier, so its pure equilibria are interchangeable and pay the
same; this is checked, not assumed.

Source: Nash (1953), Econometrica 21:128-140; Harsanyi (1977), Rational Behavior and Bargaining
Equilibrium, ch. 9 (games with variable threats); Osborne and Rubinstein (1994), Proposition 22.2,
for interchangeability.

>>> from negotiate.bargaining.problem import divide
>>> from negotiate.threats.game import from_points
>>> owen = from_points(divide(4, {"a": 0, "b": 0}), [[[1, 3], [-3, 0]], [[2, 1], [0, 2]]])
>>> {party: str(u) for party, u in equilibrium(owen)[0].payoffs.items()}
{'a': '1', 'b': '3'}
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic.arithmetic.pure import pure_equilibria
from negotiate.strategic.nash import nash as nash_equilibrium
from negotiate.threats.game import ThreatGame

FULL_ENUMERATION = 12
"""Most strategies a side that are enumerated in full; above, pure equilibria only."""


@concept(
    "threat_equilibrium",
    title="Equilibrium of the threat game",
    short="threat equilibrium",
    games=("threats",),
    field="algebraic",
    axioms=("no profitable deviation",),
)
def equilibrium(form: ThreatGame) -> Solution:
    """Equilibria of the realised threat game of one problem.

    Returns
    -------
    Solution
        Pure equilibria always; mixed ones too where what is left after iterated strict dominance
        is small enough for complete enumeration, which ``complete`` says.
    """
    if form.problem.shape:
        raise NotApplicableError(
            "a threat game over draws",
            where="threat_equilibrium",
            allowed="one game",
            remedy="use the metrics of form threats for draws",
        )
    game = form.realised()
    payoffs = np.asarray(game.payoffs)
    rows, columns, order = _undominated(payoffs)
    notes = [
        f"Iterated strict dominance left {len(rows)} x {len(columns)} of "
        f"{payoffs.shape[1]} x {payoffs.shape[2]} sets of levers."
    ]
    flat = _flat(payoffs)
    if flat:
        notes.append(
            "The game is flat: no set of levers changes any payoff; every profile is an "
            "equilibrium."
        )
    marked = int((~form.cells["zone"]).sum())
    if marked:
        notes.append(f"{marked} cells leave no bargaining zone and pay d.")
    reduced = payoffs[:, rows][:, :, columns]
    small = max(len(rows), len(columns)) <= FULL_ENUMERATION and not flat
    if small and len(rows) * len(columns) > 1:
        inner = replace(
            game,
            strategies={
                form.players[0]: tuple(form.strategies[0][i] for i in rows),
                form.players[1]: tuple(form.strategies[1][j] for j in columns),
            },
            payoffs=reduced,
        )
        found = nash_equilibrium(inner)
        points, complete = tuple(_marked(form, p) for p in found.points), found.complete
        components, degenerate = found.components, found.degenerate
    else:
        points = tuple(
            _pure(form, payoffs, rows[i], columns[j])
            for i, j in np.argwhere(pure_equilibria(reduced.astype(float)))
        )
        complete, components, degenerate = len(rows) * len(columns) == 1, (), None
        if not complete:
            notes.append("Pure equilibria only: the game left is flat or too large to enumerate.")
    values = {tuple(round(float(v), 9) for v in p.payoffs.values()) for p in points}
    if len(points) > 1 and len(values) == 1:
        notes.append("The equilibria pay the same: they are interchangeable.")
    elif len(values) > 1:
        notes.append("The equilibria pay differently.")
    return Solution(
        "threat_equilibrium",
        form.players,
        points,
        complete=complete,
        exact=form.is_exact,
        degenerate=degenerate,
        components=components,
        settings={"commitment": form.commitment, "game": "realised", "dominance": order},
        notes=tuple(notes),
        form=form,
    )


def _flat(payoffs: np.ndarray[Any, Any]) -> bool:
    spread = payoffs.reshape(2, -1).astype(float)
    return bool((spread.max(axis=1) - spread.min(axis=1) <= tolerance.UTILITY).all())


def _undominated(payoffs: np.ndarray[Any, Any]) -> tuple[list[int], list[int], list[str]]:
    """Rows and columns left by iterated strict dominance by pure strategies, and the order."""
    rows, columns = list(range(payoffs.shape[1])), list(range(payoffs.shape[2]))
    order: list[str] = []
    while True:
        a, b = payoffs[0][np.ix_(rows, columns)], payoffs[1][np.ix_(rows, columns)].T
        gone_rows, gone_columns = _dominated(a), _dominated(b)
        if not gone_rows and not gone_columns:
            return rows, columns, order
        order += [f"row {rows[i] + 1}" for i in gone_rows]
        order += [f"column {columns[j] + 1}" for j in gone_columns]
        rows = [r for i, r in enumerate(rows) if i not in gone_rows]
        columns = [c for j, c in enumerate(columns) if j not in gone_columns]


def _dominated(matrix: np.ndarray[Any, Any]) -> list[int]:
    """Rows strictly below another row everywhere; floats must differ by more than noise."""
    noise = 0 if matrix.dtype == object else tolerance.UTILITY
    above: Any = np.asarray(matrix[None, :, :] > matrix[:, None, :] + noise, dtype=bool)
    return [int(i) for i in np.flatnonzero(above.all(axis=2).any(axis=1))]


def _pure(form: ThreatGame, payoffs: np.ndarray[Any, Any], i: int, j: int) -> Point:
    strategies = {
        form.players[0]: {form.strategies[0][i]: 1},
        form.players[1]: {form.strategies[1][j]: 1},
    }
    point = Point(
        payoffs=dict(zip(form.players, payoffs[:, i, j].tolist())),
        strategies=strategies,
        label=f"{form.strategies[0][i]} | {form.strategies[1][j]}",
    )
    return replace(point, regret=holds(form, point).value)


def _marked(form: ThreatGame, point: Point) -> Point:
    label = " | ".join(
        " / ".join(name for name, p in point.strategies[party].items() if p > 0)
        for party in form.players
    )
    return replace(point, label=label, regret=holds(form, point).value)


@equilibrium.checked_by
def holds(form: ThreatGame, point: Point) -> Evidence:
    """Regret in the full game of all cells, dominated sets of levers included."""
    payoffs = np.asarray(form.cells["payoffs"])
    p, q = (
        np.array([point.strategies[party].get(name, 0) for name in form.strategies[side]])
        for side, party in enumerate(form.players)
    )
    row, column = payoffs[0] @ q, p @ payoffs[1]
    gains = (row - p @ row, column - column @ q)
    best = max(range(2), key=lambda side: max(gains[side]))
    regret = max(max(gains[0]), max(gains[1]), 0)
    fine = bool(regret <= (0 if form.is_exact else tolerance.REGRET))
    witness = f"{form.players[best]} gains by {form.strategies[best][int(np.argmax(gains[best]))]}"
    return Evidence(fine, regret, "regret, stakes", "" if fine else witness)
