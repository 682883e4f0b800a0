"""A negotiation: parties, issues with salience and ideals, levers, and the lever map."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.figures import Edge, lever_map
from negotiate.drawing.text import clean, escape, number


def edges(case: Any) -> list[Edge]:
    """One edge a lever and target, with the credibility averaged over the branches."""
    from negotiate.case.slots.expected import expected_use

    out = []
    for name, lever in case.levers.items():
        if not case.value(f"lever.{name}.available"):
            continue
        use = float(expected_use(case, name, "stated")) if case.branches else None
        for target in lever.targets:
            cost = float(case.value(f"lever.{name}.cost.{target}"))
            out.append(Edge(lever.holder, target, lever.name, cost, use))
    return out


def figure(case: Any) -> str:
    """The lever map: who can hurt whom, and how much."""
    names = {party.id: party.name for party in case.parties.values()}
    return lever_map(names, edges(case), principals=case.principals)


def salience_rows(case: Any) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of issues: weight and ideal of each principal."""
    head = ["issue"]
    for party in case.principals:
        head += [f"{case.parties[party].name}: weight", "ideal"]
    rows = []
    for issue in case.issues.values():
        row = [issue.name]
        for party in case.principals:
            ideal = case.get(f"ideal.{party}.{issue.id}")
            row += [
                number(float(case.weight(party, issue.id)), 2),
                "" if ideal is None else number(float(ideal), 2),
            ]
        rows.append(row)
    return head, rows


def lever_rows(case: Any) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table of levers: costs, expected use, slots."""
    from negotiate.case.slots.expected import expected_use

    head = ["lever", "holder", "cost to targets", "cost to holder", "P(used | no deal)", "enters"]
    rows = []
    for name, lever in case.levers.items():
        costs = ", ".join(
            f"{case.parties[t].name} {number(float(case.value(f'lever.{name}.cost.{t}')), 2)}"
            for t in lever.targets
        )
        own = case.get(f"lever.{name}.cost.{lever.holder}", 0)
        use = expected_use(case, name, "stated")
        off = "" if case.value(f"lever.{name}.available") else " (off the table)"
        rows.append(
            [
                lever.name + off,
                case.parties[lever.holder].name,
                costs,
                number(float(own), 2),
                number(float(use), 2),
                ", ".join(lever.enters),
            ]
        )
    return head, rows


def text(case: Any) -> str:
    """Parties, issues, levers and scenarios, a line each."""
    draws = f", {case.draws:,} draws" if case.draws else ""
    applied = f" under {', '.join(case.applied)}" if case.applied else ""
    lines = [f"{clean(case.title)} [{clean(case.id)}]{applied}{draws}"]
    if case.draws:
        return lines[0]
    lines.append(
        "Parties: " + ", ".join(f"{clean(p.name)} ({p.role})" for p in case.parties.values())
    )
    for title, (head, rows) in (("Issues", salience_rows(case)), ("Levers", lever_rows(case))):
        if rows:
            lines += ["", title, tables.text(head, rows)]
    if case.scenarios:
        lines += ["", "Scenarios: " + ", ".join(case.scenarios)]
    return "\n".join(lines)


def html(case: Any) -> str:
    """Tables of issues and levers with the lever map; every label escaped."""
    if case.draws:
        return f"<p>{escape(text(case))}</p>"
    parts = [f"<h4>{escape(case.title)}</h4>"]
    for title, (head, rows) in (("Issues", salience_rows(case)), ("Levers", lever_rows(case))):
        if rows:
            parts.append(tables.html(head, rows, caption=title))
    if edges(case):
        parts.append(figure(case))
    return "\n".join(parts)
