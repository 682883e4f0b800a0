"""How a game tree looks: an indented text, a drawing from left to right, a page part.

In the drawing a filled circle is a decision (its colour and the name below say whose), a ring is
chance, dashed lines join the nodes of one information set, and payoffs stand at the leaves in the
order of the players. With a point given, what it chooses is drawn bolder and its path of play
thickest; mixed choices carry their probability, beliefs stand in brackets beside the name.
Large trees are folded: the path of play and the top of the tree stay open, the rest is counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from negotiate.drawing.svg import SERIES, Canvas, text_width
from negotiate.drawing.text import clean, escape, exact
from negotiate.extensive import profile as _tree_profile
from negotiate.extensive._metrics import set_name
from negotiate.extensive.game import ExtensiveGame
from negotiate.solution import Point

TEXT_LINES = 120
OPEN_LEAVES = 36
_ROW, _SIZE, _SMALL, _TOP = 32, 12.5, 10.5, 66
_SHORT = 26


def headline(game: ExtensiveGame) -> str:
    """Title and size in one line."""
    sets = sum(who >= 0 for who in game.owner.tolist())
    return (
        f"{clean(game.title) or 'Extensive game'}: {', '.join(map(clean, game.players))}; "
        f"{game.count:,} nodes, {sets:,} information sets, {len(game.leaves()):,} ends"
    )


def text(game: ExtensiveGame) -> str:
    """The tree as an indented list, cut after `TEXT_LINES` lines."""
    lines = [headline(game)]
    for line in _branches(game):
        if len(lines) > TEXT_LINES:
            lines.append(f"... {game.count:,} nodes in all; figure() folds what does not fit")
            break
        lines.append(line)
    return "\n".join(lines)


def _branches(game: ExtensiveGame) -> Iterator[str]:
    rows = _mean(game.node_payoffs(), 2)
    chance = _mean(game.chance, 1)
    waiting: list[tuple[int, str, bool]] = [(0, "", True)]
    while waiting:
        node, indent, last = waiting.pop()
        index = int(game.information_set[node])
        parts = []
        if node:
            up = int(game.information_set[game.parent[node]])
            step = clean(game.set_actions[up][game.action[node]])
            if game.owner[up] < 0:
                step += f" ({exact(chance[node])})"
            parts.append(f"{indent}{'└─' if last else '├─'} {step}")
        if index >= 0:
            who = int(game.owner[index])
            mover = clean(game.players[who]) if who >= 0 else "chance"
            several = len(game.members[index]) > 1 and who >= 0
            parts.append(mover + (f" [{clean(game.set_labels[index])}]" if several else ""))
        if int(game.outcome[node]) >= 0 or index < 0:
            parts.append(("+ " if index >= 0 else "") + ", ".join(map(exact, rows[node])))
        yield ": ".join(parts) if node else " ".join(parts)
        deeper = indent + ("" if not node else "   " if last else "│  ")
        for child in reversed(game.children[node]):
            waiting.append((child, deeper, child == game.children[node][-1]))


def _mean(array: Any, axes: int) -> list[Any]:
    """Numbers of one game; over draws their means."""
    while array.ndim > axes:
        array = array.mean(axis=0)
    out: list[Any] = array.tolist()
    return out


def html(game: ExtensiveGame) -> str:
    """Headline and drawing, self-contained."""
    note = f"<p>{escape(game.note)}</p>" if game.note else ""
    return (
        f'<div class="negotiate-game"><p><strong>{escape(game.title or "Extensive game")}</strong>'
        f"<br>{escape(headline(game).partition(': ')[2])}</p>{note}{figure(game)}</div>"
    )


def open_nodes(
    game: ExtensiveGame, reach: list[Any] | None, limit: int = OPEN_LEAVES
) -> tuple[list[int], set[int]]:
    """Nodes that are shown, in preorder, and those among them that are folded up."""
    shown, ends = {0}, 1
    heap = [(0, 0, 0)]
    while heap:
        _, level, node = heapq.heappop(heap)
        children = game.children[node]
        if ends + len(children) - 1 > limit and shown != {0}:
            continue
        ends += len(children) - 1
        for child in children[: max(limit, 1)]:
            shown.add(child)
            if game.children[child]:
                on_path = reach is not None and bool(reach[child])
                heapq.heappush(heap, (0 if on_path else 1, level + 1, child))
    folded = {n for n in shown if game.children[n] and game.children[n][0] not in shown}
    return sorted(shown), folded


def figure(game: ExtensiveGame, *, point: Point | None = None) -> str:
    """The tree as SVG; with a point, its choices, path of play and beliefs."""
    move = reach = None
    if point is not None and point.strategies and not game.draws:
        move = _tree_profile.move_probabilities(game, point.strategies)
        reach = _tree_profile.reach(game, move)
    shown, folded = open_nodes(game, reach)
    names = _names(game, shown, folded, point)
    x, y, width, height = _layout(game, shown, folded, names)
    what = headline(game)
    if point is not None:
        what += f". Equilibrium: {clean(point.label)}"
    board = Canvas(width, height, title=clean(game.title) or "Game tree", desc=what)
    for k, player in enumerate(game.players):
        left = 18 + sum(text_width(p, _SIZE) + 34 for p in game.players[:k])
        board.circle(left, 18, 5, fill=SERIES[k % len(SERIES)])
        board.text(left + 10, 22.5, player, size=_SIZE)
    if folded:
        hidden = sum(int(game.end[node] - node - 1) for node in folded)
        left = 18 + sum(text_width(p, _SIZE) + 34 for p in game.players)
        board.text(left, 22.5, f"{hidden:,} of {game.count:,} nodes not drawn", size=_SMALL,
                   fill="soft", italic=True)  # fmt: skip
    _sets(board, game, shown, x, y)
    # Lines first, words after: their rim of paper keeps them readable where lines pass.
    words = [_edge(board, game, node, x, y, move, reach) for node in shown[1:]]
    for left, top, label in words:
        board.text(left, top, label, size=_SIZE, halo=True)
    for node in shown:
        _node(board, game, node, x, y, folded=node in folded)
        board.text(x[node] - 10, y[node] + (15 if node else 4.5), names.get(node, ""),
                   size=_SMALL, anchor="end", fill="soft", italic=True, halo=True)  # fmt: skip
    return board.render()


def _layout(
    game: ExtensiveGame, shown: list[int], folded: set[int], names: dict[int, str]
) -> tuple[dict[int, float], dict[int, float], float, float]:
    """Columns by depth, wide enough for the actions; one row for each end that is shown."""
    room: dict[int, float] = {}
    for node in shown[1:]:
        level = int(game.depth[node])
        need = text_width(_step(game, node), _SIZE) + text_width(names.get(node, ""), _SMALL) + 66
        room[level] = max(room.get(level, 0), need)
    left = {0: 28.0 + text_width(names.get(0, ""), _SMALL)}
    for level in sorted(room):
        left[level] = left[level - 1] + max(room[level], 96)
    x = {node: left[int(game.depth[node])] for node in shown}
    y: dict[int, float] = {}
    row = 0
    for node in shown:
        if node in folded or not game.children[node]:
            y[node] = _TOP + row * _ROW
            row += 1
    for node in reversed(shown):
        if node not in y:
            below = [y[child] for child in game.children[node] if child in y]
            y[node] = (below[0] + below[-1]) / 2
    ends = max(text_width(_end(game, n, n in folded), _SIZE) for n in shown)
    width = max(max(x.values()) + ends + 34, 320)
    legend = 40 + sum(text_width(p, _SIZE) + 34 for p in game.players)
    width = max(width, legend + (170 if folded else 0))
    return x, y, width, _TOP + max(row - 1, 0) * _ROW + 34


def _short(label: str) -> str:
    label = clean(label)
    return label if len(label) <= _SHORT else label[: _SHORT - 1] + "…"


def _step(game: ExtensiveGame, node: int) -> str:
    """The action that leads to a node; chance with its probability."""
    index = int(game.information_set[game.parent[node]])
    label = _short(game.set_actions[index][game.action[node]])
    if game.owner[index] < 0:
        label += f" ({exact(_one(game.chance[..., node]))})"
    return label


def _one(value: Any) -> Any:
    """A number of one game; over draws the mean."""
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else float(array.mean())


def _end(game: ExtensiveGame, node: int, folded: bool) -> str:
    """What stands at the right of a node: payoffs, or how much is folded away."""
    out, parts = int(game.outcome[node]), []
    if out >= 0:
        row = [exact(_one(game.payoffs[..., out, k])) for k in range(len(game.players))]
        parts.append(("+ " if game.children[node] else "") + ", ".join(row))
    elif not game.children[node]:
        parts.append(", ".join("0" for _ in game.players))
    if folded:
        parts.append(f"▸ {int(game.end[node] - node - 1):,} nodes folded")
    return "  ".join(parts)


def _sets(
    board: Canvas, game: ExtensiveGame, shown: list[int], x: dict[int, float], y: dict[int, float]
) -> None:
    """Dashed links between the nodes of one information set, drawn first and so underneath."""
    groups: dict[int, list[int]] = {}
    for node in shown:
        index = int(game.information_set[node])
        if index >= 0 and game.owner[index] >= 0:
            groups.setdefault(index, []).append(node)
    at_level: dict[int, int] = {}
    for index, nodes in groups.items():
        if len(nodes) < 2:
            continue
        # Sets side by side bend differently, so that their lines stay apart.
        level = int(game.depth[nodes[0]])
        place = at_level[level] = at_level.get(level, 0) + 1
        colour = SERIES[int(game.owner[index]) % len(SERIES)]
        nodes = sorted(nodes, key=lambda n: (y[n], x[n]))
        for a, b in pairwise(nodes):
            bend = (x[a] + x[b]) / 2 - 6 - 14 * place
            board.curve(
                f"M{x[a]:.1f},{y[a]:.1f} Q{bend:.1f},{(y[a] + y[b]) / 2:.1f} {x[b]:.1f},{y[b]:.1f}",
                stroke=colour,
                width=1.6,
                dash="4 4",
            )


def _edge(
    board: Canvas,
    game: ExtensiveGame,
    node: int,
    x: dict[int, float],
    y: dict[int, float],
    move: list[Any] | None,
    reach: list[Any] | None,
) -> tuple[float, float, str]:
    """Draw the line to a node; returns where its words go, and the words."""
    up = int(game.parent[node])
    who = int(game.mover[up])
    label, stroke, width = _step(game, node), "rule", 1.2
    if move is not None and reach is not None and float(move[node]) > 0:
        if who >= 0 and 0 < float(move[node]) < 1:
            label += f" {exact(move[node])}"
        stroke = SERIES[who % len(SERIES)] if who >= 0 else "ink"
        width = 4.5 if float(reach[node]) > 0 else 2.4
    # A straight rise, then level: actions are written on the level part and never cross.
    knee = x[up] + 34
    board.polyline(
        [(x[up], y[up]), (knee, y[node]), (x[node], y[node])], stroke=stroke, width=width
    )
    return knee + 4, y[node] - 6.5 - width / 2, label


def _node(
    board: Canvas,
    game: ExtensiveGame,
    node: int,
    x: dict[int, float],
    y: dict[int, float],
    *,
    folded: bool,
) -> None:
    index = int(game.information_set[node])
    if index >= 0:
        who = int(game.owner[index])
        if who < 0:
            board.circle(x[node], y[node], 5, fill="paper", stroke="ink", line=1.5)
        else:
            board.circle(x[node], y[node], 5.5, fill=SERIES[who % len(SERIES)], stroke="paper")
    else:
        board.circle(x[node], y[node], 2.2, fill="ink")
    label = _end(game, node, folded)
    if label:
        above = -8 if index >= 0 and not folded else 4.5
        board.text(x[node] + 10, y[node] + above, label, size=_SIZE, fill="ink", halo=True)


def _names(
    game: ExtensiveGame, shown: list[int], folded: set[int], point: Point | None
) -> dict[int, str]:
    """Who moves at each open node, with the belief in brackets where the point has one."""
    out = {}
    for node in shown:
        index = int(game.information_set[node])
        if index < 0 or node in folded:
            continue
        who = int(game.owner[index])
        out[node] = _short(game.players[who]) if who >= 0 else "chance"
        told = point.beliefs.get(set_name(game, index), {}) if point else {}
        place = " / ".join(game.history(node)) or "start"
        if place in told:
            out[node] += f" [{exact(told[place])}]"
    return out
