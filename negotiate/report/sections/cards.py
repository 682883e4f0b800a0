"""Chapter 3: one card for each lever, from the facts to what history did with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.case.slots.expected import expected_use
from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.errors import NegotiateError
from negotiate.report import history
from negotiate.report.blocks import Block, Cite, Definitions, Heading, Paragraph, Text
from negotiate.report.sections.brief import tipping
from negotiate.report.tell import interval, listed, nothing, stakes

FACTS = 4
"""Most facts cited on a card."""


@section("cards", title="Leverage", order=4, length="standard")
def blocks(context: Any) -> list[Block]:
    """A sentence on how to read the cards, and the cards."""
    case = context.case
    if not case.levers:
        return [Paragraph(nothing("No lever is in the file", "[[lever]] with its costs"))]
    out: list[Block] = [
        Paragraph(
            "Room is what a lever adds to the gain that all can have at once by a deal; split is "
            "how far it moves the terms, in parts of an issue's range. Both: median and 90 % "
            "interval, the same draws with the lever and without."
        )
    ]
    if not context.two:
        out.append(
            Paragraph(
                "Which threats would be made is solved for two sides only; here there are "
                f"{len(case.principals)}, and every lever is taken as used."
            )
        )
    if not case.case.observed:
        out.append(Paragraph(nothing("What history did is not in the file", "[[observed]]")))
    played = players(context)
    for name, lever in case.levers.items():
        out.append(Heading(lever.name.split(":")[0], 2))
        out.append(Definitions(tuple(card(context, name, played.get(name)))))
    moves = [item for item in case.case.observed if item.move]
    if moves:
        out.append(Heading("Other moves", 2))
        out.append(
            Definitions(
                tuple((item.move, (f"{_dated(item)}{item.text}", *_cites(item))) for item in moves)
            )
        )
    return out


def players(context: Any) -> dict[str, tuple[float, float, float]]:
    """Lever of the threat game to what it takes, what it costs, what using it brings; stakes."""
    if not context.two:
        return {}
    game, out, place = context.threats, {}, 0
    gains = context.threat_solution[0].facts["advantage"] if len(context.threat_solution) else {}
    for side, levers in enumerate(game.levers):
        for lever in levers:
            hurt, cost = (-float(game.effects[place][p]) for p in (1 - side, side))
            place += 1
            out[lever] = (hurt, cost, float(gains.get(lever, 0.0)))
    return out


def card(
    context: Any, name: str, played: tuple[float, float, float] | None
) -> list[tuple[Text, Text]]:
    """The rows of one card; a row that the file has nothing for is left out."""
    case, lever = context.case, context.case.levers[name]
    rows: list[tuple[Text, Text]] = []
    fact = _facts(case, lever)
    if fact:
        rows.append(("Facts", fact))
    rows.append(("Numbers", numbers(context, name)))
    if played is not None:
        used = float(np.mean(context.drawn[f"threats.used.{name}"]))
        rows.append(("In theory", theory(*played, name in context.used, used)))
    effect = context.questions.lever_effects.get(name)
    if effect is not None and effect.room is not None and any(map(abs, effect.room)):
        split = f"; split {_share(effect.split)}" if effect.split is not None else ""
        rows.append(("Room and split", f"Room {interval(effect.room)} stakes{split}."))
    seen = history.of_lever(case, name)
    if seen is not None:
        did = {"used": "Used", "threatened": "Threatened", "not used": "Not used"}[seen.use]
        rows.append(("History", (f"{did}. {_dated(seen)}{seen.text}", *_cites(seen))))
    for item in context.questions.stated:
        if item.metric.rpartition(".")[2] == name:
            rows.append(
                ("Claim of the file", claim(item.text, *context.questions.claimed[item.id]))
            )
    return rows


def _share(triple: tuple[float, float, float]) -> str:
    low, middle, high = triple
    if low == high:
        return percent(middle)
    return f"{percent(middle)} ({percent(low)} to {percent(high)})"


def _dated(item: Any) -> str:
    return f"{item.date}: " if item.date else ""


def _cites(item: Any) -> tuple[Any, ...]:
    return (" ", Cite(*item.source)) if item.source else ()


def _facts(case: Any, lever: Any) -> Text:
    note = " ".join(lever.note.split())
    known = {fact.id for fact in case.case.fact}
    facts = tuple(key for key in lever.facts if key in known)[:FACTS]
    if not facts:
        return note
    return (f"{note} " if note else "Rests on ", Cite(*facts), "." if not note else "")


def numbers(context: Any, name: str) -> str:
    """What the lever costs whom and how surely it is carried out, with ranges."""
    case, lever = context.case, context.case.levers[name]
    paid: list[str] = []
    worth: list[str] = []
    for party in (*(p for p in lever.cost if p != lever.holder), lever.holder):
        path = f"lever.{name}.cost.{party}"
        if case.has(path):
            who = context.name(party) + (", its holder," if party == lever.holder else "")
            value = float(case.value(path))
            (worth if value < 0 else paid).append(f"{who} {_amount(case, path)}")
    parts = [f"costs {listed(paid)}"] if paid else []
    parts += [f"gives {listed(worth)}"] if worth else []
    text = f"It {listed(parts)}." if parts else "It costs nobody anything in the file."
    if lever.credibility and "disagreement" in lever.enters:
        try:
            chance = float(expected_use(case, name, "stated"))
        except NegotiateError:
            return text
        text += f" Carried out if talks fail: {percent(chance)}."
    return text


def _amount(case: Any, path: str) -> str:
    amount = case.quantities.get(path)
    low, high = (getattr(amount, end, None) for end in ("low", "high"))
    text = stakes(float(case.value(path)))
    if low is None or high is None:
        return text
    a, b = sorted((abs(float(low)), abs(float(high))))
    return f"{text} ({number(a, 2)} to {number(b, 2)})"


def theory(hurt: float, cost: float, gain: float, used: bool, share: float) -> str:
    """Used or idle and why, in a sentence; where that tips, and the draws beyond it."""
    takes = (
        f"it takes {stakes(hurt)} from the other side's fallback and {stakes(cost, unit=False)} "
        "from its holder's"
    )
    if used:
        text = f"Used: {takes}, and better terms are worth it."
    elif hurt <= 0:
        text = f"Idle: it takes nothing from the other side and costs its holder {stakes(cost)}."
    else:
        text = f"Idle: {takes}, more than better terms bring."
    tip = tipping(hurt, cost, gain)
    if tip is not None:
        turns = "stops to pay below" if used else "would pay above"
        text += f" It {turns} {stakes(tip)} taken"
        beyond = 1 - share if used else share
        return f"{text}; {_draws(beyond)} of draws lie beyond."
    return f"{text} It is used in {_draws(share)} of draws."


def _draws(share: float) -> str:
    return percent(share) if share > 0 else "none"


def claim(text: str, share: float, at_values: bool) -> str:
    """A claim of the file, right or wrong at its values, and how often over the draws."""
    verdict = "Right" if at_values else "Wrong"
    told = text.strip().rstrip(".")
    return f"“{told}.” {verdict} at the file's values; it holds in {percent(share)} of draws."
