"""The escalation ladder drawn downwards: the climb in the middle, what ends it to the right.

At every decision the sterner action goes on down and the other ends the crisis, so that the tree is
one long stem. The equilibrium path is thickest; elsewhere the better action of the two is bold.
"""

from __future__ import annotations

from typing import Any

from negotiate.drawing import parametric_view as parametric
from negotiate.drawing.svg import SERIES, WIDTH, Canvas, text_width, wrap
from negotiate.drawing.text import clean, exact

text = parametric.text

MOST_ROWS = 42
"""Decisions drawn before the rest is counted."""


def html(form: Any) -> str:
    """Numbers and metrics, and the ladder with the path of play."""
    return parametric.html(form) + ("" if _drawn(form) else figure(form))


def _drawn(form: Any) -> bool:
    return any(getattr(x, "ndim", 0) for x in form.numbers().values())


def figure(form: Any) -> str:
    """The ladder of one problem; signed margins over draws."""
    if _drawn(form):
        return parametric.figure(form)
    from negotiate.extensive import profile as _tree_profile

    game, point = form.extensive(), form.equilibria()[0]
    move = _tree_profile.move_probabilities(game, point.strategies)
    reach = _tree_profile.reach(game, move)
    stem = _stem(game)
    shown, rest = stem[:MOST_ROWS], len(stem) - MOST_ROWS
    step, top, x, end = 42.0, 56.0, 218.0, 456.0
    height = top + step * len(shown) + 34
    board = Canvas(
        WIDTH,
        height,
        title=f"{form.title} of {clean(form.players[0])} against {clean(form.players[1])}",
        desc=f"Equilibrium: {clean(point.label)}. Payoffs in the order of the players.",
    )
    left = 24.0
    for k, player in enumerate(game.players):
        board.circle(left, 18, 5.5, fill=SERIES[k % len(SERIES)])
        board.text(left + 11, 22.5, player)
        left += text_width(clean(player), 13) + 44
    board.text(
        end + 14,
        22.5,
        "payoffs: " + ", ".join(clean(p) for p in game.players),
        size=12,
        fill="soft",
    )
    for row, node in enumerate(shown):
        _decision(board, game, node, move, reach, x, top + step * row, step, end)
    bottom = top + step * len(shown)
    if rest > 0:
        board.text(x + 12, bottom + 4, f"and {rest} more decisions", fill="soft", italic=True)
    else:
        last = next(c for c in game.children[shown[-1]] if _onward(game, shown[-1]) == c)
        board.circle(x, bottom, 3, fill="ink")
        board.text(x + 12, bottom + 4.5, _payoffs(game, last))
    return board.render()


def _stem(game: Any) -> list[int]:
    """Decision and chance nodes from the start down, following the sterner (first) action."""
    node, out = 0, []
    while game.children[node]:
        out.append(node)
        node = _onward(game, node)
    return out


def _onward(game: Any, node: int) -> int:
    """The child by which the climb goes on: the one with a subtree, else the first."""
    return int(max(game.children[node], key=lambda c: (bool(game.children[c]), -c)))


def _payoffs(game: Any, node: int) -> str:
    out = int(game.outcome[node])
    if out < 0:
        return ", ".join("0" for _ in game.players)
    return ", ".join(exact(_one(game.payoffs[out, k])) for k in range(len(game.players)))


def _one(value: Any) -> Any:
    """A NumPy number as a plain one; fractions stay as they are."""
    return value.item() if hasattr(value, "item") else value


def _decision(
    board: Canvas,
    game: Any,
    node: int,
    move: Any,
    reach: Any,
    x: float,
    y: float,
    step: float,
    end: float,
) -> None:
    """One decision: who and where to the left, the way on below, the way out to the right."""
    index = int(game.information_set[node])
    who = int(game.owner[index])
    onward = _onward(game, node)
    for child in game.children[node]:
        chance = float(game.chance[child]) if who < 0 else float(move[child])
        on_path = float(reach[node]) > 0 and chance > 0
        colour = SERIES[who % len(SERIES)] if who >= 0 and chance > 0 else "rule"
        width = 4.5 if on_path else 2.4 if chance > 0 else 1.1
        label = clean(game.set_actions[index][game.action[child]])
        if who < 0:
            label += f" ({exact(_one(game.chance[child]))})"
        if child == onward:
            board.line(x, y, x, y + step, stroke=colour, width=width)
            lines = wrap(label, 166, 12, lines=2)
            for k, line in enumerate(lines):
                board.text(
                    x + 10, y + step / 2 + 7 - 6.5 * (len(lines) - 1) + 13 * k, line, size=12
                )
        else:
            board.line(x, y, end, y, stroke=colour, width=width)
            board.circle(end, y, 3, fill="ink")
            board.text(end - 10, y - 5 - width / 2, label, size=12.5, anchor="end")
            board.text(end + 14, y + 4.5, _payoffs(game, child), size=12.5)
    if who < 0:
        board.circle(x, y, 5.5, fill="paper", stroke="ink", line=1.5)
    else:
        board.circle(x, y, 6, fill=SERIES[who % len(SERIES)], stroke="paper")
    place = wrap(game.set_labels[index] if who >= 0 else "chance", x - 34, 11.5, lines=2)
    for k, line in enumerate(place):
        board.text(
            x - 13,
            y + 4 - 13 * (len(place) - 1) / 2 + 13 * k,
            line,
            size=11.5,
            anchor="end",
            fill="soft",
            italic=True,
        )


def ladder(form: Any, *, names: dict[str, str]) -> str:
    """The ladder with the parties' and the levers' own names."""
    from dataclasses import replace

    rungs = tuple(replace(rung, name=names.get(rung.name, rung.name)) for rung in form.rungs)
    players = tuple(names.get(who, who) for who in form.players)
    return figure(replace(form, rungs=rungs, players=players))
