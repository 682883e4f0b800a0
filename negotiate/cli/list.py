"""``negotiate list``: the cases shipped with the toolkit."""

from __future__ import annotations

import typer

from negotiate.cli._options import JSON, print_json


def command(as_json: JSON = False) -> None:
    """List the cases and textbook games shipped with the toolkit."""
    import tomllib

    from negotiate.case.read import cases

    rows = []
    for name, path in cases().items():
        with path.open("rb") as stream:
            head = tomllib.load(stream)
        rows.append(
            {"id": name, "kind": str(head.get("kind", "")), "title": str(head.get("title", ""))}
        )
    if as_json:
        print_json({"cases": rows})
        return
    width = max(len(row["id"]) for row in rows)
    kind = max(len(row["kind"]) for row in rows)
    for row in rows:
        typer.echo(f"{row['id']:<{width}}  {row['kind']:<{kind}}  {row['title']}")
