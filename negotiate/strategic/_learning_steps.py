"""The first steps of each dynamic of ``learning`` by hand, as Markdown with TeX.

Nashpy runs the dynamics; here their rules are applied to the game's numbers once more, so that a
student can follow them: counts and best replies of fictitious play, growth rates of the
replicators, birth probabilities of the Moran process.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from negotiate.strategic import tex as _tex
from negotiate.strategic.game import StrategicGame

Values = list[Fraction]


def _tables(game: StrategicGame) -> tuple[list[Values], list[Values]]:
    """Payoffs of both players, own strategies first."""
    payoffs = game.fractions().payoffs
    return payoffs[0].tolist(), payoffs[1].T.tolist()


def _against(rows: list[Values], weights: Values) -> Values:
    return [sum((v * w for v, w in zip(line, weights)), Fraction(0)) for line in rows]


def _listed(labels: tuple[str, ...], values: Any) -> str:
    return ", ".join(f"{s} ${_tex.number(v)}$" for s, v in zip(labels, values))


def fictitious_play(game: StrategicGame, rounds: int) -> str:
    """Rounds of best replies to the other's past frequencies; ties go to the first strategy."""
    tables, labels = _tables(game), [game.strategies[p] for p in game.players]
    lines = [
        "**Fictitious play.**",
        "",
        "In every round each player replies best to how often the other has played its strategies "
        "so far. In the first round nothing has been seen: here all strategies then count alike, "
        "and ties go to the strategy listed first (Nashpy draws both by lot).",
    ]
    counts = [[Fraction(0)] * len(own) for own in labels]
    for number in range(1, rounds + 1):
        played, lines = [], [*lines, "", f"Round {number}:"]
        for k, player in enumerate(game.players):
            seen = counts[1 - k]
            total = sum(seen)
            belief = [v / total for v in seen] if total else [Fraction(1, len(seen))] * len(seen)
            pays = _against(tables[k], belief)
            best = pays.index(max(pays))
            played.append(best)
            lines.append(
                f"- {player} expects {_listed(labels[1 - k], belief)}; its strategies pay "
                f"{_listed(labels[k], pays)}; it plays *{labels[k][best]}*."
            )
        for k, best in enumerate(played):
            counts[k][best] += 1
    shares = "; ".join(
        f"{player}: {_listed(own, [v / sum(row) for v in row])}"
        for player, own, row in zip(game.players, labels, counts)
    )
    return "\n".join([*lines, "", f"Frequencies after {rounds} rounds: {shares}."])


def stochastic_fictitious_play(game: StrategicGame, rounds: int) -> str:
    """Fictitious play, with the difference that shocks make."""
    text = fictitious_play(game, rounds)
    return text + (
        "\n\nIn the stochastic version every payoff carries a random shock before the best one is "
        "taken, so that near-ties are played with nearly equal chances."
    )


def _growth(labels: tuple[str, ...], rows: list[Values], own: Values, other: Values) -> list[str]:
    pays = _against(rows, other)
    mean = sum((x * v for x, v in zip(own, pays)), Fraction(0))
    out = [f"The mean payoff is ${_tex.number(mean)}$.", ""]
    table = [
        (s, f"${_tex.number(x)}$", f"${_tex.number(v)}$", f"${_tex.number(x * (v - mean))}$")
        for s, x, v in zip(labels, own, pays)
    ]
    return out + _tex.plain_table(("$s$", "share $x_s$", "payoff", "$\\dot x_s$"), table)


def replicator(game: StrategicGame, rounds: int) -> str:
    """Growth rates of one population at equal shares."""
    tables, own = _tables(game), game.strategies[game.players[0]]
    equal = [Fraction(1, len(own))] * len(own)
    return "\n".join(
        [
            "**Replicator dynamics.**",
            "",
            "$\\dot x_s = x_s\\,(u(s, x) - u(x, x))$: a share grows as its payoff exceeds the "
            "mean. From equal shares:",
            "",
            *_growth(own, tables[0], equal, equal),
        ]
    )


def asymmetric_replicator(game: StrategicGame, rounds: int) -> str:
    """Growth rates of two populations at equal shares."""
    tables, labels = _tables(game), [game.strategies[p] for p in game.players]
    equal = [[Fraction(1, len(own))] * len(own) for own in labels]
    lines = [
        "**Replicator dynamics in two populations.**",
        "",
        "$\\dot x_s = x_s\\,(u(s, y) - u(x, y))$, $y$ the other population. From equal shares:",
    ]
    for k, player in enumerate(game.players):
        growth = _growth(labels[k], tables[k], equal[k], equal[1 - k])
        lines += ["", f"{player}:", "", *growth]
    return "\n".join(lines)


def moran(game: StrategicGame, rounds: int) -> str:
    """Birth probabilities in a population with five of each strategy."""
    rows, own = _tables(game)[0], game.strategies[game.players[0]]
    size = 5 * len(own)
    # An individual does not meet itself.
    fitness = [
        sum((v * (5 - (i == j)) for j, v in enumerate(line)), Fraction(0)) / (size - 1)
        for i, line in enumerate(rows)
    ]
    total = sum((5 * f for f in fitness), Fraction(0))
    born = [5 * f / total if total else Fraction(1, len(own)) for f in fitness]
    return "\n".join(
        [
            "**Moran process.**",
            "",
            f"Among {size} individuals, five of each strategy, everybody meets everybody else; one "
            "is chosen in proportion to its payoff and copied, one at random dies.",
            "",
            *_tex.plain_table(
                ("strategy", "mean payoff", "chance that the newborn has it"),
                [
                    (s, f"${_tex.number(f)}$", f"${_tex.number(p)}$")
                    for s, f, p in zip(own, fitness, born)
                ],
            ),
            "",
            "This goes on until one strategy has taken over.",
        ]
    )


STEPS: dict[str, Callable[[StrategicGame, int], str]] = {
    "fictitious_play": fictitious_play,
    "stochastic_fictitious_play": stochastic_fictitious_play,
    "replicator": replicator,
    "asymmetric_replicator": asymmetric_replicator,
    "moran": moran,
}
