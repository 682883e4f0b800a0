"""How a graph model is shown: the option table, and the integrated graph.

The option table is the field's own: a row for each option, a column for each state, Y or N; below
it the rank of every state for every decision maker and, in the last rows, where it is stable. The
integrated graph has the states as nodes and every decision maker's moves as arcs of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from negotiate.drawing import tables
from negotiate.drawing.svg import Canvas, wrap
from negotiate.drawing.text import clean, escape
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.table import compare

MAX_COLUMNS = 40
"""States in a table; beyond it a summary is shown."""

MAX_NODES = 60
"""States in a drawn graph."""

TABLED = (
    "nash_stability",
    "general_metarational",
    "symmetric_metarational",
    "sequential_stability",
)


def option_table(model: GraphModel) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the option table.

    Parameters
    ----------
    model
        With at most `MAX_COLUMNS` states.

    Returns
    -------
    tuple
        Labels of the columns, and rows of cells.

    Examples
    --------
    >>> from negotiate.graphmodel.build import option_model
    >>> from negotiate.graphmodel.model import Option
    >>> model = option_model(["A"], [Option("go", "A")], preferences={"A": {"statements": ["go"]}})
    >>> head, rows = option_table(model)
    >>> head, rows[0], rows[1]
    (['', 'none', 'go'], ['A: go', 'N', 'Y'], ['rank for A', '1', '2'])
    """
    head = ["", *model.states]
    rows = []
    for k, option in enumerate(model.options):
        cells = [model.taken(s)[k] for s in range(len(model.states))]
        rows.append(
            [
                f"{option.owner}: {option.label}",
                *("-" if taken is None else "Y" if taken else "N" for taken in cells),
            ]
        )
    for who, mine in zip(model.players, model.preferences):
        if mine.rank is not None:
            rows.append([f"rank for {who}", *(str(r) for r in np.asarray(mine.rank).tolist())])
    found = compare(model, concepts=TABLED)
    names = list(next(iter(found.values())))
    for name in names:
        cells_ = [found[label][name] for label in model.states]
        rows.append([name, *("E" if cell == "equilibrium" else "" for cell in cells_)])
    return head, rows


def text(model: GraphModel) -> str:
    """The option table in plain text, or a summary of a large model."""
    title = clean(model.title or "Graph model")
    if model.draws or len(model.states) > MAX_COLUMNS:
        return f"{title}\n{_summary(model)}"
    head, rows = option_table(model)
    return f"{title}\n{tables.text(head, rows)}\n{_legend(model)}"


def html(model: GraphModel) -> str:
    """The option table in HTML, every label escaped."""
    title = f"<p><strong>{escape(model.title or 'Graph model')}</strong></p>"
    if model.draws or len(model.states) > MAX_COLUMNS:
        return f"{title}<p>{escape(_summary(model))}</p>"
    head, rows = option_table(model)
    return f"{title}{tables.html(head, rows)}<p>{escape(_legend(model))}</p>"


def _legend(model: GraphModel) -> str:
    said = ["E: equilibrium; rank 1 is worst."]
    if model.status_quo:
        said.append(f"Status quo: {model.status_quo}.")
    return " ".join(said)


def _summary(model: GraphModel) -> str:
    moves = sum(len(arcs) for arcs in model.moves)
    draws = f", {int(np.prod(model.draws)):,} draws" if model.draws else ""
    return (
        f"{len(model.players)} decision makers ({', '.join(model.players)}), "
        f"{len(model.options)} options, {len(model.states):,} states, {moves:,} moves{draws}."
    )


