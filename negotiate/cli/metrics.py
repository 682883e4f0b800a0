"""``negotiate metrics``: what a sweep of a case can record."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._options import CASE, JSON, load, print_json


def command(
    case: CASE,
    pattern: Annotated[
        str, typer.Argument(help="Only names that match; * stands for anything, dots included.")
    ] = "*",
    as_json: JSON = False,
) -> None:
    """List the metrics of a case, each with its unit and its meaning."""
    from negotiate.drawing.tables import text
    from negotiate.front import metrics

    rows = [(str(m), m.unit.name, m.meaning) for m in metrics(load(case, None, None), pattern)]
    if not rows:
        typer.echo(f"no metric of this case matches {pattern}", err=True)
        raise typer.Exit(3)
    if as_json:
        print_json([dict(zip(("name", "unit", "meaning"), row)) for row in rows])
    else:
        typer.echo(text(("metric", "unit", "meaning"), rows))
