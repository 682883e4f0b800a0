"""Conditions over named numbers: two expressions and a comparison, or several joined by ``and``.

    condition = comparison ("and" comparison)*
    comparison = sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum (... sum)*
               | name ("==" | "!=") "'" label "'"
               | name "contains" "'" label "'"

The sums are those of `negotiate.case.expression`; nothing is executed. A chain ``0 < p < 1``
means both comparisons.

>>> from fractions import Fraction
>>> read("0 < p < 1 and p != 1/2").holds({"p": Fraction(1, 3)})
True
>>> read("play == 'Swerve'").holds({"play": "Swerve"})
True
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from negotiate.case.expression import Expression, parse
from negotiate.errors import InputError

MAX_LENGTH = 600
ALLOWED = "such as 'cost < stake / 2', '0 < p < 1', \"play == 'Swerve'\", joined by 'and'"

_COMPARE = re.compile(r"(<=|>=|==|!=|<|>)")
_LABEL = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(==|!=|contains)\s*(?:'([^']*)'|\"([^\"]*)\")\s*\Z")
_AND = re.compile(r"\s+and\s+(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*\Z)")

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Comparison:
    """A chain of sums and the signs between them, or a name and a label."""

    sums: tuple[Expression, ...]
    signs: tuple[str, ...]
    label: str | None = None

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds."""
        if self.label is not None:
            found = self.sums[0].evaluate(values)
            if self.signs[0] == "contains":
                return self.label in found
            return (str(found) == self.label) == (self.signs[0] == "==")
        numbers = [one.evaluate(values) for one in self.sums]
        return all(_HOLDS[s](a, b) for s, a, b in zip(self.signs, numbers, numbers[1:]))


@dataclass(frozen=True)
class Condition:
    """Comparisons that all hold."""

    text: str
    comparisons: tuple[Comparison, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it reads."""
        return tuple(
            dict.fromkeys(n for c in self.comparisons for one in c.sums for n in one.names)
        )

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether every comparison holds under ``values``."""
        return all(comparison.holds(values) for comparison in self.comparisons)

    def __str__(self) -> str:
        return self.text


def read(text: str) -> Condition:
    """Read a condition; every error says what was expected."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"a condition of {len(text)} characters", allowed=f"up to {MAX_LENGTH}")
    return Condition(text.strip(), tuple(_comparison(part) for part in _AND.split(text.strip())))


def _comparison(text: str) -> Comparison:
    if found := _LABEL.match(text):
        label = found[3] if found[3] is not None else found[4]
        return Comparison((parse(found[1]),), (found[2],), label)
    pieces = _COMPARE.split(text)
    if len(pieces) < 3 or not all(piece.strip() for piece in pieces[::2]):
        raise InputError(f"condition '{text}'", allowed=ALLOWED)
    return Comparison(tuple(parse(p.strip()) for p in pieces[::2]), tuple(pieces[1::2]))
