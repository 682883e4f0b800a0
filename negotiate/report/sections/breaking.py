"""Where conclusions break: thresholds as distributions, the phase diagram, boxes and trees."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from negotiate.declare import section
from negotiate.drawing.text import percent
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table
from negotiate.whatif.views import answer as view
from negotiate.whatif.views import phase as phase_view


def applies(context: Any) -> bool:
    """Where two principals hold levers against one another."""
    return bool(context.two and context.questions.held and context.case.uncertain())


@section("breaking", title="Where it breaks", order=74, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Thresholds over draws, the pair of threats over two costs, boxes of failing conclusions."""
    return [*_thresholds(context), *_phase(context), *_regions(context)]


def _thresholds(context: Any) -> list[Block]:
    from negotiate.report.questions import PER_THRESHOLD
    from negotiate.whatif.questions import ask

    asked, case = context.questions, context.case
    draws = min(asked.draws, PER_THRESHOLD)
    rows, widest = [], None
    for lever in asked.held:
        target = next(t for t in case.levers[lever].targets if t in case.principals)
        answer = ask.threshold(
            case,
            f"lever.{lever}.cost.{target}",
            f"threats.advantage.{lever}",
            "> 0",
            low=0.0,
            high=1.0,
            draws=draws,
            seed=asked.seed,
        )
        low, middle, high = answer.quantiles()
        size = len(answer.values)
        rows.append(
            (
                case.levers[lever].name,
                context.name(target),
                float(case.value(f"lever.{lever}.cost.{target}")),
                low,
                middle,
                high,
                *(percent(n / size, 1) for n in (answer.found.size, answer.always, answer.never)),
            )
        )
        if answer.found.size and (widest is None or answer.found.size > widest.found.size):
            widest = answer
    out: list[Block] = [
        Heading("Thresholds, draw by draw"),
        Paragraph(
            f"For each of {draws:,} draws of everything else, the cost to the target above which "
            "it pays its holder to threaten a lever."
        ),
        Table(
            (
                "lever",
                "target",
                "in the file",
                "5 %",
                "median",
                "95 %",
                "found in",
                "pays anyway",
                "never pays",
            ),
            tuple(rows),
            "Cost to the target, in stakes, at which a lever begins to pay; shares of draws in "
            "which there is such a cost between 0 and 1.",
            align="llrrrrrrr",
            digits=3,
        ),
    ]
    if widest is not None:
        out.append(Paragraph(widest.said()))
        out.append(
            Figure(
                view.figure(widest),
                "Histogram of one threshold over the draws.",
                "Spread of the threshold of " + asked.names[widest.path] + ".",
            )
        )
    return out


def _phase(context: Any) -> list[Block]:
    """The pair of threats over the two costs, of levers near their thresholds, that divide most."""
    from negotiate.whatif import metric
    from negotiate.whatif.questions.phase import phase

    asked, case = context.questions, context.case
    known = [
        f"lever.{lever}.cost.{target}"
        for lever in asked.held
        for target in case.levers[lever].targets
        if target in case.principals
    ]
    ranged = [p for p in known if (q := case.quantities.get(p)) is not None and q.low is not None]
    if len(ranged) < 2:
        return []
    margins = metric.evaluate(
        case.floats(), [f"threats.advantage.{p.split('.')[1]}" for p in ranged]
    )
    nearest = [p for _, p in sorted(zip((abs(float(v)) for v in margins.values()), ranged))][:4]
    coarse = [
        phase(case, a, b, "threats.profile", grid=17, halvings=0)
        for a, b in itertools.combinations(nearest, 2)
    ]
    richest = max(coarse, key=lambda found: (len(found.labels), -max(found.shares)))
    x, y = richest.x, richest.y
    pair = phase(case, x, y, "threats.profile")
    spoken = [label.replace("_", " ").replace(" | ", " against ") for label in pair.labels]
    pair = replace(pair, labels=tuple(spoken))
    out: list[Block] = [
        Heading("Over two quantities at once"),
        Paragraph(pair.sentence()),
        Figure(
            phase_view.figure(pair),
            "Which pair of threats is rational over two costs.",
            f"The rational pair of threats, levers by their ids, those of "
            f"{context.name(case.principals[0])} first, over the two costs that change it "
            "most; the diamond is the case.",
        ),
    ]
    if case.signed_deal:
        out += _acceptable(context)
    return out


