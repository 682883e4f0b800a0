r"""Texts with drawn numbers in them: ``<<cost>>`` is the student's own value.

    <<expression>>        a number as text: 3, 3/4
    <<expression:tex>>    for mathematics: \frac{3}{4}
    <<expression:3>>      rounded to three decimals
    <<expression:%>>      as a percentage
    <<game>>  <<game:id>> a game of the exercise as a table or a tree
    <<answer.question>>   in solutions: the correct answer of a question

Numbers go in as text of our own making; nothing that a student wrote ever does.

>>> from fractions import Fraction
>>> shown(Fraction(3, 4)), shown(Fraction(3, 4), "tex"), shown(Fraction(1, 3), "3")
('3/4', '\\frac{3}{4}', '0.333')
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from negotiate.errors import InputError

_HOLE = re.compile(r"<<\s*([^<>:\n]+?)\s*(?::\s*([^<>\n]*?)\s*)?>>")
MAX_PLACES = 6
"""Decimals up to which an exact number is written as a decimal rather than a fraction."""
STYLES = "tex, a number of decimals, %"


def holes(text: str) -> Iterator[tuple[str, str]]:
    """Expression and style of every placeholder of a text."""
    for found in _HOLE.finditer(text):
        yield found[1], found[2] or ""


def fill(
    text: str, world: Any, *, where: str = "", answers: Mapping[str, Any] | None = None
) -> str:
    """The text with every placeholder replaced by its value in ``world``."""

    def one(found: re.Match[str]) -> str:
        name, style = found[1], found[2] or ""
        if name == "game":
            return table(world.game(style))
        if name.startswith("answer."):
            question = name.removeprefix("answer.")
            if answers is None or question not in answers:
                raise InputError(f"<<{name}>> cannot stand here", where=where)
            return shown(answers[question], style)
        return shown(world[name] if name in world else world.number(name, where), style)

    return _HOLE.sub(one, text)


def shown(value: Any, style: str = "") -> str:
    """A value for a text: numbers in the style asked for, labels, profiles and intervals."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_inner(entry, style)}" for key, entry in value.items())
    if isinstance(value, (list, tuple)):
        numbers = len(value) == 2 and all(isinstance(v, (int, float, Fraction)) for v in value)
        parts = [shown(v, style) for v in value]
        if any(isinstance(v, Mapping) for v in value):
            return "; ".join(f"({part})" for part in parts)
        return f"[{', '.join(parts)}]" if numbers else ", ".join(parts) or "none"
    if style == "tex":
        return tex(value)
    if style == "%":
        return f"{_rounded(100 * Fraction(value), 1)} %"
    if style.isdigit() and len(style) < 3:
        return _rounded(Fraction(value), int(style))
    if style:
        raise InputError(f"style '{style}' of a placeholder", allowed=STYLES)
    return number(value)


def _inner(entry: Any, style: str) -> str:
    """Entries of a profile: a strategy played for sure is its label alone."""
    if isinstance(entry, Mapping):
        if len(entry) == 1 and next(iter(entry.values())) == 1:
            return str(next(iter(entry)))
        return "{" + ", ".join(f"{k}: {_inner(v, style)}" for k, v in entry.items()) + "}"
    return shown(entry, style)


def number(value: Any) -> str:
    """A number as text: a decimal where it is short and exact, a fraction, else five digits."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        rest, places = value.denominator, 0
        for prime in (2, 5):
            power = 0
            while rest % prime == 0:
                rest, power = rest // prime, power + 1
            places = max(places, power)
        exact = f"{value.numerator}/{value.denominator}"
        plain = value.denominator not in (2, 4) or abs(value) > 1  # 3/4, but 18.5
        if rest == 1 and places <= MAX_PLACES and plain:
            return format(Decimal(value.numerator) / Decimal(value.denominator), "f")
        return exact if len(exact) <= 24 else number(float(value))
    value = float(value)
    return f"{value:.5g}"


def tex(value: Any) -> str:
    """A number inside mathematics."""
    if isinstance(value, Fraction) and value.denominator != 1:
        plain = number(value)
        if "/" in plain:
            sign = "-" if value < 0 else ""
            return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return plain
    return number(value)


def _rounded(value: Fraction, places: int) -> str:
    quantum = Decimal(1).scaleb(-places)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(exact.quantize(quantum, rounding=ROUND_HALF_EVEN), "f")


# Games as Markdown


def table(game: Any) -> str:
    """A game as Markdown: matrix, tree by indentation, or a list of its numbers."""
    from negotiate.declare import kind_of

    return _TABLES.get(kind_of(game), _numbers)(game)


def cell(text: str) -> str:
    """Text inside a Markdown table: characters with a meaning there are escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|#$])", r"\\\1", text).replace("\n", " ")