def places(model: GraphModel) -> dict[int, tuple[float, float]]:
    """Places of the states in the unit square, by a layout of the integrated graph.

    Parameters
    ----------
    model
        The model.

    Returns
    -------
    dict
        State to (x, y); the same for the same model every time.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(model.states)))
    for arcs in model.moves:
        graph.add_edges_from(zip(arcs.start.tolist(), arcs.end.tolist()))
    if len(model.states) == 1:
        return {0: (0.5, 0.5)}
    found = nx.kamada_kawai_layout(graph) if nx.is_connected(graph) else nx.circular_layout(graph)
    array = np.array([found[s] for s in range(len(model.states))], dtype=float)
    low, high = array.min(axis=0), array.max(axis=0)
    scaled = (array - low) / np.where(high - low > 0, high - low, 1)
    return {s: (float(x), float(y)) for s, (x, y) in enumerate(scaled)}


def figure(model: GraphModel) -> str:
    """The integrated graph as SVG: a dash pattern for each decision maker, equilibria ringed.

    Parameters
    ----------
    model
        With at most `MAX_NODES` states.

    Returns
    -------
    str
        SVG.
    """
    if model.draws:
        raise NotApplicableError("a graph over draws", where="figure", remedy="take one draw")
    if len(model.states) > MAX_NODES:
        raise TooLargeError(
            f"{len(model.states):,} states in one drawing", allowed=f"up to {MAX_NODES}"
        )
    rings = {
        label
        for label, by in compare(model, concepts=("sequential_stability",)).items()
        if "equilibrium" in by.values()
    }
    width, height, edge = 720.0, 520.0, 70.0
    keys = 24.0 * len(model.players)
    board = Canvas(
        width,
        height + keys + 40,
        title=f"Graph of moves{': ' + model.title if model.title else ''}",
        desc=_described(model, rings),
    )
    at = {
        s: (edge + x * (width - 2 * edge), edge + y * (height - 2 * edge))
        for s, (x, y) in places(model).items()
    }
    dashes = ("", "7 4", "2 4", "10 3 2 3", "1 3", "12 6")
    for i, arcs in enumerate(model.moves):
        pairs = set(zip(arcs.start.tolist(), arcs.end.tolist()))
        for a, b in sorted(pairs):
            both = (b, a) in pairs
            if both and a > b:
                continue
            _arc(board, at[a], at[b], dashes[i % len(dashes)], both, bend=10.0 * i)
    for s, label in enumerate(model.states):
        _node(board, at[s], label, ringed=label in rings, start=label == model.status_quo)
    for i, who in enumerate(model.players):
        y = height + 16 + 24 * i
        board.line(edge, y, edge + 46, y, stroke="ink", dash=dashes[i % len(dashes)])
        board.text(edge + 56, y + 4, f"moves of {who}", size=12)
    board.text(
        edge,
        height + keys + 20,
        "Double ring: sequential equilibrium. Bold: status quo. No arrowhead: both ways.",
        size=12,
        fill="soft",
    )
    return board.render()


def _described(model: GraphModel, rings: Sequence[str] | set[str]) -> str:
    named = ", ".join(sorted(rings)) or "none"
    return f"{_summary(model)} Sequential equilibria: {named}."


def _arc(
    board: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    dash: str,
    both: bool,
    bend: float,
) -> None:
    """A slightly bent line between two nodes, with a head unless it runs both ways."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    middle = ((x0 + x1) / 2 - uy * 2 * bend, (y0 + y1) / 2 + ux * 2 * bend)
    gap = 20.0
    ax, ay = x0 + ux * gap, y0 + uy * gap
    bx, by = x1 - ux * gap, y1 - uy * gap
    path = f"M{ax:.1f},{ay:.1f} Q{middle[0]:.1f},{middle[1]:.1f} {bx:.1f},{by:.1f}"
    board.curve(path, stroke="rule", width=1, dash=dash)
    if not both:
        hx, hy = bx - middle[0], by - middle[1]
        size = math.hypot(hx, hy) or 1.0
        hx, hy = hx / size, hy / size
        for side in (0.45, -0.45):
            board.line(
                bx,
                by,
                bx - 9 * (hx * math.cos(side) - hy * math.sin(side)),
                by - 9 * (hx * math.sin(side) + hy * math.cos(side)),
                stroke="ink",
            )


def _node(board: Canvas, at: tuple[float, float], label: str, *, ringed: bool, start: bool) -> None:
    x, y = at
    board.circle(x, y, 15, fill="paper", stroke="ink", line=2.4 if start else 1.0)
    if ringed:
        board.circle(x, y, 19, fill=None, stroke="ink")
    if len(label) <= 3:
        board.text(x, y + 4, label, size=12, anchor="middle")
        return
    for k, line in enumerate(wrap(label.replace("+", " + "), 130, 11)):
        board.text(x, y + 32 + 13 * k, line, size=11, anchor="middle", halo=True)
