"""``negotiate course``: exercises with numbers of one's own, built, checked, graded, exported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

program = typer.Typer(
    help="Course exercises: verify, build, check, grade, export.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@program.command()
def verify(
    exercise: Annotated[str, typer.Argument(help="Exercise id, file, or folder of exercises.")],
    students: Annotated[int, typer.Option(min=2, max=500, help="Invented students.")] = 50,
) -> None:
    """Show every finding in an exercise, and how often two students share an answer."""
    from negotiate.course import reader
    from negotiate.course import verify as verifying
    from negotiate.model.casefile import read_text

    folder = Path(exercise)
    paths = (
        list(reader.exercises(folder).values()) if folder.is_dir() else [reader.resolve(exercise)]
    )
    errors = 0
    for path in paths:
        findings, found = reader.findings(read_text(path), str(path))
        for finding in findings:
            typer.echo(str(finding), err=True)
        errors += sum(f.severity == "error" for f in findings)
        if found is not None:
            typer.echo(verifying.text(found, verifying.verify(found, students=students)))
    if errors:
        typer.echo(f"{errors} error{'s' if errors != 1 else ''}", err=True)
        raise typer.Exit(2)
