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
    import importlib

    from negotiate.errors import InputError
    from negotiate.loading import SUFFIXES, form_of, load

    game = load(source)
    kind = form_of(game)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"'{target.name}'", where="target", allowed=", ".join(SUFFIXES))
    if suffix == ".nfg" and kind == "extensive":
        game = game.to_strategic()
    elif (suffix, kind) not in ((".nfg", "strategic"), (".efg", "extensive")):
        raise InputError(f"a {kind} game as {suffix}", where="target",
                         allowed=".nfg for strategic, both for extensive games")  # fmt: skip
    write(target, importlib.import_module(SUFFIXES[suffix]).dumps(game))
    typer.echo(str(target))
