"""The report of the Idlib case: every section made, sentences that follow the numbers."""

from __future__ import annotations

import pytest

import negotiate as ng
from negotiate import declare
from negotiate.report import assemble
from negotiate.report.context import CaseContext
from negotiate.report.sections.prediction import nearest
from negotiate.report.sections.summary import comparison, distance
from negotiate.report.terms import concept
from negotiate.report.writers.html import html


@pytest.fixture(scope="module")
def context() -> CaseContext:
    return CaseContext(ng.load("idlib-2020"), draws=200, seed=3)


def test_every_section_is_made_and_nothing_is_lost(context: CaseContext) -> None:
    document = assemble.build(context)
    assert not document.failures
    assert not assemble.lost(document)
    page = html(document)
    for title in ("The threat game", "Thresholds", "Uncertainty", "What came after"):
        assert title in page


def test_the_nearest_concept_is_the_one_with_the_smallest_largest_gap(
    context: CaseContext,
) -> None:
    signed = dict(zip(context.problem.parties, context.signed.utility))
    gaps = {}
    for solution in context.solutions:
        payoffs = solution[0].payoffs
        gaps[solution.concept] = max(abs(float(payoffs[p]) - float(signed[p])) for p in signed)
    best = concept(min(gaps, key=lambda name: gaps[name]))
    assert f"{best} comes nearest" in nearest(context)


def test_the_verdict_on_the_baseline_follows_the_distances(context: CaseContext) -> None:
    ours = distance(context, context.threat_solution[0].terms)
    baseline = distance(context, context.case.terms("midpoint"))
    better = "the theory" if ours < baseline else "the baseline"
    assert f"{better} does better" in comparison(context)


def test_reasons_of_levers_agree_with_their_use(context: CaseContext) -> None:
    """A lever is used where what it takes from the other, at the deal, outweighs its own cost."""
    text = declare.concept_named("rational_threats").explain(context.threats)
    lines = [line for line in text.split("\n\n") if "worth" in line]
    levers = context.case.levers
    assert len(lines) == sum(
        "disagreement" in levers[name].enters for name in context.case.on_table()
    )
    for line in lines:
        worth = float(line.split("worth ")[1].split()[0])
        own = float(line.rsplit(" ", 1)[1].rstrip("."))
        assert (" is used" in line) == (worth + own > 0), line
