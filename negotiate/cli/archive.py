"""``negotiate archive``: a replication archive of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import CASE, SCENARIO, SEED, SET


def command(
    case: CASE,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Zip to write; CASE.zip by default.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Number of draws.")] = 1000,
    seed: SEED = 0,
    changes: SET = None,
    scenario: SCENARIO = None,
    sections: Annotated[
        list[str] | None,
        typer.Option("--section", help="Only this section of the report; may be given again."),
    ] = None,
    extra: Annotated[
        list[Path] | None,
        typer.Option("--extra", help="A file to put along; may be given again."),
    ] = None,
) -> None:
    """Run a case and keep file, settings, environment, results and digests in one zip."""
    from negotiate.cli._options import assignment, load
    from negotiate.errors import InputError
    from negotiate.report.archive import archive

    values = {}
    if changes:
        negotiation = load(case, None, scenario)
        values = dict(assignment(negotiation, text) for text in changes)
    files: dict[str, str | bytes | Path] = {}
    for path in extra or ():
        if not path.is_file():
            raise InputError("there is no such file", where=f"--extra {path}")
        if path.name in files:
            raise InputError(
                f"two files called {path.name}", where="--extra", remedy="rename one of them"
            )
        files[path.name] = path
    made = archive(
        case,
        out or Path(f"{Path(case).stem}.zip"),
        draws=draws,
        seed=seed,
        scenario=scenario or (),
        changes=values,
        sections=sections or (),
        extra=files,
    )
    typer.echo(made.text())
