"""A phase diagram: the plane of two quantities, the sentence, the shares of each answer."""

from __future__ import annotations

import re
from typing import Any

from negotiate.drawing import figures, tables
from negotiate.drawing.text import clean, escape, percent
from negotiate.whatif.words import words

HEAD = ("answer", "share of the plane")


def rows(item: Any) -> list[list[Any]]:
    """One row an answer."""
    return [[name, percent(share, 1)] for name, share in zip(item.labels, item.shares)]


def equations(item: Any) -> list[str]:
    """Equations of the boundary with short coefficients, X across and Y up."""
    return [
        f"{_short(text)} (X: {words(item.case, item.x)}; Y: {words(item.case, item.y)})"
        for text in item.curves
    ]


def _short(equation: str) -> str:
    """Coefficients divided by the largest and cut to five digits; short ones stay as they are."""
    found = [abs(int(n)) for n in re.findall(r"(?<![\w*])\d+", equation.split("=")[0])]
    largest = max(found, default=1)
    if largest < 10**6:
        return equation.replace("**", "^")

    def cut(match: re.Match[str]) -> str:
        return f"{int(match[0]) / largest:.5g}"

    left = re.sub(r"(?<![\w*^.])\d+(?!\.)", cut, equation.split("=")[0].replace("**", "^"))
    left = re.sub(r"(?<![\w.])1\*", "", left.strip())
    return f"{left} = 0, coefficients rounded"


def text(item: Any) -> str:
    """Sentence, table, equations."""
    return "\n".join([item.sentence(), tables.text(HEAD, rows(item)), *equations(item)])


def html(item: Any) -> str:
    """Sentence, figure, equations."""
    told = "".join(f"<p>{escape(line)}</p>" for line in equations(item))
    return f"<p>{escape(item.sentence())}</p>{figure(item)}{told}"


def figure(item: Any) -> str:
    """The plane as SVG."""
    return figures.phase_map(
        item.pieces(),
        [clean(name) for name in item.labels],
        item.boundary,
        x_range=item.x_range,
        y_range=item.y_range,
        x_label=_axis(item, item.x),
        y_label=_axis(item, item.y),
        base=item.base,
    )


def _axis(item: Any, path: str) -> str:
    quantity = item.case.quantities.get(path)
    unit = f" ({quantity.unit})" if quantity is not None and quantity.unit else ""
    return words(item.case, path) + unit
