"""Which levers would be used if talks failed, and why."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from negotiate import declare
from negotiate.declare import section
from negotiate.drawing.text import MINUS
from negotiate.report.blocks import Block, Bullets, Paragraph, Table
from negotiate.report.sections._matrix import payoff_table
from negotiate.report.terms import coded, codes
from negotiate.threats import view


def applies(context: Any) -> bool:
    """Where two principals hold levers."""
    return bool(context.two and context.case.levers)


def checked(solution: Any) -> str:
    """Completeness, exactness and evidence of a solution, in a sentence."""
    how = "complete" if solution.complete else "not proved complete"
    kind = "exact" if solution.exact else "in floating point"
    proofs = "; ".join(
        f"{e.what}: {float(e.value):.2g}" + ("" if e.holds else f" ({e.witness})")
        for e in solution.evidence
    )
    return f"The answer is {how} and {kind}. Checked by the definition: {proofs}."


@section("threat_game", title="The threat game", order=50, applies=applies)
def blocks(context: Any) -> list[Block]:
    """The solution, the reasons lever by lever, the matrix, both commitments."""
    game, solution = context.threats, context.threat_solution
    point = solution[0]
    out: list[Block] = [
        Paragraph(
            "Each side picks the levers it would use if talks failed; the pair fixes what no "
            "deal is worth, and from there they bargain (Nash 1953)."
        ),
        Paragraph(f"Solution under {game.commitment} commitment: {context.profile(point.label)}."),
    ]
    explain = declare.concept_named("rational_threats").explain
    out.append(
        Bullets(
            tuple(
                re.sub(r"(?<= )-(?=\d)", MINUS, line)
                for line in explain(game, names=context.names).split("\n\n")
            )
        )
    )
    rows, columns, cells = view.matrix(game)
    known = codes(context.case)
    one, two = (context.name(p) for p in game.players)
    key = "; ".join(
        f"{known[n]}: {context.names[n]}"
        for n in known
        if "disagreement" in context.case.levers[n].enters
    )
    matrix = payoff_table(
        [coded(x, known) for x in rows],
        [coded(x, known) for x in columns],
        cells,
        players=(one, two),
        caption=view.caption(game),
    )
    out.append(replace(matrix, note=f"{key}. Underlined: best reply to the other side's threat."))
    full = declare.load("compiles", "threats")(context.case, commitment="full")
    certain = declare.concept_named("rational_threats")(full)[0]
    out.append(
        Table(
            ("commitment", "threats", *(context.name(p) for p in game.players)),
            tuple(
                (kind, context.profile(p.label), *(float(p.payoffs[x]) for x in game.players))
                for kind, p in (("stated", point), ("full", certain))
            ),
            "Utilities of the deal where threats are as credible as the file says, and where they "
            "are certain to be carried out.",
        )
    )
    out += [Paragraph(text) for text in solution.notes]
    out += [Paragraph(checked(solution))]
    return out
