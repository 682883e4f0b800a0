"""``negotiate moves``: a conflict as a graph of moves; what is stable, reached, and needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negotiate.cli._answer import FIGURE
from negotiate.cli._options import CASE, JSON, SET, load, print_json, write

SHORT = {
    "nash": "nash_stability",
    "gmr": "general_metarational",
    "smr": "symmetric_metarational",
    "seq": "sequential_stability",
    "sseq": "symmetric_sequential",
}
"""Short names of the concepts that `--concept` takes besides their ids."""


def command(
    case: CASE,
    state: Annotated[
        str, typer.Option("--state", help="Say why this state is or is not stable.")
    ] = "",
    start: Annotated[
        str, typer.Option("--from", help="Where the conflict stands; the file's by default.")
    ] = "",
    wanted: Annotated[
        str,
        typer.Option("--inverse", help="Which changes of preference make this state stable."),
    ] = "",
    concept: Annotated[
        str, typer.Option("--concept", help="For --state and --inverse: nash, gmr, smr, seq, sseq.")
    ] = "seq",
    tally: Annotated[
        bool,
        typer.Option("--robustness", help="In how many changed rankings each equilibrium holds."),
    ] = False,
    changes: SET = None,
    figure: FIGURE = None,
    as_json: JSON = False,
) -> None:
    """Stability of every state, what can be reached, and what would make a state stable."""
    from negotiate.errors import InputError, UnknownNameError
    from negotiate.graphmodel.inverse import CONCEPTS
    from negotiate.graphmodel.inverse import inverse as solve_inverse
    from negotiate.graphmodel.robustness import robustness
    from negotiate.graphmodel.status_quo import history, status_quo
    from negotiate.graphmodel.table import compare

    chosen = SHORT.get(concept.lower(), concept.replace("-", "_"))
    if chosen not in CONCEPTS:
        raise UnknownNameError("concept", concept, (*SHORT, *CONCEPTS))
    model = _model(case, changes)
    for name in (state, start, wanted):
        if name:
            model.state(name)
    if figure is not None:
        if figure.suffix != ".svg":
            raise InputError(f"'{figure.name}'", where="--figure", allowed=".svg")
        write(Path(figure), model.figure())
    table = compare(model)
    equilibria = {
        name: [label for label, row in table.items() if row.get(name) == "equilibrium"]
        for name in next(iter(table.values()))
    }
    answer: dict[str, Any] = {
        "states": list(model.states),
        "players": list(model.players),
        "equilibria": equilibria,
        "stability": table,
    }
    parts = [_table(model, table)]
    if start or model.status_quo:
        found = status_quo(model, start=start, equilibria={"SEQ": equilibria.get("SEQ", [])})
        answer["status_quo"] = str(found).strip().splitlines()
        parts.append(str(found).strip())
    if model.path:
        answer["history"] = history(model).strip().splitlines()
        parts.append("The path that history took:\n" + history(model).strip())
    if state:
        told = _told(model, model.states[model.state(state)], chosen)
        answer["why"] = told.splitlines()
        parts.append(told)
    if wanted:
        asked = solve_inverse(model, wanted, concept=chosen)
        answer["inverse"] = {
            "state": asked.state,
            "concept": asked.concept,
            "complete": asked.complete,
            "proposals": [[str(change) for change in p.changes] for p in asked.proposals],
        }
        parts.append(str(asked).strip())
    if tally:
        held = robustness(model)
        answer["robustness"] = {"rankings": held.count, "rows": held.rows()}
        parts.append(_held(held))
    if as_json:
        print_json(answer)
    else:
        typer.echo("\n\n".join(part for part in parts if part))


def _model(case: str, changes: list[str] | None) -> Any:
    """A graph model: of a file, or compiled from a case."""
    from negotiate.errors import NotApplicableError
    from negotiate.graphmodel.case import graph
    from negotiate.graphmodel.model import GraphModel
    from negotiate.loading import load as read

    if changes:
        return graph(load(case, changes))
    found = read(case)
    if isinstance(found, GraphModel):
        return found
    if hasattr(found, "principals"):
        return graph(found)
    raise NotApplicableError(
        f"{case} is no conflict of moves",
        where="moves",
        allowed='a case, a file of kind = "graph", or a .gmcr file',
    )


MOST = 60
"""States shown in the table; of more, those that are equilibria of most concepts."""


def _table(model: Any, table: dict[str, dict[str, str]]) -> str:
    from negotiate.drawing import tables
    from negotiate.drawing.text import clean
    from negotiate.graphmodel.model import words

    names = list(next(iter(table.values())))
    shown = list(table)
    note = ""
    if len(shown) > MOST:
        often = {s: list(table[s].values()).count("equilibrium") for s in shown}
        shown = sorted((s for s in shown if often[s]), key=lambda s: -often[s])[:MOST]
        note = f"\n{len(shown)} of {len(table):,} states shown: equilibria of most concepts first"
    rows = []
    for label in shown:
        said = words(model, label)
        rows.append(
            [
                clean(label),
                *(_mark(model, table[label][n]) for n in names),
                "" if said == label else clean(said),
            ]
        )
    return tables.text(["state", *names, "what it is"], rows) + note


def _mark(model: Any, who: str) -> str:
    """E for an equilibrium, else for how many decision makers a state is stable."""
    if who == "equilibrium":
        return "E"
    return str(len(who.split(", "))) if who else "·"


def _told(model: Any, label: str, concept: str) -> str:
    from negotiate.declare import concept_named

    steps = str(concept_named(concept).explain(model))
    start = f"**{label}**"
    return next((part for part in steps.split("\n\n") if part.startswith(start)), "").strip()


def _held(found: Any) -> str:
    from negotiate.drawing import tables
    from negotiate.drawing.text import percent

    rows = [
        [
            str(row["state"]),
            str(row["concept"]),
            "yes" if row["equilibrium"] else "no",
            percent(float(row["share"])),
        ]
        for row in found.rows()
        if row["equilibrium"]
    ]
    head = ["state", "concept", "now", "of changed rankings"]
    return (
        f"Equilibria over {found.count:,} rankings in which two neighbours are exchanged:\n"
        + tables.text(head, rows[:MOST])
    )
