"""Talks over time: who could wait, what breakdown, walking out, a deadline and ratifiers do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.case.slots.table import inside_flow
from negotiate.crisis.views import two_level
from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table
from negotiate.report.sections import _crisis as shared


def applies(context: Any) -> bool:
    """Where two principals discount time."""
    case = context.case
    return bool(
        context.two and all(case.has(f"party.{party}.discount") for party in case.principals)
    )


@section("talks", title="Talks: who could wait", order=56, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Shares by who proposes and until when; patience, walking out, ratifiers; what-ifs."""
    form = declare.file_of("alternating_offers")
    game, reason = shared.attempt(
        lambda: declare.load("compiles", "alternating_offers")(context.case.floats())
    )
    if game is None:
        return shared.left_out({"alternating offers": reason})
    found = shared.measured(context.case, "alternating_offers")
    out: list[Block] = [
        Paragraph(
            "The two take turns to propose a deal; a rejection costs time and may end the "
            "talks (Rubinstein 1982; Binmore, Rubinstein and Wolinsky 1986). No deal means "
            "no deal with every lever on the table; utilities are in stakes."
        ),
        Paragraph(patience(context, game)),
        _table(context, form, game, found),
        Paragraph(first_move(context, game, found)),
        Paragraph(meanwhile(context, game)),
        Paragraph(walking_out(context, game, found)),
    ]
    out += _deadline(context, form, game)
    out += _outside_figure(context, game, found)
    out += shared.whatif_table(
        context,
        {f"alternating_offers.utility.{p}": f"utility of {context.name(p)}" for p in game.players},
        f"Talks under the scenarios, {context.name(game.first)} proposing first, in stakes.",
    )
    out += [Paragraph(line) for line in thresholds(context, game, found)]
    out += _ratifiers(context)
    return out


def patience(context: Any, game: Any) -> str:
    """Discount factors, risk of breakdown, and the bargaining weight that patience gives."""
    clock = context.case.case.clock.talks
    a, b = game.players
    d = [float(x) for x in game.discount]
    if d[0] == d[1]:
        who = f"Both value a settlement one {clock} later at {number(d[0])} of one today"
    else:
        more = int(d[1] > d[0])
        who = (
            f"{context.name(game.players[more])} can wait longer: it values a settlement one "
            f"{clock} later at {number(d[more])} of one today, "
            f"{context.name(game.players[1 - more])} at {number(d[1 - more])}"
        )
    risk = float(game.breakdown)
    text = f"{who}. " + (
        f"Each rejected proposal ends the talks with probability {number(risk)}. "
        if risk
        else "Talks do not break down by themselves. "
    )
    rate = [-np.log((1 - risk) * x) if (1 - risk) * x > 0 else np.inf for x in d]
    if all(np.isfinite(rate)) and sum(rate) > 0:
        weight = rate[1] / sum(rate)
        text += (
            f"As proposals follow each other faster this tends to the Nash solution with weights "
            f"{number(weight)} for {context.name(a)} and {number(1 - weight)} for "
            f"{context.name(b)}."
        )
        if risk and max(d) < 1:
            alone = -np.log(d[1]) / -(np.log(d[0]) + np.log(d[1]))
            text += (
                f" Without the risk of breakdown patience alone would give {context.name(a)} "
                f"{number(alone)}."
            )
    return text


def _table(context: Any, form: Any, game: Any, found: Any) -> Block:
    """Utilities by who proposes first, in the limit, before a deadline; and the signed deal."""
    d = [float(found[f"utility.{p}"] - found[f"payoff.{p}"]) for p in game.players]
    rows: list[tuple[Any, ...]] = [
        (
            f"{context.name(q)} proposes first",
            *(float(found[f"offer.{q}.{p}"]) + d[k] for k, p in enumerate(game.players)),
        )
        for q in game.players
    ]
    limit = (float(found[f"limit.{p}"]) + d[k] for k, p in enumerate(game.players))
    rows.append(("proposals without delay", *limit))
    periods = _periods(context)
    if periods:
        for q in game.players:
            last = replace(game, periods=periods, first=q).first_payoffs()
            rows.append(
                (
                    f"deadline after {periods} proposals, {context.name(q)} first",
                    *(float(last[k]) + d[k] for k in (0, 1)),
                )
            )
    rows.append(("no deal", *d))
    if context.signed is not None:
        rows.append(("the signed deal", *(float(u) for u in context.signed.utility)))
    return Table(
        ("talks", *(context.name(p) for p in game.players)),
        tuple(rows),
        "What talks would settle on, utilities in stakes.",
        rules=frozenset({len(rows) - (2 if context.signed is not None else 1)}),
    )


