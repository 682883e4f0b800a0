r"""Preferences of one decision maker over the states of a graph model.

A preference is a **ranking** (a weak order: higher rank is better, equal ranks are ties), with
levels where some differences are strong; or a **relation**, pair by pair, where some pairs are
unknown or the preferences run in a circle. Rankings come from a list, from statements on options
(`statements`), from weights of options or from utilities; the last two are cardinal and keep their
numbers, so that margins can be told.

Strength: of two states at different *levels* the higher one is strongly preferred (written
``>>``); at one level it is mildly preferred (Hamouda, Kilgour and Hipel 2004, Group Decision and
Negotiation 13:449-462). Unknown: for some pairs one cannot say (Li, Hipel, Kilgour and Fang 2004,
IEEE Transactions on Systems, Man and Cybernetics A 34:507-520).

>>> from_text("c >> a ~ b", ["a", "b", "c"]).rank.tolist()
[1, 1, 2]
>>> from_pairs(["a > b", "b > c", "c > a"], ["a", "b", "c"])
Traceback (most recent call last):
    ...
negotiate.errors.InputError: preferences: a > b > c > a is a circle; ...
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.graphmodel.statements import true_of

MAX_PAIRWISE = 4096
"""States of a preference given pair by pair: its boolean matrix takes 16 MB."""


@dataclass(frozen=True, eq=False)
class Preference:
    """What one decision maker prefers.

    Attributes
    ----------
    rank
        Higher is better, ties are equal, 1 is worst, shape ``(states,)``; None for a relation.
    level
        Higher is strongly better, shape ``(states,)``; None where no strength is given.
    value
        Utility of each state (fractions), where the preference is cardinal.
    better
        ``(s, q)``: q is preferred to s; None for a ranking.
    much
        ``(s, q)``: q is strongly preferred to s; None where no strength is given.
    unknown
        ``(s, q)``: cannot be told, symmetric; None where everything is known.
    origin
        How it was given: "ranking", "statements", "weights", "utilities", "pairs".
    statements
        The statements, where it came from them, most important first.
    """

    rank: np.ndarray | None = None
    level: np.ndarray | None = None
    value: tuple[Fraction, ...] | None = None
    better: np.ndarray | None = None
    much: np.ndarray | None = None
    unknown: np.ndarray | None = None
    origin: str = "ranking"
    statements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.rank, self.level, self.better, self.much, self.unknown):
            if array is not None:
                array.setflags(write=False)

    def __repr__(self) -> str:
        size = len(self.rank if self.better is None else self.better)  # type: ignore[arg-type]
        kind = "ranking" if self.is_ranking else "relation"
        more = ", with strength" if self.has_strength else ""
        return f"<Preference: {kind} of {size} states from {self.origin}{more}>"

    @property
    def is_ranking(self) -> bool:
        """Whether it is a weak order with every pair known."""
        return self.rank is not None

    @property
    def has_strength(self) -> bool:
        """Whether some differences are told to be strong."""
        return self.level is not None or self.much is not None

    @property
    def has_unknown(self) -> bool:
        """Whether some pair cannot be told."""
        return self.unknown is not None and bool(self.unknown.any())

    def prefers(self, s: int, q: int) -> bool:
        """Whether q is preferred to s."""
        if self.rank is not None:
            return bool(self.rank[q] > self.rank[s])
        assert self.better is not None
        return bool(self.better[s, q])

    def strongly(self, s: int, q: int) -> bool:
        """Whether q is strongly preferred to s."""
        if self.level is not None:
            return bool(self.level[q] > self.level[s])
        return bool(self.much is not None and self.much[s, q])

    def unsure(self, s: int, q: int) -> bool:
        """Whether it is unknown which of the two is preferred."""
        return bool(self.unknown is not None and self.unknown[s, q])

    def matrices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Matrices ``(s, q)`` of "q is preferred", "strongly preferred", "unknown".

        >>> ranked([["b"], ["a", "c"]], ["a", "b", "c"]).matrices()[0].astype(int).tolist()
        [[0, 1, 0], [0, 0, 0], [0, 1, 0]]
        """
        if self.rank is not None:
            size = len(self.rank)
            _bound(size)
            better = self.rank[None, :] > self.rank[:, None]
            much = (
                self.level[None, :] > self.level[:, None]
                if self.level is not None
                else np.zeros_like(better)
            )
            return better, much, np.zeros_like(better)
        assert self.better is not None
        none = np.zeros_like(self.better)
        return (
            self.better,
            none if self.much is None else self.much,
            none if self.unknown is None else self.unknown,
        )

    def order(self) -> list[list[int]]:
        """States from best to worst, ties together; only of a ranking."""
        if self.rank is None:
            raise InputError("a preference by pairs has no order", where="preferences")
        return [np.flatnonzero(self.rank == r).tolist() for r in np.unique(self.rank)[::-1]]


