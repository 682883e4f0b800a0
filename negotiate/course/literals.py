"""Plain literals in a student's text: numbers, strings, lists, tables; nothing is executed.

    value  = number ["/" number] | string | list | table | "None" | "True" | "False"
    list   = ("[" | "(") [value ("," value)* [","]] ("]" | ")")
    table  = "{" [value ":" value ("," value ":" value)* [","]] "}"

Depth, length and the number of items are bounded, and everything else is refused by name, so a
text can neither run nor fill the memory.

>>> literal('{"A": 3/4, "B": [1, -0.5]}')
{'A': Fraction(3, 4), 'B': [Fraction(1, 1), Fraction(-1, 2)]}
>>> literal('__import__("os")')
Traceback (most recent call last):
    ...
negotiate.course.literals.LiteralError: '__import__("os")' is no plain value
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from negotiate.errors import NegotiateError

MAX_DEPTH = 8
MAX_ITEMS = 2_000
MAX_TEXT = 20_000
MAX_DIGITS = 60

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_WORDS = {"None": None, "True": True, "False": False}
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "\n": ""}


class LiteralError(NegotiateError, ValueError):
    """A text that is no plain value."""


def literal(text: str) -> Any:
    """The value a text spells out."""
    reader = _Reader(text, 0)
    value = reader.value(0)
    reader.space()
    if reader.at != len(text):
        raise LiteralError(f"unexpected '{text[reader.at : reader.at + 20]}' after the value")
    return value


def literal_at(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at ``start``, and where it ends."""
    reader = _Reader(text, start)
    return reader.value(0), reader.at


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text, self.at, self.items = text, at, 0

    def space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()

    def value(self, depth: int) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise LiteralError(f"deeper than {MAX_DEPTH} or more than {MAX_ITEMS} items")
        self.space()
        char = self.text[self.at : self.at + 1]
        if char in ("[", "("):
            return self.sequence("]" if char == "[" else ")", depth)
        if char == "{":
            return self.table(depth)
        if char in ("'", '"'):
            return self.strings(depth)
        for word, value in _WORDS.items():
            if re.compile(rf"{word}(?![\w(.\[])").match(self.text, self.at):
                self.at += len(word)
                return value
        if found := _NUMBER.match(self.text, self.at):
            return self.fraction(found)
        shown = self.text[self.at : self.at + 30].split("\n")[0]
        raise LiteralError(f"'{shown}' is no plain value")

    def fraction(self, found: re.Match[str]) -> Fraction:
        top = self.number(found)
        save = self.at
        self.space()
        if self.text[self.at : self.at + 1] != "/":
            self.at = save
            return top
        self.at += 1
        self.space()
        below = _NUMBER.match(self.text, self.at)
        bottom = self.number(below) if below else Fraction(0)
        if not bottom:
            raise LiteralError("a fraction needs a number other than 0 below")
        return top / bottom

    def number(self, found: re.Match[str]) -> Fraction:
        if len(found[0]) > MAX_DIGITS:
            raise LiteralError(f"a number of {len(found[0])} characters")
        self.at = found.end()
        return Fraction(found[0].replace("_", ""))

    def strings(self, depth: int) -> str:
        """A string; inside brackets, strings side by side are one."""
        text = self.string(self.text[self.at])
        while depth:
            save = self.at
            self.space()
            if self.text[self.at : self.at + 1] not in ("'", '"'):
                self.at = save
                break
            text += self.string(self.text[self.at])
        return text

    def string(self, quote: str) -> str:
        if self.text.startswith(quote * 3, self.at):
            quote = quote * 3
        self.at += len(quote)
        out: list[str] = []
        while not self.text.startswith(quote, self.at):
            char = self.text[self.at : self.at + 1]
            if not char or (char == "\n" and len(quote) == 1) or len(out) > MAX_TEXT:
                raise LiteralError("a string that does not end")
            if char == "\\":
                escape = self.text[self.at + 1 : self.at + 2]
                out.append(_ESCAPES.get(escape, "\\" + escape))
                self.at += 2
                continue
            out.append(char)
            self.at += 1
        self.at += len(quote)
        return "".join(out)

    def sequence(self, end: str, depth: int) -> Any:
        self.at += 1
        out: list[Any] = []
        commas = 0
        while not self.closed(end):
            out.append(self.value(depth + 1))
            commas += self.separator(end)
        # brackets around one value only hold it together
        return out[0] if end == ")" and len(out) == 1 and not commas else out

    def table(self, depth: int) -> dict[str, Any]:
        self.at += 1
        out: dict[str, Any] = {}
        while not self.closed("}"):
            key = self.value(depth + 1)
            self.space()
            if self.text[self.at : self.at + 1] != ":":
                raise LiteralError("a table needs a colon after each name")
            self.at += 1
            if not isinstance(key, str):
                raise LiteralError("names in a table are text in quotes")
            out[key] = self.value(depth + 1)
            self.separator("}")
        return out

    def closed(self, end: str) -> bool:
        self.space()
        if self.text[self.at : self.at + 1] == end:
            self.at += 1
            return True
        return False

    def separator(self, end: str) -> int:
        """Step over a comma: 1, or 0 where the end follows."""
        self.space()
        char = self.text[self.at : self.at + 1]
        if char == ",":
            self.at += 1
            return 1
        if char != end:
            raise LiteralError(f"expected ',' or '{end}', found '{char or 'the end'}'")
        return 0
