"""The steps a student writes to find the Nash equilibria of a small game, as Markdown with TeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from negotiate.solution import Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.arithmetic.pure import pure_equilibria
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.tex import expectation, name, number, payoff_table

SUPPORTS = 40
"""Most pairs of supports worked out in full."""


def explain(game: StrategicGame, solution: Solution) -> str:
    """All steps, then the answer."""
    fractions = game.fractions()
    parts = [_pure(fractions)]
    if len(game.players) == 2:
        kept, text = _dominance(fractions)
        parts.append(text)
        parts.append(_supports(fractions, kept, bool(solution.degenerate)))
    else:
        parts.append(_mixing(game, solution))
    parts.append(_answer(solution))
    return "\n\n".join(part for part in parts if part)


def _pure(game: StrategicGame) -> str:
    lines = ["### Pure strategies", ""]
    if len(game.players) == 2:
        lines += [*payoff_table(game), "", "Best replies are underlined."]
    cells = np.argwhere(pure_equilibria(game.payoffs))
    if len(cells):
        lines.append("")
        lines.append("Where every payoff is a best reply, nobody gains by changing alone:")
        lines += [f"- ({', '.join(shared.names(game, tuple(cell)))})" for cell in cells.tolist()]
    else:
        lines += ["", "In every cell somebody gains by changing: there is no pure equilibrium."]
    return "\n".join(lines)


def _dominance(game: StrategicGame) -> tuple[list[list[int]], str]:
    """Strategies left and the order in which the others went, one at a time."""
    kept = [list(range(size)) for size in game.shape]
    steps = []
    while (found := _dominated(game, kept)) is not None:
        who, s, t = found
        kept[who].remove(s)
        labels, player = game.strategies[game.players[who]], game.players[who]
        steps.append(f"- {player}: {labels[s]} pays less than {labels[t]} whatever is left.")
    if not steps:
        return kept, ""
    lines = ["### Strictly dominated strategies", "", "They have no place in an equilibrium:"]
    return kept, "\n".join(lines + steps)


def _dominated(game: StrategicGame, kept: Sequence[Sequence[int]]) -> tuple[int, int, int] | None:
    for who in range(2):
        rows = game.payoffs[who] if who == 0 else game.payoffs[who].T
        for s in kept[who]:
            for t in kept[who]:
                if s != t and all(rows[t, k] > rows[s, k] for k in kept[1 - who]):
                    return who, s, t
    return None


def _supports(game: StrategicGame, kept: Sequence[Sequence[int]], degenerate: bool) -> str:
    rows, columns = kept
    if len(rows) == 1 or len(columns) == 1:
        return ""
    lines = ["### Mixed strategies", ""]
    lines.append(
        "A player mixes only between strategies that pay the same, so each player's "
        "probabilities are set by the *other* player's indifference."
    )
    pairs = [
        (i, j)
        for k in range(2, min(len(rows), len(columns)) + 1)
        for i in combinations(rows, k)
        for j in combinations(columns, k)
    ]
    for i, j in pairs[:SUPPORTS]:
        lines += ["", *_support(game, i, j, kept)]
    if len(pairs) > SUPPORTS:
        lines += ["", f"The other {len(pairs) - SUPPORTS:,} pairs of supports go the same way."]
    if degenerate:
        lines += [
            "",
            "The game is degenerate: against some strategy a player has more best replies than "
            "that strategy mixes, so supports of unequal size matter too. They are found as "
            "vertices of the best-reply polytopes, and the answer below has all of them.",
        ]
    return "\n".join(lines)


def _support(
    game: StrategicGame, i: Sequence[int], j: Sequence[int], kept: Sequence[Sequence[int]]
) -> Iterator[str]:
    row, column = game.players
    own, other = game.strategies[row], game.strategies[column]
    yield (
        f"**{row} mixes {', '.join(own[k] for k in i)}; "
        f"{column} mixes {', '.join(other[k] for k in j)}.**"
    )
    a, b = game.payoffs[0], game.payoffs[1].T
    sides = (
        (row, own, i, column, other, j, a, kept[0]),
        (column, other, j, row, own, i, b, kept[1]),
    )
    for player, labels, mine, rival, theirs, his, table, open_rows in sides:
        yield ""
        sums = [expectation([table[s, t] for t in his], [theirs[t] for t in his]) for s in mine]
        total = " + ".join(f"p_{{{name(theirs[t])}}}" for t in his)
        yield f"{player} is indifferent: $${' = '.join(sums)},\\qquad {total} = 1.$$"
        found = _indifferent([[table[s, t] for t in his] for s in mine])
        if found is None:
            yield "These equations have no single solution, so no isolated equilibrium is here."
            return
        chances, value = found
        shown = ", ".join(f"p_{{{name(theirs[t])}}} = {number(p)}" for t, p in zip(his, chances))
        yield f"So ${shown}$, and {player} gets ${number(value)}$."
        bad = [theirs[t] for t, p in zip(his, chances) if p <= 0]
        if bad:
            yield f"The support fails: {rival} would play {', '.join(bad)} with no positive chance."
            return
        for s in open_rows:
            pay = sum(table[s, t] * p for t, p in zip(his, chances))
            if pay > value:
                yield (
                    f"The support fails: {labels[s]} would pay {player} ${number(pay)} > "
                    f"{number(value)}$."
                )
                return
    yield ""
    yield "No strategy outside the supports pays more: **an equilibrium**."


def _indifferent(rows: Sequence[Sequence[Fraction]]) -> tuple[list[Fraction], Fraction] | None:
    """Probabilities p and value v with rows p = v and sum p = 1, if there is exactly one."""
    k = len(rows)
    work = [[*map(Fraction, row), Fraction(-1), Fraction(0)] for row in rows]
    work.append([Fraction(1)] * k + [Fraction(0), Fraction(1)])
    for c in range(k + 1):
        pivot = next((r for r in range(c, k + 1) if work[r][c] != 0), None)
        if pivot is None:
            return None
        work[c], work[pivot] = work[pivot], work[c]
        work[c] = [v / work[c][c] for v in work[c]]
        for r in range(k + 1):
            if r != c and work[r][c] != 0:
                factor = work[r][c]
                work[r] = [v - factor * w for v, w in zip(work[r], work[c])]
    solution = [row[-1] for row in work]
    return solution[:k], solution[k]


def _mixing(game: StrategicGame, solution: Solution) -> str:
    """For more players: the indifference behind each mixed point."""
    lines = ["### Mixed strategies", ""]
    for point in solution.points:
        mixed = shared.mixed_of(game, point)
        if all(sum(1 for w in row if w != 0) == 1 for row in mixed):
            continue
        lines.append(f"**{point.label}**")
        for k, player in enumerate(game.players):
            values = expected.against(game.payoffs, mixed, k)
            shown = ", ".join(
                f"{label}: ${number(v)}$"
                for label, v in zip(game.strategies[player], values.tolist(), strict=True)
            )
            lines.append(f"- {player} gets from {shown}.")
        lines.append("")
    return "\n".join(lines) if len(lines) > 2 else ""


def _answer(solution: Solution) -> str:
    count = len(solution)
    noun = f"{'extreme ' if solution.degenerate else ''}equilibri{'um' if count == 1 else 'a'}"
    if solution.complete:
        known = f"The one {noun}" if count == 1 else f"All {count} {noun}"
    else:
        known = f"Found, perhaps not all: {count} {noun}"
    lines = ["### Answer", "", f"{known}:"]
    for point in solution.points:
        pays = ",\\ ".join(f"{name(p)}\\ {number(v)}" for p, v in point.payoffs.items())
        lines.append(f"- {point.label} (payoffs ${pays}$)")
    lines += [f"\n{note}" for note in solution.notes]
    return "\n".join(lines)
