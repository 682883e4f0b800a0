"""Expressions over named quantities, by our own small grammar; nothing is ever executed.

::

    sum     = term (("+" | "-") term)*
    term    = factor (("*" | "/") factor)*
    factor  = ("+" | "-") factor | power
    power   = atom (("**" | "^") ["-"] number)?
    atom    = number | name | ("min" | "max") "(" sum ("," sum)* ")" | "(" sum ")"
    name    = identifier ("." identifier)*

Numbers are read as decimals, so ``0.1`` is one tenth exactly. An exponent is a constant, and the
exponents of nested powers multiply to at most `MAX_DEGREE`, so that no text can ask for a number
that fills the memory. One parsed expression serves three arithmetics: fractions, arrays of floats
with leading draw axes, and SymPy symbols.

>>> parse("stake * (1 - 0.1) ** 2 - cost").evaluate({"stake": Fraction(1), "cost": Fraction(1, 5)})
Fraction(61, 100)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from negotiate.errors import FileFormatError, InputError, TooLargeError, UnknownNameError
from negotiate.numbers.fractions import exact

MAX_LENGTH = 2000
MAX_DEPTH = 40
MAX_DEGREE = 64

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)*)"
    r"|(?P<op>\*\*|[-+*/^(),]))"
)
# A hyphen joins words inside a dotted path ("lever.s-400.cost"); elsewhere it is a minus sign.
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Node = tuple[Any, ...]


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    Attributes
    ----------
    source
        The text as written.
    names
        Every name it reads, in order of appearance.
    """

    source: str
    names: tuple[str, ...]
    tree: Node

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Value under ``values``; the arithmetic is that of the values given.

        Raises
        ------
        UnknownNameError
            A name has no value.
        ZeroDivisionError
            Division by an exact zero.
        """
        try:
            return _evaluate(self.tree, values, _constants_for(values, self.names))
        except OverflowError:
            raise TooLargeError(
                f"'{str(self)[:60]}' is too large for a number",
                where="expression",
                allowed="up to 1.8e308",
            ) from None

    def __str__(self) -> str:
        return self.source


def parse(text: str) -> Expression:
    """Parse ``text``; every error says at which column and what was expected."""
    if len(text) > MAX_LENGTH:
        raise FileFormatError(
            f"an expression of {len(text)} characters",
            column=1,
            line=1,
            path="expression",
            allowed=f"at most {MAX_LENGTH}",
        )
    parser = _Parser(text)
    tree = parser.sum(0)
    parser.expect_end()
    return Expression(text, tuple(dict.fromkeys(parser.names)), tree)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.names: list[str] = []
        self.kind = self.value = ""
        self.start = 0
        self._advance()

    def _advance(self) -> None:
        rest = self.text[self.position :]
        if not rest.strip():
            self.kind, self.value, self.start = "end", "", len(self.text)
            return
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            self.start = self.position + len(rest) - len(rest.lstrip())
            raise self.error(f"'{self.text[self.start]}' is not part of the grammar")
        self.kind = match.lastgroup or ""
        self.value = match.group(self.kind)
        self.start, self.position = match.start(self.kind), match.end()
        if self.kind == "name" and "." not in self.value and "-" in self.value:
            plain = _PLAIN_NAME.match(self.value)
            assert plain is not None
            self.value = plain.group()
            self.position = self.start + len(self.value)

    def error(self, what: str, allowed: str = "") -> FileFormatError:
        return FileFormatError(
            f'{what} in "{self.text}"',
            path="expression",
            line=1,
            column=self.start + 1,
            allowed=allowed or "numbers, names, + - * /, ** with a constant exponent, min, max",
        )

    def take(self, *values: str) -> str:
        if self.kind == "op" and self.value in values:
            found = self.value
            self._advance()
            return found
        return ""

    def need(self, value: str) -> None:
        if not self.take(value):
            raise self.error(f"expected '{value}', found '{self.value or 'the end'}'")

    def expect_end(self) -> None:
        if self.kind != "end":
            raise self.error(f"unexpected '{self.value}'")

    def sum(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH}")
        node = self.term(depth)
        while op := self.take("+", "-"):
            node = (op, node, self.term(depth))
        return node

    def term(self, depth: int) -> Node:
        node = self.factor(depth)
        while op := self.take("*", "/"):
            node = (op, node, self.factor(depth))
        return node

    def factor(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH}")
        if self.take("-"):
            return ("neg", self.factor(depth + 1))
        if self.take("+"):
            return self.factor(depth + 1)
        return self.power(depth)

    def power(self, depth: int) -> Node:
        base = self.atom(depth)
        if not self.take("**", "^"):
            return base
        sign = -1 if self.take("-") else 1
        if self.kind != "number":
            raise self.error("an exponent must be a number", "a constant such as 2 or 0.5")
        exponent = sign * self.number()
        if exponent.denominator > MAX_DEGREE or _degree(base) * abs(exponent) > MAX_DEGREE:
            raise self.error("the exponents are too large", f"together at most {MAX_DEGREE}")
        self._advance()
        return ("pow", base, exponent)

    def number(self) -> Fraction:
        if abs(int(re.split("[eE]", self.value + "e0")[1])) > 300:
            raise self.error("the number is out of range", "exponents up to 300")
        try:
            return exact(self.value)
        except InputError as error:
            raise self.error(error.what) from None

    def atom(self, depth: int) -> Node:
        if self.kind == "number":
            node: Node = ("num", self.number())
            self._advance()
            return node
        if self.kind == "name":
            name = self.value
            self._advance()
            if self.kind == "op" and self.value == "(":
                if name not in ("min", "max"):
                    raise self.error(f"'{name}' is not a function", "min, max")
                self.need("(")
                items = [self.sum(depth + 1)]
                while self.take(","):
                    items.append(self.sum(depth + 1))
                self.need(")")
                return (name, *items)
            self.names.append(name)
            return ("name", name)
        if self.take("("):
            node = self.sum(depth + 1)
            self.need(")")
            return node
        raise self.error(f"expected a number or a name, found '{self.value or 'the end'}'")


def _degree(node: Node) -> Fraction:
    head = str(node[0])
    if head in ("num", "name"):
        return Fraction(1)
    if head == "pow":
        return _degree(node[1]) * max(abs(Fraction(node[2])), Fraction(1))
    if head in _OPERATORS:
        first, following = _spine(node)
        return max(_degree(child) for child in (first, *(child for _, child in following)))
    return max(_degree(child) for child in node[1:])


def _constants_for(values: Mapping[str, Any], names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Constants follow the values: a fraction times a float array would be an object array."""
    for name in names:
        value = values.get(name)
        if isinstance(value, float) or getattr(value, "dtype", None) is not None:
            return _to_float
    return _unchanged


