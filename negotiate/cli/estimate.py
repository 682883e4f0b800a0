"""``negotiate estimate``: fit a strategic model to a table and write sourced quantities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import JSON, print_json, write


def command(
    file: Annotated[Path, typer.Argument(help='File of kind = "estimation".', metavar="FILE")],
    data: Annotated[Path, typer.Argument(help="Table of the data, CSV.", metavar="DATA.csv")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Also write the quantities, as TOML.", metavar="FILE"),
    ] = None,
    as_json: JSON = False,
) -> None:
    """Fit a model to data: estimates, where every start ended, quantities for a case."""
    from negotiate.estimation import block

    answer = block.run(block.read(file), str(data))
    if out is not None:
        write(out, "\n".join(answer.lines.values()))
        typer.echo(str(out), err=True)
    if as_json:
        print_json(answer.to_dict())
    else:
        typer.echo(answer.text())
