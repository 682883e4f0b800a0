"""The payoff matrix as a table block: best replies underlined, pure equilibria marked."""

from __future__ import annotations

from collections.abc import Sequence

from negotiate.drawing.tables import EQUILIBRIUM, Payoffs, best_replies
from negotiate.drawing.text import exact
from negotiate.errors import InputError
from negotiate.report.blocks import Inline, Strong, Table, Text, Under


def payoff_table(
    rows: Sequence[str],
    columns: Sequence[str],
    payoffs: Payoffs,
    *,
    players: tuple[str, str],
    caption: Text = "",
    key: str = "",
    unit: str = "stakes",
) -> Table:
    """A two-player game as a `Table`.

    >>> table = payoff_table(["C", "D"], ["C", "D"], [[(3, 3), (0, 5)], [(5, 0), (1, 1)]],
    ...                      players=("A", "B"))
    >>> table.rows[1][2]
    (Under(text='1'), ', ', Under(text='1'), ' ●')
    """
    if len(rows) != len(payoffs) or any(len(row) != len(columns) for row in payoffs):
        raise InputError(
            f"{len(rows)} x {len(columns)} labels do not fit the payoffs",
            where="payoff matrix",
            allowed="one label a strategy",
        )
    body = []
    for name, row, marks in zip(rows, payoffs, best_replies(payoffs)):
        cells: list[Text] = [name]
        for (a, b), (first, second) in zip(row, marks):
            parts: list[Inline] = [
                Under(exact(a)) if first else exact(a),
                ", ",
                Under(exact(b)) if second else exact(b),
            ]
            if first and second:
                parts.append(f" {EQUILIBRIUM}")
            cells.append(tuple(parts))
        body.append(tuple(cells))
    told: Text = caption or (
        f"Payoffs ({players[0]}, {players[1]}) in {unit}: best replies underlined, pure equilibria "
        f"{EQUILIBRIUM}."
    )
    corner = (Strong(players[0]), " \\ ", players[1])
    return Table((corner, *columns), tuple(body), told, align="l" + "c" * len(columns), key=key)
