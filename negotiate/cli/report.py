"""``negotiate report``: one self-contained report of a case, or several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import DEAL, DRAWS, SCENARIO, SEED, SET, WITHOUT, load


def command(
    cases: Annotated[list[str], typer.Argument(help="Case ids or files.", metavar="CASE...")],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File (.html, .md, .pdf), or a folder for several cases."),
    ] = None,
    sections: Annotated[
        list[str] | None, typer.Option("--section", help="Only this section; may be given again.")
    ] = None,
    length: Annotated[
        str,
        typer.Option(
            "--length",
            help="brief: the first page; standard: the chapters; full: every appendix too.",
        ),
    ] = "standard",
    draws: DRAWS = 16_384,
    seed: SEED = 0,
    changes: SET = None,
    deal: DEAL = "",
    without: WITHOUT = None,
    scenario: SCENARIO = None,
) -> None:
    """Write a report: HTML (self-contained), Markdown or PDF, by the file's ending."""
    from negotiate.case.read import resolve
    from negotiate.declare import kind_of
    from negotiate.errors import InputError
    from negotiate.loading import load as open_file
    from negotiate.report import assemble
    from negotiate.report.context import CaseContext

    many = len(cases) > 1
    if out is None:
        out = Path("build") if many else Path("build") / f"{Path(cases[0]).stem}.html"
    if many and out.suffix:
        raise InputError(f"one file for {len(cases)} cases", where="--out", allowed="a folder")
    if out.suffix and out.suffix.lower() not in (*assemble.SUFFIXES, ".htm"):
        raise InputError(f"'{out.name}'", where="--out", allowed=", ".join(assemble.SUFFIXES))
    status = 0
    for case in cases:
        if kind_of(open_file(case)) != "negotiation":
            if not many:
                raise InputError(f"{case} is a game", where="report", allowed="a case of kind "
                                 "negotiation", remedy="negotiate solve shows a game")  # fmt: skip
            typer.echo(f"{case}: a game, not a case; skipped", err=True)
            continue
        context = CaseContext(
            load(case, changes, scenario, deal=deal, without=without), draws, seed
        )
        document = assemble.build(
            context,
            only=tuple(sections or ()),
            length=length,
            progress=lambda text: typer.echo(text, err=True),
        )
        target = out if out.suffix else out / f"{resolve(case).stem}.html"
        for path in assemble.write(document, target):
            typer.echo(str(path))
        for lost in assemble.lost(document):
            typer.echo(f"warning: {lost}", err=True)
        for name, reason in document.failures:
            typer.echo(f"error: section {name}: {reason}", err=True)
        status = max(status, document.status)
    if status:
        raise typer.Exit(status)
