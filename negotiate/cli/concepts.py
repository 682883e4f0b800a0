"""``negotiate concepts``: the solution concepts there are."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._options import JSON, print_json


def command(
    game: Annotated[
        str, typer.Argument(help="Only those that solve this kind of game; all if left out.")
    ] = "",
    as_json: JSON = False,
) -> None:
    """List solution concepts, each with what it answers for and the games it solves."""
    from negotiate import declare
    from negotiate.drawing.tables import text

    names = declare.concepts_of(game) if game else declare.names("concept")
    rows = []
    for name in names:
        facts = declare.entry("concept", name).facts
        solved = [g for g in declare.names("game") if name in declare.concepts_of(g)]
        rows.append((name, str(facts["title"]), ", ".join(solved)))
    if as_json:
        keys = ("name", "title", "games")
        print_json([dict(zip(keys, row)) for row in rows])
    else:
        typer.echo(text(("concept", "what it is", "games"), rows))
