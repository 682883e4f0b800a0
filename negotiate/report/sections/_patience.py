"""How patient each side must be to keep the deal: levers that punish, monitors that err."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table
from negotiate.report.sections import _crisis as shared
from negotiate.report.sections._crisis import draws_of
from negotiate.tolerance import UTILITY


def blocks(context: Any) -> tuple[list[Block], str]:
    game, reason = shared.attempt(lambda: declare.load("compiles", "enforcement")(context.case))
    if game is None:
        return [], reason
    drawn, _ = shared.attempt(lambda: shared.measured(draws_of(context), "enforcement"))
    named = replace(game, players=tuple(context.name(p) for p in game.players))
    out: list[Block] = [
        Heading("How patient must they be?"),
        Paragraph(
            "A side keeps the deal if what it could take by a violation is worth less than what "
            "the answer costs it: the deal suspended, and the other side's levers. The critical "
            "discount factor is the least weight on the next period at which that is so; it takes "
            "missed violations and false alarms into account (Friedman 1971; Green and Porter "
            "1984). " + patience(context, game)
        ),
        _table(context, game),
        Figure(
            named.figure(),
            "Critical discount factor and discount factor of each side.",
            "Patience each side has, and the patience that keeping the deal takes.",
        ),
        Paragraph(weakest(context, game, drawn)),
    ]
    credible = levers(context, game)
    if credible:
        out.append(Paragraph(credible))
    out += _what_sustains(context)
    out += shared.whatif_table(
        context,
        {f"enforcement.critical_discount.{p}": f"critical, {context.name(p)}" for p in game.players}
        | {"enforcement.margin": "smaller margin (stakes)"},
        "Critical discount factors under the scenarios.",
        shown=lambda name, value: (
            number(float(value), 4) if name.endswith("margin") else _factor(float(value))
        ),
    )
    lines = [line for p in game.players for line in _turns(context, p)]
    if lines:
        out.append(Paragraph(" ".join(lines)))
    return out, ""


def patience(context: Any, game: Any) -> str:
    """Whether each side is patient enough, in sentences made from the numbers."""
    parts = []
    for party, own, need in zip(
        game.players, game.discount.tolist(), game.critical().tolist(), strict=True
    ):
        name, own, need = context.name(party), float(own), float(need)
        if need == 0:
            parts.append(f"A violation does not pay {name} even at once.")
        elif need >= 1:
            parts.append(f"No patience is enough for {name}: the answer is too weak to deter it.")
        else:
            parts.append(
                f"{name} needs {number(need)} and has {number(own)}"
                + (", so it keeps the deal." if own >= need else ", so it would violate it.")
            )
    text = f"The rule is: {game.punishment.name}. " + " ".join(parts)
    if not context.case.has("quantity.horizon"):
        text += (
            " The file gives no horizon over which the deal's worth is spread, so that its worth "
            "is read as that of every period."
        )
    return text


def _table(context: Any, game: Any) -> Table:
    enforcement = declare.file_of("enforcement")
    own = enforcement.rule(context.case)
    rules = {
        "as in the file": own,
        "for ever": enforcement.GRIM,
        "only the clause violated": enforcement.proportional(own.periods),
    }
    games = {
        words: game if rule == own else enforcement.from_case(context.case, punishment=rule)
        for words, rule in rules.items()
    }
    bare = shared.measured(context.case, "repeated")
    rows = []
    for i, party in enumerate(game.players):
        rows.append(
            (
                context.name(party),
                number(float(game.discount[i])),
                *(_factor(float(g.critical()[i])) for g in games.values()),
                _factor(float(bare[f"critical_discount.{party}"])),
                number(float(game.margin()[i]), 4),
            )
        )
    return Table(
        ("side", "has", *rules, "no lever, all seen", "margin"),
        tuple(rows),
        "Discount factors: the one each side has, and the least at which it keeps the deal under "
        f"several answers to a violation ({game.punishment.name} in the file).",
        align="lrrrrrr",
        note="Margin: worth of keeping the deal less that of the best violation, in stakes per "
        "period. The last but one column is the benchmark without levers, missed violations and "
        "false alarms, no deal for ever after a violation.",
    )


def _factor(value: float) -> str:
    return "none is enough" if value >= 1 else number(value)


def weakest(context: Any, game: Any, drawn: Any) -> str:
    """The clause that gives way first, over the file's values and over the draws."""
    margins = game.margins()[:, : len(game.clauses)].astype(float)
    side, clause = np.unravel_index(int(margins.argmin()), margins.shape)
    name = context.case.issues[game.clauses[int(clause)]].name
    text = (
        f"The weakest clause is “{name}”: of all violations of a single clause, one by "
        f"{context.name(game.players[int(side)])} there leaves the smallest margin, "
        f"{number(float(margins.min()), 4)} stakes per period. "
    )
    if drawn is not None:
        count = int(np.size(drawn["weakest_clause"]))
        shares = shared.shares(drawn["weakest_clause"])
        text += (
            f"Over {count:,} draws it is "
            + shared.listed(
                [f"“{context.case.issues[label].name}” in {share}" for label, share in shares[:3]]
            )
            + ". "
        )
        for party in game.players:
            enough = float(np.mean(drawn[f"patience.{party}"] >= 0))
            text += f"{context.name(party)} is patient enough in {percent(enough)} of them. "
    return text.rstrip()


