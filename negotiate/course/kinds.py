"""Kinds of answer: how a student's entry is read, and what share of the points it earns.

Every kind has ``read`` (a student's entry to a value, or `NotReadable` with what is allowed) and
``share`` (from 0 to 1). Entries are plain data from an answers file: numbers, text, lists, tables.

    number      share 1 within the tolerance
    fraction    share 1 if exactly equal, or if it is the exact number rounded to the digits shown,
                three at least
    interval    half for each end
    numbers     an equal part for each label
    choice      1 or 0
    choices     (right ones - wrong ones) / number of right ones, at least 0
    profile     an equal part for each player, in a tree for each information set
    equilibria  (right ones - wrong ones) / number of right ones, at least 0

Numbers are read as people write them: ``-0.5`` with either minus, ``0,75``, ``75 %``, ``3 1/2``,
``1.5e-3``, ``1.5 x 10^-3``. A number that is nearly right (`near`) was found by the right method
and rounded on the way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from negotiate import tolerance
from negotiate.case.expression import parse
from negotiate.course.exercise import Question
from negotiate.errors import NegotiateError
from negotiate.numbers.fractions import exact

MAX_ITEMS = 200
"""Entries of a list or table in an answer."""
MAX_TEXT = 20_000
MAX_LABEL = 200
MAX_BITS = 1000
"""Size of a number: beyond it no answer is right, and even writing it down costs time."""
DIGITS = 3
"""Significant digits from which a rounded number shows that the exact one was found."""
NEAR = 10
"""Tolerances within which a number is near."""
NEAR_LEAST, NEAR_MOST = Fraction(1, 200), Fraction(1, 50)
"""What is near at least and at most, as a share of the right number."""


class NotReadable(NegotiateError, ValueError):
    """An entry that is no answer of its kind; says what is allowed, and earns nothing."""


Shape = Callable[[], Mapping[str, Any]]
"""Labels a profile may use; asked for only where an answer is a profile."""


@dataclass(frozen=True)
class Kind:
    """How entries of a kind are read and marked."""

    read: Callable[[Question, Any, Shape], Any]
    share: Callable[[Question, Any, Any], Fraction]
    allowed: str
    example: str


def empty(entry: Any) -> bool:
    """Whether a student left the entry open."""
    return entry is None or entry == "" or (isinstance(entry, (list, dict)) and not entry)


# Numbers


_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-",
                        "\u2044": "/", "\u00d7": "*", "\u00b7": "*", "\u22c5": "*"})  # fmt: skip
_COMMA = re.compile(r"([+-]?)(\d+),(\d+)(e[+-]?\d+)?\Z", re.I)
_MIXED = re.compile(r"([+-]?)(\d+)\s+(\d+)\s*/\s*(\d+)\Z")
_POWER = re.compile(r"\s*[*x]\s*10\s*(?:\^|\*\*)\s*\(?\s*([+-]?\d{1,3})\s*\)?\Z", re.I)


def spelled(text: str) -> str:
    """A number as people write it, in the grammar of expressions.

    >>> [spelled(t) for t in ("\u22120.5", "0,75", "75 %", "3 1/2", "\u00bd", "1.5 x 10^-3")]
    ['-0.5', '0.75', '(75)/100', '3 + 1/2', '1/2', '1.5e-3']
    """
    spread = "".join(
        f" {char}" if unicodedata.category(char) == "No" and "\u2044" in unicodedata.normalize(
            "NFKC", char) else char
        for char in text
    )  # fmt: skip
    plain = unicodedata.normalize("NFKC", spread).translate(_MINUS).strip()
    share = plain.endswith("%")
    plain = plain.rstrip("% ").strip() if share else plain
    if found := _COMMA.match(plain.replace(" ", "") if "," in plain else ""):
        sign, whole, rest, power = found.groups()
        if len(rest) == 3 and whole.lstrip("0"):
            raise NotReadable(
                f"'{text[:40]}' may be {whole}.{rest} or {whole}{rest}",
                allowed="a point before decimals, nothing between thousands",
            )
        plain = f"{sign}{whole}.{rest}{power or ''}"
    elif found := _MIXED.match(plain):
        sign, whole, top, below = found.groups()
        plain = f"{sign}{whole} {sign or '+'} {top}/{below}"
    elif found := _POWER.search(plain):
        plain = f"{plain[: found.start()]}e{found[1]}"
    return f"({plain})/100" if share else plain


def read_number(entry: Any, allowed: str = "a number: 0.75, 3/4") -> Fraction:
    """A number from an int, a decimal, or text such as ``3/4``, by the toolkit's own grammar."""
    if isinstance(entry, bool) or entry is None:
        raise NotReadable("no number was given", allowed=allowed)
    if isinstance(entry, str):
        if len(entry) > MAX_LABEL:
            raise NotReadable(f"text of {len(entry)} characters", allowed=allowed)
        try:
            expression = parse(spelled(entry))
            value = expression.evaluate({}) if not expression.names else None
        except NotReadable:
            raise
        except (NegotiateError, ArithmeticError, ValueError):
            value = None
        if value is None or isinstance(value, complex):
            raise NotReadable(f"'{entry[:60]}' is no number", allowed=allowed)
        entry = value
    try:
        number = exact(entry)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise NotReadable(str(error)[:120], allowed=allowed) from None
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
        raise NotReadable("a number of more than 300 digits", allowed=allowed)
    return number


