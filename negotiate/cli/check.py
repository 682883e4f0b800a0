"""``negotiate check``: every finding in a parameter file."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiate.cli._options import CASE, JSON, print_json


def command(
    case: CASE,
    as_json: JSON = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Check a case file; exit 2 where it has an error."""
    from negotiate.case.read import check, kind_in, read_text, resolve
    from negotiate.loading import load, suffixes
    from negotiate.whatif.review import review

    path = resolve(case)
    if path.suffix.lower() in suffixes() or (
        path.is_file() and kind_in(read_text(path)) not in ("", "negotiation")
    ):
        load(path)  # a game: its reader's own error says where and what
        found = []
    else:
        found = check(path)
        if not any(one.severity == "error" for one in found):
            known = {(one.line, one.column) for one in found}
            found += [
                one for one in review(path, strict=strict) if (one.line, one.column) not in known
            ]
            found.sort(key=lambda one: (one.line, one.column))
    errors = sum(f.severity == "error" for f in found)
    warnings = len(found) - errors
    failed = bool(errors or (strict and warnings))
    if as_json:
        print_json({"file": str(path), "ok": not failed, "findings": [f.to_dict() for f in found]})
    else:
        for finding in found:
            typer.echo(str(finding), err=True)
        counts = [
            f"{n} {w}{'s' if n != 1 else ''}"
            for n, w in ((errors, "error"), (warnings, "warning"))
            if n
        ]
        typer.echo(f"{path}: {', '.join(counts) if counts else 'no findings'}", err=failed)
    if failed:
        raise typer.Exit(2)