def first_move(context: Any, game: Any, found: Any) -> str:
    """What proposing first is worth to each side."""
    a, b = game.players
    gain_a = float(found[f"offer.{a}.{a}"] - found[f"offer.{b}.{a}"])
    gain_b = float(found[f"offer.{b}.{b}"] - found[f"offer.{a}.{b}"])
    return (
        f"To propose first is worth {number(gain_a)} stakes to {context.name(a)} and "
        f"{number(gain_b)} to {context.name(b)}."
    )


def walking_out(context: Any, game: Any, found: Any) -> str:
    """Whether an outside option binds, and by how much it would have to rise."""
    parts = []
    for party in game.players:
        gap = float(found[f"binds.{party}"])
        if not np.isfinite(gap):
            parts.append(f"{context.name(party)} cannot walk out")
        elif gap > 0:
            parts.append(
                f"{context.name(party)}'s outside option decides: it exceeds the worth of staying "
                f"by {number(gap)} stakes"
            )
        else:
            parts.append(
                f"{context.name(party)}'s does not: walking out would have to be worth "
                f"{number(-gap)} stakes more to it before the deal moved"
            )
    return (
        "An outside option moves nothing until it binds (Binmore, Shaked and Sutton 1989): "
        + "; ".join(parts)
        + "."
    )


def meanwhile(context: Any, game: Any) -> str:
    """What levers cost while the talks go on, and what the deal would be without them."""
    case = context.case.floats()
    burden = inside_flow(case)
    names = [context.names[n] for n in case.on_table() if "inside_flow" in case.levers[n].enters]
    if not names or not any(float(burden[p]) for p in game.players):
        return "No lever works while the talks go on: waiting costs only time."
    flow = np.array(
        [(1 - float(game.discount[k])) * float(burden[p]) for k, p in enumerate(game.players)]
    )
    without = replace(game, inside=np.asarray(game.inside) + flow)
    shift = game.first_payoffs() - without.first_payoffs()
    clock = context.case.case.clock.talks
    return (
        f"While the talks go on, {shared.listed(names)} "
        f"{'is' if len(names) == 1 else 'are'} expected to cost "
        + " and ".join(
            f"{context.name(p)} {number(float(flow[k]))}" for k, p in enumerate(game.players)
        )
        + f" stakes a {clock}. An inside option moves the deal at once (Muthoo 1999): by that "
        + " and ".join(
            f"{context.name(p)} {'gains' if shift[k] >= 0 else 'loses'} "
            f"{number(abs(float(shift[k])))}"
            for k, p in enumerate(game.players)
        )
        + " stakes."
    )


def _periods(context: Any) -> int:
    value = context.case.get("quantity.deadline")
    return int(value) if value is not None and int(value) == value and 1 <= value <= 400 else 0


def _deadline(context: Any, form: Any, game: Any) -> list[Block]:
    """The payoff of the first proposer by the number of proposals before the deadline."""
    counts = list(range(1, 17))
    series = {}
    for q in game.players:
        k = game.players.index(q)
        series[f"{context.name(q)}, when it proposes first"] = [
            float(replace(game, periods=t, first=q).first_payoffs()[k]) for t in counts
        ]
    periods = _periods(context)
    return [
        Figure(
            figures.curve(
                counts,
                series,
                x_label=f"proposals before the deadline (one a {context.case.case.clock.talks})",
                y_label="gain over no deal (stakes)",
                marks=[(periods, "deadline in the file")] if periods else [],
            ),
            "Payoff of each side when it proposes first, by the number of proposals left.",
            "A near deadline favours whoever makes the last proposal; the more proposals are left, "
            "the less it matters.",
        )
    ]


def _outside_figure(context: Any, game: Any, found: Any) -> list[Block]:
    """Payoffs along the outside option of the side that waits less well."""
    k = int(np.argmin([float(x) for x in game.discount]))
    who = game.players[k]
    top = float(game.frontier[:, k].max())
    binding = float(game.outside[k]) - float(found[f"binds.{who}"])
    options = np.unique(np.append(np.linspace(0, top, 121), np.clip(binding, 0, top)))
    outside = np.full((len(options), 2), -np.inf)
    outside[:, 1 - k] = float(game.outside[1 - k])
    outside[:, k] = options
    shape = (len(options), *game.frontier.shape)
    wide = replace(
        game, outside=outside, left=outside, frontier=np.broadcast_to(game.frontier, shape)
    )
    paid = wide.first_payoffs()
    return [
        Figure(
            figures.curve(
                options.tolist(),
                {context.name(p): paid[:, j].tolist() for j, p in enumerate(game.players)},
                x_label=f"what walking out would pay {context.name(who)}, over no deal (stakes)",
                y_label="gain over no deal (stakes)",
                base=float(game.outside[k]),
                marks=[(binding, "binds")] if 0 <= binding <= top else [],
            ),
            f"Payoffs along the outside option of {context.name(who)}.",
            f"{context.name(who)}'s outside option changes nothing until it binds, at "
            f"{number(binding)}; then it is what it gets.",
        )
    ]