def within(question: Question, value: Any, correct: Any) -> bool:
    """Whether a number is right within the question's tolerance."""
    slack = question.tolerance or Fraction(0)
    if question.relative is not None:
        slack = max(slack, question.relative * abs(Fraction(correct)))
    if not isinstance(correct, (int, Fraction)):  # a float is right up to its own precision
        correct = Fraction(correct)
        slack = max(slack, Fraction(tolerance.AGREEMENT) * max(abs(correct), Fraction(1)))
    if abs(value - correct) <= slack:
        return True
    exact_asked = question.tolerance is None and question.relative is None
    return exact_asked and rounded(value, correct)


def places(value: Fraction) -> int | None:
    """Decimals a number shows; None for a fraction that is no decimal.

    >>> places(Fraction("0.2195")), places(Fraction(1, 3)), places(Fraction(120))
    (4, None, 0)
    """
    for count in range(61):
        if not (value.numerator * 10**count) % value.denominator:
            return count
    return None


def rounded(value: Fraction, correct: Fraction) -> bool:
    """Whether a decimal is the right number rounded to the digits it shows, `DIGITS` at least.

    >>> rounded(Fraction("0.2195"), Fraction(9, 41)), rounded(Fraction("0.33"), Fraction(1, 3))
    (True, False)
    """
    shown = places(value)
    if shown is None or shown < DIGITS or abs(value) * 10**shown < 10 ** (DIGITS - 1):
        return False
    return abs(value - correct) <= Fraction(1, 2 * 10**shown)


def near(question: Question, value: Any, correct: Any) -> bool:
    """Whether a number misses by no more than rounding on the way explains."""
    if within(question, value, correct):
        return True
    correct = Fraction(correct)
    slack = NEAR * (question.tolerance or Fraction(0))
    relative = max(NEAR * (question.relative or Fraction(0)), NEAR_LEAST)
    slack = min(max(slack, relative * abs(correct)), NEAR_MOST * abs(correct))
    return bool(abs(value - correct) <= slack)


def near_share(question: Question, correct: Any, value: Any, agrees: Agrees = near) -> Fraction:
    """Share of an answer's numbers that are near; 0 for kinds that are no numbers."""
    if question.kind in ("number", "fraction"):
        return Fraction(int(agrees(question, value, correct)))
    if question.kind == "interval":
        return _interval_share(question, correct, value, agrees)
    if question.kind == "numbers":
        return _numbers_share(question, correct, value, agrees)
    return Fraction(0)


Agrees = Callable[[Question, Any, Any], bool]
"""Whether a value counts as the right number."""


def _number(question: Question, entry: Any, labels: Shape) -> Fraction:
    return read_number(entry)


def _number_share(question: Question, correct: Any, value: Any) -> Fraction:
    return Fraction(int(within(question, value, correct)))


def _fraction_share(question: Question, correct: Any, value: Any) -> Fraction:
    return Fraction(int(within(question, value, Fraction(correct))))


def _interval(question: Question, entry: Any, labels: Shape) -> tuple[Fraction, Fraction]:
    if isinstance(entry, str) and entry.strip()[:1] in "[(" and entry.strip()[-1:] in "])":
        entry = entry.strip()[1:-1].split(",")
    if not isinstance(entry, (list, tuple)) or len(entry) != 2:
        raise NotReadable("no interval", allowed="two numbers: [0.2, 0.5]")
    low, high = (read_number(x) for x in entry)
    if low > high:
        raise NotReadable(f"the interval [{low}, {high}]", allowed="the lower end first")
    return low, high


def _interval_share(
    question: Question, correct: Any, value: Any, agrees: Agrees = within
) -> Fraction:
    right = sum(int(agrees(question, v, c)) for v, c in zip(value, correct))
    return Fraction(right, 2)


def _numbers(question: Question, entry: Any, labels: Shape) -> dict[str, Fraction]:
    known = question.labels
    if not isinstance(entry, Mapping):
        raise NotReadable("no table", allowed="a number for each of " + ", ".join(known))
    out = {}
    for label, value in entry.items():
        if label not in known:
            raise NotReadable(f"there is no '{str(label)[:60]}'", allowed=", ".join(known))
        if not empty(value):
            out[str(label)] = read_number(value)
    return out