def ranked(
    order: Sequence[Sequence[str]],
    states: Sequence[str],
    *,
    strong_after: Sequence[int] = (),
    where: str = "preferences",
) -> Preference:
    """Preference from a list of states, best first, ties together.

    Parameters
    ----------
    order
        Groups of equally preferred states, best first.
    states
        All states, in the model's order.
    strong_after
        Positions k such that group k is strongly preferred to group k + 1.
    where
        For messages.

    Returns
    -------
    Preference
        A ranking.

    Raises
    ------
    InputError
        All states that are missing, unknown or named twice, at once.

    Examples
    --------
    >>> ranked([["b"], ["a", "c"]], ["a", "b", "c"]).rank.tolist()
    [1, 2, 1]
    """
    index = {name: k for k, name in enumerate(states)}
    named = [name for group in order for name in group]
    unknown = [name for name in dict.fromkeys(named) if name not in index]
    if unknown:
        raise UnknownNameError("state", unknown[0], states, where=where)
    twice = (
        sorted({name for name in named if named.count(name) > 1})
        if len(set(named)) < len(named)
        else []
    )
    missing = [name for name in states if name not in set(named)]
    faults = [f"{_some(twice)} named twice"] * bool(twice)
    faults += [f"no preference for {_some(missing)}"] * bool(missing)
    if faults:
        raise InputError(
            "; ".join(faults),
            where=where,
            allowed="every state once",
            remedy="put states that are equally preferred into one inner list",
        )
    rank = np.zeros(len(states), dtype=np.int64)
    level = np.zeros(len(states), dtype=np.int64)
    height = len(set(strong_after)) + 1
    for k, group in enumerate(order):
        for name in group:
            rank[index[name]] = len(order) - k
            level[index[name]] = height
        if k in strong_after:
            height -= 1
    return Preference(rank=rank, level=level if strong_after else None)


def from_text(text: str, states: Sequence[str], *, where: str = "preferences") -> Preference:
    """Ranking written with signs: ``>`` preferred, ``>>`` strongly preferred, ``~`` equal.

    Parameters
    ----------
    text
        Such as ``"5 > 3 ~ 4 >> 1 > 2"``; a label with blanks or signs stands in single quotes.
    states
        All states.
    where
        For messages.

    Returns
    -------
    Preference
        A ranking.

    Examples
    --------
    >>> from_text("'no deal' > b", ["b", "no deal"]).rank.tolist()
    [1, 2]
    """
    order: list[list[str]] = [[]]
    strong = []
    for label, sign in _links(text, where):
        order[-1].append(label)
        if sign == "?":
            raise InputError(
                "'?' (unknown) in a ranking", where=where, remedy="give the preference as `pairs`"
            )
        if sign in (">", ">>"):
            if sign == ">>":
                strong.append(len(order) - 1)
            order.append([])
    return ranked(order, states, strong_after=strong, where=where)


def from_statements(
    statements: Sequence[str],
    table: np.ndarray,
    options: Sequence[str],
    *,
    where: str = "preferences",
) -> Preference:
    """Preference from statements on options, most important first (option prioritisation).

    Parameters
    ----------
    statements
        The sentences, see `negotiate.graphmodel.statements`.
    table
        Options taken in each state, boolean, shape ``(states, options)``.
    options
        Names of the options.
    where
        For messages.

    Returns
    -------
    Preference
        The ranking in which, of two states, the one is preferred that fulfils the first statement
        on which they differ.

    Examples
    --------
    >>> table = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    >>> from_statements(["not b", "a"], table, ["a", "b"]).rank.tolist()
    [3, 4, 1, 2]
    """
    truth = [
        true_of(text, table, options, where=f"{where}, statement {k}")
        for k, text in enumerate(statements, 1)
    ]
    return _lexicographic(truth, len(table), tuple(statements))


def _lexicographic(
    truth: Sequence[np.ndarray], states: int, statements: tuple[str, ...]
) -> Preference:
    rank = np.ones(states, dtype=np.int64)
    for true in reversed(list(truth)):  # least important first: each pass refines what follows it
        _, rank = np.unique(true.astype(np.int64) * (states + 1) + rank, return_inverse=True)
        rank = rank + 1
    return Preference(rank=rank, origin="statements", statements=statements)