def _to_float(constant: Any) -> Any:
    return float(constant)


def _unchanged(constant: Any) -> Any:
    return constant


def _evaluate(node: Node, values: Mapping[str, Any], constant: Callable[[Fraction], Any]) -> Any:
    head = node[0]
    if head == "num":
        return constant(node[1])
    if head == "name":
        if node[1] not in values:
            raise UnknownNameError("quantity", node[1], values)
        return values[node[1]]
    if head == "pow":
        return _power(_evaluate(node[1], values, constant), node[2])
    if head in _OPERATORS:  # a long sum is a deep tree to the left: walked, not recursed into
        first, following = _spine(node)
        total = _evaluate(first, values, constant)
        for sign, child in following:
            total = _bounded(_OPERATORS[sign](total, _evaluate(child, values, constant)))
        return total
    arguments = [_evaluate(child, values, constant) for child in node[1:]]
    if head == "neg":
        return -arguments[0]
    return reduce(lambda a, b: _pick(a, b, head), arguments)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _spine(node: Node) -> tuple[Node, list[tuple[str, Node]]]:
    """First operand of a chain of operations, and the operations that follow, in order."""
    following = []
    while node[0] in _OPERATORS:
        following.append((str(node[0]), node[2]))
        node = node[1]
    return node, following[::-1]


MAX_BITS = 100_000
"""Size of an exact number, above and below the line: beyond it even writing it down costs time."""


def _bits(number: Any) -> int:
    if type(number) in (int, Fraction):  # a traced fraction must not be asked for its parts
        return int(max(number.numerator.bit_length(), number.denominator.bit_length()))
    return 0


def _bounded(number: Any) -> Any:
    """An exact number of bounded size; anything else as it is."""
    if _bits(number) > MAX_BITS:
        raise TooLargeError(
            f"an exact number of {_bits(number):,} bits",
            where="expression",
            allowed=f"at most {MAX_BITS:,}",
            remedy="round what the expression begins with",
        )
    return number


def _power(base: Any, exponent: Fraction) -> Any:
    if exponent.denominator == 1:
        bits = _bits(base) * abs(int(exponent))
        if bits > MAX_BITS and abs(base) not in (0, 1):
            raise TooLargeError(
                f"a power of some {bits:,} bits",
                where="expression",
                allowed=f"at most {MAX_BITS:,}",
                remedy="round what the expression begins with",
            )
        return base ** int(exponent)
    if isinstance(base, (int, Fraction)):
        if base < 0:
            raise FileFormatError(
                f"{base} to the power {exponent} is not a real number", path="expression"
            )
        return float(base) ** float(exponent)
    if isinstance(base, float) or hasattr(base, "dtype"):
        return base ** float(exponent)
    import sympy

    return base ** sympy.Rational(exponent.numerator, exponent.denominator)


def _is_symbolic(value: Any) -> bool:
    return hasattr(value, "free_symbols")


def _pick(left: Any, right: Any, name: str) -> Any:
    if _is_symbolic(left) or _is_symbolic(right):
        import sympy

        return (sympy.Min if name == "min" else sympy.Max)(left, right)
    if hasattr(left, "dtype") or hasattr(right, "dtype"):
        import numpy as np

        return (np.minimum if name == "min" else np.maximum)(left, right)
    return min(left, right) if name == "min" else max(left, right)
