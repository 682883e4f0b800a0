r"""Reading and writing Gambit's strategic games, ``.nfg``, in both versions.

The prologue names the game, the players and their strategies (as labels, or only how many), and
may carry a comment. The body lists, with the first player's strategy varying fastest, either the
payoffs of every profile or the number of its outcome; outcome 0 pays everyone nothing. See the
Gambit project's "Game representation formats",
https://gambitproject.readthedocs.io/en/latest/formats.html

The format's own sample, Selten (1975), Figure 2, in normal form:

>>> game = loads('NFG 1 R "Selten" { "Player 1" "Player 2" } { 3 2 } 1 1 0 2 0 2 1 1 0 3 2 0')
>>> game.payoff({"Player 1": "2", "Player 2": "2"})
{'Player 1': Fraction(0, 1), 'Player 2': Fraction(3, 1)}
>>> loads(dumps(game)) == game
True
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from negotiate.declare import reads
from negotiate.errors import InputError
from negotiate.strategic.gambit_tokens import Tokens, decode, distinct, quote, write_number
from negotiate.strategic.game import StrategicGame, check_size

COUNT_BOUND = 1_000_000
"""Most strategies one player may have; the product is bounded by `check_size`."""


@reads(".nfg")
def read(path: str | Path) -> StrategicGame:
    """Read a ``.nfg`` file; errors name file, line and column."""
    return loads(decode(Path(path).read_bytes()), path=str(path))


def loads(text: str, *, path: str = "") -> StrategicGame:
    """A game from the text of a ``.nfg`` file; ``path`` only names it in errors."""
    tokens = Tokens(text, path=path)
    tokens.word("NFG")
    tokens.integer("the format's version", low=1, high=1)
    tokens.word("R", "D")  # two arithmetics of old; all numbers are exact now
    title = tokens.label("the game's title")
    players = _players(tokens)
    strategies = _strategies(tokens, players)
    counts = [len(labels) for labels in strategies.values()]
    note = tokens.label("a comment") if tokens.peek().kind == "label" else ""
    profiles = int(np.prod(counts))
    if tokens.peek().kind == "open":
        cells = _outcome_body(tokens, profiles, len(players))
    elif tokens.peek().kind == "number":
        cells = _payoff_body(tokens, profiles, players)
    else:
        tokens.fail("the game has no body", allowed="payoffs, or '{' and a list of outcomes")
    tokens.end()
    payoffs = np.stack(
        [cells[:, i].reshape(counts, order="F") for i in range(len(players))], axis=0
    )
    return StrategicGame(players, strategies, payoffs, title, note)


def _players(tokens: Tokens) -> tuple[str, ...]:
    tokens.expect("open", "'{' and the players")
    labels = []
    while tokens.peek().kind == "label":
        labels.append(tokens.label("a player"))
    closing = tokens.expect("close", "'}' after the players")
    if not labels:
        tokens.fail("the game has no players", at=closing, allowed="at least one label")
    return distinct(labels)


def _strategies(tokens: Tokens, players: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    tokens.expect("open", "'{' and the strategies")
    start = tokens.peek()
    strategies: dict[str, tuple[str, ...]] = {}
    counts: list[int] = []
    if start.kind == "open":
        for player in players:
            tokens.expect("open", f"'{{' and the strategies of {player}")
            labels = []
            while tokens.peek().kind == "label":
                labels.append(tokens.label("a strategy"))
            closing = tokens.expect("close", f"'}}' after the strategies of {player}")
            if not labels:
                tokens.fail(f"{player} has no strategies", at=closing, allowed="at least one")
            strategies[player] = distinct(labels)
            counts.append(len(labels))
    else:
        for player in players:
            what = f"the number of strategies of {player}"
            counts.append(tokens.integer(what, low=1, high=COUNT_BOUND))
    tokens.expect("close", f"'}}' after the strategies of {len(players)} players")
    check_size(counts)  # before a single payoff is read
    return strategies or {
        player: tuple(str(k + 1) for k in range(count))
        for player, count in zip(players, counts, strict=True)
    }


def _payoff_body(tokens: Tokens, profiles: int, players: tuple[str, ...]) -> Any:
    total = profiles * len(players)
    values = np.empty(total, dtype=object)
    for k in range(total):
        if tokens.peek().kind != "number":
            token = tokens.peek()
            found = f", '{token.text[:40]}' stands there" if token.kind != "end" else ""
            tokens.fail(
                f"payoff {k + 1} of {total} is missing{found}",
                allowed=f"{profiles} profiles x {len(players)} players = {total} numbers",
            )
        values[k] = tokens.number("a payoff")
        tokens.accept("comma")
    return values.reshape(profiles, len(players))


def _outcome_body(tokens: Tokens, profiles: int, n: int) -> Any:
    tokens.expect("open", "'{' and the outcomes")
    outcomes: list[list[Fraction]] = [[Fraction(0)] * n]
    while tokens.accept("open"):
        name = tokens.label("the name of an outcome")
        row = []
        for _ in range(n):
            row.append(tokens.number(f"a payoff of outcome '{name}'"))
            tokens.accept("comma")
        tokens.expect("close", f"'}}' after the {n} payoffs of outcome '{name}'")
        outcomes.append(row)
    tokens.expect("close", "'}' after the outcomes")
    cells = np.empty((profiles, n), dtype=object)
    for k in range(profiles):
        if tokens.peek().kind != "number":
            tokens.fail(f"the outcome of profile {k + 1} of {profiles} is missing")
        cells[k, :] = outcomes[tokens.integer("the number of an outcome", high=len(outcomes) - 1)]
    return cells


def dumps(game: StrategicGame) -> str:
    """The game as a ``.nfg`` text, payoff version."""
    lines = [_prologue(game), ""]
    lines += [" ".join(write_number(v) for v in cell) for cell in _cells(game)]
    return "\n".join(lines) + "\n"


def dumps_outcomes(game: StrategicGame) -> str:
    """The game as a ``.nfg`` text, outcome version: one outcome per distinct payoff vector."""
    numbers: dict[tuple[Any, ...], int] = {}
    body = [str(numbers.setdefault(tuple(cell), len(numbers) + 1)) for cell in _cells(game)]
    listed = [
        f'{{ "o{number}" {", ".join(write_number(v) for v in cell)} }}'
        for cell, number in numbers.items()
    ]
    return "\n".join([_prologue(game), "", "{", *listed, "}", " ".join(body)]) + "\n"


def write(game: StrategicGame, path: str | Path) -> None:
    """Write the payoff version to a file."""
    Path(path).write_text(dumps(game), encoding="utf-8", newline="\n")


def _prologue(game: StrategicGame) -> str:
    players = " ".join(quote(p) for p in game.players)
    strategies = "\n".join(
        "{ " + " ".join(quote(s) for s in labels) + " }" for labels in game.strategies.values()
    )
    head = f"NFG 1 R {quote(game.title)} {{ {players} }}\n\n{{ {strategies}\n}}"
    return f"{head}\n{quote(game.note)}"


def _cells(game: StrategicGame) -> Any:
    if game.draws or game.symbolic:
        raise InputError(
            "the game has draw axes" if game.draws else "payoffs contain symbols",
            where=".nfg",
            allowed="one game in numbers",
            remedy="take one draw, or give every quantity a value",
        )
    n = len(game.players)
    return np.stack([game.payoffs[i].reshape(-1, order="F") for i in range(n)], axis=-1).tolist()