def from_utilities(
    values: Sequence[Any], *, strong: Any = None, origin: str = "utilities"
) -> Preference:
    """Preference from the utility of each state.

    Parameters
    ----------
    values
        Fractions, integers, decimals as text, or floats, one for each state.
    strong
        Differences of at least this are strong; a difference is a relation then, for it need not
        be a matter of levels. None if strength is not told.
    origin
        Word for where the numbers came from.

    Returns
    -------
    Preference
        A ranking that keeps the numbers; with ``strong`` also the relation of strong preference.

    Examples
    --------
    >>> from_utilities([1, "0.5", Fraction(1, 2)]).rank.tolist()
    [2, 1, 1]
    """
    exact = tuple(_fraction(value) for value in values)
    common = math.lcm(*(value.denominator for value in exact))
    scaled = [value.numerator * (common // value.denominator) for value in exact]
    distinct = {value: k + 1 for k, value in enumerate(sorted(set(scaled)))}
    rank = np.array([distinct[value] for value in scaled], dtype=np.int64)
    much = None
    if strong is not None:
        _bound(len(exact))
        step = _fraction(strong)
        if step <= 0:
            raise InputError(
                f"a strong difference of {step}", where="preferences", allowed="above 0"
            )
        much = np.array([[q - s >= step for q in exact] for s in exact])
    return Preference(rank=rank, value=exact, much=much, origin=origin)


def from_weights(
    weights: Mapping[str, Any],
    table: np.ndarray,
    options: Sequence[str],
    *,
    where: str = "preferences",
) -> Preference:
    """Preference from weights of options: a state is worth the sum over the options taken in it.

    Parameters
    ----------
    weights
        Option to weight, of either sign; an option left out weighs nothing.
    table, options
        As in `from_statements`.
    where
        For messages.

    Returns
    -------
    Preference
        A ranking that keeps the sums.

    Examples
    --------
    >>> table = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=bool)
    >>> from_weights({"a": 2, "b": "-0.5"}, table, ["a", "b"]).value
    (Fraction(0, 1), Fraction(2, 1), Fraction(-1, 2), Fraction(3, 2))
    """
    for name in weights:
        if name not in options:
            raise UnknownNameError("option", name, options, where=where)
    exact = [_fraction(weights.get(name, 0)) for name in options]
    sums = [
        sum((w for w, taken in zip(exact, row) if taken), Fraction(0)) for row in table.tolist()
    ]
    return from_utilities(sums, origin="weights")


def from_pairs(
    pairs: Sequence[str],
    states: Sequence[str],
    *,
    rest_unknown: bool = False,
    circular: bool = False,
    where: str = "preferences",
) -> Preference:
    """Preference pair by pair: chains with ``>``, ``>>``, ``~`` and ``?``.

    Parameters
    ----------
    pairs
        Chains such as ``"a > b ~ c"`` or ``"b ? d"``; each sign tells of its two neighbours.
    states
        All states.
    rest_unknown
        Pairs that nothing tells are unknown; else they are an error.
    circular
        Preferences may run in a circle and nothing is concluded from one pair to another; else
        ``a > b`` and ``b > c`` mean ``a > c``, and a circle is an error that shows it.
    where
        For messages.

    Returns
    -------
    Preference
        A ranking if the pairs make one, a relation if not.

    Examples
    --------
    >>> from_pairs(["a > b", "c ? a", "c ? b"], ["a", "b", "c"])
    <Preference: relation of 3 states from pairs>
    >>> from_pairs(["a > b ~ c"], ["a", "b", "c"]).rank.tolist()
    [2, 1, 1]
    """
    size = len(states)
    _bound(size)
    index = {name: k for k, name in enumerate(states)}
    better, much, equal, unknown = (np.zeros((size, size), dtype=bool) for _ in range(4))
    for text in pairs:
        links = _links(text, where)
        for (left, sign), (right, _) in itertools.pairwise(links):
            for name in (left, right):
                if name not in index:
                    raise UnknownNameError("state", name, states, where=where)
            a, b = index[left], index[right]
            if a == b:
                raise InputError(f"{left} compared with itself", where=where)
            if sign == "~":
                equal[a, b] = equal[b, a] = True
            elif sign == "?":
                unknown[a, b] = unknown[b, a] = True
            else:
                better[b, a] = True
                much[b, a] |= sign == ">>"
    if not circular:
        _no_circle(better, equal, states, where)
        better, much, equal = _closure(better, much, equal)
    same = np.eye(size, dtype=bool)
    contradicted = (better & better.T) | (better & equal) | ((better | better.T | equal) & unknown)
    told = better | better.T | equal | unknown | same
    faults = []
    for what, bad in (("contradicted", contradicted), ("no preference", ~told)):
        if what == "no preference" and rest_unknown:
            unknown = unknown | ~told
            continue
        found = [f"{states[a]} and {states[b]}" for a, b in zip(*np.nonzero(np.triu(bad, 1)))]
        if found:
            faults.append(f"{what} between {_some(found)}")
    if faults:
        raise InputError(
            "; ".join(faults),
            where=where,
            allowed="every pair told once",
            remedy='tell the pair, or set `rest = "unknown"`',
        )
    strength = much if much.any() else None
    if not unknown.any() and not circular:
        counts = better.sum(axis=0)  # how many states each one beats: a weak order's rank
        _, rank = np.unique(counts, return_inverse=True)
        return Preference(rank=rank.astype(np.int64) + 1, much=strength, origin="pairs")
    return Preference(better=better, much=strength, unknown=unknown, origin="pairs")


def _no_circle(better: np.ndarray, equal: np.ndarray, states: Sequence[str], where: str) -> None:
    """Refuse a circle of preferences that has a strict step, and show it."""
    import networkx as nx

    graph = nx.DiGraph()
    for s, q in zip(*np.nonzero(better)):
        graph.add_edge(int(q), int(s), strict=True)
    for s, q in zip(*np.nonzero(equal)):
        if not graph.has_edge(int(s), int(q)):
            graph.add_edge(int(s), int(q), strict=False)
    for group in nx.strongly_connected_components(graph):
        inside = graph.subgraph(group)
        for a, b, strict in sorted(inside.edges(data="strict")):
            if strict:
                back = nx.shortest_path(inside, b, a)
                steps = [a, *back]
                text = states[a]
                for x, y in itertools.pairwise(steps):
                    text += f" {'>' if graph.edges[x, y]['strict'] else '~'} {states[y]}"
                raise InputError(
                    f"{text} is a circle",
                    where=where,
                    remedy="change one of them, or set `circular = true` if that is meant",
                )


def _closure(
    better: np.ndarray, much: np.ndarray, equal: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What follows by transitivity: ties first, then strict steps through ties."""
    size = len(better)
    equal = equal | np.eye(size, dtype=bool)

    def times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.asarray(a.astype(np.float32) @ b.astype(np.float32) > 0)

    while True:
        more = times(equal, equal)
        if np.array_equal(more, equal):
            break
        equal = more
    better = times(times(equal, better), equal)
    much = times(times(equal, much), equal)
    while True:
        more = better | times(better, better)
        strong = much | times(much, better | equal) | times(better | equal, much)
        if np.array_equal(more, better) and np.array_equal(strong, much):
            break
        better, much = more, strong
    np.fill_diagonal(equal, False)
    return better, much, equal


_LINK = re.compile(r"\s*(?:'([^']*)'|([^\s>~?']+))\s*(>>|>|~|\?)?")


def _links(text: str, where: str) -> list[tuple[str, str]]:
    """Labels and the sign behind each, of one chain."""
    out: list[tuple[str, str]] = []
    position, text = 0, text.strip()
    while position < len(text):
        match = _LINK.match(text, position)
        if match is None or match.end() == position:
            break
        out.append((match[1] if match[1] is not None else match[2], match[3] or ""))
        position = match.end()
        if not match[3]:
            break
    if position < len(text) or not out or out[-1][1]:
        raise InputError(
            f"'{text[:60]}' cannot be read as a chain of preferences",
            where=where,
            allowed="labels with >, >>, ~ or ? between them",
            remedy="put a label with blanks or signs in single quotes",
        )
    return out


def _bound(size: int) -> None:
    if size > MAX_PAIRWISE:
        raise TooLargeError(
            f"{size:,} states compared pair by pair are {size * size:,} pairs",
            allowed=f"up to {MAX_PAIRWISE:,} states",
            remedy="give a ranking, statements, weights or utilities",
        )


def _fraction(value: Any) -> Fraction:
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, float):
        if not np.isfinite(value):
            raise InputError(f"a utility of {value}", where="preferences", allowed="finite numbers")
        return Fraction(repr(float(value)))
    exponent = re.search(r"[eE][-+]?(\d+)", str(value))
    if exponent and int(exponent[1][:9]) > 300:
        raise InputError(f"{str(value)[:30]!r}", where="preferences", allowed="exponents up to 300")
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(
            f"{value!r} is no number", where="preferences", allowed="integers, decimals, p/q"
        ) from error


def _some(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
