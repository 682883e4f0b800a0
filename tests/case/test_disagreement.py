"""Disagreement payoffs against derivations by hand, third-party responses included."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from negotiate.case import read as casefile
from negotiate.case.slots import disagreement
from negotiate.errors import InputError, UnknownNameError

TEXT = """format = 1
kind = "negotiation"
id = "hand"
title = "By hand"
issue = [{ id = "land", name = "Land" }, { id = "trade", name = "Trade" }]

[[party]]
id = "ann"
name = "Ann"
foresight = 0.5
weights = { land = 0.7, trade = 0.3 }
values = { land = { ideal = 1 }, trade = { ideal = 1 } }

[[party]]
id = "bob"
name = "Bob"
weights = { land = 0.4, trade = 0.6 }
values = { land = { ideal = 0 }, trade = { ideal = 0 } }

[[party]]
id = "eu"
name = "EU"
role = "third"

[[branch]]
id = "standoff"
name = "Standoff"
probability = 0.75
terms = { land = 0, trade = 0 }

[[branch]]
id = "war"
name = "War"
probability = 0.25
terms = { land = 1, trade = 0 }
duration = 3
war_cost.bob = 0.3
war_cost_per_period.ann = 0.1

[[lever]]
id = "sanctions"
name = "Sanctions"
holder = "ann"
announce = 0.02
cost = { bob = 0.4, ann = 0.1 }
credibility = { standoff = 0.5, war = 1 }

[[lever]]
id = "gate"
name = "Gate"
holder = "bob"
announce = 0.01
cost = { eu = 0.4, bob = 0.2 }
credibility = { standoff = 0.5, war = 0.5 }
response = { party = "eu", concession_cost = 0.15, worth = { bob = 0.1, ann = -0.03 } }

[[lever]]
id = "linked"
name = "Not a matter of disagreement"
holder = "ann"
enters = ["linkage"]
cost = { bob = 0.5 }
"""


@pytest.fixture(scope="module")
def case():
    return casefile.loads(TEXT)


def test_branches_by_hand(case):
    # ann in war: U = 7/10, less 1/10 a period over 3 periods at 1/2: 1/10 (1 + 1/2 + 1/4)
    assert disagreement.branch_payoff(case, "war", "ann") == F(7, 10) - F(1, 10) * F(7, 4)
    assert disagreement.branch_payoff(case, "war", "bob") == F(6, 10) - F(3, 10)
    assert disagreement.base(case, "ann") == F(1, 4) * (F(7, 10) - F(7, 40))
    assert disagreement.base(case, "bob") == F(3, 4) * 1 + F(1, 4) * F(3, 10)


def test_effect_of_a_lever_on_a_principal_by_hand(case):
    use = F(3, 4) * F(1, 2) + F(1, 4)  # P(carried out | no deal, threatened) = 5/8
    assert disagreement.effect(case, "sanctions", "bob") == -use * F(4, 10)
    assert disagreement.effect(case, "sanctions", "ann") == -use * F(1, 10) - F(2, 100)
    assert disagreement.effect(case, "sanctions", "eu") == 0
    full = disagreement.effect(case, "sanctions", "bob", commitment="full")
    assert full == -F(4, 10)


def test_a_third_party_concedes_where_that_costs_it_less(case):
    # the gate is expected to cost the EU 1/2 x 4/10 = 1/5 > 3/20: it concedes, nobody bears costs
    assert disagreement.concedes(case, "gate") == F(1, 5) - F(15, 100)
    assert disagreement.effect(case, "gate", "bob") == F(1, 10) - F(1, 100)
    assert disagreement.effect(case, "gate", "ann") == -F(3, 100)
    assert disagreement.effect(case, "gate", "eu") == -F(15, 100)


def test_a_third_party_bears_the_lever_where_conceding_costs_more(case):
    firm = case.with_value("lever.gate.concession_cost", "0.25")
    assert disagreement.effect(firm, "gate", "bob") == -F(1, 2) * F(2, 10) - F(1, 100)
    assert disagreement.effect(firm, "gate", "ann") == 0
    assert disagreement.effect(firm, "gate", "eu") == -F(1, 5)
    # conceding at a tie is part of the definition; certain use makes the firm party yield
    tie = case.with_value("lever.gate.concession_cost", "0.2")
    assert disagreement.effect(tie, "gate", "ann") == -F(3, 100)
    assert disagreement.effect(firm, "gate", "ann", commitment="full") == -F(3, 100)


def test_effects_add_up_and_other_slots_do_not_count(case):
    for party in case.parties:
        if party == "eu":
            continue
        alone = [disagreement.effect(case, lever, party) for lever in ("sanctions", "gate")]
        both = disagreement.point(case, ("sanctions", "gate", "linked"))[party]
        assert both == disagreement.base(case, party) + sum(alone)
    off = case.with_value("lever.sanctions.available", False)
    assert disagreement.point(off, ("sanctions",)) == disagreement.point(case)


def test_unknown_levers_and_commitments_are_refused(case):
    with pytest.raises(UnknownNameError, match="did you mean 'sanctions'"):
        disagreement.point(case, ("sanction",))
    with pytest.raises(InputError, match="full, stated, derived"):
        disagreement.point(case, (), commitment="sworn")


def test_draws_and_symbols_agree_with_fractions(case):
    costs = [F(5, 100), F(1, 5), F(3, 10)]
    path = "lever.gate.concession_cost"
    drawn = disagreement.point(
        case.with_draws({path: np.array([float(c) for c in costs])}), ("sanctions", "gate")
    )
    c = sympy.Symbol("c", real=True)
    symbolic = disagreement.point(case.symbols({path: "c"}), ("sanctions", "gate"))
    for index, cost in enumerate(costs):
        exact = disagreement.point(case.with_value(path, cost), ("sanctions", "gate"))
        for party in ("ann", "bob", "eu"):
            assert np.broadcast_to(drawn[party], 3)[index] == pytest.approx(float(exact[party]))
            put = sympy.sympify(symbolic[party]).subs(c, sympy.Rational(str(cost)))
            assert put == sympy.Rational(str(exact[party]))


def test_a_deal_that_may_collapse(case):
    assert disagreement.lasting(case, "ann") == (1, 0)
    hazard = TEXT + "\n[quantity]\nhazard = 0.5\nhorizon = 2\n"
    omega, offset = disagreement.lasting(casefile.loads(hazard), "ann")
    # foresight 1/2: (1 + 1/2 x 1/2) / (1 + 1/2) = 5/6 of the stream is enjoyed
    assert omega == F(5, 6)
    assert offset == F(1, 6) * disagreement.base(case, "ann")
