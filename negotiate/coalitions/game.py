r"""Coalitional games: what every group of parties is worth by itself.

A game with transferable worth is a pair (N, v): players N and a function that gives every
coalition S of them a number v(S), with v of nobody zero (von Neumann and Morgenstern 1944, ch. VI).
A payoff vector x shares v(N); x(S) is the sum over the members of S, and

    e(S, x) = v(S) - x(S)

is the excess of S at x: what its members could gain by going their own way. In a **cost game**
c(S) is what S must pay; everything is then defined on v = -c, and answers are shares of the cost.

A game is built from a table, a Python function, a formula in the project's own small grammar, or
as one of the classic kinds (gloves, airport, claims, weighted voting); from a strategic game or
a negotiation it is compiled in `negotiate.coalitions.secure`. Exact where its numbers are; over
draws, worths are an array ``(..., 2^n)`` of floats, coalitions numbered by the bits of their
members in the players' order.

The glove market with one left and two right gloves (Shapley and Shubik 1969, JET 1:9-25):

>>> game = glove(left=["Ann"], right=["Ben", "Cem"])
>>> game.worth(["Ann", "Cem"]), game.worth(["Ben", "Cem"])
(Fraction(1, 1), Fraction(0, 1))
>>> game
CoalitionalGame(3 players: Ann, Ben, Cem; v(N) = 1, exact)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from negotiate.case.expression import Expression, parse
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.arithmetic.exact_table import from_floats, integers
from negotiate.declare import Metric, Playable, game
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels

Array = np.ndarray[Any, np.dtype[Any]]

KIND = "coalitional"
MAX_PLAYERS = 20
"""Players whose 2^n coalitions are all held: about a million."""
MAX_ENTRIES = 2**26
"""Most numbers of a game over draws (coalitions x draws)."""


def players_of(case: Any) -> tuple[str, ...]:
    """Parties of a case that are players: all that value the issues, principals first."""
    weigh = [p for p in case.parties if any(case.has(f"weight.{p}.{k}") for k in case.issues)]
    return (*case.principals, *(p for p in weigh if p not in case.principals))


def coalitions_of(case: Any) -> tuple[str, ...]:
    """Coalitions of a case by name, members joined by ``+``; up to 8 players."""
    names = players_of(case)
    if len(names) > 8:
        return ()
    return tuple(
        "+".join(names[k] for k in subsets.members(mask)) for mask in range(1, 2 ** len(names))
    )


def _worth_of(thing: CoalitionalGame, names: Mapping[str, str]) -> Any:
    return thing.worth(names["name"].split("+"))


def _surplus_of(thing: CoalitionalGame, names: Mapping[str, str]) -> Any:
    alone = sum(thing.number(1 << k) for k in range(thing.n))
    return thing.number(thing.grand) - alone


@game(
    "coalitional",
    title="Coalitional game",
    short="coalitional",
    default=(
        "shapley",
        "nucleolus",
        "core",
        "least_core",
        "prenucleolus",
        "banzhaf",
        "tau",
    ),
    metrics=(
        Metric(
            "worth.<name>",
            "payoff",
            "what a coalition can secure by itself",
            words="worth of {name}",
            read=_worth_of,
            choices=coalitions_of,
        ),
        Metric(
            "surplus",
            "payoff",
            "worth of all together less what each has alone",
            read=_surplus_of,
        ),
    ),
    cites=("vonneumann1944",),
)
@dataclass(frozen=True, eq=False, repr=False)
class CoalitionalGame(Playable):
    """A coalitional game with transferable worth.

    Attributes
    ----------
    players
        Labels, in order; player k is bit k of a coalition's number.
    table
        Worth of every coalition, ``(..., 2^n)``; entry 0, of nobody, is zero. Exact numbers of one
        game (ints, fractions, decimals, text such as "1/3") are kept as integers over
        ``denominator``; an array of floats stays floats, its leading axes are draws.
    denominator
        Of an exact table; 0 where the numbers are floats.
    cost
        Whether the numbers are costs to be shared rather than worths.
    outsiders
        For a compiled game, what was assumed of those outside a coalition.
    unions, links
        Blocs of players and pairs that talk, for the values that read them.
    title, note
        What the game is, for people.
    origin
        The file it was read from, for `as_case`.
    """

    players: tuple[str, ...]
    table: Any
    denominator: int = 0
    cost: bool = False
    outsiders: str = ""
    title: str = ""
    note: str = ""
    unions: tuple[tuple[str, ...], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    origin: Any = None

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        players = tuple(self.players)
        check_labels(players, "players", "coalitional game")
        n = len(players)
        check_size(n)
        table, denominator = _read(self.table, self.denominator)
        if table.shape[-1:] != (2**n,):
            raise InputError(
                f"{table.shape[-1] if table.ndim else 1} worths for {n} players",
                where="coalitional game",
                allowed=f"one for each of the 2^{n} = {2**n} coalitions, that of nobody first",
            )
        if table.size > MAX_ENTRIES:
            raise TooLargeError(
                f"{table.size:,} worths",
                where="coalitional game",
                allowed=f"{MAX_ENTRIES:,}",
                remedy="use fewer draws",
            )
        if np.any(table[..., 0] != 0):
            first = np.ravel(table[..., 0])[0]
            worth = Fraction(int(first), denominator) if denominator else first
            raise InputError(
                f"the empty coalition is worth {worth}",
                where="coalitional game",
                allowed="0",
                remedy="subtract it, or give it to a player of its own",
            )
        for group in (*self.unions, *self.links):
            for name in group:
                if name not in players:
                    raise UnknownNameError("player", str(name), players, where="unions, links")
        table.setflags(write=False)
        object.__setattr__(self, "players", players)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "denominator", denominator)

    def __repr__(self) -> str:
        names = ", ".join(self.players[:6]) + (", ..." if self.n > 6 else "")
        letter = "c" if self.cost else "v"
        if self.draws:
            worth = f"{' x '.join(map(str, self.draws))} draws"
        elif self.exact:
            worth = f"{letter}(N) = {self.number(self.grand)}, exact"
        else:
            worth = f"{letter}(N) = {self.table[-1]:.6g}"
        return f"CoalitionalGame({self.n} players: {names}; {worth})"

    # ---- what it is ------------------------------------------------------------------------

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    def grand(self) -> int:
        """Number of the grand coalition."""
        return int(2**self.n - 1)

    @property
    def exact(self) -> bool:
        """Whether every worth is a fraction."""
        return self.denominator > 0

    @property
    def draws(self) -> tuple[int, ...]:
        """Shape of the draw axes."""
        return tuple(self.table.shape[:-1])

    @cached_property
    def signed(self) -> Array:
        """The table to be maximised: v, or -c for a cost game; integers or floats."""
        out: Array = -self.table if self.cost else self.table
        return out

    @property
    def sign(self) -> int:
        """-1 for a cost game: payoffs in v = -c times this are shares of the cost."""
        return -1 if self.cost else 1

    @cached_property
    def scale(self) -> Any:
        """Largest worth in absolute value, by draw; floats."""
        return np.abs(self.table.astype(float)).max(axis=-1) / (self.denominator or 1)

    def coalition(self, members: Iterable[str]) -> int:
        """Number of the coalition of these players."""
        mask = 0
        for name in [members] if isinstance(members, str) else members:
            if name not in self.players:
                raise UnknownNameError("player", str(name), self.players, where="coalition")
            mask |= 1 << self.players.index(name)
        return mask

    def members(self, mask: int) -> tuple[str, ...]:
        """Players of a coalition given by its number."""
        return tuple(self.players[k] for k in subsets.members(mask))

    def worth(self, members: Iterable[str]) -> Any:
        """Worth (or cost) of a coalition: a fraction, a float, or an array over draws."""
        return self.number(self.coalition(members))

    def number(self, mask: int) -> Any:
        """Worth (or cost) of a coalition given by its number."""
        entry = self.table[..., mask]
        if self.exact:
            return Fraction(int(entry), self.denominator)
        return entry if self.draws else float(entry)

    def label(self, mask: int) -> str:
        """A coalition in words."""
        return "{" + ", ".join(self.members(mask)) + "}"

    def excess(self, mask: int, payoffs: Mapping[str, Any]) -> Any:
        """e(S, x) = v(S) - x(S); c(S) counts as -v(S), and what is paid as -x."""
        paid = sum((payoffs[p] for p in self.members(mask)), start=0)
        return self.sign * (self.number(mask) - paid)

    def draw(self, index: int | tuple[int, ...]) -> CoalitionalGame:
        """One game of the draws."""
        return replace(self, table=np.asarray(self.table[index], float))

    def floats(self) -> CoalitionalGame:
        """The same game with floats for fractions."""
        if not self.exact:
            return self
        return replace(self, table=self.table.astype(float) / self.denominator, denominator=0)

    def whole(self) -> tuple[Array, int, Fraction]:
        """Integers, denominator and rounding of the signed table of one game.

        Floats are read to 40 bits below their largest entry; the rounding is zero where exact.
        """
        if self.draws:
            raise InputError(
                f"the game has draw axes {self.draws}",
                where="coalitional game",
                allowed="one game",
                remedy="take one with draw(index)",
            )
        if self.exact:
            return self.signed, self.denominator, Fraction(0)
        return from_floats(self.signed)

    def as_case(self) -> Any:
        """The quantities of the file it was read from as a case, to draw, set and ask what if."""
        if self.origin is None:
            raise InputError(
                "the game was not read from a parameter file",
                where=self.title or KIND,
                allowed='a file of kind = "coalitional" with its quantities',
            )
        return self.origin.as_case()

    def listing(self) -> dict[str, Any]:
        """Players and worths, JSON-ready; at most 10 players' coalitions are listed."""
        out: dict[str, Any] = {"players": list(self.players), "cost": self.cost}
        if self.outsiders:
            out["outsiders"] = self.outsiders
        if self.n <= 10 and not self.draws:
            out["worths"] = [
                {
                    "members": list(self.members(m)),
                    "worth": str(self.number(m)) if self.exact else self.number(m),
                }
                for m in range(1, 2**self.n)
            ]
        return out


