r"""Gambit's file format of extensive games (``.efg``): reading and writing.

A file is a prologue (``EFG 2 R``, title, players, an optional comment) and the nodes in preorder:

    c "node" set "set name" { "action" probability ... } outcome "outcome" { payoffs }
    p "node" player set "set name" { "action" ... } outcome "outcome" { payoffs }
    t "node" outcome "outcome" { payoffs }

The description of an information set or an outcome may be left out when its number has been
described before, and must agree if repeated. Outcome 0 is no outcome. Outcomes at inner nodes are
earned on the way. Numbers are exact: 0.5 is one half. Names that are missing or shared are made
distinct: an unnamed information set is called by its number, the rest as Gambit does.

Source: Gambit project, "The extensive game (.efg) file format",
https://gambitproject.readthedocs.io/en/latest/formats.efg.html

>>> game = loads('''EFG 2 R "Entry" { "Entrant" "Incumbent" }
... p "" 1 1 "" { "out" "in" } 0
... t "" 1 "" { 0 2 }
... p "" 2 1 "reply" { "fight" "yield" } 0
... t "" 2 "" { -1 -1 }
... t "" 3 "" { 1, 1.0 }''')
>>> [item.label for item in game.information_sets()], game.path_payoffs()[4].tolist()
(['1', 'reply'], [Fraction(1, 1), Fraction(1, 1)])
>>> loads(dumps(game)).set_actions == game.set_actions
True
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from negotiate.declare import reads
from negotiate.errors import InputError, TooLargeError
from negotiate.extensive import _efg_lines
from negotiate.extensive import _tree_numbers as numbers
from negotiate.extensive.game import NODE_BOUND, ExtensiveGame
from negotiate.strategic import gambit_tokens as gambit


@reads(".efg")
def read(path: str | Path) -> ExtensiveGame:
    """The game of a file."""
    path = Path(path)
    return loads(gambit.decode(path.read_bytes()), path=str(path))


def loads(text: str, *, path: str = "") -> ExtensiveGame:
    """The game of a text in the format; `FileFormatError` with line and column where it is not."""
    source = text.removeprefix("\ufeff")
    start = _efg_lines.header(source)
    if start is not None:
        title, given, note, begin = start
        with _unhurried():
            found = _efg_lines.scan(source, begin, len(given), bound=NODE_BOUND, path=path)
            if found is not None:
                return _assemble(found, given, title, note)
    # Token by token: whatever else the format allows, and what is wrong with the rest.
    return _Reader(gambit.Tokens(text, path=path)).game()


@contextmanager
def _unhurried() -> Iterator[None]:
    """No garbage collection meanwhile: what a reader makes has no cycles, and a large file makes
    much of it, which the collector would walk through again and again.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _assemble(
    found: _efg_lines.Nodes, given: tuple[str, ...], title: str, note: str
) -> ExtensiveGame:
    reader = _Reader(gambit.Tokens(""), players=_distinct(given))
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key, (label, actions, odds) in found.sets.items():
        if actions not in alike:
            alike[actions] = _distinct(actions)
        reader.sets[key] = _Set(label, alike[actions], key[1], key[0] - 1, odds)
    reader.outcomes, reader.names = found.outcomes, found.names
    reader.parent, reader.action = found.parent, found.action
    reader.keys, reader.earned = found.keys, found.earned
    return reader._build(title, note)


@dataclass
class _Set:
    label: str
    actions: tuple[str, ...]
    number: int
    owner: int
    odds: tuple[Fraction, ...] = ()


