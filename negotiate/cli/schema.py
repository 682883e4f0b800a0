"""``negotiate schema``: the JSON Schema of the case file format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import write


def command(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File to write.")] = None,
) -> None:
    """Print the JSON Schema of case files, written from the models (for editors)."""
    import json

    from negotiate.case.schema import schema

    text = json.dumps(schema(), indent=2, sort_keys=True) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write(out, text)
