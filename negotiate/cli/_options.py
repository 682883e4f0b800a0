"""Arguments that several commands share, and what they have in common: loading and printing."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiate.errors import InputError, UnknownNameError

CASE = Annotated[str, typer.Argument(help="Case id or file.", metavar="CASE")]
SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Change one value: PATH=VALUE; may be given again.", metavar="PATH=VALUE"
    ),
]
SCENARIO = Annotated[
    list[str] | None,
    typer.Option("--scenario", help="Apply a scenario of the file; may be given again."),
]
DEAL = Annotated[
    str,
    typer.Option(
        "--deal", help="The deal judged: its id, or ISSUE=LEVEL for every issue, commas between."
    ),
]
WITHOUT = Annotated[
    list[str] | None,
    typer.Option("--without", help="Take a lever off the table; may be given again."),
]
JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DRAWS = Annotated[int, typer.Option("--draws", min=1, help="Number of draws.")]
SEED = Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws.")]


def load(
    case: str,
    changes: list[str] | None = None,
    scenarios: list[str] | None = None,
    *,
    deal: str = "",
    without: list[str] | None = None,
) -> Any:
    """Negotiation of ``case`` under scenarios, then under ``PATH=VALUE`` changes.

    ``deal`` is the one to be judged, ``without`` are levers taken off the table. A game file whose
    form knows `as_case` is the case of its quantities.
    """
    from negotiate.case import read as casefile
    from negotiate.loading import load as read
    from negotiate.loading import suffixes

    path = casefile.resolve(case)
    suffix = path.suffix.lower()
    game = suffix == ".toml" and path.is_file() and casefile.kind_in(casefile.read_text(path))
    game = suffix if suffix in suffixes() else game
    if game in ("", "negotiation"):
        negotiation = casefile.load(case)
    else:
        found = read(case)
        if not hasattr(found, "as_case"):
            raise InputError(
                f'kind = "{game}" has no quantities to move',
                where=case,
                allowed='a case, or a file of kind = "extensive"',
            )
        negotiation = found.as_case()
    for name in scenarios or ():
        negotiation = negotiation.scenario(name)
    if deal:
        negotiation = negotiation.judging(terms(deal) if "=" in deal else deal)
    values = dict(assignment(negotiation, text) for text in changes or ())
    for name in without or ():
        if name not in negotiation.levers:
            raise UnknownNameError("lever", name, negotiation.levers, where="--without")
        values[f"lever.{name}.available"] = False
    return negotiation.with_values(values) if values else negotiation


def terms(text: str) -> dict[str, str]:
    """Terms of ``ISSUE=LEVEL, ISSUE=OPTION``."""
    found: dict[str, str] = {}
    for part in text.split(","):
        issue, sign, level = part.partition("=")
        if not sign or not issue.strip() or not level.strip():
            raise InputError(
                f"'{part.strip()}'", where="--deal", allowed="ISSUE=LEVEL, commas between"
            )
        found[issue.strip()] = level.strip()
    return found


def assignment(negotiation: Any, text: str) -> tuple[str, Any]:
    """Path and value of ``PATH=VALUE``; ``*=`` multiplies and ``+=`` adds."""
    path, sign, value = text.partition("=")
    if not sign or not path:
        raise InputError(f"'{text}'", where="--set", allowed="PATH=VALUE, PATH*=FACTOR, PATH+=TERM")
    path, value = path.strip(), value.strip()
    operator = path[-1] if path[-1] in "*+" and not path.endswith(".*") else ""
    path = path.rstrip("*+").strip() if operator else path
    if value.lower() in ("true", "false"):
        return path, value.lower() == "true"
    if not operator:
        return path, value
    from negotiate.numbers.fractions import exact

    try:
        number = exact(value)
    except ValueError as error:
        raise InputError(str(error), where=f"--set {path}") from None
    current = negotiation.value(path)
    return path, current * number if operator == "*" else current + number


def print_json(document: Any) -> None:
    """One JSON document on stdout: sorted where order means nothing, no NaN."""
    typer.echo(json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(item: Any) -> Any:
    """Counts, lines and columns stay numbers; exact values become text, as in a solution."""
    from negotiate.solution import number_to_json

    if isinstance(item, dict):
        return {str(key): _plain(value) for key, value in item.items()}
    if isinstance(item, (list, tuple)):
        return [_plain(value) for value in item]
    return item if isinstance(item, int) else number_to_json(item)


def write(path: Path, content: str | bytes) -> None:
    """Write to a temporary file beside ``path`` and rename, so that nothing is half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
