r"""Tables for notebooks and terminals: labelled rows, and the payoff matrix with its best replies.

In a payoff matrix the row player's payoff stands first; a payoff is underlined if it is the best
reply to the other's strategy (`best_replies`), and a cell in which all are best replies is a Nash
equilibrium in pure strategies, set in bold and marked ● (Osborne and Rubinstein, *A Course in
Game Theory*, 1994, sec. 2.2).

>>> from fractions import Fraction
>>> dilemma = [[(3, 3), (0, 4)], [(4, 0), (1, 1)]]  # ibid., example 16.2
>>> pure_equilibria(dilemma)
((1, 1),)
>>> print(payoff_text(["quiet", "betray"], ["quiet", "betray"], dilemma, players=("A", "B")))
A \ B   quiet   betray
------  ------  --------
quiet    3, 3   0, _4_
betray  _4_, 0  _1_, _1_ ●
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from negotiate.drawing.text import clean, escape, exact, number
from negotiate.errors import InputError, TooLargeError
from negotiate.tolerance import UTILITY

MOST_CELLS = 4096
EQUILIBRIUM = "\N{BLACK CIRCLE}"
Payoffs = Sequence[Sequence[Sequence[Any]]]

_STYLE = (
    "<style>.ng-t{border-collapse:collapse;font-variant-numeric:lining-nums tabular-nums;"
    "border-top:1.5px solid;border-bottom:1.5px solid;margin:.6em 0}"
    ".ng-t caption{text-align:left;padding:.2em 0;caption-side:top}"
    ".ng-t th,.ng-t td{padding:.25em .7em;text-align:left;background:none;border:0;"
    "unicode-bidi:isolate}"
    ".ng-t thead th{border-bottom:1px solid;font-weight:600}.ng-t tbody th{font-weight:400}"
    ".ng-t .r{text-align:right}.ng-t .c{text-align:center}"
    ".ng-t .eq{font-weight:600;box-shadow:inset 0 0 0 1.5px}"
    ".ng-t u{text-underline-offset:.18em}.ng-s{overflow-x:auto}</style>"
)


def best_replies(payoffs: Payoffs) -> list[list[tuple[bool, bool]]]:
    """For each cell, whether the row's and the column's payoff is a best reply.

    Parameters
    ----------
    payoffs
        ``payoffs[r][c]`` is the pair (row player's, column player's), shape (R, C, 2).
        Fractions and integers are compared exactly, floats within `tolerance.UTILITY`.
    """
    cells = [[tuple(cell) for cell in row] for row in payoffs]
    if not cells or not cells[0] or any(len(row) != len(cells[0]) for row in cells):
        raise InputError(
            "the rows differ in length or are empty",
            where="payoff matrix",
            allowed="R rows of C pairs",
        )
    if len(cells) * len(cells[0]) > MOST_CELLS:
        raise TooLargeError(
            f"{len(cells)} x {len(cells[0])} cells",
            where="payoff matrix",
            allowed=f"{MOST_CELLS} cells",
        )
    if any(len(cell) != 2 for row in cells for cell in row):
        raise InputError("a cell is not a pair", where="payoff matrix", allowed="two payoffs")
    best_row = [max(row[c][0] for row in cells) for c in range(len(cells[0]))]
    best_column = [max(cell[1] for cell in row) for row in cells]
    return [
        [
            (_reaches(cell[0], best_row[c]), _reaches(cell[1], best_column[r]))
            for c, cell in enumerate(row)
        ]
        for r, row in enumerate(cells)
    ]


def _reaches(value: Any, best: Any) -> bool:
    if isinstance(value, (int, Fraction)) and isinstance(best, (int, Fraction)):
        return bool(value == best)
    return bool(value >= best - UTILITY)


def pure_equilibria(payoffs: Payoffs) -> tuple[tuple[int, int], ...]:
    """Cells (row, column) in which both payoffs are best replies."""
    return tuple(
        (r, c)
        for r, row in enumerate(best_replies(payoffs))
        for c, (first, second) in enumerate(row)
        if first and second
    )


def _checked(rows: Sequence[str], columns: Sequence[str], payoffs: Payoffs) -> None:
    if len(rows) != len(payoffs) or any(len(row) != len(columns) for row in payoffs):
        raise InputError(
            f"{len(rows)} row and {len(columns)} column labels for {len(payoffs)} x "
            f"{len(payoffs[0]) if len(payoffs) else 0} payoffs",
            where="payoff matrix",
            allowed="one label a strategy",
        )


def payoff_html(
    rows: Sequence[str],
    columns: Sequence[str],
    payoffs: Payoffs,
    *,
    players: tuple[str, str],
    caption: str = "",
) -> str:
    """The payoff matrix as an HTML table, every label escaped."""
    _checked(rows, columns, payoffs)
    best = best_replies(payoffs)
    corner = f"{escape(players[0])} \\ {escape(players[1])}"
    head = "".join(f'<th scope="col" class="c">{escape(name)}</th>' for name in columns)
    body = []
    for name, row, marks in zip(rows, payoffs, best):
        cells = []
        for cell, (first, second) in zip(row, marks):
            shown = ", ".join(
                f"<u>{escape(exact(value))}</u>" if mark else escape(exact(value))
                for value, mark in zip(cell, (first, second))
            )
            both = first and second
            sign = f' <span title="equilibrium">{EQUILIBRIUM}</span>' if both else ""
            cells.append(f'<td class="c{" eq" if both else ""}">{shown}{sign}</td>')
        body.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    words = caption or f"Payoffs ({players[0]}, {players[1]})"
    return (
        f'{_STYLE}<div class="ng-s"><table class="ng-t"><caption>{escape(words)}; best replies '
        f'underlined, pure equilibria {EQUILIBRIUM}.</caption><thead><tr><th scope="col">'
        f"{corner}</th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def payoff_text(
    rows: Sequence[str],
    columns: Sequence[str],
    payoffs: Payoffs,
    *,
    players: tuple[str, str],
) -> str:
    """The payoff matrix for a terminal: best replies between underscores, equilibria ●."""
    _checked(rows, columns, payoffs)
    best = best_replies(payoffs)
    table = []
    for name, row, marks in zip(rows, payoffs, best):
        cells = [name]
        for cell, (first, second) in zip(row, marks):
            shown = ", ".join(
                f"_{exact(value)}_" if mark else exact(value)
                for value, mark in zip(cell, (first, second))
            )
            cells.append(f"{shown} {EQUILIBRIUM}" if first and second else shown)
        table.append(cells)
    head = [f"{clean(players[0])} \\ {clean(players[1])}", *columns]
    return text(head, table, align="l" + "c" * len(columns))


def text(
    head: Sequence[object], rows: Sequence[Sequence[object]], *, align: str = "", digits: int = 3
) -> str:
    """A table for a terminal; numbers right, the rest left unless ``align`` says l, r or c.

    >>> print(text(["issue", "level"], [["front line", 0.352], ["HTS", 0.25]]))
    issue       level
    ----------  -----
    front line  0.352
    HTS         0.250
    """
    sides = align or _sides(rows, len(head))
    shown = [[number(cell, digits) for cell in row] for row in rows]
    names = [clean(name) for name in head]
    widths = [
        max(len(line[i].rstrip(f" {EQUILIBRIUM}")) for line in [names, *shown])
        for i in range(len(names))
    ]

    def put(cell: str, width: int, side: str) -> str:
        tail = f" {EQUILIBRIUM}" if cell.endswith(EQUILIBRIUM) else ""
        bare = cell.removesuffix(tail) if tail else cell
        placed = {"l": bare.ljust, "r": bare.rjust, "c": bare.center}[side](width)
        return placed + tail

    lines = [names, ["-" * width for width in widths], *shown]
    return "\n".join(
        "  ".join(put(c, w, s) for c, w, s in zip(line, widths, sides)).rstrip() for line in lines
    )


def html(
    head: Sequence[object],
    rows: Sequence[Sequence[object]],
    *,
    caption: str = "",
    align: str = "",
    digits: int = 3,
) -> str:
    """A table for a notebook, every cell escaped; numbers right unless ``align`` says else."""
    sides = align or _sides(rows, len(head))
    names = {"l": "", "r": ' class="r"', "c": ' class="c"'}
    top = "".join(
        f'<th scope="col"{names[side]}>{escape(cell)}</th>' for cell, side in zip(head, sides)
    )
    body = []
    for row in rows:
        cells = [
            f'<th scope="row"{names[side]}>{escape(number(cell, digits))}</th>'
            if place == 0
            else f"<td{names[side]}>{escape(number(cell, digits))}</td>"
            for place, (cell, side) in enumerate(zip(row, sides))
        ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    words = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'{_STYLE}<div class="ng-s"><table class="ng-t">{words}<thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _sides(rows: Sequence[Sequence[object]], columns: int) -> str:
    return "".join(
        "r" if rows and all(not isinstance(row[i], (str, bool)) for row in rows) else "l"
        for i in range(columns)
    )