@dataclass
class _Reader:
    """One pass over the nodes; a stack holds the inner nodes that still lack children."""

    tokens: gambit.Tokens
    players: tuple[str, ...] = ()
    sets: dict[tuple[int, int], _Set] = field(default_factory=dict)
    outcomes: dict[int, tuple[str, tuple[Fraction, ...]]] = field(default_factory=dict)
    parent: list[int] = field(default_factory=list)
    action: list[int] = field(default_factory=list)
    keys: list[tuple[int, int] | None] = field(default_factory=list)
    earned: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def game(self) -> ExtensiveGame:
        take = self.tokens
        take.word("EFG")
        take.integer("the version of the format", low=2, high=2)
        take.word("R", "D")
        title = take.label("the title of the game")
        take.expect("open", "'{' before the players")
        given: list[str] = []
        while take.peek().kind == "label":
            given.append(take.label("a player"))
        take.expect("close", "'}' after the players")
        if not given:
            take.fail("the game has no players", allowed="at least one")
        self.players = _distinct(given)
        note = take.label("a comment") if take.peek().kind == "label" else ""
        self._nodes()
        take.end()
        return self._build(title, note)

    def _nodes(self) -> None:
        waiting: list[tuple[int, int]] = [(-1, -1)]  # (parent, action), the next on top
        while waiting:
            if len(self.parent) >= NODE_BOUND:
                raise TooLargeError(
                    f"the tree has over {NODE_BOUND:,} nodes",
                    where=self.tokens.path or "text",
                    allowed=f"at most {NODE_BOUND:,}",
                )
            up, move = waiting.pop()
            token = self.tokens.peek()
            if token.kind == "end":
                self.tokens.fail(
                    f"the file ends but {len(waiting) + 1} more "
                    f"node{'s are' if waiting else ' is'} announced",
                    allowed="a node (c, p or t) for every action",
                )
            kind = self.tokens.word("c", "p", "t")
            node = len(self.parent)
            self.parent.append(up)
            self.action.append(move)
            self.names.append(self.tokens.label("the name of the node"))
            key = None
            if kind != "t":
                key = self._set(chance=kind == "c")
                count = len(self.sets[key].actions)
                waiting.extend((node, k) for k in range(count - 1, -1, -1))
            self.keys.append(key)
            self.earned.append(self._outcome())

    def _set(self, *, chance: bool) -> tuple[int, int]:
        take = self.tokens
        who = 0 if chance else take.integer("the player", low=1, high=len(self.players))
        at = take.peek()
        number = take.integer("the number of the information set", low=-(2**31), high=2**31)
        key = (who, number)
        known = self.sets.get(key)
        if take.peek().kind != "label":
            if known is None:
                take.fail(
                    f"information set {number} is used before it is described",
                    at=at,
                    remedy="give its name and actions where it first appears",
                )
            return key
        begin = take.peek()
        label = take.label("the name of the information set")
        take.expect("open", "'{' before the actions")
        actions: list[str] = []
        odds: list[Fraction] = []
        while take.peek().kind == "label":
            actions.append(take.label("an action"))
            if chance:
                odds.append(take.number(f"the probability of '{actions[-1]}'"))
                take.accept("comma")
        take.expect("close", "an action or '}' after the actions")
        if not actions:
            take.fail("an information set without actions", at=begin, allowed="at least one")
        if chance and (min(odds) < 0 or sum(odds) != 1):
            take.fail(
                f"the probabilities of chance node '{label or number}' sum to {sum(odds)}"
                if min(odds) >= 0
                else f"a probability of chance node '{label or number}' is negative",
                at=begin,
                allowed="numbers from 0 to 1 that sum to one; a third is written 1/3",
            )
        found = _Set(label, _distinct(actions), number, who - 1, tuple(odds))
        if known is not None and known != found:
            take.fail(
                f"information set {number} is described again, differently",
                at=begin,
                allowed=f"'{known.label}' with {', '.join(known.actions)}"
                + (f" at {', '.join(map(str, known.odds))}" if known.odds else ""),
                remedy="repeat it exactly or leave the description out",
            )
        self.sets[key] = found
        return key

    def _outcome(self) -> int:
        take = self.tokens
        at = take.peek()
        number = take.integer("the number of the outcome", low=-(2**31), high=2**31)
        known = self.outcomes.get(number)
        if take.peek().kind != "label":
            if number and known is None:
                take.fail(
                    f"outcome {number} is used before it is described",
                    at=at,
                    remedy="give its name and payoffs where it first appears",
                )
            return number
        begin = take.peek()
        if number == 0:
            take.fail("outcome 0 is no outcome and has no name or payoffs", at=begin)
        label = take.label("the name of the outcome")
        take.expect("open", "'{' before the payoffs")
        row: list[Fraction] = []
        while take.peek().kind != "close":
            row.append(take.number("a payoff"))
            take.accept("comma")
        if len(row) != len(self.players):
            take.fail(
                f"outcome {number} has {len(row)} payoffs", at=begin,
                allowed=f"one for each of the {len(self.players)} players",
            )  # fmt: skip
        take.expect("close", "'}' after the payoffs")
        if known is not None and known != (label, tuple(row)):
            take.fail(
                f"outcome {number} is described again, differently",
                at=begin,
                allowed=f"'{known[0]}' {{ {' '.join(map(str, known[1]))} }}",
                remedy="repeat it exactly or leave the description out",
            )
        self.outcomes[number] = (label, tuple(row))
        return number

    def _build(self, title: str, note: str) -> ExtensiveGame:
        number = {key: index for index, key in enumerate(self.sets)}
        row = {key: index for index, key in enumerate(self.outcomes)} | {0: -1}
        sets = list(self.sets.values())
        count, keys = len(self.parent), self.keys
        odds: dict[int, Any] = {}
        if any(key[0] == 0 for key in self.sets):
            for node, up in enumerate(self.parent):
                key = keys[up] if up >= 0 else None
                if key is not None and key[0] == 0:
                    odds[node] = self.sets[key].odds[self.action[node]]
        return ExtensiveGame(
            players=self.players,
            parent=np.array(self.parent),
            action=np.array(self.action),
            information_set=np.array([-1 if k is None else number[k] for k in keys]),
            owner=np.array([item.owner for item in sets], dtype=np.int64),
            set_labels=_set_labels(sets, len(self.players)),
            set_actions=tuple(item.actions for item in sets),
            outcome=np.array([row[k] for k in self.earned]),
            payoffs=numbers.pack(
                [values for _, values in self.outcomes.values()], width=len(self.players)
            ),
            chance=numbers.sparse(odds, np.arange(count)),
            outcome_labels=_distinct(label for label, _ in self.outcomes.values()),
            node_labels=tuple(self.names) if any(self.names) else (),
            title=title,
            note=note,
        )