def check_size(n: int, *, where: str = "coalitional game") -> None:
    """Refuse more players than whose coalitions can all be held, with the count."""
    if n > MAX_PLAYERS:
        raise TooLargeError(
            f"{n} players have {2**n:,} coalitions",
            where=where,
            allowed=f"at most {MAX_PLAYERS} players by full enumeration",
            remedy="a sampled Shapley value (`sampled`) takes a function of the members and says "
            "its error; weighted voting (`voting`) needs no enumeration",
        )


def _read(given: Any, denominator: int) -> tuple[Array, int]:
    if not isinstance(given, np.ndarray) and any(np.ndim(v) for v in given):
        rows = [np.asarray(v, dtype=float) if np.ndim(v) else float(v) for v in given]
        given = np.stack(np.broadcast_arrays(*rows), axis=-1)
    array = given if isinstance(given, np.ndarray) else np.asarray(given, dtype=object)
    if array.dtype == object and any(isinstance(v, (float, np.floating)) for v in array.flat):
        array = np.array(
            [
                float(v) if isinstance(v, (float, np.floating)) else float(exact(v))
                for v in array.flat
            ]
        ).reshape(array.shape)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            at = np.argwhere(~np.isfinite(array))[0]
            raise InputError(
                f"a worth is {array[tuple(at)]}",
                where=f"coalition number {at[-1]}",
                allowed="finite numbers",
            )
        return np.array(array, dtype=float), 0
    if denominator > 0:
        return np.array(array), denominator
    if array.dtype == object:
        flat = [exact(v) for v in array.reshape(-1).tolist()]
        array = np.array([*flat, None], dtype=object)[:-1].reshape(array.shape)
    if array.ndim > 1:
        return array.astype(float), 0
    table, scale = integers(array)
    return np.array(table), scale