def _numbers_share(
    question: Question, correct: Any, value: Any, agrees: Agrees = within
) -> Fraction:
    right = sum(
        int(label in value and agrees(question, value[label], number))
        for label, number in correct.items()
    )
    return Fraction(right, len(correct))


# Labels


def _known(question: Question) -> tuple[str, ...]:
    return tuple(option.id for option in question.options) or question.labels


def _label(question: Question, entry: Any) -> str:
    known = _known(question)
    if isinstance(entry, bool):
        entry = "yes" if entry else "no"
    text = str(entry).strip() if isinstance(entry, (str, int, Fraction)) else ""
    same = [label for label in known if label.casefold() == text.casefold()]
    if not text or not same:
        raise NotReadable(f"'{text[:60]}' is no option", allowed=", ".join(known))
    return text if text in known else same[0]


def _choice(question: Question, entry: Any, labels: Shape) -> str:
    return _label(question, entry)


def _choice_share(question: Question, correct: Any, value: Any) -> Fraction:
    return Fraction(int(str(correct) == value))


def _choices(question: Question, entry: Any, labels: Shape) -> tuple[str, ...]:
    if isinstance(entry, str):
        entry = [part for part in entry.split(",") if part.strip()]
    if not isinstance(entry, (list, tuple)) or len(entry) > MAX_ITEMS:
        raise NotReadable("no list", allowed="a list of " + ", ".join(_known(question)))
    return tuple(dict.fromkeys(_label(question, item) for item in entry))


def _choices_share(question: Question, correct: Any, value: Any) -> Fraction:
    wanted = {correct} if isinstance(correct, str) else set(correct)
    if not wanted:
        return Fraction(int(not value))
    right = len(wanted & set(value))
    return max(Fraction(right - len(set(value) - wanted), len(wanted)), Fraction(0))


# Profiles


def _profile(question: Question, entry: Any, labels: Shape) -> dict[str, Any]:
    return read_profile(entry, labels())


def shape(world: Any, question: Question) -> dict[str, Any]:
    """Labels a profile may use: player to strategies, or to information sets with actions."""
    from negotiate.declare import kind_of

    named = question.game or getattr(question.answer, "game", "")
    game = world.game(named)
    kind = kind_of(game)
    if kind == "strategic":
        return {p: tuple(game.strategies[p]) for p in game.players}
    if kind == "extensive":
        return {
            p: {s.label: tuple(s.actions) for s in game.information_sets(p)} for p in game.players
        }
    if kind == "signalling":
        sender, receiver = game.players
        return {
            sender: {t: tuple(game.messages) for t in game.types},
            receiver: {m: tuple(game.responses[m]) for m in game.messages},
        }
    if kind == "repeated":
        return {p: tuple(game.stage.strategies[p]) for p in game.players}
    raise NotReadable(f"a {kind} game has no profiles")