def _distinct(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels made distinct where they are not: most are, and that is quick to see."""
    given = tuple(labels)
    names = set(given)
    return given if len(names) == len(given) and "" not in names else gambit.distinct(given)


def _set_labels(sets: list[_Set], players: int) -> tuple[str, ...]:
    """Distinct, non-empty within a player; an unnamed set is called by its number."""
    out = [""] * len(sets)
    for who in range(-1, players):
        own = [k for k, item in enumerate(sets) if item.owner == who]
        names = _distinct(sets[k].label or str(sets[k].number) for k in own)
        for k, name in zip(own, names):
            out[k] = name
    return tuple(out)


def dumps(game: ExtensiveGame) -> str:
    """The game in the format; numbers stay exact, floats are written as decimals."""
    if game.draws or game.symbolic:
        raise InputError(
            "the numbers are draws or symbols",
            where=game.title or "game tree",
            allowed="one game of numbers",
            remedy="pick a draw or substitute the symbols first",
        )
    return "\n".join(_lines(game)) + "\n"


def _lines(game: ExtensiveGame) -> Iterator[str]:
    names = " ".join(map(gambit.quote, game.players))
    yield f"EFG 2 R {gambit.quote(game.title)} {{ {names} }}"
    yield gambit.quote(game.note)
    yield ""
    numbering: dict[int, int] = {}
    counts: dict[int, int] = {}
    for index, who in enumerate(game.owner.tolist()):
        counts[who] = numbering[index] = counts.get(who, 0) + 1
    seen: set[tuple[str, int]] = set()
    for node in range(game.count):
        index, label = int(game.information_set[node]), ""
        if game.node_labels:
            label = game.node_labels[node]
        parts = ["t" if index < 0 else "p" if game.owner[index] >= 0 else "c", gambit.quote(label)]
        if index >= 0:
            who = int(game.owner[index])
            if who >= 0:
                parts.append(str(who + 1))
            parts.append(str(numbering[index]))
            # Chance nodes that share a set may differ in their numbers here, not in the format.
            if ("set", index) not in seen:
                seen.add(("set", index))
                parts.append(gambit.quote(game.set_labels[index]))
                parts.append("{")
                for child in game.children[node]:
                    parts.append(gambit.quote(game.set_actions[index][game.action[child]]))
                    if who < 0:
                        parts.append(gambit.write_number(game.chance[child]))
                parts.append("}")
        out = int(game.outcome[node])
        parts.append(str(out + 1))
        if out >= 0 and ("outcome", out) not in seen:
            seen.add(("outcome", out))
            parts.append(gambit.quote(game.outcome_labels[out] if game.outcome_labels else ""))
            row = ", ".join(gambit.write_number(value) for value in game.payoffs[out].tolist())
            parts.append(f"{{ {row} }}")
        yield " ".join(parts)
