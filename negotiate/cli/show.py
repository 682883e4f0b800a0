"""``negotiate show``: a case or game as text, or one value with its range, source and note."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._options import CASE, DEAL, JSON, SCENARIO, SET, WITHOUT, load, print_json


def command(
    case: CASE,
    path: Annotated[
        str,
        typer.Argument(
            help="A path (lever.straits.cost.russia), or its beginning; * for anything."
        ),
    ] = "",
    changes: SET = None,
    deal: DEAL = "",
    without: WITHOUT = None,
    scenario: SCENARIO = None,
    as_json: JSON = False,
) -> None:
    """Show a case, a game, or the values at a path."""
    from negotiate.declare import kind_of
    from negotiate.loading import load as open_file
    from negotiate.solution import number_to_json

    thing = open_file(case)
    if kind_of(thing) != "negotiation":
        if as_json:
            document = thing.to_dict() if hasattr(thing, "to_dict") else {"game": thing.text()}
            print_json(number_to_json(document))
        else:
            typer.echo(thing.text())
        return
    negotiation = load(case, changes, scenario, deal=deal, without=without)
    if path or as_json:
        paths = negotiation.matching(path, across=True) if path else negotiation.paths
        rows = [value_of(negotiation, name) for name in paths]
        if as_json:
            print_json({"id": negotiation.id, "title": negotiation.title, "values": rows})
            return
        for row in rows:
            typer.echo(line_of(row))
        return
    typer.echo(negotiation.text())


def value_of(negotiation: Any, path: str) -> dict[str, Any]:
    """A value with everything the file says about it."""
    quantity = negotiation.quantities.get(path)
    row: dict[str, Any] = {"path": path, "value": negotiation.value(path)}
    if quantity is not None:
        if quantity.is_expression and path in negotiation.derived:
            row["expression"] = negotiation.stated[path].value
        for name in ("low", "high", "unit", "note"):
            if (item := getattr(quantity, name)) not in (None, ""):
                row[name] = item
        row["source"] = list(quantity.source)
        row["judgement"] = quantity.judgement
    return row


def line_of(row: dict[str, Any]) -> str:
    """One line: path, value, range, unit, sources, note."""
    value = row["value"]
    shown = value if isinstance(value, (bool, str)) else f"{float(value):g}"
    parts = [f"{row['path']} = {shown}"]
    if "low" in row:
        parts.append(f"[{float(row['low']):g}, {float(row['high']):g}]")
    if row.get("unit"):
        parts.append(row["unit"])
    if row.get("source"):
        parts.append("(" + ", ".join(row["source"]) + ")")
    elif row.get("judgement"):
        parts.append("(judgement)")
    if "expression" in row:
        parts.append(f"= {row['expression']}")
    if row.get("note"):
        parts.append("- " + row["note"])
    return " ".join(str(part) for part in parts)
