"""Without each lever: the same draws with one lever off the table."""

from __future__ import annotations

import re
from typing import Any

from negotiate.declare import section
from negotiate.drawing.text import percent
from negotiate.report.blocks import Block, Figure, Paragraph, Table
from negotiate.whatif.views import answer as view


def applies(context: Any) -> bool:
    """Where two principals hold levers against one another."""
    return bool(context.two and context.questions.held)


@section("counterfactuals", title="Without each lever", order=55.5, applies=applies)
def blocks(context: Any) -> list[Block]:
    """One row a lever and metric; the histogram of the largest change."""
    from negotiate.report.questions import PAIRED
    from negotiate.whatif.questions.counterfactual import compare
    from negotiate.whatif.study import case as cases
    from negotiate.whatif.study.design import Sobol
    from negotiate.whatif.study.run import run_study

    asked = context.questions
    case = context.case
    space, base = cases.seam(case, [*asked.driven, "threats.profile"])
    evaluates: dict[str, Any] = {cases.BASE: base}
    for lever in asked.held:
        off = case.with_value(f"lever.{lever}.available", False)
        evaluates[lever] = cases.Evaluation(off, base.metrics)
    draws = min(asked.draws, PAIRED)
    study = run_study(space, evaluates, Sobol(draws, asked.seed), engine="threads", workers=2)
    known = asked.names | {lever: f"no {asked.names[lever]}" for lever in asked.held}
    rows: list[Any] = []
    rules: list[int] = []
    answers = []
    for metric in asked.driven:
        rules.append(len(rows))
        for lever in asked.held:
            answer = compare(study, metric, lever).named(known)
            record = answer.records()[0]
            answers.append((abs(record["median"]), metric == asked.headline, answer))
            rows.append(
                ("" if lever != asked.held[0] else asked.names[metric], asked.names[lever],
                 record["q05"], record["median"], record["q95"], percent(record["share up"]),
                 percent(record["share down"]), percent(record["sign flips"]))
            )  # fmt: skip
    largest = max((a for a in answers if a[1]), key=lambda a: a[0])[2]
    return [
        Paragraph(
            f"Each lever in turn is taken off the table and the game solved again on the same "
            f"{draws:,} draws, so that the difference is due to the lever alone."
        ),
        Paragraph(largest.said()),
        Paragraph(_profiles(context, compare(study, "threats.profile", largest.changed)
                            .named(known).said())),
        Table(("answer", "without", "5 %", "median", "95 %", "rises in", "falls in", "sign flips"),
              tuple(rows), "Change of each answer, draw by draw, when a lever is taken away; the "
              "last three columns are shares of draws.", align="llrrrrrr",
              rules=frozenset(rules[1:])),
        Figure(view.figure(largest), "Histogram of the largest change, draw by draw.",
               f"What taking away {asked.names[largest.changed]} does to "
               f"{asked.names[largest.metric]}, draw by draw."),
    ]  # fmt: skip


def _profiles(context: Any, text: str) -> str:
    """The quoted pairs of threats with names for ids."""
    return re.sub(r"'([^']* \| [^']*)'", lambda m: f"“{context.profile(m[1])}”", text)
