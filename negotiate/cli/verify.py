"""``negotiate verify``: a replication archive, run again and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import JSON, print_json


def command(
    archive: Annotated[Path, typer.Argument(help="Zip, or the folder it was unpacked into.")],
    as_json: JSON = False,
) -> None:
    """Check an archive's digests, run its case again, compare; exit 3 where it does not agree."""
    from negotiate.report.verify import verify_archive

    found = verify_archive(archive)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(found.text())
    if not found.agrees:
        raise typer.Exit(3)
