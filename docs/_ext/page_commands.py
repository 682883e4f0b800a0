"""The command line, from the program itself."""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_type_hints

from text import cell, escaped, fence, table

EXAMPLES = {
    "attribute": "negotiate attribute idlib-2020 --metric threats.utility.turkey",
    "counterfactual": "negotiate counterfactual idlib-2020 --without straits",
    "discover": "negotiate discover idlib-2020 --metric deal.loss --condition '> 0.1'",
    "infer": "negotiate infer idlib-2020 --draws 20000",
    "information": "negotiate information idlib-2020 --claim deal-stands",
    "phase": "negotiate phase idlib-2020 lever.sanctions.cost.turkey lever.sanctions.cost.russia",
    "robustness": "negotiate robustness idlib-2020 --claim deal-stands",
    "sensitivity": "negotiate sensitivity idlib-2020 --metric deal.margin.least --method sobol",
    "course verify": "negotiate course verify chicken-commitment",
    "archive": "negotiate archive idlib-2020 -o idlib.zip --draws 1000 --seed 1",
    "check": "negotiate check mine.toml",
    "convert": "negotiate convert entry-deterrence entry.efg",
    "list": "negotiate list --json",
    "new": "negotiate new mine --title 'A dispute of mine'",
    "report": "negotiate report idlib-2020 -o idlib.html",
    "schema": "negotiate schema -o case.schema.json",
    "show": "negotiate show idlib-2020 'lever.*.cost.turkey'",
    "solve": "negotiate solve chicken --concept nash_equilibrium",
    "sweep": "negotiate sweep idlib-2020 --draws 4096 --metric deal.margin.least -o rows.csv",
    "threshold": "negotiate threshold idlib-2020 lever.sanctions.cost.turkey threats.profile",
    "verify": "negotiate verify idlib.zip",
    "whatif": "negotiate whatif idlib-2020 --set lever.sanctions.cost.turkey*=2",
}


def _row(parameter: inspect.Parameter, hint: Any) -> tuple[str, str, str] | None:
    """One argument or option, from its annotation."""
    info = next((m for m in getattr(hint, "__metadata__", ()) if hasattr(m, "param_decls")), None)
    if info is None or info.hidden:
        return None
    kind = next((t for t in (*get_args(get_args(hint)[0]), get_args(hint)[0])
                 if isinstance(t, type) and t is not type(None)), str)  # fmt: skip
    # Inside ``Annotated`` typer keeps the first name where a default would stand.
    names = [d for d in (info.default, *(info.param_decls or ())) if str(d).startswith("-")]
    if type(info).__name__ == "ArgumentInfo":
        shown = f"`{info.metavar or parameter.name.upper()}`"
    else:
        names = names or [f"--{parameter.name.replace('_', '-')}"]
        shown = ", ".join(f"`{name}`" for name in names)
        if kind is not bool:
            shown += f" {cell(info.metavar or KINDS.get(kind.__name__, kind.__name__.upper()))}"
    default = parameter.default
    if default is inspect.Parameter.empty:
        default = "required"
    elif default is None or default is False or default in ("", ()):
        default = ""
    return shown, cell(info.help or ""), cell(default)


KINDS = {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "Path": "PATH"}


def _command(name: str, function: Any, level: int) -> list[str]:
    out = [f"{'#' * level} {name}\n", escaped(inspect.getdoc(function) or "") + "\n"]
    hints = get_type_hints(function, include_extras=True)
    rows = [_row(p, hints.get(n)) for n, p in inspect.signature(function).parameters.items()]
    rows = [row for row in rows if row is not None]
    if rows:
        out.append(table(("argument or option", "meaning", "default"), rows, raw=True))
    if name in EXAMPLES:
        out.append(fence(EXAMPLES[name], "sh"))
    return out


def page() -> str:
    """Every command with its arguments and options."""
    from negotiate import declare
    from negotiate.cli._program import HELP

    out = ["# Command line\n", escaped(HELP.strip()) + "\n"]
    out.append(
        "`python -m negotiate` is the same program: use it where another package has installed a "
        "script called `negotiate`.\n"
    )
    for stem in declare.files_in("cli"):
        module = declare.file_named("cli", stem)
        name = stem.removesuffix("_").replace("_", "-")
        if not hasattr(module, "program"):
            out += _command(name, module.command, 2)
            continue
        out.append(f"## {name}\n\n{escaped((inspect.getdoc(module) or '').strip())}\n")
        for entry in module.program.registered_commands:
            inner = entry.name or entry.callback.__name__.replace("_", "-")
            out += _command(f"{name} {inner}", entry.callback, 3)
    return "\n".join(out)
