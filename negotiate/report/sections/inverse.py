"""The inverse question: what must have been true for the signed terms to be the predicted ones."""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block, Bullets, Figure, Paragraph, Table
from negotiate.whatif.views import answer as view

KEEP = 100
"""One draw in so many is kept."""
ROWS = 10


def applies(context: Any) -> bool:
    """Where a deal was signed and something is uncertain."""
    return bool(context.two and context.case.signed_deal and context.case.uncertain())


@section("inverse", title="What must have been true", order=84, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Posterior of the inputs, single quantities, the bargaining weight."""
    from negotiate.whatif.questions import ask, calibration
    from negotiate.whatif.study import case as cases

    asked, case = context.questions, context.case
    keep = max(asked.draws // KEEP, min(asked.draws, 20))
    found = ask.infer(case, draws=asked.draws, keep=keep, seed=asked.seed)
    rows = [
        (found.word(row["input"]), row["prior q05"], row["prior median"], row["prior q95"],
         row["q05"], row["median"], row["q95"], row["contraction"])
        for row in found.records()[:ROWS]
    ]  # fmt: skip
    seen = ask.signed_terms(case)
    space, evaluate = cases.seam(case, list(seen))
    draws = min(asked.draws, 20_000)
    check = calibration.coverage(
        space,
        evaluate,
        tuple(seen),
        truths=100,
        draws=draws,
        keep=max(draws // KEEP, 10),
        seed=asked.seed,
    )
    shares = sorted(check.share.values())
    middle = shares[len(shares) // 2]
    return [
        Paragraph(
            "Everything uncertain is drawn from its range, the game solved, and the draws whose "
            "predicted terms come nearest to the signed ones are kept (approximate Bayesian "
            "computation). What sets the kept draws apart is what must have been true."
        ),
        Paragraph(found.said()),
        Table(("quantity", "before: 5 %", "median", "95 %", "after: 5 %", "median", "95 %",
               "learnt"), tuple(rows),
              "The quantities about which the signed terms tell most; learnt is one minus the "
              "ratio of the standard deviations after and before.", digits=3),
        Figure(view.figure(found), "Intervals of each quantity after the deal is known.",
               "90 % intervals after the terms are known, on each quantity's range before."),
        Paragraph(
            f"Check on {check.truths} simulated truths with {draws:,} draws: intervals said to "
            f"hold 90 % hold the truth in {middle:.0%} of them for the middle quantity (between "
            f"{shares[0]:.0%} and {shares[-1]:.0%} over all of them)."
        ),
        *_single(context),
        *_weight(context),
    ]  # fmt: skip


def _single(context: Any) -> list[Block]:
    """For the issue with the largest miss: does one lever's cost alone explain it?"""
    from negotiate.whatif import metric
    from negotiate.whatif.questions import ask

    case, asked = context.case, context.questions
    seen = ask.signed_terms(case)
    predicted = metric.evaluate(case.floats(), list(seen))
    name = max(seen, key=lambda key: abs(float(predicted[key]) - seen[key]))
    lines = []
    for lever in asked.held:
        target = next(t for t in case.levers[lever].targets if t in case.principals)
        found = ask.match(
            case,
            f"lever.{lever}.cost.{target}",
            name,
            seen[name],
            tolerance=0.05,
            low=0.0,
            high=2.0,
        )
        lines.append(found.said() if found.intervals else "")
    issue = case.issues[name.removeprefix("threats.term.")].name
    told = f"The largest miss is on {issue}. One lever at a time, its cost from none to two stakes"
    if not any(lines):
        return [Paragraph(f"{told}: none alone brings the predicted level to the signed one.")]
    return [Paragraph(f"{told}:"), Bullets(tuple(line for line in lines if line))]


def _weight(context: Any) -> list[Block]:
    """The bargaining weight that the deal reveals, in the case and over draws."""
    import numpy as np

    from negotiate.whatif import metric
    from negotiate.whatif.study import case as cases

    case, asked = context.case, context.questions
    wanted = ["deal.weight.low", "deal.weight.high"]
    base = metric.evaluate(case.floats(), wanted)
    drawn = cases.draw(case, min(asked.draws, 10_000), seed=asked.seed)
    found = metric.evaluate(drawn, wanted)
    rows = drawn.draws or 1
    low, high = (np.broadcast_to(np.asarray(found[name], float), (rows,)) for name in wanted)
    middle = 0.5 * (low + high)
    middle = middle[np.isfinite(middle)]
    if not middle.size:
        return []
    five, half, last = np.quantile(middle, [0.05, 0.5, 0.95])
    first = context.name(case.principals[0])
    a, b = (float(base[name]) for name in wanted)
    at = f"{a:.2f}" if abs(b - a) < 0.005 else f"between {a:.2f} and {b:.2f}"
    return [
        Paragraph(
            f"The efficient deal nearest to the signed one would be the weighted Nash solution if "
            f"the bargaining weight of {first} were {at}, half being equal strength; over the "
            f"draws {half:.2f} [{five:.2f}, {last:.2f}]."
        )
    ]
