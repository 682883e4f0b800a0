"""``negotiate convert``: games between the file formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiate.cli._options import write


def command(
    source: Annotated[str, typer.Argument(help="Game id, or .nfg, .efg or .toml file.")],
    target: Annotated[Path, typer.Argument(help="File to write: .nfg or .efg.")],
) -> None:
    """Convert a game to Gambit's .nfg or .efg; an extensive game also becomes a .nfg."""
    from negotiate import declare
    from negotiate.declare import kind_of
    from negotiate.errors import InputError
    from negotiate.loading import load, suffixes

    game = load(source)
    kind = kind_of(game)
    suffix = target.suffix.lower()
    if suffix not in suffixes():
        raise InputError(f"'{target.name}'", where="target", allowed=", ".join(suffixes()))
    if suffix == ".nfg" and kind == "extensive":
        game = game.to_strategic()
    elif (suffix, kind) not in ((".nfg", "strategic"), (".efg", "extensive")):
        raise InputError(
            f"a {kind} game as {suffix}",
            where="target",
            allowed=".nfg for strategic, both for extensive games",
        )
    write(target, declare.module_of(declare.entry("reads", suffix)).dumps(game))
    typer.echo(str(target))
