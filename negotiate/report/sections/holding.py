"""Chapter 5: will it hold, with bands over the draws, the base rate and what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.coalitions.spoilers import from_case as outsiders
from negotiate.coalitions.spoilers import outsiders_of
from negotiate.declare import section
from negotiate.drawing.text import percent
from negotiate.dynamic.views import durability as view
from negotiate.errors import NegotiateError
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.report.sections import _crisis as shared
from negotiate.report.sections import _lasting
from negotiate.report.tell import about, listed, nothing, spread, stakes

DAYS_A_MONTH = 365.25 / 12


@section("holding", title="Will it hold?", order=6, length="standard")
def blocks(context: Any) -> list[Block]:
    """The curve, the months of each device, the clause and the spoiler."""
    if not context.case.judged_deal:
        return [Paragraph(nothing("No deal is in the file", "[[deal]] with its terms"))]
    if not context.two:
        return [
            Paragraph(
                "How long the deal lasts is solved for two sides only; here there are "
                f"{len(context.case.principals)}."
            )
        ]
    out: list[Block] = [*_curve(context)]
    answers = both_answers(context)
    if answers:
        out.append(Paragraph(answers))
    out += _devices(context)
    out += [Paragraph(line) for line in (clause(context), spoiler(context)) if line]
    return out


def _curve(context: Any) -> list[Block]:
    """The chance of holding over the draws, beside base rates and the observed day."""
    lasting = context.questions.lasting
    chain, reason = shared.attempt(
        lambda: declare.load("compiles", "durability")(shared.draws_of(context))
    )
    if chain is None:
        return [Paragraph(f"How long the deal lasts is not computed: {reason.rstrip('.')}.")]
    clock = context.case.case.clock.deal
    events, seen = [], context.case.setting("durability", "observed")
    if clock == "month" and isinstance(seen, Mapping) and "days" in seen:
        days = float(seen["days"])
        events.append((days / DAYS_A_MONTH, f"held {days:,.0f} days"))
    out: list[Block] = []
    finding = "The chance that the deal still holds"
    if lasting is not None:
        middle = lasting[1]
        out.append(Paragraph(holds(lasting, context.questions.base_rate, clock)))
        finding = f"After twelve {clock}s the deal still holds with a chance of {percent(middle)}"
    figure, _ = shared.attempt(lambda: view.curves({"the deal": chain}, events=tuple(events)))
    if figure is not None:
        out.append(
            Figure(
                figure,
                f"{finding}: curve over the months with its 90 % band and observed shares.",
                f"{finding}. Median and 90 % of draws; diamonds: UCDP agreements with a ceasefire "
                "clause.",
            )
        )
    return out


def holds(lasting: tuple[float, float, float], base: float | None, clock: str) -> str:
    """The chance of a year, beside the base rate."""
    low, middle, high = lasting
    text = (
        f"The deal holds for twelve {clock}s with a chance of {percent(middle)} (90 % of draws: "
        f"{percent(low)} to {percent(high)})"
    )
    if base is None:
        return text + "."
    if abs(middle - base) < 0.01:
        return f"{text}, as {percent(base)} of agreements with a ceasefire clause did."
    word = "less" if middle < base else "more"
    return (
        f"{text}: {word} than the {percent(base)} of agreements with a ceasefire clause that did."
    )


def both_answers(context: Any) -> str:
    """Why patience and time answer "does each side keep it?" differently, in one sentence."""
    principals = context.case.principals
    drawn = shared.draws_of(context)
    keeps = [f"enforcement.patience.{p}" for p in principals]
    honours = [f"durability.honours.{p}" for p in principals]
    patient, _ = shared.attempt(lambda: _shares(drawn, keeps, lambda v: v >= 0))
    honest, _ = shared.attempt(lambda: _shares(drawn, honours, lambda v: v))
    if patient is None and honest is None:
        return ""
    names = [context.name(p) for p in principals]
    if patient is None or honest is None:
        told, word = (patient, "is patient enough") if honest is None else (honest, "honours it")
        return f"{listed([f'{n} {word} in {percent(x)} of draws' for n, x in zip(names, told)])}."
    return two_models(names, patient, honest)


def two_models(names: list[str], patient: list[float], honest: list[float]) -> str:
    """Two models, two answers: the sentence that says why, or that they agree.

    >>> two_models(["A", "B"], [1.0, 1.0], [0.99, 1.0]).startswith("Two models agree")
    True
    """
    one = listed([f"{n} in {percent(x)}" for n, x in zip(names, patient)])
    two = listed([f"{n} in {percent(x)}" for n, x in zip(names, honest)])
    if max(abs(a - b) for a, b in zip(patient, honest)) < 0.1:
        return (
            f"Two models agree on who keeps the deal: if a violation is sure to be answered, {one} "
            f"of draws; if an answer must pay when it is due, {two}."
        )
    return (
        "Who keeps the deal depends on whether a violation is sure to be answered. If the whole "
        f"deal is suspended after every violation that is seen, it is kept by {one} of draws; if "
        "an answer is given only when it pays at that moment, it is often not given, and the deal "
        f"is honoured by {two} of months: the two models differ in that promise alone to punish."
    )


def _shares(drawn: Any, names: list[str], read: Any) -> list[float]:
    from negotiate.whatif import metric

    found = metric.evaluate(drawn, names)
    out = []
    for name in names:
        values = np.asarray(found[name], dtype=float)
        out.append(float(np.mean(read(values[np.isfinite(values)]))))
    return out


def _devices(context: Any) -> list[Block]:
    """Months that each device adds, median and interval."""
    module = declare.file_of("durability")
    drawn, _ = shared.attempt(lambda: _lasting._drawn_time(context, module))
    if drawn is None:
        return []
    clock = context.case.case.clock.deal
    rows = []
    for device, words in _lasting._devices(context).items():
        told = spread(drawn[f"worth.{device}"])
        what = words.removeprefix("without ")
        name = f"{what} (lost to it)" if device == "no_spoiler" else what
        share = float(np.mean(np.asarray(drawn[f"worth.{device}"], dtype=float) > 0))
        if told is None:
            rows.append((name, "without end", "–", percent(share)))
            continue
        low, middle, high = told
        rows.append((name, about(_tidy(middle)), f"{about(_tidy(low))} to {about(_tidy(high))}",
                     percent(share)))  # fmt: skip
    if not rows:
        return []
    return [
        Table(
            ("device", f"{clock}s", "90 % of draws", "adds in"),
            tuple(rows),
            f"What keeps the deal: {clock}s that each device adds to the time it is expected to "
            "last, median of the draws in which that is finite.",
            align="lrrr",
        )
    ]


def _tidy(value: float) -> float:
    return 0.0 if abs(value) < 0.05 else value


def clause(context: Any) -> str:
    """The clause that tempts most."""
    found, _ = shared.attempt(
        lambda: shared.measured(context.case, "enforcement", ["weakest_clause", "margin"])
    )
    if found is None:
        return ""
    name = str(found["weakest_clause"])
    if name not in context.case.issues:
        return ""
    tempted = float(found["margin"]) < 0
    verdict = "breaking it alone pays" if tempted else "though breaking it alone does not pay"
    return f"The weakest clause is {context.case.issues[name].name}: {verdict}."


def spoiler(context: Any) -> str:
    """Who outside would rather have the deal broken."""
    case = context.case
    try:
        game = outsiders(case) if outsiders_of(case) else None
    except NegotiateError:
        return ""
    if game is None:
        return nothing("Nobody outside the deal is in the file", '[[party]] of role "third"')
    would = [p for p in game.players if game.spoils(p)]
    held = [p for p in game.players if not game.spoils(p) and float(game.gain(p)) > 0]
    parts = [
        f"{context.name(p)} gains {stakes(float(game.margin(p)))} by breaking the deal and would "
        "spoil it"
        for p in would
    ]
    parts += [
        f"{context.name(p)} would like it broken, but the levers of those who signed hold it back"
        for p in held
    ]
    if not parts:
        return f"Nobody outside wants it broken: {listed([context.name(p) for p in game.players])}."
    return f"{'; '.join(parts)}."
