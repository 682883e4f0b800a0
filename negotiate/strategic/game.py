"""Strategic games: any number of players, labelled strategies, payoffs over draw axes.

A game in strategic form is a finite set of players N, for each a finite set of strategies S_i,
and payoffs u_i(s) for every profile s in S_1 x ... x S_n (Osborne and Rubinstein 1994, A Course in
Game Theory, Definition 11.1). Payoffs are one array of shape ``(..., n, S1, ..., Sn)``: leading
axes are draws, then the player who is paid, then one axis per player's strategy. Its numbers are
fractions (``exact``), floats, or SymPy expressions (``symbolic``).

>>> game = StrategicGame.from_arrays(
...     [[[3, 2], [4, 1]], [[3, 4], [2, 1]]],
...     players=("Row", "Column"), strategies=[("Swerve", "Straight")] * 2, title="Chicken")
>>> game.payoff({"Row": "Straight", "Column": "Swerve"})
{'Row': Fraction(4, 1), 'Column': Fraction(2, 1)}
>>> half = {"Swerve": "1/2", "Straight": "1/2"}
>>> game.regret({"Row": half, "Column": half})
Fraction(0, 1)

Other libraries' games come in and go out by `StrategicGame.from_nashpy`, ``to_nashpy``,
``from_pygambit`` and ``to_pygambit``, with a suffix ``.nfg`` also as files; trees have
`ExtensiveGame.from_pygambit` and ``to_pygambit``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from negotiate.case import game_file
from negotiate.declare import Metric, Playable, game, reads
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.numbers import reading as numbers
from negotiate.strategic.arithmetic import expected, pure
from negotiate.tolerance import PROBABILITY

KIND = "strategic"
SIZE_BOUND = 20_000_000
"""Most payoff entries (players x profiles x draws): some 160 MB of floats."""

Array = np.ndarray[Any, np.dtype[Any]]
Profile = Mapping[str, Any]
"""Player to a strategy label, to ``{strategy: probability}``, or to a row of probabilities."""


def check_size(counts: Sequence[int], draws: int = 1) -> None:
    """Refuse a game over the bound before anything is allocated.

    >>> check_size([9] * 9)
    Traceback (most recent call last):
    negotiate.errors.TooLargeError: game: 9 players x 387,420,489 profiles = 3,486,784,401 payoffs;
    allowed: 20,000,000; merge strategies, or remove dominated ones before building the game
    """
    profiles = math.prod(counts)
    total = len(counts) * profiles * draws
    if total > SIZE_BOUND:
        over = f" x {draws:,} draws" if draws > 1 else ""
        raise TooLargeError(
            f"{len(counts)} players x {profiles:,} profiles{over} = {total:,} payoffs",
            where="game",
            allowed=f"{SIZE_BOUND:,}",
            remedy="merge strategies, or remove dominated ones before building the game",
        )


NAMED = 4_096
"""Most pure profiles of a game that are listed by name."""


def profile_names(strategies: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """Name of every pure profile, to its strategies by position; different ones differ.

    The labels are joined by dots. Where two profiles would be written alike, labels that hold a
    dot or a quote are quoted.

    >>> list(profile_names({"A": ("up", "down"), "B": ("left",)}))
    ['up.left', 'down.left']
    >>> list(profile_names({"A": ("a", "a.b"), "B": ("b.c", "c")}))
    ["a.'b.c'", 'a.c', "'a.b'.'b.c'", "'a.b'.c"]
    """
    rows = [tuple(labels) for labels in strategies.values()]
    check_size([len(labels) for labels in rows])
    cells = list(product(*(range(len(labels)) for labels in rows)))
    names = [".".join(row[k] for row, k in zip(rows, cell)) for cell in cells]
    if len(set(names)) < len(names):
        told = [[repr(s) if set(s) & set(".'\"") else s for s in row] for row in rows]
        names = [".".join(row[k] for row, k in zip(told, cell)) for cell in cells]
    return dict(zip(names, cells))


def held_strategies(case: Any) -> dict[str, tuple[str, ...]]:
    """Strategies of the game under ``[model.strategic]`` of a case."""
    held = case.case.model.get(KIND, {})
    given = held.get("strategies", {})
    players = held.get("players", case.principals)
    return {str(p): tuple(map(str, given.get(p, ()))) for p in players}


def _profiles_of(case: Any) -> Sequence[str]:
    strategies = held_strategies(case)
    if math.prod(len(labels) for labels in strategies.values()) > NAMED:
        return ()
    return tuple(profile_names(strategies))


def _named_profile(game: StrategicGame, name: str) -> tuple[int, ...]:
    known = profile_names(game.strategies)
    if name not in known:
        raise UnknownNameError("profile", name, known, where=game.title or "game")
    return known[name]


def margin(game: StrategicGame, profile: Sequence[int]) -> Any:
    """What the player nearest to leaving a pure profile would lose by it, over draws.

    Positive at a strict equilibrium, zero where somebody is indifferent, negative where somebody
    gains by leaving. A player with one strategy never leaves: without any other strategy at all
    it is infinite.
    """
    return pure.pure_margin(game.payoffs, tuple(profile), players=len(game.players))


METRICS = (
    Metric(
        "margin.<name>",
        "payoff",
        "what the player nearest to leaving the pure profile would lose by leaving it: positive "
        "at a strict equilibrium, negative where somebody gains",
        read=lambda game, names: margin(game, _named_profile(game, names["name"])),
        choices=_profiles_of,
    ),
    Metric(
        "regret.<name>",
        "payoff",
        "largest gain of a player from leaving the pure profile alone: zero at an equilibrium",
        read=lambda game, names: np.maximum(-margin(game, _named_profile(game, names["name"])), 0),
        choices=_profiles_of,
    ),
)


@game(
    "strategic",
    title="Strategic game",
    short="strategic",
    default=("nash_equilibrium",),
    metrics=METRICS,
    applies=lambda case: KIND in case.case.model,
)
@dataclass(frozen=True, eq=False)
class StrategicGame(Playable):
    """A game in strategic form.

    Attributes
    ----------
    players
        Labels, in order.
    strategies
        Player to the labels of its strategies.
    payoffs
        Read-only array ``(..., n, S1, ..., Sn)``: object dtype with fractions or SymPy
        expressions, or float64.
    title, note
        What the game is, for people.
    """

    players: tuple[str, ...]
    strategies: Mapping[str, tuple[str, ...]]
    payoffs: Array
    title: str = ""
    note: str = ""
    origin: Mapping[str, Any] | None = field(default=None, init=False, repr=False)
    """The parameter file it was read from; a changed game has none."""

    _view = "negotiate.strategic.views.game"

    def __post_init__(self) -> None:
        players = tuple(self.players)
        numbers.check_labels(players, "players", "game")
        if set(self.strategies) != set(players):
            raise InputError(
                f"strategies are given for {', '.join(map(str, self.strategies)) or 'nobody'}",
                where="game",
                allowed=f"exactly the players: {', '.join(players)}",
            )
        strategies = {player: tuple(self.strategies[player]) for player in players}
        for player, labels in strategies.items():
            numbers.check_labels(labels, "strategies", f"player {player}")
        counts = [len(labels) for labels in strategies.values()]
        payoffs = numbers.settle(self.payoffs, draw_axes=np.ndim(self.payoffs) - len(players) - 1)
        expect = (len(players), *counts)
        if payoffs.shape[-len(expect) :] != expect or payoffs.ndim < len(expect):
            raise InputError(
                f"payoffs have shape {payoffs.shape}",
                where="game",
                allowed=f"(..., {', '.join(map(str, expect))}): players, then a strategy axis each",
            )
        check_size(counts, math.prod(payoffs.shape[: -len(expect)]))
        numbers.check_finite(payoffs, self._cell_of(players, strategies))
        payoffs.setflags(write=False)
        for name, value in (
            ("players", players),
            ("strategies", MappingProxyType(strategies)),
            ("payoffs", payoffs),
        ):
            object.__setattr__(self, name, value)

    @staticmethod
    def _cell_of(players: Sequence[str], strategies: Mapping[str, Sequence[str]]) -> Any:
        def name(index: tuple[int, ...]) -> str:
            n = len(players)
            who, cell = players[index[-n - 1]], index[-n:]
            labels = (strategies[p][k] for p, k in zip(players, cell, strict=True))
            return f"payoff of {who} at ({', '.join(labels)})"

        return name

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StrategicGame):
            return NotImplemented
        return (
            self.players == other.players
            and dict(self.strategies) == dict(other.strategies)
            and self.payoffs.shape == other.payoffs.shape
            and bool(np.all(self.payoffs == other.payoffs))
        )

    __hash__ = None  # type: ignore[assignment]  # equal by value, and values are arrays

    def __reduce__(self) -> Any:
        args = (self.players, dict(self.strategies), np.array(self.payoffs), self.title, self.note)
        return (type(self), args)

    # -- what it is ---------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of strategies of each player."""
        return tuple(len(labels) for labels in self.strategies.values())

    @property
    def draws(self) -> tuple[int, ...]:
        """Shape of the leading draw axes; empty for a single game."""
        return tuple(self.payoffs.shape[: -len(self.players) - 1])

    @property
    def exact(self) -> bool:
        """True if every payoff is a fraction."""
        return numbers.is_exact(self.payoffs)

    @property
    def symbolic(self) -> bool:
        """True if some payoff is a SymPy expression."""
        return self.payoffs.dtype == object and not self.exact

    def table(self, player: str) -> Array:
        """Payoffs of one player, ``(..., S1, ..., Sn)``."""
        axis = len(self.draws)
        out: Array = np.take(self.payoffs, self._index(player), axis=axis)
        return out

    def floats(self) -> StrategicGame:
        """The game in floats."""
        if self.symbolic:
            raise InputError(
                "payoffs contain symbols",
                where=self.title or "game",
                remedy="give every quantity a value first",
            )
        return replace(self, payoffs=self.payoffs.astype(float))

    def fractions(self) -> StrategicGame:
        """The game in fractions; a float is read as its shortest decimal, so 0.1 is one tenth."""
        return self if self.exact else replace(self, payoffs=numbers.to_fractions(self.payoffs))

    def draw(self, *index: int) -> StrategicGame:
        """One game out of the draws."""
        if len(index) != len(self.draws):
            raise InputError(f"index {index}", where="draw", allowed=f"{len(self.draws)} integers")
        return replace(self, payoffs=self.payoffs[index])

    def with_origin(self, data: Mapping[str, Any]) -> StrategicGame:
        """The same game, knowing the parameter file it was read from."""
        out = replace(self)
        object.__setattr__(out, "origin", data)
        return out

    def as_case(self) -> Any:
        """The file's quantities as a case (a `Negotiation`), to draw, move and ask what if.

        Returns
        -------
        Negotiation

        Raises
        ------
        InputError
            Where the game was not read from a parameter file.

        Examples
        --------
        >>> from negotiate.loading import load
        >>> load("inspection").as_case().paths
        ('quantity.cost', 'quantity.penalty')
        """
        if self.origin is None:
            raise InputError(
                "the game was not read from a parameter file",
                where=self.title or "game",
                allowed='a file of kind = "strategic" with its quantities',
            )
        return game_file.as_case(self.origin, KIND, ("strategies", "payoffs"))

    # -- profiles ------------------------------------------------------------------------------

    def mixed(self, profile: Profile) -> list[Array]:
        """Probabilities of a profile as one array per player, checked.

        A player may be given a strategy label, a mapping of strategy to probability (what is
        left out has none) or all probabilities in order.
        """
        if set(profile) != set(self.players):
            missing = [p for p in self.players if p not in profile]
            extra = [p for p in profile if p not in self.players]
            if extra:
                raise UnknownNameError("player", str(extra[0]), self.players, where="profile")
            raise InputError(
                f"no strategy for {', '.join(missing)}",
                where="profile",
                allowed="one entry per player",
            )
        return [
            numbers.probabilities(profile[p], self.strategies[p], p, exact=not self._floating)
            for p in self.players
        ]

    def named(self, mixed: Sequence[Array]) -> dict[str, dict[str, Any]]:
        """Probabilities as ``{player: {strategy: probability}}``, zeros included."""
        return {
            player: dict(zip(self.strategies[player], row.tolist(), strict=True))
            for player, row in zip(self.players, mixed, strict=True)
        }

    def payoff(self, profile: Profile) -> dict[str, Any]:
        """Expected payoff of every player at a pure or mixed profile."""
        values = expected.expected(self.payoffs, self.mixed(profile))
        return {p: numbers.scalar(values[..., i]) for i, p in enumerate(self.players)}

    def regrets(self, profile: Profile) -> dict[str, Any]:
        """Gain of every player from its best unilateral deviation; zero at an equilibrium."""
        values = expected.regrets(self.payoffs, self.mixed(profile))
        return {p: numbers.scalar(values[..., i]) for i, p in enumerate(self.players)}

    def regret(self, profile: Profile) -> Any:
        """The largest of `regrets`."""
        return numbers.scalar(expected.regrets(self.payoffs, self.mixed(profile)).max(axis=-1))

    def best_responses(self, profile: Profile) -> dict[str, tuple[str, ...]]:
        """Pure best replies of every player against the others in ``profile``.

        Exact payoffs are compared exactly; floats within `tolerance.PROBABILITY` of the spread
        of the player's payoffs. Defined for a single game.
        """
        if self.draws:
            raise InputError("the game has draw axes", where="best_responses", remedy="use draw()")
        mixed, out = self.mixed(profile), {}
        for i, player in enumerate(self.players):
            values = expected.against(self.payoffs, mixed, i)
            own = self.table(player)
            slack = PROBABILITY * (own.max() - own.min()) if self._floating else 0
            top = values.max()
            labels = self.strategies[player]
            out[player] = tuple(s for s, v in zip(labels, values, strict=True) if v >= top - slack)
        return out

    @property
    def _floating(self) -> bool:
        return bool(self.payoffs.dtype != object)

    def _index(self, player: str) -> int:
        if player not in self.players:
            raise UnknownNameError("player", player, self.players, where="game")
        return self.players.index(player)

    # -- the same game, seen otherwise ---------------------------------------------------------

    def relabelled(
        self,
        players: Mapping[str, str] | None = None,
        strategies: Mapping[str, Mapping[str, str]] | None = None,
    ) -> StrategicGame:
        """The game with other labels; both maps are old to new, strategies by old player."""
        rename, labels = dict(players or {}), dict(strategies or {})
        for old in (*rename, *labels):
            self._index(old)
        new = {
            rename.get(p, p): tuple(labels.get(p, {}).get(s, s) for s in self.strategies[p])
            for p in self.players
        }
        if len(new) != len(self.players):
            raise InputError("two players get the same label", where="relabelled")
        return replace(self, players=tuple(new), strategies=new)

    def reordered(self, players: Sequence[str]) -> StrategicGame:
        """The game with its players in another order; nothing else changes."""
        order = [self._index(p) for p in players]
        if sorted(order) != list(range(len(self.players))):
            raise InputError(
                f"players {', '.join(players)}", where="reordered", allowed="each player once"
            )
        lead = len(self.draws)
        axes = [*range(lead + 1), *(lead + 1 + i for i in order)]
        payoffs = np.take(self.payoffs, order, axis=lead).transpose(axes)
        return replace(self, players=tuple(players), payoffs=payoffs)

    def transposed(self) -> StrategicGame:
        """The game with the order of its players reversed."""
        return self.reordered(self.players[::-1])

    def restricted(self, strategies: Mapping[str, Sequence[str]]) -> StrategicGame:
        """The subgame in which each named player keeps only the given strategies."""
        keep = {p: tuple(strategies.get(p, self.strategies[p])) for p in self.players}
        payoffs = self.payoffs
        for axis, p in enumerate(self.players):
            for label in keep[p]:
                if label not in self.strategies[p]:
                    raise UnknownNameError(
                        "strategy", label, self.strategies[p], where=f"player {p}"
                    )
            chosen = [self.strategies[p].index(label) for label in keep[p]]
            payoffs = np.take(payoffs, chosen, axis=axis - len(self.players))
        return replace(self, strategies=keep, payoffs=payoffs)

    # -- where it comes from (see _strategic_sources for the definitions) ----------------------

    @classmethod
    def from_arrays(
        cls,
        payoffs: Sequence[Any] | Mapping[str, Any],
        *,
        players: Sequence[str] | None = None,
        strategies: Mapping[str, Sequence[str]] | Sequence[Sequence[str]] | None = None,
        title: str = "",
        note: str = "",
    ) -> Self:
        """A game from one payoff array ``(..., S1, ..., Sn)`` per player (nested lists do).

        Integers, fractions, decimals and strings such as "1/3" make an exact game, a float
        anywhere makes it a float game, a SymPy expression a symbolic one. Without labels,
        players are "Player 1", ... and strategies "1", "2", ...
        """
        given = list(payoffs) if isinstance(payoffs, Mapping) else players
        tables = [payoffs[p] for p in payoffs] if isinstance(payoffs, Mapping) else list(payoffs)
        names = numbers.player_labels(given, len(tables))
        for table in tables:  # before they are copied
            if isinstance(table, np.ndarray) and table.ndim >= len(tables):
                lead = table.ndim - len(tables)
                check_size(table.shape[lead:], math.prod(table.shape[:lead]))
        array = numbers.stack(tables, names)
        counts = array.shape[array.ndim - len(tables) :]
        labels = numbers.strategy_labels(strategies, names, counts)
        return cls(names, labels, array, title, note)

    @classmethod
    def from_file(cls, path: str | Path) -> StrategicGame:
        """Read a ``.nfg`` file or a parameter file with ``kind = "strategic"``."""
        if Path(path).suffix.lower() == ".nfg":
            from negotiate.strategic.nfg import read as read_nfg

            return read_nfg(path)
        from negotiate.strategic._file import read as read_toml

        return read_toml(path)

    @classmethod
    def from_nashpy(cls, game: Any, *, players: Sequence[str] | None = None) -> StrategicGame:
        """A game from a ``nashpy.Game``; integer matrices become exact.

        >>> import nashpy
        >>> theirs = nashpy.Game([[3, 0], [5, 1]], [[3, 5], [0, 1]])
        >>> StrategicGame.from_nashpy(theirs, players=("Row", "Column")).payoff(
        ...     {"Row": "2", "Column": "1"})
        {'Row': Fraction(5, 1), 'Column': Fraction(0, 1)}
        """
        from negotiate.strategic._sources import from_nashpy

        return from_nashpy(game, players=players)

    def to_nashpy(self) -> Any:
        """A ``nashpy.Game`` in floats; two players, one draw."""
        from negotiate.strategic._sources import to_nashpy

        return to_nashpy(self)

    @classmethod
    def from_pygambit(cls, game: Any) -> StrategicGame:
        """A game from a ``pygambit.Game`` (an extensive one by its strategic form), exact."""
        from negotiate.strategic._sources import from_pygambit

        return from_pygambit(game)

    def to_pygambit(self) -> Any:
        """A ``pygambit.Game``; needs the extra ``gambit``."""
        from negotiate.strategic._sources import to_pygambit

        return to_pygambit(self)


@reads("strategic")
def read(path: str | Path) -> StrategicGame:
    """A game from a ``.nfg`` file or a parameter file with ``kind = "strategic"``."""
    return StrategicGame.from_file(path)


def is_zero_sum(game: StrategicGame) -> bool:
    """True for two players whose payoffs sum to one constant in every cell."""
    if len(game.players) != 2 or game.draws:
        return False
    total = game.payoffs.sum(axis=0)
    if game.payoffs.dtype == object:
        return bool(np.all(total == total.flat[0]))
    scale = float(np.max(np.abs(game.payoffs))) or 1.0
    return bool(np.ptp(total) <= PROBABILITY * scale)


def is_symmetric(game: StrategicGame) -> bool:
    """True for two players with equally many strategies and B = A transposed, in listed order."""
    if len(game.players) != 2 or game.shape[0] != game.shape[1] or game.draws:
        return False
    first, second = game.payoffs[0], game.payoffs[1].T
    if game.payoffs.dtype == object:
        return bool(np.all(first == second))
    scale = float(np.max(np.abs(game.payoffs))) or 1.0
    return bool(np.max(np.abs(first - second)) <= PROBABILITY * scale)
