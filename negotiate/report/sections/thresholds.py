"""At which values the answer changes: which levers are used, whether the deal is acceptable."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Figure, Heading, Paragraph, Table
from negotiate.strategic.maps import phase_diagram_view as phase
from negotiate.strategic.maps.equilibrium_map_view import formula
from negotiate.whatif.views import cells as view
from negotiate.whatif.words import words


def applies(context: Any) -> bool:
    """Where two principals hold levers."""
    return bool(context.two and context.case.levers)


@section("thresholds", title="Thresholds", order=70, applies=applies)
def blocks(context: Any) -> list[Block]:
    """For each lever its cost to a target from 0 to 1; the deal's margins; the exact map."""
    from negotiate.whatif.questions.cells import cells

    case = context.case
    rows = []
    out: list[Block] = []
    for name, lever in case.levers.items():
        target = next((t for t in lever.targets if t in case.principals), None)
        idle = "disagreement" not in lever.enters or not case.value(f"lever.{name}.available")
        if target is None or idle:
            continue
        found = cells(
            case,
            f"lever.{name}.cost.{target}",
            f"threats.used.{name}",
            condition=">= 0.5",
            low=0.0,
            high=1.0,
            points=129,
        )
        where = "; ".join(f"{c.below} to {c.above} at {c.at:.3f}" for c in found.changes)
        rows.append((lever.name, found.base, where or f"always {found.answers[0]}"))
        if not out and found.changes:
            out = [
                Figure(
                    view.figure(found),
                    f"Whether {lever.name} is used, along its cost.",
                    f"{lever.name}: is it threatened, as its cost to the target varies?",
                )
            ]
    blocks_: list[Block] = [
        Paragraph(
            "A lever is used where, at the slope of the deal, it costs the other side more "
            "than its holder. The table gives the cost to the target at which that changes, "
            "by a scan of 129 points and bisection."
        ),
        Table(
            ("lever", "cost in the file", "is it used? (cost to target from 0 to 1)"),
            tuple(rows),
            "Cost to the target at which a lever comes into use.",
        ),
        *out,
    ]
    if case.signed_deal:
        for party in case.principals:
            issue = max(case.issues, key=lambda i: float(case.weight(party, i)))
            path = f"deal.{case.signed_deal}.{issue}"
            if case.quantities[path].low is None:
                continue
            found = cells(case, path, f"deal.margin.{party}", low=0.0, high=1.0)
            blocks_.append(Paragraph(f"{context.name(party)}: " + view.sentence(found)))
    return blocks_ + exactly(context)


def exactly(context: Any) -> list[Block]:
    """The exact map of the game of threats at the slope of the deal, and its phase diagram."""
    from negotiate.report.sections._threat_map import threat_maps, threat_plane
    from negotiate.strategic.maps._phase_curves import written

    case, parties = context.case, context.case.principals
    head = Heading("Exactly, at the slope of the deal")
    found = threat_maps(case, context.threat_solution, names=context.names)
    if found is None or not found.maps:
        return [
            head,
            Paragraph(
                "No principal holds a lever whose numbers have a range, or one of them gains "
                "nothing from a deal: there is no such game."
            ),
        ]
    first, second = (context.name(p) for p in parties)
    rate = f"{float(found.slope):g}"
    held = "; ".join(
        f"{context.name(p)}: {', '.join(found.titles[x] for x in own) or 'none'}"
        for p, own in zip(parties, found.levers)
    )
    size = " x ".join(str(2 ** len(own)) for own in found.levers)
    changing = found.changing
    out: list[Block] = [
        head,
        Paragraph(
            f"At the predicted deal one stake of {second} trades for {rate} of {first}. At "
            f"that rate a pair of threats is worth to {first} its own payoff of no deal less "
            f"{rate} times that of {second}, and to {second} the opposite. These payoffs are "
            "polynomials in every cost and credibility, so all equilibria are known exactly, "
            "cell by cell. The two levers a side nearest to a change of use enter "
            f"({held}): a game of {size}. Of {len(found.maps)} numbers with a range, "
            f"{len(changing)} have a value in it at which the equilibrium changes."
        ),
    ]
    if not changing:
        return out
    rows: list[tuple[Any, ...]] = []
    for path, item in changing.items():
        low, high = case.quantities[path].low, case.quantities[path].high
        span = f"{float(low):g} to {float(high):g}"
        rows += [
            (
                words(case, path),
                item.base,
                span,
                formula(cut.value),
                float(cut.value),
                *_beside(item, cut),
            )
            for cut in item.critical
        ]
    head_row = ("number", "in the file", "range", "exact value", "decimal", "below", "above")
    out.append(
        Table(
            head_row,
            tuple(rows),
            "Values at which the equilibrium of threats changes, all else as in the file. The "
            "scan above lets the slope of the deal move too, so its values differ a little.",
        )
    )
    wrong = [e for item in changing.values() for e in item.verify(points=1) if not e.holds]
    told = (
        f"fails: {wrong[0].what} {wrong[0].value} ({wrong[0].witness})."
        if wrong
        else "holds: no gain from a deviation at random values of every cell and at every critical "
        "value, and an enumeration of each game finds the same equilibria."
    )
    out.append(Paragraph(f"The check by the definition {told}"))
    plane = threat_plane(case, found)
    if plane is not None:
        over = " and ".join(plane.names)
        lines = ", ".join(
            f"{formula(written(b.terms, ('x', 'y')))} = 0" for b in plane.boundaries[:3]
        )
        out.append(
            Paragraph(
                f"With x the {plane.names[0]} and y the {plane.names[1]}, the "
                f"equilibrium changes exactly where {lines}."
            )
        )
        out.append(
            Figure(
                phase.figure(plane),
                phase.sentence(plane),
                f"Who threatens what over {over}; the lines are exact, the mark is the file.",
            )
        )
    return out


def _beside(item: Any, cut: Any) -> tuple[str, str]:
    """Equilibria below and above a critical value; a dash at an end of the range."""

    def told(cell: Any) -> str:
        if cell is None:
            return "–"
        return "; ".join(label.replace(" | ", " against ") for label in cell.labels[:3])

    below = next((c for c in item.cells if c.high == cut.value), None)
    above = next((c for c in item.cells if c.low == cut.value), None)
    return told(below), told(above)
