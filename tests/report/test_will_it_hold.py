"""The section on whether the deal holds: sentences follow the numbers, any case is met."""

from __future__ import annotations

import numpy as np
import pytest

import negotiate as ng
from negotiate.case import read as casefile
from negotiate.drawing.text import number
from negotiate.dynamic.durability import from_case as durability
from negotiate.dynamic.enforcement import from_case as enforcement
from negotiate.report import assemble
from negotiate.report.blocks import Callout, Paragraph, Table, plain
from negotiate.report.context import CaseContext
from negotiate.report.sections import will_it_hold
from tests.dynamic.test_durability import TEXT as BORDER
from tests.dynamic.test_enforcement import CASE


def words(blocks) -> str:
    parts = []
    for block in blocks:
        if isinstance(block, Paragraph):
            parts.append(plain(block.text))
        elif isinstance(block, Callout):
            parts += [plain(p.text) for p in block.body if isinstance(p, Paragraph)]
        elif isinstance(block, Table):
            parts += [" | ".join(map(str, row)) for row in block.rows]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def idlib():
    context = CaseContext(ng.load("idlib-2020"), draws=64, seed=2)
    return context, will_it_hold.blocks.blocks(context)


def test_the_sentences_are_the_numbers(idlib):
    context, blocks = idlib
    text = words(blocks)
    game = enforcement(context.case)
    for party, need in zip(game.players, game.critical().tolist(), strict=True):
        assert f"{context.name(party)} needs {number(float(need))}" in text
    chain = durability(context.case)
    assert f"expected to last {number(float(chain.expected_time()), 1)} months" in text
    assert "26.7" in text and "33.3 months" in text
    alone = game.margins()[:, : len(game.clauses)].astype(float)
    clause = game.clauses[int(np.unravel_index(alone.argmin(), alone.shape)[1])]
    assert f"weakest clause is “{context.case.issues[clause].name}”" in text


def test_hindsight_stands_apart_and_moves_nothing(idlib):
    context, blocks = idlib
    last = blocks[-1]
    assert isinstance(last, Callout) and "1,727 days" in words([last])
    assert "1,727" not in words(blocks[:-1])
    chance = float(durability(context.case).survives_days(1727))
    assert f"{100 * chance:.0f}" in words([last])


def test_a_worse_deal_is_told_as_such():
    base = ng.load("idlib-2020")
    case = base.with_values(
        {"quantity.violation_share_russia": 0.9, "lever.force.available": False}
    )
    needs, before = (float(enforcement(c).critical()[0]) for c in (case, base))
    assert needs > before
    text = words(will_it_hold.blocks.blocks(CaseContext(case, draws=32, seed=2)))
    assert f"Russia needs {number(needs)}" in text


@pytest.mark.parametrize("text", [CASE, BORDER])
def test_other_cases_have_the_section_or_the_reason(text):
    context = CaseContext(casefile.loads(text), draws=16, seed=0)
    document = assemble.build(context, only=["will_it_hold"])
    assert not document.failures and document.sections
    told = words(will_it_hold.blocks.blocks(context))
    if "spoiler_rate" not in text:
        assert "Not computed" in told and "hazard" in told
    bare = casefile.loads(text[: text.index("[quantity]")].replace("foresight = 0.9\n", ""))
    told = words(will_it_hold.blocks.blocks(CaseContext(bare, draws=16, seed=0)))
    assert "Not computed" in told and "foresight" in told


def test_silent_without_a_signed_deal():
    case = casefile.loads(CASE.replace("signed = true", "signed = false"))
    assert not will_it_hold.applies(CaseContext(case, draws=16, seed=0))