def levers(context: Any, game: Any) -> str:
    """Whether the sides would carry their own levers out, and what is left without them."""
    idle = [
        context.name(p)
        for i, p in enumerate(game.players)
        if float(game.punisher_margin()[i]) < 0 and float(game.lever_cost[i]) > 0
    ]
    if not idle:
        return ""
    bare = context.case
    for name in bare.on_table():
        if "punishment" in bare.levers[name].enters:
            bare = bare.with_value(f"lever.{name}.available", False)
    needs = declare.load("compiles", "enforcement")(bare).critical()
    enough = []
    for party, need in zip(game.players, needs.tolist(), strict=True):
        name, need = context.name(party), float(need)
        enough.append(
            f"no patience is enough for {name}" if need >= 1 else f"{name} needs {number(need)}"
        )
    return (
        f"The levers are not credible by themselves: in a suspension {shared.listed(idle)} would "
        f"{'each ' if len(idle) > 1 else ''}rather save the cost of using them, were a suspension "
        f"without levers all that followed. With no lever used in a suspension: "
        f"{'; '.join(enough)}."
    )


def _what_sustains(context: Any) -> list[Block]:
    """The payoffs that patience sustains in the game without levers, all seen."""
    module = declare.file_of("repeated")
    game, _ = shared.attempt(lambda: declare.load("compiles", "repeated")(context.case))
    if game is None:
        return []
    common = module.at_common_discount(game)
    found = declare.concept_named("sustainable_payoffs")(common)
    kept = tuple(
        float(v) for v in game.stage.payoff(dict.fromkeys(game.players, "honour")).values()
    )
    able = any(
        max(abs(float(a) - b) for a, b in zip(point.payoffs.values(), kept, strict=True)) <= UTILITY
        for point in found.points
    )
    delta = number(float(min(game.discount.values())))
    labels = {p: context.name(p) for p in game.players}
    stage = game.stage
    from negotiate.strategic.game import StrategicGame

    renamed = StrategicGame(
        tuple(labels.values()),
        {labels[p]: stage.strategies[p] for p in stage.players},
        stage.payoffs,
        stage.title,
    )
    shown = type(game)(renamed, {labels[p]: d for p, d in game.discount.items()})
    return [
        Figure(
            shown.figure(),
            "Average payoffs that equilibria of the repeated deal sustain.",
            f"Without levers and with everything seen, at a common discount factor of {delta} (the "
            "less patient side's): all feasible average payoffs, and those that some equilibrium "
            "sustains (Abreu and Sannikov 2014). The kept deal is "
            f"{'among' if able else 'not among'} them.",
        )
    ]


def _turns(context: Any, party: str) -> list[str]:
    """Thresholds of a side's patience along temptation and detection."""
    case = context.case
    out = []
    for path, low, high in (
        (f"quantity.violation_share_{party}", 0.0, 0.5),
        ("quantity.detection", None, 1.0),
    ):
        if not case.has(path) or isinstance(case.stated[path].value, str):
            continue
        least = float(case.get("quantity.false_alarm", 0)) if low is None else low
        make = functools.partial(
            shared.turning,
            case,
            path,
            f"enforcement.patience.{party}",
            condition=">= 0",
            low=least,
            high=high,
            what=f"{context.name(party)} is patient enough",
        )
        text, _ = shared.attempt(make)
        if text:
            out.append(text)
    return out
