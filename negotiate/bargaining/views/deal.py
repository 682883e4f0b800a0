"""A judged deal: margins, what was left on the table, the weights that would explain it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape, number


def rows(deal: Any) -> list[list[str]]:
    """One row a party: worth of the deal, payoff of no deal, margin."""
    d = np.asarray(deal.problem.disagreement, dtype=float)
    return [
        [
            party,
            number(float(deal.utility[side])),
            number(float(d[side])),
            number(float(deal.margins[side])),
        ]
        for side, party in enumerate(deal.players)
    ]


def sentence(deal: Any, names: Mapping[str, str] | None = None) -> str:
    """What the numbers say, in a sentence; ``names`` gives names for ids of parties and deal."""
    said = dict(names or {})
    players = [clean(said.get(party, party)) for party in deal.players]
    title = clean(said.get(deal.name, deal.name))
    if deal.margins.ndim > 1:
        share = float(np.mean(deal.acceptable))
        return f"The deal '{title}' stands in {100 * share:.1f} % of the draws."
    two = len(deal.players) == 2
    everyone = "Both sides" if two else f"All {len(deal.players)} sides"
    worst = int(np.argmin(deal.margins))
    if deal.acceptable:
        first = (
            f"{everyone} gain by the deal '{title}', {players[worst]} least "
            f"({number(float(deal.margins[worst]))} stakes)"
        )
    else:
        first = (
            f"{players[worst]} would be better off with no deal than with "
            f"'{title}', by {number(-float(deal.margins[worst]))} stakes"
        )
    loss = float(deal.loss)
    second = (
        f"{'both' if two else 'all'} could have had {number(loss)} stakes more"
        if loss > 0.0005
        else "it is efficient to three decimals"
    )
    if not two:  # a weight of one party against another: of two only
        return f"{first}; {second}."
    low, high = (float(x) for x in deal.weights)
    if not np.isfinite(low):
        third = "no bargaining weight makes its nearest efficient deal a Nash solution"
    elif high - low > 0.0005:
        third = (
            f"a bargaining weight of {players[0]} from {number(low)} to {number(high)} "
            "would explain its nearest efficient deal"
        )
    else:
        third = (
            f"a bargaining weight of {number(low)} for {players[0]} would explain its "
            "nearest efficient deal"
        )
    return f"{first}; {second}; {third}."


def text(deal: Any) -> str:
    """Sentence and table."""
    if deal.margins.ndim > 1:
        return sentence(deal)
    lines = [sentence(deal)]
    for party, worth, nothing, margin in rows(deal):
        lines.append(f"  {clean(party)}: {worth} with the deal, {nothing} without, {margin} gained")
    return "\n".join(lines)


def html(deal: Any) -> str:
    """Sentence and table, escaped."""
    if deal.margins.ndim > 1:
        return f"<p>{escape(sentence(deal))}</p>"
    return f"<p>{escape(sentence(deal))}</p>" + tables.html(
        ["party", "the deal", "no deal", "margin"], rows(deal)
    )
