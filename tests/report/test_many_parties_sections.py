"""Lenses, moves, coalitions, spoilers, positions: what sections say is what the models say."""

from __future__ import annotations

import pytest

import negotiate as ng
from negotiate.coalitions.spoilers import from_case as outsiders
from negotiate.graphmodel import graph, sequential_stability
from negotiate.report import assemble
from negotiate.report.blocks import Bullets, Figure, Paragraph, Table
from negotiate.report.context import CaseContext
from negotiate.report.inline import plain
from negotiate.report.sections import coalitions, moves, spatial, spoilers

NAMES = ("lenses", "moves", "coalitions", "spoilers", "spatial")
IDLIB = ng.load("idlib-2020")


def context_of(case: ng.Negotiation) -> CaseContext:
    return CaseContext(case, draws=60, seed=3)


def blocks_of(section, case: ng.Negotiation):
    return section.blocks.blocks(context_of(case))


def told(found) -> str:
    texts = [block.text for block in found if isinstance(block, Paragraph)]
    texts += [item for block in found if isinstance(block, Bullets) for item in block.items]
    return " ".join(plain(text) for text in texts)


def table(found, start: str) -> Table:
    return next(x for x in found if isinstance(x, Table) and plain(x.caption).startswith(start))


@pytest.mark.parametrize("case", ["idlib-2020", "jet-crisis-2015"])
def test_the_report_has_them_and_none_fails(case: str) -> None:
    document = assemble.build(context_of(ng.load(case)), only=NAMES)
    text = " ".join(
        plain(block.text)
        for part in document.sections
        for block in part.blocks
        if isinstance(block, Paragraph)
    )
    assert "could not" not in text and "Traceback" not in text
    assert len(document.sections) >= 3


def test_verdict_on_the_deal_turns_with_its_stability() -> None:
    row = table(blocks_of(moves, IDLIB), "For whom").rows[3]
    assert tuple(row[:2]) == ("Sequential stability", "everybody")
    poor = IDLIB.with_values({"deal.signed.front_line": 0.05, "deal.signed.posts": 0.05})
    table_now = sequential_stability(graph(poor)).table
    stable = table_now.stable[:, graph(poor).state("deal")]
    shown = table(blocks_of(moves, poor), "For whom").rows[3][1]
    assert (shown == "everybody") == bool(stable.all())


def test_path_and_smallest_change_of_the_wider_model() -> None:
    said = told(blocks_of(moves, IDLIB))
    assert "Operation Spring Shield" in said and "2020-03-27" in said
    assert "Damascus no longer prefers offensive to ceasefire" in said
    assert "HTS no longer prefers attack to ceasefire" in said


def test_spoilers_sentence_turns_with_the_guarantee() -> None:
    said = told(blocks_of(spoilers, IDLIB))
    assert "Syria (the Assad government) gains by breaking the deal and is held back" in said
    assert "a chance of 0.114 or more" in said  # 4/35, HTS
    bare = IDLIB.with_values({"lever.force.available": False})
    payment = float(outsiders(bare).payment("syria"))
    assert f"spoils; {payment:.3f} stakes paid" in told(blocks_of(spoilers, bare))
    assert "no single lever would do" in told(blocks_of(spoilers, bare))


def test_one_signature_makes_no_outsider_of_a_principal() -> None:
    assert not spoilers.applies(context_of(ng.load("jet-crisis-2015")))


def test_worths_are_those_of_the_game() -> None:
    from negotiate.coalitions.secure import from_case

    found = blocks_of(coalitions, IDLIB)
    rows = {plain(row[0]): row for row in table(found, "Stakes that").rows}
    game = from_case(IDLIB, outsiders="delta")
    assert rows["Russia and Turkey"][3] == float(game.worth(["russia", "turkey"]))
    assert "Russia with Turkey | Syria (the Assad government) | European Union" in told(found)
    assert "gamma" in told(found)  # under which the core is empty


def test_forecast_that_loses_to_the_midpoint_is_said_to() -> None:
    found = blocks_of(spatial, IDLIB)
    assert "no model beats splitting every difference" in told(found)
    assert table(found, "Errors").rows[0][0] == "midpoint"
    half = IDLIB.with_values({f"deal.signed.{issue}": 0.52 for issue in ("front_line", "posts")})
    assert "signed deal" in told(blocks_of(spatial, half))
    assert any(isinstance(block, Figure) for block in found)
