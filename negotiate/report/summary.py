"""The first page: what the numbers say, in sentences made from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.display import judged_deal
from negotiate.display._text import number, percent
from negotiate.report._blocks import Block, Bullets, Emph, Paragraph

ORDER = 10
TITLE = "Summary"


def applies(context: Any) -> bool:
    """Every case of two principals has one."""
    return bool(context.two)


def blocks(context: Any) -> list[Block]:
    """What was asked, and what came out."""
    case = context.case
    out: list[Block] = []
    if case.case.summary.strip():
        out.append(Paragraph(Emph(" ".join(case.case.summary.split()))))
    out.append(Bullets(tuple(sentences(context))))
    return out


def sentences(context: Any) -> list[str]:
    """The findings, one sentence each."""
    case = context.case
    point = context.threat_solution[0]
    used = [case.levers[name].name for name in context.used]
    unused = [case.levers[n].name for n in case.on_table() if n not in context.used
              and case.levers[n].holder in case.principals
              and "disagreement" in case.levers[n].enters]  # fmt: skip
    found = [
        "If talks fail the sides would best threaten: " + ("; ".join(used) or "nothing")
        + (". Left in the drawer: " + "; ".join(unused) if unused else "") + "."
    ]  # fmt: skip
    payoffs = ", ".join(f"{context.name(p)} {number(u)}" for p, u in point.payoffs.items())
    found.append(f"The deal that theory predicts from there is worth, in stakes: {payoffs}.")
    if context.signed is not None:
        found.append("With these threats: " + judged_deal.sentence(context.signed, context.names))
        found.append(comparison(context))
        drawn = context.drawn
        share = float(np.mean(drawn["deal.stands"]))
        found.append(
            f"Over {context.draws:,} draws of every uncertain number both sides gain by the signed "
            f"deal in {'every draw' if share == 1 else percent(share, 1)}."
        )
    profiles, counts = np.unique(context.drawn["threats.profile"], return_counts=True)
    best = int(np.argmax(counts))
    found.append(
        f"The most frequent pair of threats ({context.profile(str(profiles[best]))}) occurs in "
        f"{percent(counts[best] / context.draws)} of the draws, among {len(profiles)} pairs."
    )
    return found


def distance(context: Any, terms: Any) -> float:
    """Mean distance of terms to the signed terms over interval issues, in levels."""
    signed = context.case.terms(context.case.signed_deal)
    gaps = [
        abs(float(terms[i.id]) - float(signed[i.id]))
        for i in context.case.issues.values()
        if i.is_interval
    ]
    return float(np.mean(gaps))


def comparison(context: Any) -> str:
    """Whether the prediction comes nearer to the signed terms than the baseline deals."""
    ours = distance(context, context.threat_solution[0].terms)
    others = {
        context.case.deals[name].name: distance(context, context.case.terms(name))
        for name in context.case.deals
        if name != context.case.signed_deal
    }
    text = f"The predicted terms miss the signed ones by {number(ours)} of an issue on average"
    if not others:
        return text + "."
    name, best = min(others.items(), key=lambda item: item[1])
    verdict = "the theory does better" if ours < best else "the baseline does better"
    return f"{text}; the baseline '{name}' misses by {number(best)}: {verdict}."