# ---- builders ---------------------------------------------------------------------------------


def from_worths(
    worths: Mapping[Any, Any],
    *,
    players: Sequence[str] | None = None,
    unlisted: str = "refuse",
    cost: bool = False,
    title: str = "",
) -> CoalitionalGame:
    """A game from a mapping of coalitions to worths.

    Parameters
    ----------
    worths
        Keys are tuples of players, or text with members joined by ``+``; values are numbers.
    players
        Labels in order; by default in the order in which they first appear.
    unlisted
        What a coalition without an entry is worth: ``refuse`` (an error that lists them),
        ``zero``, or ``best`` (the most that its parts among the listed ones get together, players
        alone counting as zero).

    Returns
    -------
    CoalitionalGame

    Examples
    --------
    >>> from_worths({("a",): 0, ("b",): 0, "a + b": "1/2"}).worth(["a", "b"])
    Fraction(1, 2)
    """
    keyed = {_key(key): value for key, value in worths.items()}
    if players is None:
        players = tuple(dict.fromkeys(p for key in keyed for p in key))
    players = tuple(players)
    check_labels(players, "players", "coalitional game")
    check_size(len(players))
    given: dict[int, Any] = {0: Fraction(0)}
    for key, value in keyed.items():
        mask = 0
        for name in key:
            if name not in players:
                raise UnknownNameError("player", name, players, where="worth of a coalition")
            mask |= 1 << players.index(name)
        if mask in given and mask:
            raise InputError(
                "is given twice", where="coalition {" + ", ".join(key) + "}", allowed="one worth"
            )
        given[mask] = value
    size = 2 ** len(players)
    missing = [m for m in range(size) if m not in given]
    if missing and unlisted == "refuse":
        shown = "; ".join(
            "{" + ", ".join(players[k] for k in subsets.members(m)) + "}" for m in missing[:6]
        )
        raise InputError(
            f"no worth for {len(missing)} coalition{'s' if len(missing) > 1 else ''}: {shown}"
            + ("; ..." if len(missing) > 6 else ""),
            where="coalitional game",
            allowed=f"all {size - 1} coalitions",
            remedy='list them, or say what they are worth: unlisted = "zero" or "best"',
        )
    if unlisted not in ("refuse", "zero", "best"):
        raise InputError(f'"{unlisted}"', where="unlisted", allowed="refuse, zero, best")
    table: list[Any] = [given.get(m, Fraction(0)) for m in range(size)]
    if unlisted == "best":
        _fill(table, given)
    return CoalitionalGame(players, table, cost=cost, title=title)


