"""``negotiate new``: a case file to start from, with the questions it answers as comments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

STARTER = Path(__file__).with_name("_starter.toml")


def command(
    name: Annotated[
        str, typer.Argument(help="Name of the case, or the file to write.", metavar="NAME")
    ],
    source: Annotated[
        str | None, typer.Option("--from", help="Copy this case instead of the starter.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Title of the case.")] = "",
) -> None:
    """Write a commented case file that is valid as it stands; never over an existing file."""
    path = target(name)
    text = copied(source, path.stem, title) if source else started(path.stem, title)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as stream:  # "x": somebody's work stays
            stream.write(text)
    except FileExistsError:
        from negotiate.errors import InputError

        raise InputError(
            "the file exists", where=str(path), remedy="choose another name, or move it away"
        ) from None
    typer.echo(str(path))
    typer.echo(f"next: edit it, then run  negotiate check {path}", err=True)


def target(name: str) -> Path:
    """File for a name: ``river`` and ``river.toml`` are the same; the stem becomes the id."""
    from negotiate.case.schema import Case
    from negotiate.errors import InputError

    path = Path(name)
    if path.suffix != ".toml":
        path = path.with_name(path.name + ".toml")
    pattern = next(m.pattern for m in Case.model_fields["id"].metadata if hasattr(m, "pattern"))
    if not re.match(pattern, path.stem):
        near = re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-_")
        raise InputError(
            f"'{path.stem}' is not an id",
            where="NAME",
            allowed="lower-case letters, digits, - and _, beginning with a letter or digit",
            remedy=f"try: negotiate new {near}" if near else "",
        )
    return path


def started(identity: str, title: str) -> str:
    """Text of the starter case under another id and title."""
    text = STARTER.read_text(encoding="utf-8")
    shown = title or identity.replace("-", " ").replace("_", " ").capitalize()
    quoted = json.dumps(shown, ensure_ascii=False)  # a TOML basic string escapes like JSON
    text = text.replace('title = "TITLE"', f"title = {quoted}").replace('"NAME"', f'"{identity}"')
    return text.replace("TITLE", " ".join(shown.split())).replace("NAME", identity)


def copied(source: str, identity: str, title: str) -> str:
    """Text of another case, its comments kept, under another id."""
    from negotiate.case.read import kind_in, read_text, resolve
    from negotiate.errors import InputError
    from negotiate.loading import load, suffixes

    path = resolve(source)
    if path.suffix.lower() in suffixes():
        raise InputError(f"{path.name} is a Gambit file", where="--from", allowed="a .toml file")
    text = read_text(path)
    load(path)  # a copy of a broken case would start its author with somebody else's mistakes
    text = re.sub(r"\A#:schema [^\n]*\n#?\n?", "", text)  # its path holds at the old place only
    text, count = re.subn(
        r'^id = "[^"\n]*"', f'id = "{identity}"', text, count=1, flags=re.MULTILINE
    )
    if not count:
        raise InputError("no line id = ...", where=str(path), remedy="give the file an id")
    if title:
        quoted = json.dumps(title, ensure_ascii=False).replace("\\", r"\\")
        text = re.sub(r"^title = .*$", f"title = {quoted}", text, count=1, flags=re.MULTILINE)
    note = f"# A copy of the case '{path.stem}'"
    note += "." if kind_in(text) in ("", "negotiation") else " (a game)."
    return f"{note}\n{text}"
