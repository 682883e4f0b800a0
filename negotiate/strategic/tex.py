"""What worked steps share: numbers, labels, payoff tables and sums, as Markdown with TeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from negotiate.strategic.game import StrategicGame


def number(value: Any) -> str:
    r"""A number in TeX: whole, fraction or decimal.

    >>> print(number(Fraction(-1, 3)), number(Fraction(2)), number(0.25))
    -\tfrac{1}{3} 2 0.25
    """
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        sign = "-" if value < 0 else ""
        return f"{sign}\\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    return f"{float(value):.6g}"


def name(label: str) -> str:
    """A label as text inside a formula."""
    safe = str(label)
    for mark in ("\\", "{", "}", "$", "&", "#", "%", "_", "^", "~"):
        safe = safe.replace(mark, " ")
    return f"\\text{{{safe}}}"


def payoff_table(game: StrategicGame) -> list[str]:
    """The payoff table of a two-player game, best replies underlined."""
    row, column = game.players
    a, b = game.payoffs
    head = f"| {row} \\ {column} | " + " | ".join(game.strategies[column]) + " |"
    lines = [head, "|" + "---|" * (1 + len(game.strategies[column]))]
    for i, label in enumerate(game.strategies[row]):
        cells = []
        for j in range(len(game.strategies[column])):
            left, right = number(a[i, j]), number(b[i, j])
            left = f"\\underline{{{left}}}" if a[i, j] == a[:, j].max() else left
            right = f"\\underline{{{right}}}" if b[i, j] == b[i].max() else right
            cells.append(f"${left},\\ {right}$")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    return [
        "| " + " | ".join(header) + " |",
        "|" + "---|" * len(header),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def weighted(weights: Sequence[Any], symbols: Sequence[str]) -> str:
    r"""A linear form in TeX: zero terms left out, unit coefficients not written.

    >>> print(weighted([2, 0, -1, Fraction(1, 2)], ["x", "y", "z", "w"]))
    2\,x - z + \tfrac{1}{2}\,w
    """
    text = ""
    for weight, symbol in zip(weights, symbols, strict=True):
        if weight == 0:
            continue
        sign = (" - " if weight < 0 else " + ") if text else ("-" if weight < 0 else "")
        size = abs(weight)
        text += sign + (symbol if size == 1 else f"{number(size)}\\,{symbol}")
    return text or "0"


def mixture(weights: Mapping[str, Any]) -> str:
    """A mixed strategy in words: its strategies with their probabilities."""
    used = {s: w for s, w in weights.items() if w != 0}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{s} with ${number(w)}$" for s, w in used.items())


def expectation(weights: Sequence[Any], labels: Sequence[str]) -> str:
    """An expected payoff in TeX: payoffs times the chances of the labels, zeros included."""
    text = ""
    for weight, label in zip(weights, labels):
        sign = " - " if weight < 0 else " + "
        text += (
            sign if text or weight < 0 else ""
        ) + f"{number(abs(weight))}\\,p_{{{name(label)}}}"
    return text.strip()
