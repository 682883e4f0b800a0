r"""Tokens of the Gambit file formats, shared by the readers of ``.nfg`` and ``.efg``.

Both formats are streams of quoted labels, exact numbers, braces, commas and bare words; white
space, newlines included, only separates. Inside quotes everything counts, and a quote is written
``\"``. Numbers are integers, decimals, decimals with an exponent or fractions, and all of them
are exact: 0.1 is one tenth. See the Gambit project's "Game representation formats",
https://gambitproject.readthedocs.io/en/latest/formats.html

>>> stream = Tokens('NFG 1 R "a \\"b\\"" { 1/2 -.5e1 }')
>>> stream.word("NFG"), stream.number("a version"), stream.word("R"), stream.label("a title")
('NFG', Fraction(1, 1), 'R', 'a "b"')
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, NoReturn

from negotiate.errors import FileFormatError

EXPONENT_BOUND = 400
"""Largest power of ten taken from a file; beyond it one token could fill the memory."""
DIGITS_BOUND = 4000
"""Longest number taken from a file, in characters (Python refuses integers of 4,300 digits)."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<label>"(?:\\.|[^"\\])*")
      | (?P<open>\{) | (?P<close>\}) | (?P<comma>,)
      | (?P<number>[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?=[\s{},"]|\Z)
      | (?P<word>[^\s{},"]+)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)

_SHOWN = {
    "label": "a label in quotes",
    "open": "'{'",
    "close": "'}'",
    "comma": "','",
    "number": "a number",
    "word": "a word",
    "end": "the end of the file",
}


class Token(NamedTuple):
    """One token: its kind, its text as written and where it begins."""

    kind: str
    text: str
    offset: int


class Tokens:
    """A stream of tokens with one token of look-ahead; errors carry line and column.

    Kinds are ``label``, ``number``, ``word``, ``open``, ``close``, ``comma`` and, past the last
    token, ``end``.
    """

    def __init__(self, text: str, *, path: str = "") -> None:
        self.source, self.path = text.removeprefix("\ufeff"), path
        self._tokens = self._scan()
        self._next = 0

    def _scan(self) -> list[Token]:
        tokens: list[Token] = []
        position, end = 0, len(self.source)
        while position < end:
            match = _TOKEN.match(self.source, position)
            if match is None:  # only an opening quote without its end gets here
                self.fail(
                    "a label is not closed",
                    at=position,
                    remedy='end it with ", and write a quote inside it as \\"',
                )
            kind = str(match.lastgroup)
            if kind != "space":
                tokens.append(Token(kind, match.group(), position))
            position = match.end()
        tokens.append(Token("end", "", end))
        return tokens

    def fail(
        self, what: str, *, at: Token | int | None = None, allowed: str = "", remedy: str = ""
    ) -> NoReturn:
        """Raise `FileFormatError` at a token, an offset, or the next token."""
        place = self.peek() if at is None else at
        offset = place.offset if isinstance(place, Token) else place
        line = self.source.count("\n", 0, offset) + 1
        column = offset - self.source.rfind("\n", 0, offset)
        raise FileFormatError(
            what, path=self.path, line=line, column=column, allowed=allowed, remedy=remedy
        )

    def peek(self) -> Token:
        """The next token, left in place."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """The next token; the end stays the end."""
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def accept(self, kind: str) -> bool:
        """Take the next token if it is of ``kind``; says whether it was."""
        if self._tokens[self._next].kind != kind:
            return False
        self.take()
        return True

    def expect(self, kind: str, what: str) -> Token:
        """Take a token of ``kind``, or fail naming ``what`` should stand here."""
        token = self.peek()
        if token.kind != kind:
            found = f"'{token.text[:40]}'" if token.kind != "end" else "the end of the file"
            self.fail(f"expected {what}, found {found}", allowed=_SHOWN[kind])
        return self.take()

    def label(self, what: str) -> str:
        """A quoted label, without its quotes."""
        return unquote(self.expect("label", what).text)

    def word(self, *allowed: str) -> str:
        """A bare word, one of ``allowed``."""
        token = self.peek()
        if token.kind != "word" or token.text not in allowed:
            self.fail(
                f"found {'the end of the file' if token.kind == 'end' else repr(token.text[:40])}",
                allowed=" or ".join(allowed),
            )
        return self.take().text

    def number(self, what: str) -> Fraction:
        """A number, exact."""
        token = self.expect("number", what)
        mantissa, _, exponent = token.text.lower().partition("e")
        if (
            len(mantissa) > DIGITS_BOUND
            or len(exponent) > 6
            or (exponent and abs(int(exponent)) > EXPONENT_BOUND)
        ):
            self.fail(
                f"{what} has {len(token.text)} characters: '{token.text[:20]}'",
                at=token,
                allowed=f"{DIGITS_BOUND} digits, exponents up to {EXPONENT_BOUND}",
            )
        if "/" in mantissa and not mantissa.split("/")[1].strip("0"):
            self.fail(f"{what} divides by zero: '{token.text}'", at=token)
        return _fraction(mantissa, exponent)

    def integer(self, what: str, *, low: int = 0, high: int | None = None) -> int:
        """A whole number between ``low`` and ``high``."""
        token = self.peek()
        value = self.number(what)
        if value.denominator != 1 or value < low or (high is not None and value > high):
            span = f"a whole number from {low}" + (f" to {high}" if high is not None else "")
            self.fail(f"{what} is {token.text}", at=token, allowed=span)
        return int(value)

    def end(self) -> None:
        """Demand the end of the file."""
        if self.peek().kind != "end":
            self.fail(
                f"the game is complete, but '{self.peek().text[:40]}' follows",
                allowed="the end of the file",
            )


@lru_cache(maxsize=50_000)  # the payoffs of a file repeat, and fractions are slow to read
def _fraction(mantissa: str, exponent: str) -> Fraction:
    # A trailing point is Gambit's, not Fraction's.
    return Fraction(mantissa.rstrip(".") + ("e" + exponent if exponent else ""))


def unquote(text: str) -> str:
    r"""The label inside a quoted token: ``\"`` is a quote, ``\\`` a backslash, ``\a`` both signs.

    >>> unquote('"\\alpha \\"x\\""')
    '\\alpha "x"'
    """
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def quote(label: str) -> str:
    r"""A label as the formats write it; the inverse of `unquote`.

    A backslash is doubled only where it would otherwise change the reading, so that TeX labels
    stay as Gambit writes them.

    >>> quote('\\alpha "x"')
    '"\\alpha \\"x\\""'
    """
    return '"' + re.sub(r'\\(?=["\\]|$)|"', lambda match: "\\" + match.group(), label) + '"'


def write_number(value: object) -> str:
    """An exact number (or a float, by its shortest decimal form) as the formats write it.

    >>> write_number(Fraction(1, 3)), write_number(0.1), write_number(-2)
    ('1/3', '0.1', '-2')
    """
    if isinstance(value, (int, Fraction)):
        return str(Fraction(value))
    return repr(float(value))  # type: ignore[arg-type]


def distinct(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels made non-empty and distinct by appending ``_1``, ``_2`` ..., as Gambit does.

    >>> distinct(["a", "a", "", "a_1"])
    ('a_2', 'a_3', '_1', 'a_1')
    """
    given: Sequence[str] = tuple(labels)
    used, counts, out = set(given), Counter(given), []
    seen: dict[str, int] = {}
    for label in given:
        if label and counts[label] == 1:
            out.append(label)
            continue
        while True:
            seen[label] = seen.get(label, 0) + 1
            candidate = f"{label}_{seen[label]}"
            if candidate not in used:
                break
        used.add(candidate)
        out.append(candidate)
    return tuple(out)


def decode(data: bytes) -> str:
    """Bytes of a file as text: UTF-8, or Latin-1 for old files (which cannot fail)."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