def _matrix(game: Any) -> str:
    if len(game.players) != 2:
        return _profiles(game)
    first, second = game.players
    columns = game.strategies[second]
    lines = [
        f"| {cell(first)} \\ {cell(second)} | " + " | ".join(cell(c) for c in columns) + " |",
        "|---|" + ":-:|" * len(columns),
    ]
    one, two = game.table(first), game.table(second)
    for i, row in enumerate(game.strategies[first]):
        cells = [f"{number(one[i, j])}, {number(two[i, j])}" for j in range(len(columns))]
        lines.append(f"| **{cell(row)}** | " + " | ".join(cells) + " |")
    note = f"In each cell the payoff of {cell(first)} stands first, that of {cell(second)} second."
    return "\n".join(["", *lines, "", note, ""])


def _profiles(game: Any) -> str:
    import itertools

    lines = [
        "| " + " | ".join(cell(p) for p in game.players) + " | payoffs |",
        "|---" * (len(game.players) + 1) + "|",
    ]
    for profile in itertools.product(*(game.strategies[p] for p in game.players)):
        paid = game.payoff(dict(zip(game.players, profile)))
        numbers = ", ".join(number(paid[p]) for p in game.players)
        lines.append("| " + " | ".join(cell(s) for s in profile) + f" | {numbers} |")
    return "\n".join(["", *lines, ""])


def _tree(game: Any) -> str:
    """Nodes as a nested list: who moves where, each action, payoffs at the ends."""
    paid = game.path_payoffs()
    # the sentence keeps the tree apart from a list that may stand above it
    lines = ["", "The game as a tree:", ""]
    for node in range(game.count):
        depth = int(game.depth[node])
        above = int(game.parent[node])
        label = ""
        if above >= 0:
            acts = game.set_actions[game.information_set[above]]
            label = f"**{cell(acts[game.action[node]])}**"
            if game.mover[above] == -1:
                label += f" (probability {number(game.chance[node])})"
            label += ": "
        index = int(game.information_set[node])
        if index < 0:
            payoffs = ", ".join(
                f"{cell(p)} {number(paid[node, i])}" for i, p in enumerate(game.players)
            )
            lines.append("  " * depth + f"- {label}{payoffs}")
            continue
        who = "chance" if game.mover[node] == -1 else cell(game.players[game.owner[index]])
        shared = len(game.members[index]) > 1
        place = f" at *{cell(game.set_labels[index])}*" if game.set_labels[index] else ""
        hidden = " (cannot tell which node of this set is reached)" if shared else ""
        lines.append("  " * depth + f"- {label}{who} moves{place}{hidden}")
    return "\n".join([*lines, ""])


def _numbers(game: Any) -> str:
    """Named numbers of a form, one a line."""
    given: Any = game.numbers() if hasattr(game, "numbers") else {}
    lines = [
        f"- {cell(str(key)).replace(chr(92) + '_', ' ')}: {cell(_entry(value))}"
        for key, value in given.items()
        if key != "players"
    ]
    return "\n".join(["", *lines, ""])


def _entry(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(_entry(v) for v in value)
    return number(value) if isinstance(value, (int, float, Fraction)) else str(value)


def _bargaining(game: Any) -> str:
    """Disagreement point, and the worth of each issue to each party."""
    head = "| | " + " | ".join(cell(p) for p in game.parties) + " |"
    lines = ["", head, "|---|" + ":-:|" * len(game.parties)]
    for k, issue in enumerate(game.issues):
        values = [row[k] for row in game.values]
        options = game.options[k]
        if options is not None:
            for j, option in enumerate(options):
                worth = [number(game.weights[i, k] * v.table[j]) for i, v in enumerate(values)]
                lines.append(f"| {cell(issue)}: {cell(option)} | " + " | ".join(worth) + " |")
            continue
        words = []
        for i, value in enumerate(values):
            wants = f", likes {number(value.target)} best" if value.kind != "curve" else ""
            words.append(f"{number(game.weights[i, k])}{wants}")
        lines.append(f"| {cell(issue)} (level 0 to 1) | " + " | ".join(words) + " |")
    lines.append("| no deal | " + " | ".join(number(x) for x in game.disagreement) + " |")
    return "\n".join([*lines, ""])


_TABLES = {"strategic": _matrix, "extensive": _tree, "bargaining": _bargaining}
