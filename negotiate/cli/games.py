"""``negotiate games``: the kinds of game there are."""

from __future__ import annotations

import typer

from negotiate.cli._options import JSON, print_json


def command(as_json: JSON = False) -> None:
    """List kinds of game: what each is, where it comes from, which concepts solve it."""
    from negotiate import declare
    from negotiate.drawing.tables import text

    rows = []
    for name in declare.names("game"):
        facts = declare.entry("game", name).facts
        made, read = name in declare.names("compiles"), name in declare.names("reads")
        source = " or ".join(word for word, there in (("a case", made), ("a file", read)) if there)
        solved = declare.concepts_of(name)
        shown = ", ".join(solved[:3]) + (f" and {len(solved) - 3} more" if len(solved) > 3 else "")
        rows.append((name, str(facts["title"]), source or "Python", shown))
    if as_json:
        keys = ("name", "title", "from", "concepts")
        print_json([dict(zip(keys, row)) for row in rows])
    else:
        typer.echo(text(("game", "what it is", "made from", "solved by"), rows))
