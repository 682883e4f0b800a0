"""Figures of the crisis models: what is drawn is what the numbers say; labels are escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction as F
from xml.etree import ElementTree

import numpy as np
import pytest

from negotiate.crisis.audience_costs import AudienceCosts, LewisSchultz
from negotiate.crisis.cheap_talk import CheapTalk
from negotiate.crisis.commitment import IndivisibleIssue, LongShift, ShiftingPower
from negotiate.crisis.crisis_bargaining import CostlyLottery, RiskReturn, Screening
from negotiate.crisis.deterrence import MutualDeterrence, UnilateralDeterrence
from negotiate.crisis.escalation import EscalationLadder, Rung
from negotiate.crisis.reputation import Reputation
from negotiate.crisis.sanctions_game import CoercedThirdParty, Inspection, SanctionsThreat
from negotiate.crisis.two_level import TwoLevel, UncertainRatification
from negotiate.crisis.views import (
    audience_costs,
    crisis_bargaining,
    deterrence,
    escalation,
    two_level,
)
from negotiate.drawing import crisis_regions as figures
from negotiate.dynamic.alternating_offers import alternating_offers
from negotiate.errors import InputError

WAR = CostlyLottery(F(3, 5), F(3, 20), F(1, 5), players=("<A>", "B & C"))
LADDER = EscalationLadder(
    (Rung("strike", 2, F(3, 2), F(2)), Rung("<blockade>", 1, F(1, 2), F(1, 10))), 1, 1
)


def words(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join("".join(node.itertext()) for node in root.iter())


@pytest.mark.parametrize(
    "form",
    [
        WAR,
        RiskReturn(F(1, 2), F(1, 10), F(2, 5)),
        Screening(F(1, 2), F(1, 10), F(1, 10), F(3, 10), F(1, 2)),
        AudienceCosts(1, 1, F(1, 5), -2, -1, F(1, 2)),
        LewisSchultz(0, 1.37, 0, -1.93, -3.51, -1.0, 0.98),
        UnilateralDeterrence(F(1, 4), F(1, 5)),
        MutualDeterrence((F(1, 2), F(1, 2))),
        TwoLevel(F(3, 5), F(1, 10)),
        UncertainRatification(F(1, 5), F(9, 10)),
        LADDER,
        replace(LADDER, commitment="stated"),
        replace(LADDER, commitment="full"),
        alternating_offers(("X", "Y"), discount=(0.9, 0.8)),
        CheapTalk(F(1, 20), players=("<A>", "B")),
        Reputation(5, F(1, 10), 1, 1, 2),
        ShiftingPower(F(4, 5), F(1, 5), F(1, 10), F(1, 10), F(9, 10)),
        LongShift(F(9, 10), F(1, 10), F(1, 5), F(1, 2)),
        IndivisibleIssue(F(1, 2), F(1, 10), F(1, 10), F(1, 5)),
        SanctionsThreat(F(1), F(1, 2), F(2, 3), F(1)),
        Inspection(1, 1, F(1, 10), 1),
        CoercedThirdParty(1, 1, F(1, 2), 1, F(1, 4)),
    ],
    ids=lambda form: type(form).__name__,
)
def test_every_form_draws_the_same_well_formed_picture_twice(form: object) -> None:
    svg = form.figure()  # type: ignore[attr-defined]
    ElementTree.fromstring(svg)
    assert svg == form.figure()  # type: ignore[attr-defined]
    assert "<title>" in svg and "<desc>" in svg
    page = form.html()  # type: ignore[attr-defined]
    assert "<svg" in page and "<A>" not in page and "<blockade>" not in page


def test_arrays_over_draws_do_not_break_the_view() -> None:
    for form in (
        replace(WAR, win_probability=np.array([0.4, 0.5])),
        AudienceCosts(1, 1, np.array([0.1, 0.2]), -2, -1, 0.5),
        UnilateralDeterrence(np.array([0.1, 0.2]), 0.5),
        TwoLevel(np.array([0.3, 0.6])),
        EscalationLadder((Rung("strike", 2, np.array([1.5, 0.5])),), 1, 1),
        alternating_offers(("X", "Y"), discount=(np.array([0.9, 0.8]), 0.8)),
        CheapTalk(np.array([0.1, 0.2])),
        Reputation(5, np.array([0.1, 0.2]), 1, 1, 2),
        ShiftingPower(np.array([0.8, 0.7]), 0.2, 0.1, 0.1, 0.9),
        SanctionsThreat(1.0, np.array([0.3, 0.4]), 0.5, 1.0),
    ):
        assert form.html() and form.figure().startswith("<svg")


def test_range_says_its_ends_and_that_it_is_empty() -> None:
    assert "0.450 to 0.800" in words(crisis_bargaining.bargaining_range(WAR))
    fond = replace(WAR, cost_a=F(-1, 2))
    assert "empty" in words(crisis_bargaining.bargaining_range(fond))


def test_win_sets_that_miss_each_other_are_empty() -> None:
    apart = TwoLevel(F(11, 10), F(1, 10))
    text = words(two_level.win_sets(apart))
    assert "both can: empty" in text and "settled" not in text
    assert "settled at 0.600" in words(two_level.win_sets(TwoLevel(F(3, 5), F(1, 10))))


def test_regions_agree_with_the_solver_at_random_points() -> None:
    """The label of a cell is the set of equilibria that the exact solver finds there."""
    rng = np.random.default_rng(5)
    form = AudienceCosts(1, 1, F(1, 5), -2, -1, F(-1, 10))
    for cost, war in rng.uniform(0.05, 2.0, (40, 2)):
        here = replace(form, audience_cost=float(cost), war_b=-float(war))
        table = figures._labels(
            lambda a, b: replace(form, audience_cost=a, war_b=-b).existence(), [cost], [war]
        )
        assert set(table[0][0].split(", ")) == {p.label for p in here.equilibria()}
    game = UnilateralDeterrence(F(1, 4), F(1, 5))
    for p, q in rng.uniform(0.02, 0.98, (40, 2)):
        here = replace(game, pr_challenger_hard=float(p), pr_defender_hard=float(q))
        table = figures._labels(
            lambda a, b: replace(game, pr_challenger_hard=a, pr_defender_hard=b).existence(),
            [p],
            [q],
        )
        assert set(table[0][0].split(", ")) == {x.label for x in here.equilibria()}


def test_blocks_cover_the_plane_once() -> None:
    table = [["a", "a", "b"], ["a", "a", "b"], ["b", "a", "b"]]
    seen: dict[tuple[int, int], str] = {}
    for first, last, low, high, label in figures._blocks(table):
        for j in range(low, high):
            for i in range(first, last):
                assert (i, j) not in seen
                seen[i, j] = label
    assert seen == {(i, j): table[j][i] for i in range(3) for j in range(3)}


def test_the_ladder_draws_its_path_thickest() -> None:
    """The path is demand, concede: the thick lines are those two steps and no others."""
    assert LADDER.solved().path == ("demand", "concede")
    svg = escalation.figure(LADDER)
    assert len(re.findall(r'stroke-width="4.5"', svg)) == 2
    assert "carry out strike" in words(svg)


def test_names_replace_ids() -> None:
    svg = escalation.ladder(LADDER, names={"strike": "Air strike", "challenger": "North"})
    assert "Air strike" in words(svg) and "North" in words(svg)
    plane = deterrence.equilibrium_regions(
        UnilateralDeterrence(F(1, 4), F(1, 5)), names=("North", "South")
    )
    assert "North" in words(plane)
    assert "the case" in words(audience_costs.figure(AudienceCosts(1, 1, F(1, 5), -2, -1, F(1, 2))))


def test_bad_ranges_are_refused() -> None:
    with pytest.raises(InputError, match="low below high"):
        figures.regions(lambda a, b: {}, (1, 1), (0, 1), x_label="x", y_label="y")
    with pytest.raises(InputError, match="finite"):
        figures.share_bar([("range", 0, float("nan"))], [], who="A", other="B", what="share")