def read_profile(entry: Any, allowed: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """A profile with every player, probabilities that sum to one, without zeros."""
    if not isinstance(entry, Mapping):
        raise NotReadable("no profile", where=where, allowed=_shape_words(allowed))
    out: dict[str, Any] = {}
    for name in entry:
        if name not in allowed:
            raise NotReadable(
                f"there is no '{str(name)[:60]}'", where=where, allowed=", ".join(allowed)
            )
    for name, choices in allowed.items():
        place = f"{where}.{name}" if where else name
        if name not in entry or empty(entry[name]):
            raise NotReadable("nothing is said", where=place, allowed=_shape_words(choices))
        if isinstance(choices, Mapping):
            out[name] = read_profile(entry[name], choices, place) if choices else {}
        else:
            out[name] = _mixture(entry[name], choices, place)
    return out


def _mixture(entry: Any, labels: tuple[str, ...], where: str) -> dict[str, Fraction]:
    if isinstance(entry, str):
        same = [label for label in labels if label.casefold() == entry.strip().casefold()]
        if not same:
            raise NotReadable(f"there is no '{entry[:60]}'", where=where, allowed=", ".join(labels))
        return {entry if entry in labels else same[0]: Fraction(1)}
    if not isinstance(entry, Mapping):
        raise NotReadable("no strategy", where=where, allowed=_shape_words(labels))
    out = {}
    for label, value in entry.items():
        if label not in labels:
            raise NotReadable(
                f"there is no '{str(label)[:60]}'", where=where, allowed=", ".join(labels)
            )
        number = read_number(value)
        if not 0 <= number <= 1:
            raise NotReadable(f"probability {number}", where=where, allowed="0 to 1")
        if number:
            out[label] = number
    if not out or abs(sum(out.values(), Fraction(0)) - 1) > Fraction(1, 100):
        raise NotReadable("the probabilities do not sum to 1", where=where)
    return out


def _shape_words(allowed: Any) -> str:
    if isinstance(allowed, Mapping):
        return "an entry for each of " + ", ".join(allowed)
    return f"one of {', '.join(allowed)}, or probabilities such as {{{allowed[0]}: 1/2, ...}}"


def _parts(profile: Mapping[str, Any]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Mixtures by player, in a tree by player and information set."""
    out: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for name, entry in profile.items():
        if any(isinstance(v, Mapping) for v in entry.values()):
            out |= {(name, *rest): mix for rest, mix in _parts(entry).items()}
        elif entry:
            out[(name,)] = entry
    return out


def agree(question: Question, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two mixtures are the same within the tolerance."""
    zero = Fraction(0)
    return all(
        within(question, Fraction(other.get(k, zero)), one.get(k, zero)) for k in {*one, *other}
    )


def _profile_share(question: Question, correct: Any, value: Any) -> Fraction:
    wanted, given = _parts(correct), _parts(value)
    right = sum(int(agree(question, mix, given.get(part, {}))) for part, mix in wanted.items())
    return Fraction(right, len(wanted))


def _equilibria(question: Question, entry: Any, labels: Shape) -> tuple[dict[str, Any], ...]:
    if isinstance(entry, Mapping):
        entry = [entry]
    if not isinstance(entry, (list, tuple)) or len(entry) > MAX_ITEMS:
        raise NotReadable(
            "no list of profiles",
            allowed=f"a list in [ ] with an entry for each profile; at most {MAX_ITEMS}",
        )
    allowed = labels()
    return tuple(read_profile(item, allowed, f"[{i + 1}]") for i, item in enumerate(entry))


def _equilibria_share(question: Question, correct: Any, value: Any) -> Fraction:
    wanted = [_parts(p) for p in correct]
    distinct: list[dict[tuple[str, ...], Any]] = []
    for item in map(_parts, value):
        if item not in distinct:
            distinct.append(item)
    left, right = list(distinct), 0
    for target in wanted:
        for item in left:
            if item.keys() == target.keys() and all(
                agree(question, target[k], item[k]) for k in target
            ):
                left.remove(item)
                right += 1
                break
    if not wanted:
        return Fraction(int(not distinct))
    return max(Fraction(right - len(left), len(wanted)), Fraction(0))


# Words


def _text(question: Question, entry: Any, labels: Shape) -> str:
    if not isinstance(entry, str) or len(entry) > MAX_TEXT:
        raise NotReadable("no text", allowed=f"at most {MAX_TEXT:,} characters")
    return entry


def _unmarked(question: Question, correct: Any, value: Any) -> Fraction:
    return Fraction(0)


def _expression(question: Question, entry: Any, labels: Shape) -> Any:
    from negotiate.course.algebra import MAX_TEXT as longest

    allowed = "an expression in " + ", ".join(question.variables) + " with + - * / ** ( )"
    if isinstance(entry, (int, float, Fraction)) and not isinstance(entry, bool):
        entry = str(entry)
    if not isinstance(entry, str) or len(entry) > longest:
        raise NotReadable("no expression", allowed=allowed)
    entry = entry.translate(_MINUS).replace("^", "**")
    try:
        expression = parse(entry)
    except (NegotiateError, ValueError) as error:
        raise NotReadable(str(error)[:200], allowed=allowed) from None
    for name in expression.names:
        if name not in question.variables:
            raise NotReadable(f"'{name}' is not one of the letters", allowed=allowed)
    return expression


KINDS: dict[str, Kind] = {
    "number": Kind(_number, _number_share, "a number, as 0.75 or 3/4", '"3/4"'),
    "fraction": Kind(_number, _fraction_share, "an exact number, as 3/4", '"3/4"'),
    "interval": Kind(_interval, _interval_share, "two numbers, the lower first", '["1/5", "1/2"]'),
    "numbers": Kind(_numbers, _numbers_share, "a number for each label", '{"A": "1/3"}'),
    "choice": Kind(_choice, _choice_share, "the name of one option", '"yes"'),
    "choices": Kind(_choices, _choices_share, "a list of names", '["a", "c"]'),
    "profile": Kind(
        _profile,
        _profile_share,
        "a strategy, or probabilities, for each player",
        '{"Row": "Left", "Column": {"Up": "1/3", "Down": "2/3"}}',
    ),
    "equilibria": Kind(
        _equilibria,
        _equilibria_share,
        "a list of profiles, in any order",
        '[{"Row": "Left", "Column": "Up"}]',
    ),
    "expression": Kind(_expression, _unmarked, "an expression in the letters", '"(v - c) / 2"'),
    "text": Kind(_text, _unmarked, "words; a person reads them", '"..."'),
    "case": Kind(_text, _unmarked, "the name of your case file", '"my-case.toml"'),
}
"""Kinds of answer; expressions and case files are marked in `negotiate.course.marking`."""
