"""Parameter files of stochastic games: ``kind = "stochastic"``.

Each state names the players who choose there and their actions. Its payoffs are one nested table
per player, and ``next`` one nested table of where each joint action leads: axes in the order of
the players who choose there, no axis where nobody does. An entry of ``payoffs`` is a number or an
expression over the file's quantities; an entry of ``next`` is the name of a state, or a table of
chances by state, which may be expressions too. What chances lack to one ends the game.

>>> file = loads('''
... format = 1
... kind = "stochastic"
... id = "border"
... title = "A border that may break"
... players = ["a", "b"]
... start = "peace"
... discount = { a = "patience", b = 0.9 }
... [quantity]
... patience = { value = 0.95, low = 0.9, high = 0.99 }
... risk = 0.1
... [[state]]
... id = "peace"
... actions = { a = ["hold", "advance"] }
... payoffs = { a = [1, 2], b = [1, 0] }
... next = ["peace", { peace = "1 - risk", war = "risk" }]
... [[state]]
... id = "war"
... payoffs = { a = 0, b = 0 }
... next = "war"
... ''')
>>> file.game().values({"a": {"peace": "hold"}})["a"]["peace"]
Fraction(20, 1)
>>> import numpy as np
>>> file.game({"risk": np.array([0.1, 0.2])}).draws
(2,)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from negotiate.case.game_file import GameFile, number, parse_toml, read_text, validated
from negotiate.case.quantity import Frozen
from negotiate.declare import reads
from negotiate.dynamic.stochastic import StochasticGame, build, check_size
from negotiate.errors import InputError, UnknownNameError

MAX_STATES = 1_000


class State(Frozen):
    """One state: who chooses what, what it pays, where it leads."""

    id: str = Field(min_length=1, max_length=80)
    note: str = ""
    actions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    payoffs: dict[str, Any]
    next: Any


class StochasticFile(GameFile):
    """A stochastic game as its file holds it; `game` builds the form."""

    kind: Literal["stochastic"]
    start: str
    discount: Any = Field(description="one discount factor, or one by player")
    state: tuple[State, ...] = Field(min_length=1, max_length=MAX_STATES)

    def game(self, values: Mapping[str, Any] | None = None) -> StochasticGame:
        """The game at the file's values, or at others (numbers or arrays over draws)."""
        known = self.quantities(values)
        states = {item.id: item for item in self.state}
        joint = sum(_joint(item) for item in self.state)
        check_size(joint, len(self.players), len(self.state), 1)
        for item in self.state:
            for name, kind in ((item.actions, "actions"), (item.payoffs, "payoffs")):
                for player in name:
                    if player not in self.players:
                        raise UnknownNameError(
                            "player", player, self.players, where=f"state {item.id}, {kind}"
                        )
        tables = {
            item.id: {
                player: _cells(item, player, self.players, item.payoffs.get(player))
                for player in self.players
            }
            for item in self.state
        }
        following = {item.id: _cells(item, "next", self.players, item.next) for item in self.state}

        def outcome(state: str, play: Mapping[str, str]) -> tuple[dict[str, Any], Any]:
            cell = tuple(play[p] for p in self.players if p in states[state].actions)
            where = f"state {state}" + (f", {', '.join(cell)}" if cell else "")
            pay = {
                p: number(tables[state][p][cell], known, f"{where}, payoff of {p}")
                for p in self.players
            }
            to = following[state][cell]
            if isinstance(to, str):
                return pay, to
            if not isinstance(to, Mapping):
                raise InputError(
                    f"next is {to!r}", where=where, allowed="a state, or a table of chances"
                )
            return pay, {s: number(v, known, f"{where}, chance of {s}") for s, v in to.items()}

        discount: Any = self.discount
        if isinstance(discount, Mapping):
            discount = {p: number(v, known, f"discount of {p}") for p, v in discount.items()}
        else:
            discount = number(discount, known, "discount")
        return build(
            self.players,
            states=[item.id for item in self.state],
            actions={item.id: item.actions for item in self.state},
            outcome=outcome,
            discount=discount,
            start=self.start,
            title=self.title,
            note=self.note,
        )


def _joint(item: State) -> int:
    total = 1
    for labels in item.actions.values():
        total *= max(len(labels), 1)
    return total


def _cells(item: State, what: str, players: Any, table: Any) -> dict[tuple[str, ...], Any]:
    """Entries of a nested table by the actions of those who choose."""
    where = f"state {item.id}, {what if what == 'next' else f'payoffs of {what}'}"
    if table is None:
        raise InputError("is missing", where=where, allowed="a table for every player")
    axes = [item.actions[p] for p in players if p in item.actions]
    out = {}
    for cell in product(*(range(len(labels)) for labels in axes)):
        entry = table
        for k, index in enumerate(cell):
            if not isinstance(entry, (list, tuple)) or len(entry) != len(axes[k]):
                raise InputError(
                    f"axis {k + 1} is not a list of {len(axes[k])}",
                    where=where,
                    allowed=f"nested lists: {' x '.join(str(len(a)) for a in axes)}",
                )
            entry = entry[index]
        if isinstance(entry, (list, tuple)):
            size = " x ".join(str(len(a)) for a in axes) or "one entry"
            raise InputError("a list too deep", where=where, allowed=size)
        out[tuple(axes[k][i] for k, i in enumerate(cell))] = entry
    return out


def loads(text: str, *, path: str = "") -> StochasticFile:
    """A stochastic game file from its text; ``path`` only names it in errors."""
    data = parse_toml(text, path=path)
    return validated(StochasticFile, data, path=path, what="stochastic game")


def open_file(path: str | Path) -> StochasticFile:
    """Read a parameter file with ``kind = "stochastic"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


@reads("stochastic")
def read(path: str | Path) -> StochasticGame:
    """A game from a parameter file with ``kind = "stochastic"``."""
    return open_file(path).game()
