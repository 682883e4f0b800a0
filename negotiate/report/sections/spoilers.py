"""Who did not sign and could break the deal, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate.coalitions.spoilers import Spoilers, from_case, outsiders_of
from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.errors import NegotiateError
from negotiate.loading import load
from negotiate.report.blocks import Block, Bullets, Paragraph, Table
from negotiate.whatif import metric
from negotiate.whatif.study import case as cases

DRAWS = 2000


def applies(context: Any) -> bool:
    """Where a party that values the issues does not sign a deal of the file."""
    case = context.case
    return bool(case.issues and case.deals) and bool(outsiders_of(case))


@section("spoilers", title="Who could spoil it", order=67, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Each outsider: gain from breaking the deal, what holds it back, what it would cost."""
    case = context.case
    game = from_case(case)
    out: list[Block] = [
        Paragraph(
            "An outsider spoils if breaking the deal brings it more than keeping it, the levers "
            "that signatories would use against it counted at their stated chances."
        ),
        _table(game, context.names),
        Bullets(tuple(_sentences(game, context.names))),
    ]
    if case.uncertain():
        drawn = cases.draw(case, min(context.draws, DRAWS), seed=context.seed)
        out.append(Bullets(tuple(_over_draws(drawn, game.players, context.names))))
    outside = case.setting("spoilers", "outside")
    if outside:
        try:
            other = load(str(outside))
        except NegotiateError as error:
            return [*out, Paragraph(f"The file {outside} could not be read: {error}")]
        if isinstance(other, Spoilers):
            names: Mapping[str, str] = {}
            note = getattr(other.origin, "note", "")
            out += [
                Paragraph(f"{other.title}. {' '.join(str(note).split())}"),
                _table(other, names),
                Bullets(tuple(_sentences(other, names))),
            ]
            own = other.as_case()
            if own.uncertain():
                drawn = cases.draw(own, min(context.draws, DRAWS), seed=context.seed)
                out.append(Bullets(tuple(_over_draws(drawn, other.players, names))))
    return out


def _table(game: Spoilers, names: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            names.get(p, p),
            float(game.held[p]),
            float(game.broken[p]),
            float(game.gain(p)),
            float(game.margin(p)),
            float(game.payment(p)),
        )
        for p in game.players
    )
    return Table(
        ("outsider", "deal holds", "deal breaks", "gain, levers idle", "gain, levers as stated",
         "side payment that stops it"),
        rows, "Those who did not sign, in stakes of each.",
    )  # fmt: skip


def _sentences(game: Spoilers, names: Mapping[str, str]) -> list[str]:
    out = []
    for p in game.players:
        name = names.get(p, p)
        if game.gain(p) <= 0:
            out.append(f"{name} loses {number(-float(game.gain(p)))} stakes if the deal breaks.")
            continue
        needed = game.needed(p)
        able = [
            f"{names.get(lever, lever)} if used with a chance of {number(float(x))} or more "
            f"(stated: {number(float(game.levers[p][lever][1]))})"
            for lever, x in needed.items()
            if x is not None and x <= 1
        ]
        verdict = (
            f"spoils; {number(float(game.payment(p)))} stakes paid while the deal holds would "
            "stop it"
            if game.spoils(p)
            else "is held back by the levers as stated"
        )
        alone = f"; alone does it: {', '.join(able)}" if able else "; no single lever would do"
        out.append(f"{name} gains by breaking the deal and {verdict}{alone}.")
    return out


def _over_draws(drawn: Any, players: tuple[str, ...], names: Mapping[str, str]) -> list[str]:
    wanted = [f"spoilers.{what}.{p}" for p in players for what in ("spoils", "payment")]
    found = metric.evaluate(drawn, wanted)
    out = []
    for p in players:
        spoils = np.broadcast_to(found[f"spoilers.spoils.{p}"], (drawn.draws,)).astype(float)
        paid = np.broadcast_to(found[f"spoilers.payment.{p}"], (drawn.draws,)).astype(float)
        text = (
            f"{names.get(p, p)} spoils in {percent(float(spoils.mean()))} of {drawn.draws:,} draws"
        )
        if spoils.any():
            middle, high = np.quantile(paid[spoils > 0], [0.5, 0.95])
            text += (
                f"; where it does, a side payment of {number(float(middle))} stakes would stop it "
                f"in half of them, {number(float(high))} in 95 % of them"
            )
        out.append(f"{text}.")
    return out
