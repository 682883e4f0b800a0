"""Strategic games from and to what others hold: tables, frames, Nashpy, pygambit.

Each function states the shape it takes; labels are kept wherever the source has them.

>>> game = from_table({
...     ("Stag", "Stag"): (4, 4), ("Stag", "Hare"): (0, 3),
...     ("Hare", "Stag"): (3, 0), ("Hare", "Hare"): (3, 3)})
>>> game.strategies["Player 2"], game.payoff({"Player 1": "Stag", "Player 2": "Hare"})
(('Stag', 'Hare'), {'Player 1': Fraction(0, 1), 'Player 2': Fraction(3, 1)})
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from negotiate.errors import InputError, MissingExtraError, NotApplicableError
from negotiate.numbers import reading as numbers
from negotiate.strategic.game import StrategicGame, check_size


def from_bimatrix(
    table: Sequence[Sequence[Sequence[Any]]],
    *,
    players: Sequence[str] | None = None,
    strategies: Mapping[str, Sequence[str]] | Sequence[Sequence[str]] | None = None,
    title: str = "",
) -> StrategicGame:
    """A two-player game from rows of cells ``(payoff of the first, payoff of the second)``."""
    cells = numbers.table_array(table, "bimatrix")
    if cells.ndim != 3 or cells.shape[2] != 2:
        raise InputError(
            f"has shape {cells.shape}", where="bimatrix", allowed="rows of cells of two payoffs"
        )
    return StrategicGame.from_arrays(
        [cells[:, :, 0], cells[:, :, 1]], players=players, strategies=strategies, title=title
    )


def from_table(
    cells: Mapping[Sequence[str], Any],
    *,
    players: Sequence[str] | None = None,
    outcomes: Mapping[str, Any] | None = None,
    title: str = "",
) -> StrategicGame:
    """A game from ``{(strategy of each player): payoffs}``.

    A cell is a sequence of payoffs in the order of the players, a mapping of player to payoff,
    or, where ``outcomes`` is given, the name of an outcome whose payoffs stand there. Strategies
    are listed in the order in which they first appear; every profile must be given.
    """
    if not cells:
        raise InputError("no cells", where="table", allowed="every profile with its payoffs")
    profiles = [(k,) if isinstance(k, str) else tuple(k) for k in cells]
    n = len(profiles[0])
    names = numbers.player_labels(players, n)
    for profile in profiles:
        if len(profile) != n:
            raise InputError(
                f"profile {profile} names {len(profile)} strategies",
                where="table",
                allowed=f"{n}, one for each of {', '.join(names)}",
            )
    labels = [tuple(dict.fromkeys(profile[i] for profile in profiles)) for i in range(n)]
    counts = [len(row) for row in labels]
    check_size(counts)
    if len(set(profiles)) != math.prod(counts):
        absent = next(p for p in product(*labels) if p not in set(profiles))
        raise InputError(
            f"{len(set(profiles))} of {math.prod(counts)} profiles are given; "
            f"({', '.join(absent)}) is absent",
            where="table",
            allowed="every profile once",
        )
    payoffs: Any = np.empty((n, *counts), dtype=object)
    for profile, cell in zip(profiles, cells.values(), strict=True):
        index = tuple(row.index(s) for row, s in zip(labels, profile, strict=True))
        payoffs[(slice(None), *index)] = _cell(cell, names, profile, outcomes)
    return StrategicGame(names, dict(zip(names, labels, strict=True)), payoffs, title)


def _cell(
    cell: Any, players: Sequence[str], profile: Sequence[str], outcomes: Mapping[str, Any] | None
) -> list[Any]:
    where = f"cell ({', '.join(profile)})"
    if isinstance(cell, str):
        if outcomes is None or cell not in outcomes:
            raise InputError(
                f"there is no outcome '{cell}'",
                where=where,
                allowed=", ".join(outcomes or {}) or "payoffs",
            )
        cell = outcomes[cell]
    if isinstance(cell, Mapping):
        if set(cell) != set(players):
            raise InputError(
                f"payoffs for {', '.join(map(str, cell))}",
                where=where,
                allowed=", ".join(players),
            )
        cell = [cell[p] for p in players]
    row = list(cell)
    if len(row) != len(players):
        raise InputError(f"{len(row)} payoffs", where=where, allowed=f"{len(players)}")
    return row


def from_frame(
    frame: Any, *, players: Sequence[str] | None = None, title: str = ""
) -> StrategicGame:
    """A two-player game from pandas: one frame of pairs, or a frame of payoffs for each player.

    Rows are the first player's strategies, columns the second's. Given ``{player: frame}``, the
    frames must agree in their index and columns. Names of the axes, where set, name the players
    of a frame of pairs.
    """
    if isinstance(frame, Mapping):
        names, frames = tuple(frame), list(frame.values())
        first = frames[0]
        if any(
            not (f.index.equals(first.index) and f.columns.equals(first.columns)) for f in frames
        ):
            raise InputError(
                "the frames differ in rows or columns", where="frame", allowed="the same labels"
            )
        tables: list[Any] = [f.to_numpy().tolist() for f in frames]
    else:
        axes = (frame.index.name, frame.columns.name)
        names = tuple(players) if players else (axes if all(axes) else ("Player 1", "Player 2"))
        first = frame
        cells = frame.to_numpy().tolist()
        if any(
            not hasattr(c, "__len__") or isinstance(c, str) or len(c) != 2 for r in cells for c in r
        ):
            raise InputError("a cell is not a pair", where="frame", allowed="(payoff, payoff)")
        tables = [[[cell[i] for cell in row] for row in cells] for i in range(2)]
    labels = [[str(x) for x in first.index], [str(x) for x in first.columns]]
    return StrategicGame.from_arrays(tables, players=names, strategies=labels, title=title)


def to_frame(game: StrategicGame) -> Any:
    """The game as a pandas frame of payoff tuples; two players."""
    import pandas as pd

    _two_players(game, "to_frame")
    rows, columns = (game.strategies[p] for p in game.players)
    cells = [[tuple(game.payoffs[:, i, j]) for j in range(len(columns))] for i in range(len(rows))]
    return pd.DataFrame(
        cells,
        index=pd.Index(rows, name=game.players[0]),
        columns=pd.Index(columns, name=game.players[1]),
    )


def from_nashpy(game: Any, *, players: Sequence[str] | None = None) -> StrategicGame:
    """A game from ``nashpy.Game``; integer matrices become exact."""
    return StrategicGame.from_arrays(
        [np.asarray(game.payoff_matrices[0]), np.asarray(game.payoff_matrices[1])], players=players
    )


def to_nashpy(game: StrategicGame) -> Any:
    """The game as a ``nashpy.Game`` in floats; two players, one draw."""
    import nashpy

    _two_players(game, "to_nashpy")
    payoffs = game.floats().payoffs
    return nashpy.Game(payoffs[0].copy(), payoffs[1].copy())


def from_pygambit(game: Any) -> StrategicGame:
    """A game from a pygambit game (an extensive one by its strategic form), exact.

    The ``.nfg`` text is the road both ways: it is the same in pygambit 16 and 17, whose classes
    are not.
    """
    from negotiate.strategic.nfg import loads

    return loads(game.to_nfg(), path="pygambit")


def to_pygambit(game: StrategicGame) -> Any:
    """The game as a pygambit game, through the ``.nfg`` text; needs the extra ``gambit``."""
    try:
        import pygambit
    except ImportError as error:
        raise MissingExtraError("pygambit", "gambit") from error
    import io

    from negotiate.strategic.nfg import dumps

    return pygambit.read_nfg(io.BytesIO(dumps(game).encode()))


def _two_players(game: StrategicGame, what: str) -> None:
    if len(game.players) != 2 or game.draws:
        raise NotApplicableError(
            f"the game has {len(game.players)} players and draw axes {game.draws}",
            where=what,
            allowed="two players, one draw",
        )