def _fill(table: list[Any], given: Mapping[int, Any]) -> None:
    numbers = [exact(v) if not isinstance(v, float) else v for v in table]
    for mask in range(1, len(table)):
        if mask in given:
            table[mask] = numbers[mask]
            continue
        low = mask & -mask
        numbers[mask] = (
            max(
                numbers[part] + numbers[mask ^ part]
                for part in subsets.submasks(mask)
                if part & low and part != mask
            )
            if mask != low
            else Fraction(0)
        )
        table[mask] = numbers[mask]


def _key(key: Any) -> tuple[str, ...]:
    if isinstance(key, str):
        return tuple(part.strip() for part in key.split("+") if part.strip())
    return tuple(key)


def from_function(
    players: Sequence[str], worth: Callable[[frozenset[str]], Any], *, cost: bool = False
) -> CoalitionalGame:
    """A game from a function of the set of members; asked once for every coalition.

    >>> from_function(["a", "b"], lambda s: len(s) ** 2).worth(["a", "b"])
    Fraction(4, 1)
    """
    check_size(len(players))
    table = [
        worth(frozenset(players[k] for k in subsets.members(m))) if m else 0
        for m in range(2 ** len(players))
    ]
    return CoalitionalGame(tuple(players), table, cost=cost)


def from_formula(
    players: Sequence[str],
    text: str,
    *,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
    values: Mapping[str, Any] | None = None,
    cost: bool = False,
    title: str = "",
) -> CoalitionalGame:
    """A game from a formula in the project's grammar: numbers, + - * / **, min, max.

    Parameters
    ----------
    players
        Labels in order.
    text
        Names it may use: ``size`` (members), ``has.<player>`` (1 or 0), ``sum.<attribute>``,
        ``max.<attribute>``, ``min.<attribute>`` over the members, and those of ``values``.
    attributes
        Attribute to player to number; players left out count as zero.
    values
        Further named numbers.

    Returns
    -------
    CoalitionalGame
        Nobody is worth zero, whatever the formula says.

    Examples
    --------
    >>> from_formula(["l", "r", "s"], "min(sum.left, sum.right)",
    ...     attributes={"left": {"l": 1}, "right": {"r": 1, "s": 1}}).worth(["l", "r", "s"])
    Fraction(1, 1)
    """
    players = tuple(players)
    check_labels(players, "players", "coalitional game")
    check_size(len(players))
    expression = parse(text)
    known = _members_of_formula(players, expression, attributes or {}, values or {})
    try:
        result = expression.evaluate(known)
    except ZeroDivisionError as error:
        raise InputError(f'"{text}" divides by zero for some coalition', where="worth") from error
    found = np.asarray(result)
    size = 2 ** len(players)
    lead = np.broadcast_shapes(found.shape, (size,))[:-1]
    table = np.broadcast_to(found, (*lead, size)).copy()
    table[..., 0] = 0
    return CoalitionalGame(players, table, cost=cost, title=title)