def _acceptable(context: Any) -> list[Block]:
    """Which deals would have stood, over the two issues that weigh most, exactly."""
    from negotiate.whatif import metric
    from negotiate.whatif.questions.phase import phase

    case = context.case
    weight = {
        issue.id: sum(float(case.weight(party, issue.id)) for party in case.principals)
        for issue in case.issues.values()
        if issue.is_interval
    }
    first = sorted(weight, key=lambda key: -weight[key])[:2]
    if len(first) < 2:
        return []
    x, y = (f"deal.{case.signed_deal}.{issue}" for issue in first)
    found = phase(case, x, y, "deal.margin.least", "> 0", x_range=(0.0, 1.0), y_range=(0.0, 1.0))
    out: list[Block] = [Paragraph(found.sentence())]
    asked = "both sides gain"
    if len(found.labels) == 1:
        half = round(metric.number(case, "deal.margin.least") / 2, 3)
        found = phase(
            case, x, y, "deal.margin.least", f"> {half}", x_range=(0.0, 1.0), y_range=(0.0, 1.0)
        )
        asked = "both sides gain at least half of what the smaller margin is now"
        out.append(Paragraph(found.sentence()))
    if len(found.labels) > 1:
        out.append(
            Figure(
                phase_view.figure(found),
                f"For which deals {asked}.",
                f"Whether {asked}, over the two issues that weigh most, the other terms as "
                "signed and every lever on the table threatened.",
            )
        )
    equations = phase_view.equations(found)
    if equations:
        out.append(Paragraph("Exact boundary: " + "; ".join(equations) + "."))
    return out


def _regions(context: Any) -> list[Block]:
    from negotiate.report.questions import PER_TREE

    asked = context.questions
    out: list[Block] = [Heading("Combinations in which a conclusion fails")]
    sure = [item for item in asked.stated if item not in asked.open_claims]
    for item in sure:
        share = float(asked.holds(item).mean())
        out.append(
            Paragraph(
                f"“{item.text or item.id}” holds in {percent(share, 1)} of "
                f"{asked.draws:,} draws: there is no region of failure to find."
            )
        )
    for item in asked.open_claims:
        found = asked.box(item)
        box = found.box()
        out.append(Paragraph(found.said()))
        if box.limits:
            out.append(
                Figure(
                    view.figure(box),
                    "Limits of the box on each quantity's own range.",
                    f"The box in which “{item.text or item.id}” fails most often.",
                )
            )
        out.append(
            Figure(
                view.draw(found, found.tradeoff()),
                "Density against coverage of the boxes.",
                "Peeling trajectory from everything (right) to the densest box (left).",
            )
        )
        steps = found.records()
        every = max(1, len(steps) // 8)
        shown = [row for i, row in enumerate(steps) if i % every == 0 or i == found.chosen]
        out.append(
            Table(
                ("box", "coverage", "density", "support", "limited inputs"),
                tuple(tuple(row.values()) for row in shown),
                "Peeling trajectory: coverage is the share of all failures in the box, density "
                f"the share of failures among its draws; box {found.chosen} is shown.",
                strong=frozenset(i for i, row in enumerate(shown) if row["box"] == found.chosen),
            )
        )
        tree = asked.tree(item)
        out += [
            Paragraph(
                f"A classification tree of {min(asked.draws, PER_TREE):,} draws says: "
                + tree.said()
            ),
        ]
    return out
