r"""Statements on options: which states a sentence such as ``accept and not insist`` is true of.

A statement joins names of options by ``not``, ``and``, ``or``, ``if``, ``only if``, ``iff``
(binding in this order, tightest first; ``!``, ``&``, ``|`` mean the first three; brackets group).
``A if B`` is true unless B holds and A does not. A name with blanks stands in single quotes. A
pattern of ``Y``, ``N`` and ``-``, one sign for each option in order, is a statement as well: the
notation of option form (Howard 1971, Paradoxes of Rationality; Fang, Hipel and Kilgour 1993).

Statements serve three ends: states that cannot be, states that are one and the same, and
preferences by option prioritisation, where they stand from most to least important and a state
that fulfils the first one that two states differ on is preferred (Hipel, Kilgour, Fang and Peng
1997, Applied Mathematics and Computation 83:117-152). Nothing is ever executed.

>>> import numpy as np
>>> table = np.array([[False, False], [True, False], [False, True], [True, True]])
>>> true_of("modify if insist", table, ["modify", "insist"]).tolist()
[True, True, False, True]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from negotiate.errors import InputError, TooLargeError, UnknownNameError

LONGEST = 10_000
"""Characters of one statement."""

DEEPEST = 60
"""Brackets inside brackets."""

_TOKEN = re.compile(
    r"\s*(?:(?P<sign>[()!&|])|'(?P<quoted>[^']*)'|(?P<word>[^\s()!&|']+))", re.UNICODE
)
_SIGNS = {"!": "not", "&": "and", "|": "or"}
_WORDS = ("not", "and", "or", "if", "only", "iff")


def true_of(
    statement: str, table: np.ndarray, options: Sequence[str], *, where: str = ""
) -> np.ndarray:
    """States of which a statement is true.

    Parameters
    ----------
    statement
        The sentence, see the module.
    table
        Whether each option is taken in each state, boolean, shape ``(states, options)``.
    options
        Names of the options, in the order of the columns.
    where
        Place of the statement, for messages.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(states,)``.

    Raises
    ------
    InputError
        If it cannot be read; the message shows where.
    UnknownNameError
        If it names an option that is not there.

    Examples
    --------
    >>> table = np.array([[False, False], [True, False], [True, True]])
    >>> true_of("Y-", table, ["a", "b"]).tolist()
    [False, True, True]
    """
    text = statement.strip()
    if len(text) > LONGEST:
        raise TooLargeError(
            f"a statement of {len(text):,} characters", where=where, allowed=f"up to {LONGEST:,}"
        )
    index = {name: k for k, name in enumerate(options)}
    if text not in index and len(text) == len(options) and set(text) <= set("YN-") and text:
        out = np.ones(len(table), dtype=bool)
        for k, sign in enumerate(text):
            if sign != "-":
                out &= table[:, k] == (sign == "Y")
        return out
    return _Reader(text, table, index, where).whole()


def condition(members: Sequence[Sequence[tuple[int, bool]]], table: np.ndarray) -> np.ndarray:
    """States that fit one of several conjunctions, the conditions of GMCR+ files.

    Parameters
    ----------
    members
        Each a list of (column, taken); a state fits if it agrees with one of them throughout.
    table
        As in `true_of`.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(states,)``.

    Examples
    --------
    >>> table = np.array([[False, False], [True, False], [True, True]])
    >>> condition([[(0, True), (1, False)], [(1, True)]], table).tolist()
    [False, True, True]
    """
    out = np.zeros(len(table), dtype=bool)
    for member in members:
        fits = np.ones(len(table), dtype=bool)
        for column, taken in member:
            fits &= table[:, column] == taken
        out |= fits
    return out


class _Reader:
    """Recursive descent over the tokens of one statement."""

    def __init__(self, text: str, table: np.ndarray, index: dict[str, int], where: str) -> None:
        self.text, self.table, self.index, self.where = text, table, index, where
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.end() == position:
                raise self.error("cannot be read", position)
            kind = match.lastgroup or ""
            value = match.group(kind)
            at = match.start(kind)
            if kind == "sign":
                value = _SIGNS.get(value, value)
                kind = "word"
            elif kind == "word" and value.lower() in _WORDS and value not in index:
                value = value.lower()
            elif kind == "word":
                kind = "quoted"
            self.tokens.append((kind, value, at))
            position = match.end()
        self.at = 0
        self.depth = 0

    def error(self, what: str, position: int) -> InputError:
        shown = self.text[max(0, position - 20) : position + 20]
        return InputError(
            f"the statement {what} at column {position + 1}: ...{shown}...",
            where=self.where,
            allowed="option names joined by not, and, or, if, only if, iff and brackets",
            remedy="put a name with blanks in single quotes",
        )

    def next_is(self, *words: str) -> bool:
        if self.at >= len(self.tokens):
            return False
        kind, value, _ = self.tokens[self.at]
        return kind == "word" and value in words

    def whole(self) -> np.ndarray:
        if not self.tokens:
            raise self.error("is empty", 0)
        out = self.both()
        if self.at < len(self.tokens):
            raise self.error("goes on where it should end", self.tokens[self.at][2])
        return out

    def chain(
        self,
        words: tuple[str, ...],
        lower: Callable[[], np.ndarray],
        join: Callable[[np.ndarray, np.ndarray], np.ndarray],
    ) -> np.ndarray:
        out = lower()
        while self.next_is(*words):
            self.at += 1
            out = join(out, lower())
        return out

    def both(self) -> np.ndarray:
        return self.chain(("iff",), self.given, lambda a, b: a == b)

    def given(self) -> np.ndarray:
        out = self.either()
        while self.next_is("if", "only"):
            only = self.next_is("only")
            self.at += 1
            if only:
                if not self.next_is("if"):
                    raise self.error("has 'only' without 'if'", self.tokens[self.at - 1][2])
                self.at += 1
            right = self.either()
            out = (~out | right) if only else (out | ~right)
        return out

    def either(self) -> np.ndarray:
        return self.chain(("or",), self.all, np.logical_or)

    def all(self) -> np.ndarray:
        return self.chain(("and",), self.one, np.logical_and)

    def one(self) -> np.ndarray:
        if self.at >= len(self.tokens):
            raise self.error("breaks off", len(self.text))
        kind, value, position = self.tokens[self.at]
        self.at += 1
        if kind == "quoted":
            if value not in self.index:
                raise UnknownNameError("option", value, self.index, where=self.where)
            return np.asarray(self.table[:, self.index[value]])
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"is nested deeper than {DEEPEST}", position)
        if value == "not":
            out = ~self.one()
        elif value == "(":
            out = self.both()
            if not self.next_is(")"):
                raise self.error("has an open bracket", position)
            self.at += 1
        else:
            raise self.error(f"has '{value}' where an option should stand", position)
        self.depth -= 1
        return out
