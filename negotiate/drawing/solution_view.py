"""How the answer of any concept looks: what was asked, the points side by side, what is not known.

The table has a row per point and a column for each part its points have; long parts stay with the
point's own view. The figure draws mixed strategies of two players: a square where both have two
strategies, a simplex each where they have three; components of equilibria appear as segments and
polygons. Other answers are drawn as payoffs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negotiate.declare import entry, names
from negotiate.drawing import point_view as view
from negotiate.drawing import solution_figure as drawing
from negotiate.drawing.text import clean, escape
from negotiate.solution import Point, Solution

MAX_POINTS = 50
"""Points shown in a table; the rest is counted."""
MAX_COLUMNS = 14
"""Columns shown of one part, before it is left to the point's own view."""


def text(solution: Solution) -> str:
    """Plain text: heading, points, components, evidence, notes."""
    lines = [heading(solution)]
    if len(solution.points) == 1:
        lines += ["", view.text(solution.points[0])]
    elif solution.points:
        head, rows = table(solution)
        widths = [max(len(r[k]) for r in [head, *rows]) for k in range(len(head))]
        lines.append("")
        lines += [
            "  ".join(part.ljust(w) for part, w in zip(row, widths)).rstrip()
            for row in [head, *rows]
        ]
    below = remarks(solution)
    return "\n".join([*lines, "", *below] if below else lines)


def html(solution: Solution) -> str:
    """The same as HTML, every label escaped."""
    parts = [f'<div class="ng-solution"><p><strong>{escape(heading(solution))}</strong></p>']
    if len(solution.points) == 1:
        parts.append(view.html(solution.points[0]))
    elif solution.points:
        head, rows = table(solution)
        parts.append(
            '<table class="ng-table"><tr>'
            + "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
            + "</tr>"
        )
        parts += [
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        ]
        parts.append("</table>")
    below = remarks(solution)
    if below:
        parts.append("<ul>" + "".join(f"<li>{escape(line)}</li>" for line in below) + "</ul>")
    return "".join(parts) + "</div>"


def figure(solution: Solution) -> str:
    """Mixed strategies in the square or in simplices where there are any, else payoffs."""
    return drawing.figure(solution, heading(solution))


def heading(solution: Solution) -> str:
    """Concept, number of points and what is claimed about them.

    >>> heading(Solution("nash_bargaining", ("a", "b"), (), complete=True, exact=True))
    'Nash bargaining: no point, complete, exact'
    """
    count = len(solution.points)
    claims = [
        "no point" if count == 0 else f"{count} point{'s' if count != 1 else ''}",
        "complete" if solution.complete else "not shown to be complete",
        "exact" if solution.exact else "in floats",
    ]
    if solution.degenerate is not None:
        claims.append("degenerate game" if solution.degenerate else "nondegenerate game")
    return f"{spelled(solution.concept)}: {', '.join(claims)}"


def spelled(concept: str) -> str:
    """A concept's id in words, with the capitals and hyphens of its declared title.

    >>> spelled("shapley_shubik"), spelled("nash_bargaining"), spelled("my_rule")
    ('Shapley-Shubik', 'Nash bargaining', 'My rule')
    """
    name = clean(concept).replace("_", " ")
    if concept in names("concept"):
        title = clean(str(entry("concept", concept).facts.get("title", "")))
        if title.replace("-", " ").lower().startswith(name.lower()):
            name = title[: len(name)]
    return f"{name[:1].upper()}{name[1:]}"


def table(solution: Solution) -> tuple[list[str], list[list[str]]]:
    """Column heads and one row per point."""
    points = solution.points[:MAX_POINTS]
    columns: list[tuple[str, str, str]] = []  # head, part, key
    for part in ("strategies", "terms", "payoffs"):
        keys = dict.fromkeys(str(k) for p in points for k in getattr(p, part))
        if len(keys) <= MAX_COLUMNS:
            prefix = "" if part != "payoffs" else "payoff of "
            columns += [(prefix + clean(key), part, key) for key in keys]
    regrets = any(p.regret is not None for p in points)
    marks = any(p.marks for p in points)
    labels = not any(p.strategies for p in points)
    head = ["#", *(["point"] if labels else []), *(name for name, _, _ in columns)]
    head += [*(["regret"] if regrets else []), *(["marks"] if marks else [])]
    rows = []
    for number, point in enumerate(points):
        row = [str(number), *([clean(point.label)] if labels else [])]
        row += [_cell(point, part, key) for _, part, key in columns]
        row += [view.value(view.settled(point.regret, view.scale(point)))] if regrets else []
        row += [", ".join(clean(m) for m in point.marks)] if marks else []
        rows.append(row)
    return head, rows


def _cell(point: Point, part: str, key: str) -> str:
    mapping = {str(k): v for k, v in getattr(point, part).items()}
    if key not in mapping:
        return ""
    item = view.settled(mapping[key], view.scale(point))
    if part == "strategies" and isinstance(item, Mapping):
        return _mixture(item)
    return view.value(item)


def _mixture(item: Mapping[Any, Any]) -> str:
    if any(isinstance(v, Mapping) for v in item.values()):
        return "; ".join(
            f"{clean(k)}: {_mixture(v) if isinstance(v, Mapping) else view.value(v)}"
            for k, v in item.items()
        )
    used = [(k, v) for k, v in item.items() if not view._is_zero(v)]
    if len(used) == 1 and not getattr(used[0][1], "ndim", 0):
        return clean(used[0][0])
    return ", ".join(f"{clean(k)} {view.value(v)}" for k, v in used)


def remarks(solution: Solution) -> list[str]:
    """Components, evidence, settings and notes as sentences."""
    out = []
    hidden = len(solution.points) - MAX_POINTS
    if hidden > 0:
        out.append(f"{hidden} further points are not shown.")
    for k, component in enumerate(solution.components):
        if len(component) > 1:
            members = ", ".join(str(i) for i in component[:20])
            more = f" and {len(component) - 20} more" if len(component) > 20 else ""
            out.append(f"Component {k}: connected set with extreme points {members}{more}.")
    size = max(map(view.scale, solution.points), default=1.0)
    for item in solution.evidence:
        state = "" if item.holds else f" DOES NOT HOLD ({clean(item.witness)})"
        out.append(f"{clean(item.what)}: {view.value(view.settled(item.value, size))}{state}")
    if solution.settings:
        out.append(f"Settings: {view.value(solution.settings)[:600]}")
    return out + [clean(note) for note in solution.notes]