def thresholds(context: Any, game: Any, found: Any) -> list[str]:
    """The patience at which each side would get what it signed."""
    if context.signed is None:
        return []
    return [
        patience_for(
            context,
            game,
            k,
            float(context.signed.utility[k])
            - float(found[f"utility.{party}"])
            + float(found[f"payoff.{party}"]),
        )
        for k, party in enumerate(game.players)
    ]


def patience_for(context: Any, game: Any, k: int, gain: float) -> str:
    """From which discount factor on a side would gain so much over no deal, in a sentence.

    The worth of talking for ever is held fixed, so that its share of a period moves with patience.
    """
    low, high = 0.5, 0.999
    grid = np.linspace(low, high, 129)
    who, what = context.name(game.players[k]), "at least what it signed"
    base = float(game.discount[k])
    for _ in range(3):
        enough = _gain_over(game, k, grid) >= gain
        if enough.all() or not enough.any():
            where = "however patient" if enough.all() else "at no patience"
            return (
                f"{who} would get {what} {where}: nothing changes between discount factors of "
                f"{number(low, 2)} and {number(high)}."
            )
        at = int(np.flatnonzero(enough[1:] != enough[:-1])[0])
        rises = bool(enough[-1])
        grid = np.linspace(grid[at], grid[at + 1], 129)
    return (
        f"{who} would get {what} if its discount factor were {'above' if rises else 'below'} "
        f"{number(float(grid.mean()))}; it is {number(base)}."
    )


def _gain_over(game: Any, k: int, patience: Any) -> Any:
    """Gain of party k over no deal at each discount factor of its own."""
    n = len(patience)
    discount = np.tile(np.asarray(game.discount, dtype=float), (n, 1))
    inside = np.tile(np.asarray(game.inside, dtype=float), (n, 1))
    if discount[0, k] < 1:
        inside[:, k] *= (1 - patience) / (1 - discount[0, k])
    discount[:, k] = patience
    frontier = np.broadcast_to(game.frontier, (n, *game.frontier.shape))
    return replace(game, discount=discount, inside=inside, frontier=frontier).first_payoffs()[:, k]


def _ratifiers(context: Any) -> list[Block]:
    """Win-sets of both sides, where the file says what must be ratified at home."""
    game, _ = shared.attempt(lambda: declare.load("compiles", "two_level")(context.case))
    if game is None:
        return []
    names = tuple(context.name(p) for p in game.players)
    margin = float(game.agreement_margin)
    a = names[0]
    if margin < 0:
        text = (
            f"No share can be ratified by both: the win-sets miss each other by {number(-margin)}."
        )
    else:
        text = f"Both can ratify shares of {a} over a width of {number(margin)}. "
        text += (
            f"{a}'s ratifiers bind and raise its share by {number(float(game.schelling_gain))}, "
            "as Schelling conjectured."
            if float(game.binds) > 0
            else f"{a}'s ratifiers do not bind: its minimum would have to rise by "
            f"{number(-float(game.binds))} before it moved the deal, and beyond "
            f"{number(float(game.high))} no deal could be ratified."
        )
    if context.case.has(f"quantity.ratify_{game.players[0]}") and context.case.uncertain():
        from negotiate.whatif import metric

        drawn = metric.evaluate(_draws(context), ["two_level.agreement_margin"])
        share = float(np.mean(drawn["two_level.agreement_margin"] >= 0))
        text += f" Over the draws the win-sets overlap in {percent(share, 1)}."
    return [
        Heading("What can be ratified at home"),
        Paragraph(text),
        Figure(
            two_level.win_sets(game, names=names),
            "Win-sets of both sides on the prize.",
            "Shares of one divisible prize that each side can ratify at home, and those that both "
            "can (Putnam 1988).",
        ),
    ]


def _draws(context: Any) -> Any:
    from negotiate.whatif.study import case as cases

    return cases.draw(context.case, min(context.draws, 4000), seed=context.seed)