def _members_of_formula(
    players: tuple[str, ...],
    expression: Expression,
    attributes: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    n = len(players)
    known: dict[str, Any] = {}
    allowed = ["size", *(f"has.{p}" for p in players), *values]
    for name in attributes:
        for player in attributes[name]:
            if player not in players:
                raise UnknownNameError("player", player, players, where=f"attribute {name}")
        allowed += [f"sum.{name}", f"max.{name}", f"min.{name}"]
    for name in expression.names:
        head, _, rest = name.partition(".")
        if name in values:
            known[name] = _named(values[name])
        elif name == "size":
            known[name] = _fractions(subsets.sizes(n).tolist())
        elif head == "has" and rest in players:
            k = players.index(rest)
            known[name] = _fractions([m >> k & 1 for m in range(2**n)])
        elif head in ("sum", "max", "min") and rest in attributes:
            numbers = _column([attributes[rest].get(p, 0) for p in players])
            if head == "sum":
                known[name] = subsets.sums(numbers)
            elif head == "max":
                known[name] = subsets.largest(numbers)
            else:
                known[name] = -subsets.largest(-numbers)
        else:
            raise UnknownNameError("name", name, allowed, where=f'formula "{expression}"')
    return known


def _column(entries: Sequence[Any]) -> Array:
    """Numbers of the players: fractions, or floats with draw axes in front."""
    if any(isinstance(e, float) or np.ndim(e) for e in entries):
        rows = [np.asarray(e, dtype=float) if np.ndim(e) else float(e) for e in entries]
        return np.stack(np.broadcast_arrays(*rows), axis=-1)
    return _fractions([exact(e) for e in entries])


def _named(value: Any) -> Any:
    """A named number of a formula; over draws with an axis for the coalitions."""
    if np.ndim(value):
        return np.asarray(value, dtype=float)[..., None]
    return exact(value) if not isinstance(value, float) else value


def _fractions(values: Sequence[Any]) -> Array:
    out = np.empty(len(values), dtype=object)
    out[:] = [Fraction(v) for v in values]
    return out


def glove(left: Sequence[str], right: Sequence[str]) -> CoalitionalGame:
    """A pair of gloves is worth one: v(S) = min(left gloves in S, right gloves in S)."""
    players = (*left, *right)
    check_labels(players, "players", "glove market")
    check_size(len(players))
    hands = np.array([0] * len(left) + [1] * len(right), dtype=np.int64)
    return CoalitionalGame(
        players, np.minimum(subsets.sums(1 - hands), subsets.sums(hands)), title="Glove market"
    )


def airport(costs: Mapping[str, Any]) -> CoalitionalGame:
    """The cost of a runway is that of the largest user: c(S) = max of c_i over S.

    Littlechild and Owen (1973), Management Science 20:370-372.

    >>> airport({"small": 1, "large": 3}).worth(["small", "large"])
    Fraction(3, 1)
    """
    players = tuple(costs)
    check_labels(players, "players", "airport game")
    check_size(len(players))
    numbers = _column(list(costs.values()))
    if np.any(numbers < 0):
        raise InputError("a cost is negative", where="airport game", allowed="0 or more")
    return CoalitionalGame(players, subsets.largest(numbers), cost=True, title="Airport game")


def weighted_voting(weights: Mapping[str, Any], quota: Any) -> CoalitionalGame:
    """A coalition with the quota is worth one, any other nothing.

    >>> weighted_voting({"a": 2, "b": 1, "c": 1}, 3).worth(["b", "c"])
    Fraction(0, 1)
    """
    players = tuple(weights)
    check_labels(players, "players", "weighted voting")
    check_size(len(players))
    numbers = subsets.sums(_fractions([exact(w) for w in weights.values()]))
    if not exact(quota) > 0:
        raise InputError(f"quota {quota}", where="weighted voting", allowed="above 0")
    return CoalitionalGame(
        players, (numbers >= exact(quota)).astype(np.int64), title="Weighted voting"
    )


def from_array(players: Sequence[str], table: Any, *, cost: bool = False) -> CoalitionalGame:
    """A game from an array ``(..., 2^n)``, coalitions numbered by the bits of their members."""
    return CoalitionalGame(tuple(players), table, cost=cost)


__all__ = [
    "CoalitionalGame",
    "airport",
    "from_array",
    "from_formula",
    "from_function",
    "from_worths",
    "glove",
    "weighted_voting",
]
