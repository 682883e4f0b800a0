"""Parameter files of strategic games: ``kind = "strategic"``.

Payoffs are one nested table per player, its axes in the order of the players; an entry is a
number or an expression over the file's quantities ("3 - cost"). What it shares with other game
files is in `_game_file`.

>>> file = loads('''
... format = 1
... kind = "strategic"
... id = "inspection"
... title = "Inspection"
... players = ["Inspector", "Inspectee"]
... [strategies]
... Inspector = ["Inspect", "Trust"]
... Inspectee = ["Comply", "Violate"]
... [payoffs]
... Inspector = [["-cost", "gain - cost"], [0, -1]]
... Inspectee = [[0, -1], [0, 1]]
... [quantity]
... cost = { value = 0.1, low = 0.05, high = 0.3 }
... gain = 0
... ''')
>>> file.game().payoff({"Inspector": "Inspect", "Inspectee": "Comply"})["Inspector"]
Fraction(-1, 10)
>>> import numpy as np
>>> file.game({"cost": np.array([0.1, 0.2])}).draws
(2,)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from negotiate.case.game_file import (
    CaseValues,
    GameFile,
    number,
    parse_toml,
    read_text,
    validated,
)
from negotiate.case.negotiation import Negotiation
from negotiate.declare import compiles
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.numbers import reading as numbers
from negotiate.strategic.game import (
    KIND,
    StrategicGame,
    check_size,
    held_strategies,
    margin,
    profile_names,
)


class StrategicFile(GameFile):
    """A strategic game as its file holds it; `game` builds the form."""

    kind: Literal["strategic"]
    strategies: dict[str, tuple[str, ...]]
    payoffs: dict[str, Any]

    def game(self, values: Mapping[str, Any] | None = None) -> StrategicGame:
        """The game at the file's values, or at others.

        Parameters
        ----------
        values
            Quantity to a number, to an array over draws (the game then has draw axes), or to a
            SymPy symbol (the game is then symbolic).
        """
        quantities = self.quantities(values)
        return build(
            self.players,
            self.strategies,
            self.payoffs,
            quantities,
            draws=np.broadcast_shapes(*(np.shape(v) for v in quantities.values())) or (),
            title=self.title,
            note=self.note,
        )

    def symbols(self) -> dict[str, Any]:
        """A real SymPy symbol for every quantity that is not computed from others."""
        import sympy

        return {
            name: sympy.Symbol(name, real=True)
            for name, quantity in self.quantity.items()
            if not quantity.is_expression
        }


def build(
    players: Sequence[str],
    strategies: Mapping[str, Sequence[str]],
    payoffs: Mapping[str, Any],
    known: Mapping[str, Any],
    *,
    draws: tuple[int, ...] = (),
    title: str = "",
    note: str = "",
) -> StrategicGame:
    """The game whose payoff tables hold numbers and expressions over ``known``.

    Parameters
    ----------
    players, strategies
        Labels, in order.
    payoffs
        Player to nested table, its axes in the order of the players.
    known
        Quantity to its value: a number, an array over draws, a symbol.
    draws
        Shape of the draws of ``known``; the size of the game is checked before it is built.
    title, note
        For people.

    Returns
    -------
    StrategicGame
        With draw axes where an entry has them.
    """
    check_size([len(strategies.get(p, ())) for p in players], int(np.prod(draws)))
    tables = {p: _table(p, payoffs, known) for p in players}
    labels = {p: tuple(map(str, strategies[p])) for p in players if p in strategies}
    return StrategicGame.from_arrays(tables, strategies=labels, title=title, note=note)


def _table(player: str, payoffs: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    where = f"payoffs.{player}"
    if player not in payoffs:
        raise InputError("is missing", where=where, allowed="a table for every player")
    entries = numbers.table_array(payoffs[player], where)
    values: list[Any] = []
    for index in np.ndindex(entries.shape):
        at = where + "".join(f"[{k}]" for k in index)
        values.append(number(entries[index], known, at))
    shape = np.broadcast_shapes(*(np.shape(v) for v in values))
    if shape:
        stacked = np.stack([np.broadcast_to(np.asarray(v, float), shape) for v in values], -1)
        return stacked.reshape(shape + entries.shape)
    out: Any = np.empty(len(values), dtype=object)
    out[:] = values
    return out.reshape(entries.shape)


def loads(text: str, *, path: str = "") -> StrategicFile:
    """A strategic game file from its text; ``path`` only names it in errors."""
    return from_dict(parse_toml(text, path=path), path=path)


def from_dict(data: Mapping[str, Any], *, path: str = "") -> StrategicFile:
    """A strategic game file from the mapping that its TOML holds."""
    return validated(StrategicFile, data, path=path, what="strategic game")


def open_file(path: str | Path) -> StrategicFile:
    """Read a parameter file with ``kind = "strategic"``, keeping quantities and sources."""
    return loads(read_text(path), path=str(path))


def read(path: str | Path) -> StrategicGame:
    """The game of a parameter file, at the file's values; `StrategicGame.as_case` moves them."""
    data = parse_toml(read_text(path), path=str(path))
    return from_dict(data, path=str(path)).game().with_origin(data)


@compiles("strategic")
def from_case(negotiation: Negotiation) -> StrategicGame:
    """The game under ``[model.strategic]`` of a case, at the case's numbers, draws or symbols.

    Payoffs are numbers and expressions over paths and quantities of the case; its players are the
    principals unless ``players`` names others.
    """
    held = negotiation.case.model.get(KIND, {})
    if "strategies" not in held or "payoffs" not in held:
        raise InputError(
            "there is no strategic game",
            where=f"case {negotiation.id}",
            allowed="[model.strategic.strategies] and [model.strategic.payoffs]",
        )
    draws = () if negotiation.draws is None else (negotiation.draws,)
    return build(
        [str(p) for p in held.get("players", negotiation.principals)],
        held_strategies(negotiation),
        held["payoffs"],
        CaseValues(negotiation),
        draws=draws,
        title=negotiation.title,
        note=negotiation.case.summary,
    )


def exact(negotiation: Negotiation, name: str) -> Fraction:
    """The margin or regret of a pure profile in fractions, for exact thresholds."""
    head, _, profile = name.partition(".")
    if head not in ("margin", "regret"):
        raise NotApplicableError(f"'{name}' is no exact number", allowed="margin or regret")
    game = from_case(negotiation)
    known = profile_names(game.strategies)
    if profile not in known:
        raise UnknownNameError("profile", profile, known, where=negotiation.id)
    value = margin(game, known[profile])
    if not isinstance(value, Fraction):
        raise NotApplicableError(f"'{name}' is {value}", where=KIND, allowed="exact numbers")
    return value if head == "margin" else max(-value, Fraction(0))
