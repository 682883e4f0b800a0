"""Maps of equilibria: a sentence, the cells and critical values, every equilibrium as a formula."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.text import MINUS, clean, escape
from negotiate.strategic.maps import _equilibrium_figure as drawing
from negotiate.strategic.maps.parametric_text import written

MAX_PIECES = 60
"""Cells and critical values written out; the rest is counted."""
MAX_POINTS = 40
"""Equilibria of one cell written out."""
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def formula(value: Any) -> str:
    """An exact number or formula for reading: powers raised, products close, roots as signs.

    >>> formula("2*t**2 - 1"), formula("(1 - sqrt(5))/2"), formula(Fraction(-1, 3))
    ('2t² − 1', '(1 − √5)/2', '−1/3')
    """
    text, out, k = str(clean(value)), "", 0
    while k < len(text):
        if text.startswith("**", k):
            k += 2
            digits = ""
            while k < len(text) and text[k].isdigit():
                digits += text[k]
                k += 1
            out += digits.translate(_SUPERSCRIPT)
            continue
        if text.startswith("sqrt(", k):
            end = text.index(")", k)
            out += "√" + text[k + 5 : end]
            k = end + 1
            continue
        char = text[k]
        if char == "*":
            before, after = out[-1:], text[k + 1 : k + 2]
            char = "" if before.isdigit() and (after.isalpha() or after == "(") else "·"
        out += MINUS if char == "-" else char
        k += 1
    return out


def named(value: Any, name: str) -> str:
    """A critical value: its exact form where it is short, and its decimals."""
    if value is None:
        return "∞"
    if isinstance(value, Fraction):
        return formula(value)
    if value.rational is not None:
        return formula(value)
    digits = str(value.decimal(6)).replace("-", MINUS)
    if value.degree == 2 and len(str(value)) <= 40:
        return f"{formula(value)} ≈ {digits}"
    return digits


def title(item: Any) -> str:
    """What is mapped."""
    unit = f" ({clean(item.unit)})" if item.unit else ""
    return f"{clean(item.title)}: equilibria along {clean(item.name)}{unit}, {item.range_text()}"


def sentence(item: Any) -> str:
    """How many cells, how many equilibria in each, where they change."""
    counts = [len(c.equilibria) for c in item.cells]
    if not item.critical:
        many = f"{counts[0]} extreme equilibri{'um' if counts[0] == 1 else 'a'}"
        return f"The equilibria never change their supports: {many} throughout. Complete and exact."
    at = ", ".join(named(c.value, item.name) for c in item.critical[:8])
    more = f" and {len(item.critical) - 8} further values" if len(item.critical) > 8 else ""
    low, high = min(counts), max(counts)
    many = f"{low}" if low == high else f"{low} to {high}"
    base = ""
    if item.base is not None:
        nearest = min(item.critical, key=lambda c: abs(float(c.value) - float(item.base)))
        gap = abs(float(nearest.value) - float(item.base))
        base = f" The base value {formula(item.base)} is {gap:.4g} from the nearest of them."
    cells = f"{len(counts)} cell{'s' if len(counts) > 1 else ''}"
    return (
        f"The equilibria change at {at}{more}: {cells} with {many} extreme "
        f"equilibri{'um' if high == 1 else 'a'} each.{base} Complete and exact."
    )


def pieces(item: Any) -> list[tuple[str, Any]]:
    """Heading and piece, cells and critical values in order."""
    out: list[tuple[str, Any]] = []
    criticals = {c.value: c for c in item.critical}
    name = clean(item.name)
    for k, cell in enumerate(item.cells):
        for end in (cell.low,) if k == 0 else ():
            if end is not None and end in criticals:
                out.append((_critical_heading(criticals[end], name), criticals[end]))
        out.append((_cell_heading(cell, name, k, criticals), cell))
        if cell.high is not None and cell.high in criticals:
            out.append((_critical_heading(criticals[cell.high], name), criticals[cell.high]))
    return out


def _cell_heading(cell: Any, name: str, k: int, criticals: Mapping[Any, Any]) -> str:
    low = "" if cell.low is None else named(cell.low, name)
    high = "" if cell.high is None else named(cell.high, name)
    # an end of the range that changes nothing belongs to the cell
    left = low and f"{low} {'<' if cell.low in criticals else '≤'} "
    right = high and f" {'<' if cell.high in criticals else '≤'} {high}"
    where = f"{left}{name}{right}" if low or high else f"all {name}"
    return f"{drawing.letter(k)}: {where}"


def _critical_heading(item: Any, name: str) -> str:
    exact = ""
    if item.value.degree > 2 or len(str(item.value)) > 40:
        root = formula(written(item.value.coefficients, name))
        exact = f" (root {item.value.index + 1} of {root})"
    return f"{name} = {named(item.value, name)}{exact}"


def verdict(piece: Any) -> str:
    """Number of equilibria, continua, degeneracy, and at a critical value what changes."""
    count = len(piece.equilibria)
    words = f"{count} extreme equilibri{'um' if count == 1 else 'a'}"
    continua = sum(len(c) > 1 for c in piece.components)
    if continua:
        words += f", {continua} continu{'um' if continua == 1 else 'a'}"
    state = {True: "degenerate", False: "nondegenerate", None: "degenerate in part"}
    words += f", {state[piece.solution.degenerate]}"
    for key, told in _CHANGES.items():
        labels = getattr(piece, key, ())
        if labels:
            more = f" and {len(labels) - 4} more" if len(labels) > 4 else ""
            words += f"; {told}: {', '.join(map(clean, labels[:4]))}{more}"
    return words


_CHANGES = {"appear": "appear above", "vanish": "vanish above", "only": "here only"}


def rows(item: Any, piece: Any) -> tuple[list[str], list[list[str]]]:
    """One row an equilibrium: supports, both mixtures, both payoffs, component."""
    head = [
        "#",
        *(clean(p) for p in item.players),
        *(f"payoff of {clean(p)}" for p in item.players),
    ]
    wide = any(len(c) > 1 for c in piece.components)
    head += ["continuum"] if wide else []
    body = []
    for k, point in enumerate(piece.equilibria[:MAX_POINTS]):
        row = [str(k + 1)]
        row += [mixture(point.strategies[p]) for p in item.players]
        row += [formula(_number(point.payoffs[p])) for p in item.players]
        if wide:
            number = point.facts["component"]
            row.append(
                _continuum(piece, number, point) if len(piece.components[number]) > 1 else "–"
            )
        body.append(row)
    return head, body


def _continuum(piece: Any, number: int, point: Any) -> str:
    """Letter of the connected set, and of which maximal Nash subsets where it has several."""
    subsets = {
        s
        for p in piece.equilibria
        if p.facts["component"] == number
        for s in p.facts.get("nash subsets", ())
    }
    if len(subsets) < 2:
        return drawing.letter(number)
    place = {s: k + 1 for k, s in enumerate(sorted(subsets))}
    return (
        drawing.letter(number) + " " + ", ".join(str(place[s]) for s in point.facts["nash subsets"])
    )


def mixture(row: Mapping[str, Any]) -> str:
    """The strategies played, with their probabilities as formulas."""
    used = [(s, v) for s, v in row.items() if not isinstance(v, Fraction) or v]
    if len(used) == 1:
        return clean(used[0][0])
    return ", ".join(f"{clean(s)} {formula(_number(v))}" for s, v in used)


def _number(value: Any) -> Any:
    """Long numbers of a number field are shown by their decimals."""
    if hasattr(value, "root") and (value.root.degree > 2 or len(str(value)) > 40):
        return f"{float(value):.6g}"
    if isinstance(value, Fraction) and len(str(value)) > 24:
        return f"{float(value):.6g}"
    return value


def text(item: Any) -> str:
    """Heading, sentence, then every cell and critical value with its equilibria."""
    lines = [title(item), sentence(item), *map(clean, item.notes)]
    found = pieces(item)
    for heading, piece in found[:MAX_PIECES]:
        lines += [
            "",
            f"{heading}: {verdict(piece)}" if " = " in heading else f"{heading}; {verdict(piece)}",
        ]
        head, body = rows(item, piece)
        lines += [
            f"  {line}" for line in tables.text(head, body, align="l" * len(head)).split("\n")
        ]
        hidden = len(piece.equilibria) - MAX_POINTS
        if hidden > 0:
            lines.append(f"  and {hidden} more")
    if len(found) > MAX_PIECES:
        lines += ["", f"{len(found) - MAX_PIECES} further cells and critical values."]
    return "\n".join(lines)


def html(item: Any) -> str:
    """The same with the figure, every label escaped."""
    parts = [
        f'<div class="ng-map"><p><strong>{escape(title(item))}</strong></p>',
        f"<p>{escape(sentence(item))}</p>",
        *(f"<p>{escape(note)}</p>" for note in item.notes),
        figure(item),
    ]
    found = pieces(item)
    for heading, piece in found[:MAX_PIECES]:
        head, body = rows(item, piece)
        hidden = len(piece.equilibria) - MAX_POINTS
        more = f" (the first {MAX_POINTS} are shown)" if hidden > 0 else ""
        parts.append(
            tables.html(
                head, body, caption=f"{heading}. {verdict(piece)}{more}", align="l" * len(head)
            )
        )
    if len(found) > MAX_PIECES:
        parts.append(f"<p>{len(found) - MAX_PIECES} further cells and critical values.</p>")
    return "".join(parts) + "</div>"


def figure(item: Any) -> str:
    """Strategies or payoffs of every equilibrium along the quantity, cells and critical values."""
    return drawing.figure(item, title(item), sentence(item))
