"""The case as a graph model: is the deal stable, for whom not, and what would make it so."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import concept_named, section
from negotiate.drawing.text import number, percent
from negotiate.errors import NegotiateError
from negotiate.graphmodel.case import applies as has_graph
from negotiate.graphmodel.case import graph, key_states
from negotiate.graphmodel.inverse import inverse
from negotiate.graphmodel.model import GraphModel, words
from negotiate.graphmodel.status_quo import history, status_quo
from negotiate.loading import load
from negotiate.report.blocks import Block, Bullets, Figure, Heading, Paragraph, Table
from negotiate.report.sections._crisis import listed
from negotiate.whatif import metric
from negotiate.whatif.study import case as cases

CONCEPTS = (
    "nash_stability",
    "general_metarational",
    "symmetric_metarational",
    "sequential_stability",
    "coalition_nash",
    "coalition_sequential",
)
DRAWS = 1000
FEW = 32
"""Most states of a model that is shown whole."""


def applies(context: Any) -> bool:
    """Where a case makes a graph model."""
    return bool(context.case.issues) and has_graph(context.case)


@section("moves", title="Moves and counter-moves", order=63, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Stability of the key states, over draws too; the wider model that the file names."""
    case = context.case
    model = graph(case)
    states = key_states(case)
    rows = []
    for name in CONCEPTS:
        concept = concept_named(name)
        table: Any = getattr(concept(model), "table")  # noqa: B009  # of a Stability
        rows.append((concept.title, *(_verdict(table, model.state(s), context) for s in states)))
    out: list[Block] = [
        Paragraph(
            f"The case as a graph model: {number(len(model.states))} states, each a set of levers "
            "in use and of signatures; a lever in use is used to the full. A state is stable for a "
            "party that cannot gain by a move of its own, or that fears what the others would do "
            "then."
        ),
        Table(("concept", *states), tuple(rows), "For whom each state is stable."),
    ]
    out += _over_draws(context, states)
    wider = case.setting("graph", "wider")
    if wider:
        try:
            other = load(str(wider))
        except NegotiateError as error:
            return [*out, Paragraph(f"The wider model {wider} could not be read: {error}")]
        if isinstance(other, GraphModel):
            out += _wider(other)
    return out


def _verdict(table: Any, state: int, context: Any) -> str:
    stable = table.stable[:, state]
    if stable.all():
        return "everybody"
    who = [context.profile(w) for w, on in zip(table.who, stable) if on]
    return listed(who or ["nobody"])


def _over_draws(context: Any, states: tuple[str, ...]) -> list[Block]:
    """Share of draws in which each key state is an equilibrium, and the margin of the deal."""
    if not context.case.uncertain():
        return []
    drawn = cases.draw(context.case, min(context.draws, DRAWS), seed=context.seed)
    stem = "graph.sequential_stability"
    names = [f"{stem}.equilibrium.{s}" for s in states] + [f"{stem}.margin.deal"]
    found = metric.evaluate(drawn, names)
    shares = {s: float(np.mean(found[f"{stem}.equilibrium.{s}"])) for s in states}
    margin = np.asarray(found[names[-1]], float)
    low, middle, high = np.quantile(margin, [0.05, 0.5, 0.95])
    told = ", ".join(f"'{s}' in {percent(share)}" for s, share in shares.items())
    return [
        Paragraph(
            f"Over {drawn.draws:,} draws the states are sequential equilibria so often: {told}. "
            "The least margin of the deal, what the party closest to leaving it would lose by "
            f"that, is {number(middle)} stakes in the median (5 % to 95 %: {number(low)} to "
            f"{number(high)}); below zero it leaves."
        )
    ]


def _wider(model: GraphModel) -> list[Block]:
    """A model with more decision makers: equilibria, the path history took, what is missing."""
    start = f"{model.title}. " if model.title else ""
    sequential: Any = concept_named("sequential_stability")(model)
    reached = status_quo(model, equilibria={"SEQ": [p.label for p in sequential.points]})
    out: list[Block] = [
        Heading("With those who did not sign"),
        Paragraph(f"{start}{' '.join(model.note.split())}"),
    ]
    ends = reached.equilibria.get("SEQ", ())
    shown = [f"{s} ({words(model, s)})" for s in ends[:6]] or ["none"]
    out.append(
        Paragraph(
            f"From '{reached.start}' ({words(model, reached.start)}) improvements alone lead to "
            f"{len(reached.improvements)} of {len(model.states)} states; sequential equilibria "
            f"that can be reached: {listed(shown)}."
        )
    )
    if model.path:
        steps = [line for line in history(model).splitlines() if line.strip()]
        out += [Paragraph("The path that history took:"), Bullets(tuple(steps))]
        goal = model.path[-1].state
        verdicts = [(concept_named(name).title, _who(model, name, goal)) for name in CONCEPTS[:4]]
        out.append(
            Table(
                ("concept", f"'{goal}' is stable for"),
                tuple(verdicts),
                "Stability of the state where the path ended.",
            )
        )
        try:
            found = inverse(model, goal, concept="nash_stability", most=5)
        except NegotiateError as error:
            out.append(Paragraph(f"What would make it Nash stable was not found: {error}"))
        else:
            asked = [str(p) for p in found.proposals]
            out.append(
                Paragraph(f"Smallest changes of preference that make '{goal}' Nash stable for all:")
            )
            out.append(Bullets(tuple(asked) or ("none of the kinds considered",)))
    if len(model.states) <= FEW:
        out.append(
            Figure(
                model.figure(),
                "Graph of the states and the moves between them.",
                f"States and moves of {model.title or 'the model'}.",
            )
        )
    return out


def _who(model: GraphModel, name: str, state: str) -> str:
    table: Any = getattr(concept_named(name)(model), "table")  # noqa: B009  # of a Stability
    stable = table.stable[:, model.state(state)]
    if stable.all():
        return "everybody"
    return listed([w for w, on in zip(table.who, stable) if on] or ["nobody"])
