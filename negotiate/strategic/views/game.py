"""How a strategic game looks: payoff tables with best replies underlined and equilibria marked.

A cell lists the players' payoffs in order; a payoff is underlined if its player cannot do better by
changing its own strategy alone, and a cell with every payoff underlined is a pure equilibrium. More
than two players give one table for each combination of the further players' strategies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

import numpy as np

from negotiate.drawing.svg import Canvas, text_width
from negotiate.drawing.text import clean, escape, exact
from negotiate.strategic.game import StrategicGame

MAX_SIDE = 16
"""Rows and columns shown; what is cut off is said."""
MAX_TABLES = 12
"""Tables shown of a game of more than two players."""

Cell = tuple[tuple[str, bool], ...]
"""Per player: payoff as text, and whether it is a best reply."""


def text(game: StrategicGame) -> str:
    """Plain text; a star stands for the underline, brackets for an equilibrium."""
    lines = [_heading(game)]
    for title, rows, columns, cells in _tables(game):
        body = [["", *columns]] + [
            [label, *(_star(cell) for cell in line)] for label, line in zip(rows, cells)
        ]
        widths = [max(len(line[k]) for line in body) for k in range(len(body[0]))]
        lines += ["", *([title] if title else [])]
        lines += [
            "  ".join(part.ljust(width) for part, width in zip(line, widths)).rstrip()
            for line in body
        ]
    lines += ["", f"* best reply; [ ] pure equilibrium.{_cut(game)}"]
    return "\n".join(lines)


def html(game: StrategicGame) -> str:
    """Tables with best replies underlined and pure equilibria set off."""
    parts = [f'<div class="ng-game"><p><strong>{escape(_heading(game))}</strong></p>']
    first = escape(game.players[0])
    second = escape(game.players[1]) if len(game.players) > 1 else ""
    for title, rows, columns, cells in _tables(game):
        caption = f"<caption>{escape(title)}</caption>" if title else ""
        parts.append(f'<table class="ng-payoffs">{caption}')
        if second:
            parts.append(
                f'<tr><td></td><th scope="colgroup" colspan="{len(columns)}">{second}</th></tr>'
            )
        heads = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
        parts.append(f'<tr><th scope="col">{first}</th>{heads}</tr>')
        for label, line in zip(rows, cells):
            row = "".join(_html_cell(cell) for cell in line)
            parts.append(f'<tr><th scope="row">{escape(label)}</th>{row}</tr>')
        parts.append("</table>")
    parts.append(
        "<p><small>Underlined: best reply. Bold with a dot: pure equilibrium."
        f"{escape(_cut(game))}</small></p></div>"
    )
    return "".join(parts)


def latex(game: StrategicGame) -> str:
    r"""Arrays with ``\underline`` for best replies."""
    out = []
    for title, rows, columns, cells in _tables(game):
        head = " & ".join(["", *(rf"\text{{{_tex(c)}}}" for c in columns)])
        lines = [
            " & ".join(
                [
                    rf"\text{{{_tex(label)}}}",
                    *(
                        ",\\ ".join(
                            rf"\underline{{{_tex(v)}}}" if best else _tex(v) for v, best in cell
                        )
                        for cell in line
                    ),
                ]
            )
            for label, line in zip(rows, cells)
        ]
        body = (
            (" " + r"\\" + " ")
            .join([head + r" \\ \hline", *lines])
            .replace(r"\hline " + r"\\", r"\hline")
        )
        name = rf"\text{{{_tex(title)}}}\quad " if title else ""
        out.append(f"{name}\\begin{{array}}{{l|{'c' * len(columns)}}} {body} \\end{{array}}")
    return "$$" + r" \qquad ".join(out) + "$$"


def figure(game: StrategicGame) -> str:
    """The first payoff table as SVG, strategies along its sides."""
    title, rows, columns, cells = next(_tables(game))
    wide = max(
        [text_width(", ".join(v for v, _ in cell)) for line in cells for cell in line]
        + [text_width(c) for c in columns]
    )
    left = max(text_width(r) for r in (*rows, game.players[0])) + 24
    cell_width, cell_height, top = max(wide + 28, 64.0), 34.0, 58.0
    width = left + cell_width * len(columns) + 16
    board = Canvas(
        width,
        top + cell_height * len(rows) + 16,
        title=_heading(game),
        desc="Payoff table; best replies are underlined, pure equilibria shaded."
        + (f" {title}." if title else ""),
    )
    if len(game.players) > 1:
        middle = left + cell_width * len(columns) / 2
        board.text(middle, 20, game.players[1], anchor="middle", italic=True)
    board.text(8, top - 14, game.players[0], italic=True)
    for j, label in enumerate(columns):
        board.text(left + (j + 0.5) * cell_width, top - 14, label, anchor="middle")
    for i, (label, line) in enumerate(zip(rows, cells)):
        middle = top + (i + 0.5) * cell_height + 5
        board.text(left - 10, middle, label, anchor="end")
        for j, cell in enumerate(line):
            x, y = left + j * cell_width, top + i * cell_height
            shade = "wash" if all(best for _, best in cell) else None
            board.rect(x, y, cell_width, cell_height, fill=shade, stroke="rule")
            at = x + (cell_width - text_width(", ".join(v for v, _ in cell))) / 2
            for k, (value, best) in enumerate(cell):
                board.text(at, middle, value + ("," if k < len(cell) - 1 else ""))
                if best:
                    board.line(at, middle + 3, at + text_width(value), middle + 3, stroke="ink")
                at += text_width(value + ", ")
    return board.render()


def _heading(game: StrategicGame) -> str:
    size = " x ".join(str(k) for k in game.shape)
    kind = "exact" if game.exact else "symbolic" if game.symbolic else "floats"
    name = clean(game.title) or "Strategic game"
    drawn = f", means over {int(np.prod(game.draws)):,} draws" if game.draws else ""
    return f"{name} ({', '.join(clean(p) for p in game.players)}; {size}, {kind}{drawn})"


def _cut(game: StrategicGame) -> str:
    if max(game.shape[:2]) > MAX_SIDE:
        return f" The first {MAX_SIDE} of {max(game.shape[:2])} strategies are shown."
    further = int(np.prod(game.shape[2:]))
    return f" The first {MAX_TABLES} of {further} tables are shown." if further > MAX_TABLES else ""


def _tables(
    game: StrategicGame,
) -> Iterator[tuple[str, list[str], list[str], list[list[Cell]]]]:
    """Title, row labels, column labels and cells of each table."""
    n = len(game.players)
    payoffs = game.payoffs
    if game.draws:
        payoffs = payoffs.mean(axis=tuple(range(len(game.draws))))
    best = None if game.symbolic else [_best(payoffs[i], i) for i in range(n)]
    labels = [list(game.strategies[p]) for p in game.players]
    rows = [clean(s) for s in labels[0][:MAX_SIDE]]
    columns = [clean(s) for s in labels[1][:MAX_SIDE]] if n > 1 else ["payoff"]
    further = product(*(range(len(row)) for row in labels[2:]))
    for rest in islice(further, MAX_TABLES):
        title = "; ".join(
            f"{clean(p)}: {clean(labels[k + 2][s])}"
            for k, (p, s) in enumerate(zip(game.players[2:], rest))
        )
        cells = []
        for i in range(len(rows)):
            line = []
            for j in range(len(columns)):
                at: tuple[int, ...] = (i, j, *rest) if n > 1 else (i,)
                line.append(
                    tuple(
                        (exact(payoffs[(k, *at)]), best is not None and bool(best[k][at]))
                        for k in range(n)
                    )
                )
            cells.append(line)
        yield title, rows, columns, cells


def _best(table: Any, axis: int) -> Any:
    return table == table.max(axis=axis, keepdims=True)


def _star(cell: Sequence[tuple[str, bool]]) -> str:
    body = ", ".join(value + ("*" if best else "") for value, best in cell)
    return f"[{body}]" if all(best for _, best in cell) else body


def _html_cell(cell: Cell) -> str:
    body = ", ".join(f"<u>{escape(v)}</u>" if best else escape(v) for v, best in cell)
    if all(best for _, best in cell):
        return f'<td class="ng-equilibrium"><strong>{body}</strong> &#9679;</td>'
    return f"<td>{body}</td>"


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\^{}", "~": r"\~{}", "\N{MINUS SIGN}": "-",
}  # fmt: skip


def _tex(label: str) -> str:
    return "".join(_TEX.get(c, c) for c in clean(label))
