"""A threat game: the matrix of bargaining payoffs, undominated sets of levers, who uses what."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.drawing.tables import payoff_html, payoff_text
from negotiate.drawing.text import clean, escape

SHOWN = 6
"""Rows and columns shown: those nearest to being best replies; the rest is counted."""


def shown(game: Any) -> tuple[list[int], list[int]]:
    """Rows and columns to show: all if few, else the best against the solution's threats."""
    payoffs = np.asarray(game.cells["payoffs"], dtype=float)
    m, n = payoffs.shape[-2:]
    if m <= SHOWN and n <= SHOWN:
        return list(range(m)), list(range(n))
    i, j = solution_cell(game)
    rows = sorted(range(m), key=lambda r: (-payoffs[0, r, j], r))[:SHOWN]
    columns = sorted(range(n), key=lambda c: (-payoffs[1, i, c], c))[:SHOWN]
    return rows, columns


def solution_cell(game: Any) -> tuple[int, int]:
    """Cell of the optimal threats; the pure maximin where the game is given by points."""
    if game.effects is not None:
        used = game.saddle.used[:, 0]
        first = len(game.levers[0])
        return _code(used[:first]), _code(used[first:])
    payoffs = np.asarray(game.cells["payoffs"], dtype=float)
    return int(payoffs[0].min(axis=1).argmax()), int(payoffs[1].min(axis=0).argmax())


def _code(flags: Any) -> int:
    return int(sum(1 << bit for bit, flag in enumerate(flags) if flag))


def matrix(game: Any) -> tuple[list[str], list[str], list[list[tuple[float, float]]]]:
    """Labels and rounded payoffs of the part that is shown."""
    rows, columns = shown(game)
    payoffs = np.asarray(game.cells["payoffs"], dtype=float)
    return (
        [game.strategies[0][r] for r in rows],
        [game.strategies[1][c] for c in columns],
        [[(round(payoffs[0, r, c], 3), round(payoffs[1, r, c], 3)) for c in columns] for r in rows],
    )


def caption(game: Any) -> str:
    """What the matrix shows, with what is left out."""
    m, n = np.asarray(game.cells["payoffs"]).shape[-2:]
    rows, columns = shown(game)
    left = (
        ""
        if (len(rows), len(columns)) == (m, n)
        else f" The {len(rows)} x {len(columns)} sets of levers that do best against the "
        f"solution, of {m} x {n}; marks hold among those shown."
    )
    return f"Utilities of the deals that follow from each pair of threats, in stakes.{left}"


def text(game: Any) -> str:
    """The matrix for a terminal."""
    if game.problem.shape:
        return f"Threat game over {game.problem.shape} draws, {game.points.shape[:2]} cells"
    names, columns, cells = matrix(game)
    players = (clean(game.players[0]), clean(game.players[1]))
    return payoff_text(names, columns, cells, players=players) + "\n" + caption(game)


def html(game: Any) -> str:
    """The matrix as an HTML table."""
    if game.problem.shape:
        return f"<p>{escape(text(game))}</p>"
    names, columns, cells = matrix(game)
    return payoff_html(
        names, columns, cells, players=game.players, caption=caption(game).rstrip(".")
    )


def figure(game: Any) -> str:
    """The bargaining plane of the game's problem, drawn from its disagreement point."""
    from negotiate.bargaining.views import problem as bargaining_problem

    return bargaining_problem.figure(game.problem)
