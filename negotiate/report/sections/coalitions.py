"""What each group of parties can secure, who would sign, and how the gains could be divided."""

from __future__ import annotations

from typing import Any

from negotiate.coalitions.agreement import stable_agreements
from negotiate.coalitions.core import core
from negotiate.coalitions.formation import stable_partitions
from negotiate.coalitions.game import players_of
from negotiate.coalitions.nucleolus import nucleolus
from negotiate.coalitions.secure import OF_A_CASE, agreement, by_partition, from_case
from negotiate.coalitions.shapley import shapley
from negotiate.declare import section
from negotiate.drawing.text import number
from negotiate.errors import NegotiateError
from negotiate.report.blocks import Block, Paragraph, Table
from negotiate.report.sections._crisis import listed

MOST = 6
"""Most players whose partitions are gone through."""


def applies(context: Any) -> bool:
    """Where three or more parties value the issues."""
    return bool(context.case.issues) and 3 <= len(players_of(context.case)) <= 10


@section("coalitions", title="Who can secure what", order=66, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Worths under every assumption about outsiders, values, the core, who would sign."""
    case = context.case
    games, left = {}, []
    for name in OF_A_CASE:
        if name == "beta":  # the same as alpha here
            continue
        try:
            games[name] = from_case(case, outsiders=name)
        except NegotiateError as error:
            left.append(f"Not computed under {name}: {error}.")
    first = games["alpha"]
    who = [context.names.get(p, p) for p in first.players]
    masks = sorted(range(1, 2**first.n), key=lambda m: (m.bit_count(), m))
    rows = tuple(
        (
            listed([who[k] for k in range(first.n) if mask >> k & 1]),
            *(float(g.number(mask)) for g in games.values()),
        )
        for mask in masks
    )
    shared = []
    values = {"Shapley value": shapley(first)[0].payoffs, "nucleolus": nucleolus(first)[0].payoffs}
    for title, payoffs in values.items():
        shared.append((title, *(float(payoffs[p]) for p in first.players)))
    empty = [name for name, g in games.items() if not core(g).points]
    verdict = (
        "All together can be held together, whatever the outsiders of a group do"
        if not empty
        else "No division holds all together against every group if outsiders act as in "
        f"{listed(empty)}; under the other assumptions there is one"
        if len(empty) < len(games)
        else "No division holds all together against every group, whatever outsiders do"
    )
    return [
        Paragraph(
            "A group that holds all principals can sign what is best for it; any other has no deal "
            "and uses its levers on outsiders. What outsiders do meanwhile is an assumption: their "
            "worst (alpha), each for itself (gamma), all as one (delta), threats on both sides "
            "(threat), nothing (none). A stake of one party counts as a stake of another."
        ),
        Table(("group", *games), rows, "Stakes that each group can secure, by assumption."),
        Table(("division", *who), tuple(shared),
              "How what all can have together could be divided, under alpha, in stakes."),
        Paragraph(f"{verdict}."),
        *(Paragraph(text) for text in left),
        *_signing(context, who),
    ]  # fmt: skip


def _signing(context: Any, who: list[str]) -> list[Block]:
    """Sets of signatories that nobody leaves, and partitions that no group leaves."""
    case = context.case
    out: list[Block] = []
    try:
        signed = stable_agreements(agreement(case))
    except NegotiateError as error:
        return [Paragraph(f"Who would sign was not computed: {error}")]
    rows = tuple(
        (
            listed([context.names.get(p, p) for p in point.facts["signatories"]] or ["nobody"]),
            ", ".join(point.marks),
            *(float(point.payoffs[p]) for p in signed.players),
        )
        for point in signed.points
    )
    out.append(
        Table(("signatories", "holds", *who), rows,
              "Who gains by signing: sets of signatories that nobody would leave, with what each "
              "party has then, signatory or not, in stakes.")
    )  # fmt: skip
    if len(who) <= MOST:
        found = stable_partitions(from_case(case), payoffs=by_partition(case))
        kept = [_named(p.label, context) for p in found.points if "core stable" in p.marks]
        out.append(
            Paragraph(
                "With every group looking after itself and sharing its surplus equally, "
                + (
                    f"no group would leave {listed(kept)}."
                    if kept
                    else "some group would leave every one of "
                    f"{number(len(found.points))} partitions."
                )
            )
        )
    return out


def _named(label: str, context: Any) -> str:
    """A partition, ``{a, b} {c}``, with names for ids."""
    groups = [
        [context.names.get(p.strip(), p.strip()) for p in group.strip("{ ").split(",")]
        for group in label.split("}")
        if group.strip()
    ]
    return " | ".join(" with ".join(group) if len(group) > 1 else group[0] for group in groups)
